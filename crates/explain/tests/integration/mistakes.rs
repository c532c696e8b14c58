//! Mistakes that other CORS libraries report, beside what `socketio-cors check` says of them.

use socketio_cors_core::policy::{Diagnostic, Policy, Version, warnings};
use socketio_cors_explain::DOMAIN_RULES;

#[test]
fn every_mistake_that_jub0bs_cors_reports_is_a_fault_or_a_warning() {
    // <https://pkg.go.dev/github.com/jub0bs/cors/cfgerrors>, a row for each reason.
    for (reason, rule) in [
        ("origin pattern: missing", r#""methods": "GET""#),
        ("origin pattern: missing", r#""origin": []"#),
        ("origin pattern: invalid", r#""origin": "https://example.com/""#),
        ("origin pattern: invalid", r#""origin": "http://[::1]:65536""#),
        ("origin pattern: prohibited", r#""origin": "null""#),
        ("origin pattern: prohibited", r#""origin": "https://r\u00e9sum\u00e9.com""#),
        ("origin pattern: prohibited", r#""origin": "http://0xFF000000""#),
        ("origin pattern: prohibited", r#""origin": "http://[0:0:0:0:0:0:0:0001]:9090""#),
        ("origin pattern: prohibited", r#""origin": "https://example.com:443""#),
        ("method: invalid", r#""origin": false, "methods": "ré sumé""#),
        ("method: forbidden", r#""origin": false, "methods": "CONNECT""#),
        ("request header: invalid", r#""origin": false, "allowedHeaders": "ré sumé""#),
        (
            "request header: prohibited",
            r#""origin": false, "allowedHeaders": "Access-Control-Allow-Origin""#,
        ),
        ("request header: forbidden", r#""origin": false, "allowedHeaders": "Sec-Fetch-Mode""#),
        ("response header: invalid", r#""origin": false, "exposedHeaders": "ré sumé""#),
        ("response header: prohibited", r#""origin": false, "exposedHeaders": "Origin""#),
        ("response header: forbidden", r#""origin": false, "exposedHeaders": "Set-Cookie""#),
        ("max age: out of bounds", r#""origin": false, "maxAge": -2"#),
        ("max age: out of bounds", r#""origin": false, "maxAge": 86401"#),
        ("preflight status: out of bounds", r#""origin": false, "optionsSuccessStatus": 300"#),
        ("credentials: wildcard", r#""credentials": true, "origin": "*""#),
        ("credentials: insecure", r#""credentials": true, "origin": "http://example.com""#),
        ("credentials: psl", r#""credentials": true, "origin": "https://*.com""#),
        ("credentials: psl", r#""credentials": true, "origin": "https://*.github.io""#),
        (
            "credentials: wildcard response header",
            r#""credentials": true, "origin": false, "exposedHeaders": "*""#,
        ),
    ] {
        let document = format!("{{{rule}}}");
        let policy = Policy::read(&document, Version::of(&document), &DOMAIN_RULES);
        let found = [policy.err().unwrap_or_default(), warnings(&document)].concat();
        let is_of_rule = |finding: &Diagnostic| {
            let field = finding.pointer.split('/').nth(1).unwrap_or_default();
            field.is_empty() || field != "credentials" && rule.contains(field)
        };
        assert!(found.iter().all(is_of_rule), "{reason}: {document}: {found:?}");
        assert_eq!(found.len(), 1, "{reason}: {document}: {found:?}");
    }
}
