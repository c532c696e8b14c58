//! The output of `wrangler kv bulk get`.

use std::collections::HashMap;

use serde_json::Value;

use super::output::first_value;

/// The values of keys; those that are missing have none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KvValues(HashMap<String, String>);

impl KvValues {
    /// The values of `keys` in wrangler's `output`: those of the first JSON object that begins a line,
    /// as warnings may stand around it. `None` if there is no object, or one of its values is not a
    /// text.
    pub(crate) fn parse<K: AsRef<str>>(output: &[u8], keys: &[K]) -> Option<Self> {
        let Value::Object(mut members) = first_value(output, '{')? else { return None };
        let mut values = HashMap::new();
        for key in keys {
            let key = key.as_ref();
            if let Some(value) = value(members.remove(key))? {
                values.insert(key.to_owned(), value);
            }
        }
        Some(Self(values))
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// The value of a member: `{"value": "…"}` of the local KV, `"…"` of the live one; null, or no such
/// member, if the key is missing. `None` if it is something else.
#[expect(clippy::option_option, reason = "a missing key is no failure")]
fn value(member: Option<Value>) -> Option<Option<String>> {
    match member {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text)),
        Some(Value::Object(mut local)) => match local.remove("value")? {
            Value::Null => Some(None),
            Value::String(text) => Some(Some(text)),
            _ => None,
        },
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_among_warnings() {
        for (output, value) in [
            (r#"{"policy": {"value": "{}\n"}}"#, Some("{}\n")),
            (r#"{"policy": "\u00fc"}"#, Some("\u{fc}")),
            ("{\n  \"policy\": {\n    \"value\": \"\"\n  }\n}\n", Some("")),
            ("a warning {x}\n\n{\"policy\": \"a\"}\nSuccess!\n", Some("a")),
            (r#"{"policy": {"value": null}}"#, None),
            (r#"{"policy": null}"#, None),
            (r#"{"other": "a"}"#, None),
        ] {
            let values = KvValues::parse(output.as_bytes(), &["policy"]);
            assert_eq!(values.unwrap().get("policy"), value, "{output}");
        }
    }

    #[test]
    fn other_output_is_not_taken_for_a_missing_key() {
        for output in [
            &b""[..],
            b"Value not found\n",
            b"undefined\n",
            b"null\n",
            b"[]\n",
            b"{\"policy\": \"a\"",
            b"{\"policy\": 1}",
            b"{\"policy\": {}}",
            b"{\"policy\": {\"value\": 1}}",
            b"{\"policy\": [\"a\"]}",
            b"{\"policy\": \"\xff\"}",
            b" {\"policy\": \"a\"}",
        ] {
            assert_eq!(KvValues::parse(output, &["policy"]), None, "{output:?}");
        }
    }
}
