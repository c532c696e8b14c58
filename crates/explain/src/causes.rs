//! Names the cause of a faulty origin, such as an environment variable that was not set.

use socketio_cors_core::{
    origin::pattern::{OriginPattern, repair},
    policy::Diagnostic,
};

use crate::DOMAIN_RULES;

/// The longest list that a help proposes, in bytes.
const MAX_LIST_LEN: usize = 2000;

/// Adds the cause to a fault of an origin in the document `json`, if it is known.
pub(crate) fn name(fault: &mut Diagnostic, json: &str) {
    let is_origin = fault.pointer.split('/').any(|name| matches!(name, "origin" | "origins"));
    if !is_origin || fault.span.is_empty() {
        return;
    }
    if fault.value == "null" && fault.help.is_none() {
        let help = "write the origin; an environment variable that is not set becomes null in JSON";
        fault.help = Some(help.to_owned());
        return;
    }
    // A long value is shortened.
    let whole = json.get(fault.span.clone()).unwrap_or_default();
    let Some(text) = string(&fault.value).or_else(|| string(whole)) else { return };
    if let Some(Cause { clause, help }) = Cause::of(&text) {
        if let Some(clause) = clause {
            fault.message = format!("{} {clause}", fault.value);
        }
        fault.help = Some(help);
    }
}

fn string(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

/// The cause of a fault.
struct Cause {
    /// The fault, as a clause after the value; `None` if the message says it already.
    clause: Option<&'static str>,
    help: String,
}

const EXAMPLE: &str = "write the origin, as in \"https://app.example.com\"";

impl Cause {
    fn of(text: &str) -> Option<Self> {
        let new = |clause, help: &str| Some(Self { clause: Some(clause), help: help.to_owned() });
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return new("is empty: is an environment variable not set?", EXAMPLE);
        }
        if trimmed == "undefined" {
            return new("is not an origin: is an environment variable not set?", EXAMPLE);
        }
        if is_placeholder(trimmed) {
            return new("is the name of a variable, not its value", EXAMPLE);
        }
        if is_regular_expression(trimmed) {
            let help = match wildcard(trimmed) {
                Some(pattern) => format!("write \"{pattern}\""),
                None => {
                    "write \"https://*.example.com\" for subdomains, or list the origins".into()
                }
            };
            return new("is a regular expression, which a policy cannot have", &help);
        }
        let help = list(trimmed)?;
        Some(Self { clause: None, help })
    }
}

/// `${ORIGIN}`, `$ORIGIN`, `%ORIGIN%`, `process.env.ORIGIN`, `{{ origin }}`
fn is_placeholder(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    };
    let is_between = |opening, closing| {
        text.strip_prefix(opening).and_then(|rest| rest.strip_suffix(closing)).is_some_and(is_name)
    };
    text.contains("${")
        || text.contains("{{")
        || is_between("%", "%")
        || is_between("$", "")
        || text.starts_with("process.env.")
}

fn is_regular_expression(text: &str) -> bool {
    let is_delimited = text.len() > 1
        && text.starts_with('/')
        && text.trim_end_matches(['d', 'g', 'i', 'm', 's', 'u', 'v', 'y']).ends_with('/');
    is_delimited
        || text.starts_with('^')
        || text.ends_with('$')
        || ["\\.", "//.*", "//.+", "(.", "(?", "[^", "|"].iter().any(|part| text.contains(part))
}

/// The pattern for an anchored expression that allows what is below a domain.
fn wildcard(text: &str) -> Option<String> {
    let text = text.trim_end_matches(['d', 'g', 'i', 'm', 's', 'u', 'v', 'y']).trim_matches('/');
    let text = text.strip_prefix('^')?.strip_suffix('$')?.replace("\\/", "/").replace("\\.", "\0");
    let repeated = ["(.*)", "(.+)", ".*", ".+", "[^.]+", "[\\w-]+"];
    let text = repeated.iter().fold(text, |text, part| text.replace(part, "*")).replace('\0', ".");
    OriginPattern::try_from(text.as_str()).is_ok().then_some(text)
}

/// The list that was meant by one text with commas or spaces.
fn list(text: &str) -> Option<String> {
    let marks = |char: char| matches!(char, '[' | ']' | '"' | '\'');
    let parts = text.split([',', ' ', ';', '\n']).map(|part| part.trim_matches(marks).trim());
    let origins: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    if origins.len() < 2 {
        return None;
    }
    let written = origins.iter().map(|origin| match OriginPattern::try_from(*origin) {
        Ok(_) => Some((*origin).to_owned()),
        Err(_) => repair(origin, DOMAIN_RULES.to_ascii),
    });
    let list = serde_json::to_string(&written.collect::<Option<Vec<_>>>()?).ok()?;
    let list = list.replace("\",\"", "\", \"");
    (list.len() <= MAX_LIST_LEN).then(|| format!("write a list: {list}"))
}
