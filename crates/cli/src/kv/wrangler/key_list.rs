//! The output of `wrangler kv key list`.

use serde_json::Value;

use super::output::first_value;

/// A key of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedKey {
    pub(crate) name: String,
    /// Null if there is none.
    pub(crate) metadata: Value,
    /// When KV forgets it, in seconds since 1970.
    pub(crate) expiration: Option<u64>,
}

/// The keys in wrangler's `output`. `None` if it has no list of keys.
pub(super) fn parse(output: &[u8]) -> Option<Vec<ListedKey>> {
    let Value::Array(items) = first_value(output, '[')? else { return None };
    let key = |mut item: Value| {
        let name = item.get("name")?.as_str()?.to_owned();
        let metadata = item.get_mut("metadata").map(Value::take).unwrap_or_default();
        let expiration = item.get("expiration").and_then(Value::as_u64);
        Some(ListedKey { name, metadata, expiration })
    };
    items.into_iter().map(key).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_found_among_warnings() {
        let key = |name: &str, metadata| ListedKey {
            name: name.to_owned(),
            metadata,
            expiration: (name == "e").then_some(1_800_000_000),
        };
        for (output, keys) in [
            ("[]\n", vec![]),
            ("\u{25b2} [WARNING] x\n\n[\n  {\n \"name\": \"a\"}]", vec![key("a", Value::Null)]),
            (
                r#"[{"name": "e", "expiration": 1800000000}, {"name": "b", "metadata": {"by": "x"}}]"#,
                vec![key("e", Value::Null), key("b", json!({ "by": "x" }))],
            ),
        ] {
            assert_eq!(parse(output.as_bytes()), Some(keys), "{output}");
        }
        for output in ["", "{}", "[1]", "[{}]", "[", "Success!"] {
            assert_eq!(parse(output.as_bytes()), None, "{output}");
        }
    }
}
