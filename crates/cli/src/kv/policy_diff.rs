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
pub(crate) struct PolicyDiff(Vec<RouteDiff>);

/// The difference between two rules of one route.
#[derive(Debug, PartialEq, Eq)]
struct RouteDiff {
    prefix: String,
    kind: RouteChange,
    /// The values of `origin`, where a list of origins does not say it all.
    origin: Option<(&'static str, &'static str)>,
    /// Origins.
    added: Vec<String>,
    /// Origins.
    removed: Vec<String>,
    /// The other fields that differ, with both values.
    fields: Vec<(String, Option<Value>, Option<Value>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RouteChange {
    Added,
    Removed,
    Changed,
}

impl PolicyDiff {
    /// From `old`, or from no policy, to `new`.
    pub(crate) fn between(old: Option<&Policy>, new: &Policy) -> Self {
        let old_rules: Vec<_> = old.into_iter().flat_map(Policy::rules).collect();
        let old_by_prefix: HashMap<_, _> = old_rules.iter().copied().collect();
        let new_by_prefix: HashMap<_, _> = new.rules().collect();
        let mut routes = Vec::new();
        for (prefix, rule) in old_rules {
            match new_by_prefix.get(prefix) {
                None => routes.push(RouteDiff::removed(prefix)),
                Some(new) => routes.extend(RouteDiff::changed(prefix, rule, new)),
            }
        }
        let added = new.rules().filter(|(prefix, _)| !old_by_prefix.contains_key(prefix));
        routes.extend(added.map(|(prefix, rule)| RouteDiff::added(prefix, rule)));
        Self(routes)
    }

    /// Both policies decide alike.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As a list of routes.
    pub(crate) fn json(&self) -> Value {
        self.0.iter().map(RouteDiff::json).collect()
    }
}

impl fmt::Display for PolicyDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.iter().flat_map(RouteDiff::lines);
        f.write_str(&lines.map(|line| printable(&line).into_owned()).collect::<Vec<_>>().join("\n"))
    }
}

impl RouteDiff {
    fn new(prefix: &str, kind: RouteChange) -> Self {
        let (added, removed, fields) = Default::default();
        Self { prefix: prefix.to_owned(), kind, origin: None, added, removed, fields }
    }

    fn removed(prefix: &str) -> Self {
        Self::new(prefix, RouteChange::Removed)
    }

    /// An added route is compared with a rule that has every field at its default.
    fn added(prefix: &str, rule: &Rule) -> Self {
        let added = Self::new(prefix, RouteChange::Added);
        match Policy::closed().rules().next() {
            Some((_, default)) => added.with(default, rule),
            None => added,
        }
    }

    /// `None` if they decide alike.
    fn changed(prefix: &str, old: &Rule, new: &Rule) -> Option<Self> {
        let changed = Self::new(prefix, RouteChange::Changed).with(old, new);
        let has_changed = changed.origin.is_some()
            || [&changed.added, &changed.removed].iter().any(|origins| !origins.is_empty())
            || !changed.fields.is_empty();
        has_changed.then_some(changed)
    }

    /// With the difference between two rules.
    fn with(self, old: &Rule, new: &Rule) -> Self {
        let kinds = (kind(old), kind(new));
        // From one list to another, the origins that are added and removed say it all.
        let is_shown = kinds.0 != kinds.1 && (old.listed().is_none() || new.listed().is_none());
        let (old_origins, new_origins) = (origins(old), origins(new));
        let (old_fields, new_fields) = (fields(old), fields(new));
        let names: BTreeSet<_> = old_fields.keys().chain(new_fields.keys()).collect();
        let field = |name: &String| {
            let (old, new) = (old_fields.get(name), new_fields.get(name));
            (old != new).then(|| (name.clone(), old.cloned(), new.cloned()))
        };
        Self {
            origin: is_shown.then_some(kinds),
            added: new_origins.difference(&old_origins).cloned().collect(),
            removed: old_origins.difference(&new_origins).cloned().collect(),
            fields: names.into_iter().filter_map(field).collect(),
            ..self
        }
    }

    fn lines(&self) -> Vec<String> {
        let prefix = &self.prefix;
        let heading = match self.kind {
            RouteChange::Removed => return vec![format!("- {prefix} (route removed)")],
            RouteChange::Added => format!("+ {prefix}"),
            RouteChange::Changed => format!("  {prefix}"),
        };
        let change = |old: &str, new: &str| match self.kind {
            RouteChange::Changed => format!("{old} → {new}"),
            RouteChange::Added | RouteChange::Removed => new.to_owned(),
        };
        let mut lines = vec![heading];
        lines.extend(self.origin.map(|(old, new)| format!("    origin: {}", change(old, new))));
        for (sign, origins) in [('+', &self.added), ('-', &self.removed)] {
            lines.extend(origins.iter().take(MAX_SHOWN).map(|it| format!("  {sign} {it}")));
            if let Some(more @ 1..) = origins.len().checked_sub(MAX_SHOWN) {
                lines.push(format!("  {sign} … and {more} more"));
            }
        }
        lines.extend(self.fields.iter().map(|(name, old, new)| {
            format!("    {name}: {}", change(&shown(old.as_ref()), &shown(new.as_ref())))
        }));
        lines
    }

    fn json(&self) -> Value {
        let change = match self.kind {
            RouteChange::Added => "added",
            RouteChange::Removed => "removed",
            RouteChange::Changed => "changed",
        };
        let fields = self
            .fields
            .iter()
            .map(|(name, old, new)| (name.clone(), json!({ "from": old, "to": new })));
        json!({
            "route": self.prefix,
            "change": change,
            "origin": self.origin.map(|(old, new)| json!({ "from": old, "to": new })),
            "added": self.added,
            "removed": self.removed,
            "fields": fields.collect::<Map<_, _>>(),
        })
    }
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
    fn without_an_old_policy_every_line_is_an_addition() {
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
    fn control_characters_in_a_diff_are_escaped() {
        let new = "{\"routes\": {\"/\u{202e}a/\": {\"origin\": false}}}";
        assert_eq!(difference(None, new), "+ /\\u{202e}a/");
    }
}
