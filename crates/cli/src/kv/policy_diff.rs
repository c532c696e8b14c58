//! The difference between two policies, for people.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
};

use serde_json::{Map, Value, json};
use socketio_cors_core::policy::{Access, Listed, Origins, Policy, Rule};

use crate::terminal::printable::printable;

/// The most origins that are shown of each list.
const MAX_SHOWN: usize = 20;

/// The difference between two policies; empty if both decide alike. Displayed as lines, by route: `+`
/// before what is added, `-` before what is removed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PolicyDiff(Vec<String>);

impl PolicyDiff {
    /// From `old`, or from no policy, to `new`.
    pub(crate) fn between(old: Option<&Policy>, new: &Policy) -> Self {
        let old_rules: Vec<_> = old.into_iter().flat_map(Policy::rules).collect();
        let old_by_prefix: HashMap<_, _> = old_rules.iter().copied().collect();
        let new_by_prefix: HashMap<_, _> = new.rules().collect();
        let mut lines = Vec::new();
        for (prefix, rule) in old_rules {
            let Some(new) = new_by_prefix.get(prefix) else {
                lines.push(format!("- {prefix} (route removed)"));
                continue;
            };
            let changes = changes(rule, new, |old, new| format!("{old} → {new}"));
            if !changes.is_empty() {
                lines.push(format!("  {prefix}"));
                lines.extend(changes);
            }
        }
        // An added route is compared with a rule that has every field at its default.
        let closed = Policy::closed();
        for (prefix, rule) in new.rules().filter(|(prefix, _)| !old_by_prefix.contains_key(prefix))
        {
            lines.push(format!("+ {prefix}"));
            let default = closed.rules().next();
            lines.extend(
                default
                    .into_iter()
                    .flat_map(|(_, default)| changes(default, rule, |_, new| new.to_owned())),
            );
        }
        Self(lines)
    }

    /// Both policies decide alike.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for PolicyDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|line| printable(line)).collect::<Vec<_>>().join("\n"))
    }
}

/// The difference between two rules, as indented lines; `change` writes the two values of a field.
fn changes(old: &Rule, new: &Rule, change: impl Fn(&str, &str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    let (old_kind, new_kind) = (kind(old), kind(new));
    // From one list to another, the origins that are added and removed say it all.
    if old_kind != new_kind && (old.listed().is_none() || new.listed().is_none()) {
        lines.push(format!("    origin: {}", change(old_kind, new_kind)));
    }
    let (old_origins, new_origins) = (origins(old), origins(new));
    for (sign, one, other) in [('+', &new_origins, &old_origins), ('-', &old_origins, &new_origins)]
    {
        let found: Vec<_> = one.difference(other).collect();
        lines.extend(found.iter().take(MAX_SHOWN).map(|origin| format!("  {sign} {origin}")));
        if let Some(more @ 1..) = found.len().checked_sub(MAX_SHOWN) {
            lines.push(format!("  {sign} … and {more} more"));
        }
    }
    let (old_fields, new_fields) = (fields(old), fields(new));
    let names: BTreeSet<_> = old_fields.keys().chain(new_fields.keys()).collect();
    for name in names {
        let (old, new) = (old_fields.get(name), new_fields.get(name));
        if old != new {
            lines.push(format!("    {name}: {}", change(&shown(old), &shown(new))));
        }
    }
    lines
}

/// The value of `origin`, as in a document.
fn kind(rule: &Rule) -> &'static str {
    match &rule.access {
        Access::Wildcard => "\"*\"",
        Access::Echoed { origins: Origins::Every, .. } => "true",
        Access::Echoed { origins: Origins::Listed(listed), .. } if *listed == Listed::default() => {
            "false"
        }
        Access::Echoed { origins: Origins::Listed(_), .. } => "a list",
    }
}

/// The listed origins, as in a document.
fn origins(rule: &Rule) -> BTreeSet<String> {
    let Some(listed) = rule.listed() else { return BTreeSet::new() };
    let prefixes = listed.prefixes.iter().map(|prefix| json!({ "kv": prefix }).to_string());
    listed.patterns.patterns().into_iter().chain(prefixes).collect()
}

