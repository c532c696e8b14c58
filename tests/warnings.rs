//! What `socketio-cors check` warns about, and where a rule and its pattern are found.

use socketio_cors_edge::policy::{Source, locate, warnings};

/// Checks that the document of each row is warned about at these pointers.
#[track_caller]
fn assert_warned(rows: &[(&str, &[&str])]) {
    for (document, pointers) in rows {
        let warned: Vec<_> =
            warnings(document).into_iter().map(|warning| warning.pointer).collect();
        assert_eq!(warned, *pointers, "{document}");
    }
}

#[test]
fn every_origin_with_credentials_is_warned_about() {
    assert_warned(&[
        (r#"{"origin": true, "credentials": true}"#, &["/origin"]),
        (r#"{"origins": "*:*", "credentials": true}"#, &["/origins"]),
        (r#"{"origins": ["https://a.example", "*:*"], "credentials": true}"#, &["/origins/1"]),
        (
            r#"{"routes": {"/a/": {"origin": true, "credentials": true}}}"#,
            &["/routes/~1a~1/origin"],
        ),
        (r#"{"origin": true}"#, &[]),
        (r#"{"origin": ["https://a.example"], "credentials": true}"#, &[]),
    ]);
}

#[test]
fn an_unencrypted_origin_with_credentials_is_warned_about() {
    let document = r#"{"origin": ["http://a.example", "http://localhost:3000", "https://b.example"],
                       "credentials": true}"#;
    let warnings = warnings(document);
    let texts: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "/origin/0: \"http://a.example\" is not encrypted: whoever is on a visitor's network can \
             pose as it and act with their cookies; write \"https://a.example\"",
            "/origin/1: \"http://localhost:3000\" is on the visitor's own machine, where any program \
             can serve it and act with their cookies; keep it out of production",
        ]
    );
    assert_warned(&[
        (r#"{"origin": "http://[::1]:3000", "credentials": true}"#, &["/origin"]),
        (r#"{"origin": "http://a.example"}"#, &[]),
    ]);
}

#[test]
fn a_wildcard_is_warned_about_as_no_page_sends_it_cookies() {
    assert_warned(&[
        (r#"{"origin": "*"}"#, &["/origin"]),
        (
            r#"{"routes": {"/a/": {"origin": "*"}, "/b/": {"origin": false, "credentials": true}}}"#,
            &["/routes/~1a~1/origin"],
        ),
    ]);
}

#[test]
fn a_route_that_no_url_reaches_is_warned_about() {
    let route = |len| format!(r#"{{"routes": {{"/{}/": {{"origin": false}}}}}}"#, "a".repeat(len));
    assert_eq!(warnings(&route(16_382)), []);
    let [warning] = &warnings(&route(16_383))[..] else { panic!("one warning") };
    assert_eq!(warning.problem, "is longer than any URL: the route is never reached");
}

#[test]
fn a_document_with_faults_is_warned_about_as_far_as_it_can_be_read() {
    assert_warned(&[
        (r#"{"origin": true, "credentials": true, "x": 1}"#, &["/origin"]),
        (r#"{"routes": {"a": 5, "/b/": {"origin": "*"}}}"#, &["/routes/~1b~1/origin"]),
        ("", &[]),
        ("[]", &[]),
        (r#"{"routes": []}"#, &[]),
        (r#"{"origin": "#, &[]),
    ]);
}

#[test]
fn a_rule_and_its_pattern_are_found() {
    let document = "{\"routes\": {\n\"/a/\": {\"origin\": \"*\"},\n\"/b/\": {\"origin\": [{\"kv\": \
                    \"t:\"},\n  \"https://*.b.example\"]}}}";
    let source = |pointer: &str, line, column| Source { pointer: pointer.into(), line, column };
    let rule = source("/routes/~1b~1", 3, 8);
    for (pattern, place) in [
        (Some("https://*.b.example"), Some(source("/routes/~1b~1/origin/1", 4, 3))),
        (Some("t:"), Some(source("/routes/~1b~1/origin/0", 3, 20))),
        (Some("https://b.example"), None),
        (None, None),
    ] {
        assert_eq!(locate(document, "/b/", pattern), Some((rule.clone(), place)), "{pattern:?}");
    }
    assert_eq!(locate(document, "/c/", None), None);
    let legacy = r#"{"origins": "https://a.example:443 b.example:*"}"#;
    for pattern in ["https://a.example", "http://b.example:*"] {
        let found = locate(legacy, "/socket.io", Some(pattern));
        assert_eq!(found, Some((source("", 1, 1), Some(source("/origins", 1, 13)))));
    }
}
