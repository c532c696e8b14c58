//! The oldest Worker that reads a document. Older ones refuse what they do not know.

use serde_json::Value;

/// The version of every field and entry that is not listed here.
pub const FIRST_WORKER: &str = "0.1.0";

/// Fields by the version that brought them. A new one is added here with the version that is next.
const FIELDS: &[(&str, &str)] =
    &[("dangerouslyAllow", "0.2.0"), ("note", "0.2.0"), ("websocketCookies", "0.2.0")];

/// The version that brought entries with a note, wildcards within a label, every origin of a scheme,
/// `null` and `file://`.
const ENTRIES: &str = "0.2.0";

/// The newest version that brought a field or an entry: the version of the policy's schema.
pub const SCHEMA_VERSION: &str = "0.2.0";

/// The version of the oldest Worker that reads the valid document `text`.
#[must_use]
pub fn oldest_worker(text: &str) -> &'static str {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let routes = document.get("routes").and_then(Value::as_object);
    let rules = routes.into_iter().flat_map(serde_json::Map::values).chain([&document]);
    rules
        .flat_map(needs)
        .chain([FIRST_WORKER])
        .max_by_key(|version| numbers(version))
        .unwrap_or(FIRST_WORKER)
}

/// The versions that a rule needs.
fn needs(rule: &Value) -> impl Iterator<Item = &'static str> {
    let fields = FIELDS.iter().filter(|(name, _)| rule.get(name).is_some());
    let origin = rule.get("origin");
    let entries = match origin {
        Some(Value::Array(entries)) => entries.as_slice(),
        Some(entry) => std::slice::from_ref(entry),
        None => &[],
    };
    let is_new = entries.iter().any(is_new_entry);
    fields.map(|(_, version)| *version).chain(is_new.then_some(ENTRIES))
}

fn is_new_entry(entry: &Value) -> bool {
    match entry {
        Value::Object(members) => members.contains_key("origin"),
        Value::String(text) => match text.split_once("://") {
            Some((_, host)) => {
                let labels = host.strip_prefix("*.").unwrap_or(host);
                let labels = labels.strip_suffix(":*").unwrap_or(labels);
                labels.contains('*') || text == "file://" || text == "app://."
            }
            None => text == "null",
        },
        _ => false,
    }
}

/// A version in the order of versions.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|number| number.parse().unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_needs_the_worker_of_its_newest_field() {
        for (text, version) in [
            (r#"{"origin": "https://*.a.example:*", "maxAge": 1}"#, "0.1.0"),
            (r#"{"origin": ["https://a.example", {"kv": "tenant:"}]}"#, "0.1.0"),
            (r#"{"origin": true, "dangerouslyAllow": ["every-origin"]}"#, "0.2.0"),
            (
                r#"{"routes": {"/a/": {"origin": "*"}, "/b/": {"origin": "*", "note": ""}}}"#,
                "0.2.0",
            ),
            (r#"{"note": "", "routes": {"/a/": {"origin": "*"}}}"#, "0.2.0"),
            (r#"{"origin": "https://pr-*.a.example"}"#, "0.2.0"),
            (r#"{"origin": ["null"]}"#, "0.2.0"),
            (r#"{"origin": ["moz-extension://*"]}"#, "0.2.0"),
            (r#"{"origin": [{"origin": "https://a.example", "note": "x"}]}"#, "0.2.0"),
        ] {
            assert_eq!(oldest_worker(text), version, "{text}");
        }
    }

    #[test]
    fn the_schema_has_the_newest_version() {
        let newest = FIELDS.iter().map(|(_, version)| *version).chain([ENTRIES, FIRST_WORKER]);
        assert_eq!(newest.max_by_key(|version| numbers(version)), Some(SCHEMA_VERSION));
    }
}
