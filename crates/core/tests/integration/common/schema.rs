//! `policy.schema.json` as a judge, with the `jsonschema` crate.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

#[allow(clippy::expect_used, reason = "without a schema there is nothing to test")]
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("../../../../../policy.schema.json"))
        .expect("policy.schema.json is JSON");
    jsonschema::draft202012::new(&schema).expect("policy.schema.json is a schema")
});

/// Returns true if the schema accepts `document`; false if it does not, or if it is not JSON.
pub(crate) fn schema_accepts(document: &str) -> bool {
    serde_json::from_str::<Value>(document).is_ok_and(|document| VALIDATOR.is_valid(&document))
}
