//! The warnings of `socketio-cors check`, and the places of a rule and its pattern.

use socketio_cors_core::policy::{Source, locate, warnings};

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
        (r#"{"origin": ["https://a.example"], "credentials": true}"#, &[]),
    ]);
}

#[test]
fn every_origin_is_warned_about_without_credentials_too() {
    const MEANT: &str = "; or, if you want that, add \"dangerouslyAllow\": [\"every-origin\"]";
    let websocket = format!(
        "lets every site open a WebSocket with its visitors' cookies, which browsers send whatever \
         \"credentials\" says; list the origins; set \"websocketCookies\": false if the socket \
           needs no cookies{MEANT}"
    );
    let post = format!(
        "lets every site POST with its visitors' cookies, which browsers send with a no-cors \
         request whatever \"credentials\" says; list the origins{MEANT}"
    );
    for (document, expected) in [
        (r#"{"origin": true}"#, format!("/origin: true {websocket}")),
        (r#"{"origin": true, "websocketCookies": true}"#, format!("/origin: true {websocket}")),
        (r#"{"origin": true, "websocketCookies": false}"#, format!("/origin: true {post}")),
        (r#"{"origin": true, "reportOnly": true}"#, format!("/origin: true {websocket}")),
        (r#"{"origin": "*"}"#, format!("/origin: \"*\" {websocket}")),
        (r#"{"origins": "*:*"}"#, format!("/origins: \"*:*\" {websocket}")),
        (
            r#"{"origin": true, "credentials": true, "websocketCookies": false}"#,
            format!(
                "/origin: true lets every site act with its visitors' cookies, and read the \
                 answers; list the origins{MEANT}"
            ),
        ),
    ] {
        let warned: Vec<_> = warnings(document).iter().map(ToString::to_string).collect();
        assert!(warned.contains(&expected), "{document}: {warned:?}");
    }
}

#[test]
fn every_origin_is_not_warned_about_if_the_document_confirms_it() {
    const MEANT: &str = r#""dangerouslyAllow": ["every-origin"]"#;
    for rule in [
        r#""origin": true"#,
        r#""origin": true, "credentials": true"#,
        r#""origin": "*""#,
        r#""origin": "*", "websocketCookies": false"#,
        r#""origins": "*:*", "credentials": true"#,
    ] {
        assert_warned(&[
            (&format!("{{{rule}, {MEANT}}}"), &[]),
            (&format!(r#"{{"routes": {{"/a/": {{{MEANT}, {rule}}}}}}}"#), &[]),
        ]);
        let other = format!(r#"{{{rule}, "dangerouslyAllow": ["public-suffix"]}}"#);
        assert!(!warnings(&other).is_empty(), "{other}");
    }
    // Each rule speaks for itself.
    let document = format!(
        r#"{{"routes": {{"/a/": {{"origin": true, {MEANT}}}, "/b/": {{"origin": true}}}}}}"#
    );
    assert_warned(&[(&document, &["/routes/~1b~1/origin"])]);
}

#[test]
fn an_unencrypted_origin_with_credentials_is_warned_about() {
    let document = r#"{"origin": ["http://a.example", "http://localhost:3000", "https://b.example"],
                       "credentials": true}"#;
    let warned = warnings(document);
    let texts: Vec<_> = warned.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "/origin/0: \"http://a.example\" is not encrypted: anyone on a visitor's network can \
             pose as it and act with their cookies; serve the page over https, and list its https \
             origin",
            "/origin/1: \"http://localhost:3000\" is on the visitor's own machine, where any \
             program can serve it and act with their cookies; remove it in production",
        ]
    );
    assert_warned(&[
        (r#"{"origin": "http://[::1]:3000", "credentials": true}"#, &["/origin"]),
        (
            r#"{"origin": [{"note": "ours", "origin": "http://a.example"}], "credentials": true}"#,
            &["/origin/0"],
        ),
        (r#"{"origin": "http://a.example"}"#, &[]),
        (r#"{"origin": "http://tauri.localhost", "credentials": true}"#, &[]),
        (r#"{"origin": "http://*.tauri.localhost", "credentials": true}"#, &["/origin"]),
        (r#"{"origin": ["http://127.evil.example"], "credentials": true}"#, &["/origin/0"]),
        // A text that is not a pattern has only its fault.
        (r#"{"origin": ["http://a.example:443/", "http://*"], "credentials": true}"#, &[]),
    ]);
    let evil = warnings(r#"{"origin": "http://127.evil.example", "credentials": true}"#).remove(0);
    assert!(evil.message.contains(" is not encrypted"), "{evil}");
}

/// Checks that the entry of `origin` in each row is warned about, alone, by a sentence that has these
/// words; by none where they are empty.
#[track_caller]
fn assert_doubted(credentials: bool, rows: &[(&str, &str)]) {
    // Those over a public suffix are faults as well, unless they are said to be meant.
    let meant = r#""dangerouslyAllow": ["public-suffix"]"#;
    for (origin, words) in rows {
        let document =
            format!(r#"{{"origin": ["{origin}"], "credentials": {credentials}, {meant}}}"#);
        let warned = warnings(&document);
        if words.is_empty() {
            assert_eq!(warned, [], "{document}");
        } else {
            assert!(
                matches!(&warned[..], [it] if it.message.contains(words)),
                "{document}: {warned:?}"
            );
        }
    }
}

#[test]
fn patterns_that_anybodys_page_may_match_are_warned_about_with_credentials() {
    let rows = [
        ("file://", "every local file"),
        ("moz-extension://*", "every app or extension"),
        ("https://pr-*.example.com", "looks like previews"),
        ("https://app-git-*.example.com", "looks like previews"),
        ("https://*-preview.example.com", "looks like previews"),
        ("https://*.preview.example.com", "looks like previews"),
        ("https://*.mr-review.example.com:*", "looks like previews"),
        ("https://deploy-preview-*--site.netlify.app", "looks like previews"),
        ("https://x-*-team.vercel.app", "looks like previews"),
        ("https://*.yours.pages.dev", "looks like previews"),
        ("https://*.app.github.dev", "that anybody can create"),
        ("https://*.local.webcontainer-api.io", "that anybody can create"),
        ("http://a-*.example.com", "is not encrypted"),
        ("http://a-*.b.localhost", "on the visitor's own machine"),
        ("https://eu-*.example.com", ""),
        ("https://*.prices.example.com", ""),
        ("https://*.example.com", ""),
        ("https://pr-1.example.com", ""),
        ("https://a.app.github.dev", ""),
        ("https://*.notpages.dev", ""),
        ("app://.", ""),
    ];
    assert_doubted(true, &rows);
    assert_doubted(false, &rows.map(|(origin, _)| (origin, "")));
    assert_doubted(false, &[("null", "every sandboxed frame")]);
}

#[test]
fn a_tenant_prefix_that_policy_keys_begin_with_too_is_warned_about() {
    for (prefix, warned) in [
        ("policy", true),
        ("policy:", true),
        ("policy-tenant:", true),
        ("p", true),
        ("poli", true),
        ("tenant:", false),
        ("Policy", false),
        ("partner-policy:", false),
        // It is a fault, and no more.
        ("", false),
    ] {
        let document = format!(r#"{{"origin": ["https://a.example", {{"kv": "{prefix}"}}]}}"#);
        let pointers = if warned { &["/origin/1/kv"][..] } else { &[] };
        assert_warned(&[(document.as_str(), pointers)]);
    }
    assert_warned(&[
        (r#"{"origin": {"kv": "policy"}}"#, &["/origin/kv"]),
        (r#"{"origin": {"kv": 5}}"#, &[]),
        (r#"{"origin": {"prefix": "policy"}}"#, &[]),
    ]);
}

#[test]
fn a_pasted_origins_list_is_warned_about_where_it_differs_from_socket_io_2() {
    const DENY: &str = r#""missingOrigin": "deny""#;
    assert_warned(&[
        (r#"{"origins": ["https://a.example:443"]}"#, &["/origins", "/origins"]),
        (&format!(r#"{{"origins": ["https://a.example:443"], {DENY}}}"#), &["/origins"]),
        (&format!(r#"{{"origins": "a.example:443", {DENY}, "credentials": true}}"#), &["/origins"]),
        (&format!(r#"{{"origins": "https://a.example:443", {DENY}, "credentials": true}}"#), &[]),
        (&format!(r#"{{"origins": "a.example:*", {DENY}, "credentials": true}}"#), &["/origins"]),
        (r#"{"origins": "*:*"}"#, &["/origins", "/origins"]),
        (r#"{"origins": [], "credentials": true, "missingOrigin": "allow"}"#, &["/origins"]),
    ]);
}

#[test]
fn a_wildcard_is_warned_about_because_pages_cannot_poll_with_cookies() {
    let warned = |document| warnings(document).iter().any(|it| it.message.contains("poll"));
    assert!(warned(r#"{"origin": "*"}"#));
    assert!(!warned(r#"{"origin": true}"#));
    assert!(!warned(r#"{"origin": "*", "dangerouslyAllow": ["every-origin"]}"#));
    // With credentials it is a fault.
    assert_warned(&[
        (r#"{"origin": "*", "credentials": true}"#, &[]),
        (
            r#"{"routes": {"/a/": {"origin": "*"}, "/b/": {"origin": false, "credentials": true}}}"#,
            &["/routes/~1a~1/origin", "/routes/~1a~1/origin"],
        ),
    ]);
}

#[test]
fn a_route_that_no_url_reaches_is_warned_about() {
    let route = |len| format!(r#"{{"routes": {{"/{}/": {{"origin": false}}}}}}"#, "a".repeat(len));
    assert_eq!(warnings(&route(16_382)), []);
    let [warning] = &warnings(&route(16_383))[..] else { panic!("one warning") };
    assert!(warning.message.ends_with(" is longer than any URL, so the route is never reached"));
}

#[test]
fn a_document_with_faults_is_warned_about_as_far_as_it_can_be_read() {
    assert_warned(&[
        (r#"{"origin": true, "credentials": true, "x": 1}"#, &["/origin"]),
        (r#"{"routes": {"a": 5, "/b/": {"origin": true}}}"#, &["/routes/~1b~1/origin"]),
        (r#"{"origin": true, "dangerouslyAllow": ["every-orgin"]}"#, &["/origin"]),
        (r#"{"origin": true, "dangerouslyAllow": [5, "every-origin"]}"#, &[]),
        ("", &[]),
        ("[]", &[]),
        (r#"{"routes": []}"#, &[]),
        (r#"{"origin": "#, &[]),
    ]);
}

#[test]
fn the_place_of_a_rule_and_its_pattern_is_found() {
    let document = "{\"routes\": {\n\"/a/\": {\"origin\": \"*\"},\n\"/b/\": {\"origin\": [{\"kv\": \
                    \"t:\"},\n  \"https://*.b.example\"]}}}";
    let source_in = |document: &str, pointer: &str, line: usize, column: usize| {
        let before: usize = document.split_inclusive('\n').take(line - 1).map(str::len).sum();
        Source { pointer: pointer.into(), offset: before + column - 1, line, column }
    };
    let source = |pointer: &str, line, column| source_in(document, pointer, line, column);
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
        let source = |pointer, column| source_in(legacy, pointer, 1, column);
        assert_eq!(found, Some((source("", 1), Some(source("/origins", 13)))));
    }
}

#[test]
fn a_header_of_the_cors_protocol_itself_is_warned_about() {
    assert_warned(&[
        (
            r#"{"origin": false, "allowedHeaders": ["X-A", "Access-Control-Allow-Origin"]}"#,
            &["/allowedHeaders/1"],
        ),
        (
            r#"{"origin": false, "exposedHeaders": "Origin,X-A,access-control-max-age"}"#,
            &["/exposedHeaders", "/exposedHeaders"],
        ),
        (r#"{"origin": false, "allowedHeaders": 5, "exposedHeaders": [null]}"#, &[]),
    ]);
}