/// Every field but `origin`.
fn fields(rule: &Rule) -> Map<String, Value> {
    let Value::Object(mut fields) = rule.to_json() else { return Map::new() };
    fields.remove("origin");
    fields
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "unset".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(names)) if names.is_empty() => "none".to_owned(),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        }
        Some(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn difference(old: Option<&str>, new: &str) -> String {
        let read = |text| Policy::parse(text).unwrap();
        PolicyDiff::between(old.map(read).as_ref(), &read(new)).to_string()
    }

    #[test]
    fn each_change_is_a_line() {
        for (old, new, lines) in [
            (
                r#"{"origin": ["https://a.example", "https://b.example"]}"#,
                r#"{"origin": ["https://b.example", "https://*.c.example:*"]}"#,
                "  /socket.io\n  + https://*.c.example:*\n  - https://a.example",
            ),
            (
                r#"{"origin": "https://a.example"}"#,
                r#"{"origin": ["https://a.example", {"kv": "tenant:"}]}"#,
                "  /socket.io\n  + {\"kv\":\"tenant:\"}",
            ),
            (
                r#"{"origin": false, "maxAge": 600}"#,
                r#"{"origin": false, "maxAge": 86400}"#,
                "  /socket.io\n    maxAge: 600 → 86400",
            ),
            (
                r#"{"origin": false, "maxAge": 600, "exposedHeaders": "X-A"}"#,
                r#"{"origin": false, "allowedHeaders": ["X-A", "X-B"]}"#,
                "  /socket.io\n    allowedHeaders: unset → X-A,X-B\n    exposedHeaders: X-A → none\n    \
                 maxAge: 600 → unset",
            ),
            (
                r#"{"origin": false, "methods": []}"#,
                r#"{"origin": false, "optionsSuccessStatus": 200, "missingOrigin": "deny"}"#,
                "  /socket.io\n    methods: none → GET,POST\n    missingOrigin: allow → deny\n    \
                 optionsSuccessStatus: 204 → 200",
            ),
            (
                r#"{"origin": "*"}"#,
                r#"{"origin": ["https://a.example"], "credentials": true}"#,
                "  /socket.io\n    origin: \"*\" → a list\n  + https://a.example\n    \
                 credentials: false → true",
            ),
            (
                r#"{"origin": "https://a.example"}"#,
                r#"{"origin": true}"#,
                "  /socket.io\n    origin: a list → true\n  - https://a.example",
            ),
            (
                r#"{"origin": true}"#,
                r#"{"origin": true, "websocketCookies": false}"#,
                "  /socket.io\n    websocketCookies: true → false",
            ),
            (r#"{"origin": true}"#, r#"{"origin": "*"}"#, "  /socket.io\n    origin: true → \"*\""),
            (
                r#"{"origin": "*"}"#,
                r#"{"origin": false}"#,
                "  /socket.io\n    origin: \"*\" → false",
            ),
            (
                r#"{"routes": {"/a/": {"origin": "*"}, "/b/": {"origin": "*"}}}"#,
                r#"{"routes": {"/b/": {"origin": "*"}, "/c/": {"origin": "*", "maxAge": 1}}}"#,
                "- /a/ (route removed)\n+ /c/\n    origin: \"*\"\n    maxAge: 1",
            ),
        ] {
            assert_eq!(difference(Some(old), new), lines, "{old} → {new}");
        }
    }

    #[test]
    fn policies_that_decide_alike_do_not_differ() {
        for (old, new) in [
            (r#"{"origin": "*"}"#, r#"{ "origin" : "*", "methods": "GET,POST" }"#),
            (r#"{"origin": "*"}"#, r#"{"routes": {"/socket.io": {"origin": "*"}}}"#),
            (
                r#"{"origin": ["https://a.example", "https://b.example"]}"#,
                r#"{"origin": ["https://b.example", "https://a.example", "https://a.example"]}"#,
            ),
            (r#"{"origin": false}"#, r#"{"origin": []}"#),
            (r#"{"origin": true}"#, r#"{"origin": true, "dangerouslyAllow": ["every-origin"]}"#),
        ] {
            assert_eq!(difference(Some(old), new), "", "{old} → {new}");
        }
    }

    #[test]
    fn from_no_policy_everything_is_new() {
        let new = r#"{"routes": {"/a/": {"origin": "https://a.example", "jsonp": true}}}"#;
        assert_eq!(difference(None, new), "+ /a/\n  + https://a.example\n    jsonp: true");
    }

    #[test]
    fn long_lists_are_cut() {
        let list = |from: u32, to: u32| {
            let origins: Vec<_> = (from..to).map(|n| format!("https://{n:06}.example")).collect();
            json!({ "origin": origins }).to_string()
        };
        let lines = difference(Some(&list(0, 100_000)), &list(21, 100_020));
        let lines: Vec<_> = lines.lines().collect();
        assert_eq!(lines.len(), 1 + 20 + 20 + 1);
        assert_eq!(lines[20], "  + https://100019.example");
        assert_eq!(lines[41], "  - … and 1 more");
    }

    #[test]
    fn nothing_of_it_is_obeyed_by_the_terminal() {
        let new = "{\"routes\": {\"/\u{202e}a/\": {\"origin\": false}}}";
        assert_eq!(difference(None, new), "+ /\\u{202e}a/");
    }
}
