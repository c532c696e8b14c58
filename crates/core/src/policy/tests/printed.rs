use serde_json::{Value, json};

use super::*;

/// A rule as it is printed, `fields` in place of their defaults.
fn with_defaults(fields: Value) -> Value {
    let mut rule = json!({
        "origin": [],
        "credentials": false,
        "methods": ["GET", "POST"],
        "exposedHeaders": [],
        "optionsSuccessStatus": 204,
        "preflightContinue": false,
        "missingOrigin": "allow",
        "jsonp": false,
        "reportOnly": false,
        "websocketCookies": true,
    });
    let Value::Object(fields) = fields else { panic!("{fields}") };
    rule.as_object_mut().unwrap().extend(fields);
    rule
}

#[test]
fn a_policy_is_printed_as_a_document_with_every_default() {
    for (document, fields) in [
        (r#"{"origin": false}"#, json!({})),
        (r#"{"origin": "*"}"#, json!({"origin": "*"})),
        (r#"{"origin": true, "credentials": true}"#, json!({"origin": true, "credentials": true})),
        (
            r#"{"origin": [{"kv": "t:"}, "https://*.b.example", "https://a.example"]}"#,
            json!({"origin": ["https://*.b.example", "https://a.example", {"kv": "t:"}]}),
        ),
        (
            r#"{"origin": false, "methods": "PUT", "allowedHeaders": "X-A,X-B", "maxAge": -1,
                "exposedHeaders": ["X-C"], "optionsSuccessStatus": 200, "preflightContinue": true,
                "missingOrigin": "deny", "jsonp": true, "reportOnly": true,
                "websocketCookies": false}"#,
            json!({
                "methods": ["PUT"],
                "allowedHeaders": ["X-A", "X-B"],
                "maxAge": -1,
                "exposedHeaders": ["X-C"],
                "optionsSuccessStatus": 200,
                "preflightContinue": true,
                "missingOrigin": "deny",
                "jsonp": true,
                "reportOnly": true,
                "websocketCookies": false,
            }),
        ),
        (
            r#"{"origin": false, "methods": [], "allowedHeaders": []}"#,
            json!({"methods": [], "allowedHeaders": []}),
        ),
    ] {
        let policy = parse(document);
        let printed = policy.to_json();
        assert_eq!(printed, json!({"routes": {"/socket.io": with_defaults(fields)}}), "{document}");
        assert_eq!(parse(&printed.to_string()), policy, "{document}");
    }
    let routes = closing(&["/a/", "/b"]).to_json();
    let closed = with_defaults(json!({}));
    assert_eq!(routes, json!({"routes": {"/a/": closed, "/b": closed}}));
}
