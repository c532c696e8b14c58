//! `cases.schema.json`, held against the parser of the files that it describes.

use serde_json::{Value, json};
use socketio_cors_explain::test_cases::TestFile;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../cases.schema.json")).unwrap()
}

#[test]
fn the_schema_is_valid_json_schema_2020_12() {
    assert!(jsonschema::draft202012::meta::validate(&schema()).is_ok());
}

#[test]
fn the_schema_and_the_parser_take_the_same_files() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let case = |case: Value| json!({ "policy": "policy.json", "cases": [case] });
    let full = json!({
        "note": "a", "origin": "https://a.example", "host": "api.example", "path": "/x", "method": "PUT",
        "headers": ["x-a"], "credentials": true, "websocket": false, "tenant": true,
        "expect": "readable", "reason": "listed-origin",
    });
    for (file, is_taken) in [
        (case(full), true),
        (
            json!({ "$schema": "s", "policy": "p", "cases": [{ "noOrigin": true, "expect": "allow" }] }),
            true,
        ),
        (case(json!({ "embedded": true, "expect": "refuse", "headers": "a,b" })), true),
        (case(json!({ "origin": "null", "expect": "deny" })), false),
        (case(json!({ "origin": "null" })), false),
        (case(json!({ "expect": "allow" })), false),
        (case(json!({ "origin": "null", "noOrigin": true, "expect": "allow" })), false),
        (case(json!({ "noOrigin": false, "expect": "allow" })), false),
        (case(json!({ "origin": "null", "path": "x", "expect": "allow" })), false),
        (case(json!({ "origin": "null", "expect": "allow", "x": 1 })), false),
        (case(json!({ "origin": 1, "expect": "allow" })), false),
        (json!({ "policy": "p", "cases": [] }), false),
        (json!({ "cases": [{ "noOrigin": true, "expect": "allow" }] }), false),
        (
            json!({ "policy": "p", "case": 1, "cases": [{ "noOrigin": true, "expect": "allow" }] }),
            false,
        ),
    ] {
        assert_eq!(validator.is_valid(&file), is_taken, "the schema: {file}");
        assert_eq!(TestFile::parse(&file.to_string()).is_ok(), is_taken, "the parser: {file}");
    }
}
