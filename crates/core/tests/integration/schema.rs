//! `policy.schema.json`, and that `examples/` keep to it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use socketio_cors_core::policy::Policy;

use crate::common::schema::schema_accepts;

/// The files of npm and wrangler in the directory of an app.
const OF_AN_APP: [&str; 4] = ["node_modules", ".wrangler", "package.json", "package-lock.json"];

/// Every `.json` file under `directory` that is a policy.
fn policies(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if OF_AN_APP.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        if path.is_dir() {
            files.extend(policies(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files
}

/// The schema that the policy `file` names: an app's is in the npm package.
fn schema_named(file: &Path, name: &str) -> PathBuf {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    match name.strip_prefix("./node_modules/socketio-cors-edge/") {
        Some(packaged) if file.with_file_name("package.json").exists() => root.join(packaged),
        _ => file.with_file_name(name),
    }
}

#[test]
fn the_schema_is_valid_json_schema_2020_12() {
    let schema = serde_json::from_str(include_str!("../../../../policy.schema.json")).unwrap();
    assert!(jsonschema::draft202012::meta::validate(&schema).is_ok());
}

#[test]
fn every_example_names_the_schema_and_is_accepted_by_it_and_by_the_parser() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let files = policies(&root.join("examples"));
    assert!(files.len() > 9, "{files:?}");
    for file in files {
        let document = fs::read_to_string(&file).unwrap();
        let json: serde_json::Value = serde_json::from_str(&document).unwrap();
        let named = schema_named(&file, json["$schema"].as_str().unwrap());
        let schema = root.join("policy.schema.json");
        assert_eq!(named.canonicalize().unwrap(), schema.canonicalize().unwrap());
        assert!(schema_accepts(&document), "{}", file.display());
        assert!(Policy::parse(&document).is_ok(), "{}", file.display());
    }
}

#[test]
fn every_policy_in_the_documents_is_accepted() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for file in
        ["README.md", "docs/policy.md", "docs/deploying.md", "docs/migration.md", "docs/setups.md"]
    {
        let document = fs::read_to_string(root.join(file)).unwrap();
        let blocks =
            document.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let found: Vec<_> = blocks.filter(|block| block.contains("\"origin\":")).collect();
        assert!(!found.is_empty(), "{file}");
        for policy in found {
            assert!(schema_accepts(policy) && Policy::parse(policy).is_ok(), "{file}: {policy}");
        }
    }
}

/// Checks that a rule with the fields of each row is accepted (`+`) or refused (`-`)
/// by schema and parser, alone and under a route. A row that names no origin gets a good one.
#[track_caller]
fn assert_judged(table: &str) {
    for row in table.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (is_good, fields) = (row.starts_with('+'), row.trim_start_matches(['+', '-', ' ']));
        let origin = if fields.contains(r#""origin"#) { "" } else { r#""origin": true, "# };
        let rule = format!("{{{origin}{fields}}}");
        let routes = format!(r#"{{"routes": {{"/api/": {rule}}}}}"#);
        for document in [rule, routes] {
            assert_eq!(schema_accepts(&document), is_good, "by the schema: {document}");
            assert_eq!(Policy::parse(&document).is_ok(), is_good, "by the parser: {document}");
        }
    }
}

#[test]
fn an_origin_has_to_be_written_as_browsers_send_it() {
    let good = "https://example.com https://*.example.com:* http://localhost:65535 \
        https://example.com:80 chrome-extension://abc_d-1 http://127.0.0.1:5173 http://[::1]:* \
        http://[2001:db8:0:1:1:1:1:1] https://127.example null file:// app://. App://LocalHost:80 \
        safari-web-extension://B4A6-C https://pr-*.example.com https://*-web.example.com:8443 \
        https://a*b.example.com https://app.*.example.com:* https://a.b-*.c.d.example.com \
        https://xn-*.example.com app://Pr-*.Example.com moz-extension://* My+Ext.1://*";
    let bad = "* example.com https://example.com/ https://Example.com https://example.com. \
        https://example.com:443 http://*.example.com:80 https://example.com:0 \
        https://example.com:08 https://example.com:65536 https://me@example.com \
        https://b\u{fc}cher.example wss://example.com 1x://example.com https://* \
        https://a..example http://127.0.0.256 http://127.0.0.01 \
        http://127.1 http://0x7f000001 http://*.127.0.0.1 http://*.[::1] http://[::FFFF] \
        http://[::0a] https://a.example,https://b.example NULL nullx FILE:// file:/// file://* \
        HTTPS://example.com WSS://example.com wSs://example.com ws://* http://*:81 http://*:3000 \
        https://*example.com https://pr-*.com https://a.pr*.com https://*-*.example.com \
        https://*.a-*.example.com https://xn--*.example.com https://a.xn--b-*.example.com \
        http://10.*.0.1 http://10.0.0.* http://*-x.localhost moz-extension://*:81 \
        moz-extension://*/ *://example.com app://.. app:// app://a..b app://0xA https://Pr-*.a.com";
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    let good = format!("{good} https://{longest}");
    let bad = format!(
        "{bad} https://*.{longest} https://a{label} https://a{label}*.b.com App://A{label} \
         https://b*.a{longest}"
    );
    for (origins, sign) in [(good, '+'), (bad, '-')] {
        for origin in origins.split_whitespace() {
            assert_judged(&format!(r#"{sign} "origin": ["https://a.example", "{origin}"]"#));
            assert_judged(&format!(r#"- "origin": " {origin}""#));
            // Socket.IO 2 spells default ports out.
            let sign = if origin.ends_with(":443") || origin.ends_with(":80") { '+' } else { sign };
            assert_judged(&format!(r#"{sign} "origins": "*:* {origin}""#));
        }
    }
    for (sign, entry) in [
        ('+', "a.example:443"),
        ('+', "*.a.example:*"),
        ('+', "127.0.0.1:80"),
        ('+', "[::1]:3000"),
        ('+', "ws:3000"),
        ('-', "a.example"),
        ('-', "[::1]"),
        ('-', "*:443"),
        ('-', "A.example:443"),
        ('-', "127.1:80"),
        ('-', "a.example:443/"),
    ] {
        assert_judged(&format!(r#"{sign} "origins": ["{entry}"]"#));
        assert_judged(&format!(r#"{sign} "origins": " {entry} *:*""#));
        assert_judged(&format!(r#"- "origin": ["{entry}"]"#));
    }
}

#[test]
fn origin_is_one_origin_a_list_a_switch_or_a_kv_prefix() {
    assert_judged(
        r#"
        + "origin": []
        + "origin": true
        + "origin": false
        + "origin": "*"
        + "origins": "*:*"
        + "origins": ["*:*", "https://a.example", {"kv": "a:"}]
        + "origins": " https://a.example  http://localhost:* "
        - "origin": null
        - "origin": "*:*"
        - "origin": "https://a.example https://b.example"
        - "origin": ["*"]
        + "origins": {"kv": "a:"}
        - "origins": ["https://a.example https://b.example"]
        - "origin": true, "origins": "*:*"
        + "origin": {"kv": "tenant:"}
        + "origin": ["https://a.example", {"kv": "tenant:"}]
        - "origin": {"kv": ""}
        - "origin": {"kv": "a b"}
        - "origin": {"kv": ["a"]}
        - "origin": {}
        - "origin": {"kv": "a", "ttl": 60}
        + "origin": "null"
        + "origins": ["null", "*:*"]
        - "origin": "null", "credentials": true
        - "origin": ["https://a.example", "null"], "credentials": true
        - "origins": "https://a.example null", "credentials": true
        - "origin": {"origin": "null"}, "credentials": true
        - "origin": ["https://a.example", {"origin": "null", "note": "x"}], "credentials": true
        + "origin": [{"origin": "null"}, {"origin": "https://pr-*.a.example", "note": "previews"}]
        + "origin": ["file://", "https://null", "moz-extension://*"], "credentials": true
        "#,
    );
    for (sign, length, count) in [('+', 128, 8), ('-', 129, 1), ('-', 1, 9)] {
        let prefix = |kind| format!(r#"{{"kv": "{kind}{}"}}"#, "k".repeat(length - 1));
        let prefixes = (0..count).map(prefix).collect::<Vec<_>>().join(",");
        assert_judged(&format!(r#"{sign} "origin": [{prefixes}]"#));
        assert_judged(&format!(r#"{sign} "origins": [{prefixes}]"#));
    }
}

#[test]
fn each_other_field_accepts_its_own_values() {
    assert_judged(
        r#"
        + "methods": []
        + "methods": ["get", "PATCH", "brew", "*"]
        + "methods": " GET , PUT ,TRACES"
        - "methods": "GET,,PUT"
        - "methods": ["GET,PUT"]
        - "methods": "GET,Trace,PUT"
        - "methods": ["CONNECT"]
        - "methods": "GET, Patch"
        + "allowedHeaders": []
        + "allowedHeaders": ["*", "Authorization", "X-Cookie", "Secret"]
        - "allowedHeaders": ["X-A,X-B"]
        - "allowedHeaders": "X-A,cookie"
        - "allowedHeaders": ["Sec-Fetch-Site"]
        - "allowedHeaders": "PROXY-Authorization"
        - "exposedHeaders": ["X-A,X-B"]
        - "exposedHeaders": ["Set-Cookie"]
        - "exposedHeaders": "X-A,SET-COOKIE2"
        + "maxAge": -1, "optionsSuccessStatus": 200, "missingOrigin": "allow"
        + "maxAge": 86400, "optionsSuccessStatus": 299, "missingOrigin": "deny"
        + "maxAge": 600.0
        - "maxAge": -2
        - "maxAge": 86401
        - "maxAge": 0.5
        - "optionsSuccessStatus": 199
        - "optionsSuccessStatus": 300
        - "missingOrigin": "Allow"
        + "credentials": false, "preflightContinue": true, "jsonp": true, "reportOnly": true
        - "credentials": "true"
        - "preflightContinue": 1
        - "jsonp": null
        - "reportOnly": "on"
        + "websocketCookies": false
        + "websocketCookies": true, "credentials": true
        - "websocketCookies": "false"
        - "websocketCookies": null
        + "dangerouslyAllow": []
        + "dangerouslyAllow": ["every-origin", "public-suffix"]
        - "dangerouslyAllow": ["everything"]
        - "dangerouslyAllow": "every-origin"
        - "dangerouslyAllow": [true]
        - "dangerouslyAllow": true
        - "transports": ["websocket"]
        "#,
    );
}

#[test]
fn a_wildcard_and_credentials_exclude_each_other() {
    assert_judged(
        r#"
        + "credentials": false, "origin": "*", "methods": "*", "allowedHeaders": "*"
        + "credentials": true, "methods": ["X*"], "exposedHeaders": "Cookie"
        + "credentials": true, "origins": "*:*"
        - "credentials": true, "origin": "*"
        - "credentials": true, "methods": "GET, *"
        - "credentials": true, "allowedHeaders": ["X-A", "*"]
        - "credentials": true, "exposedHeaders": "*"
        "#,
    );
}

#[test]
fn a_document_is_a_rule_or_rules_by_path_prefix() {
    for (document, is_good) in [
        (r#"{"$schema": "x", "origin": true}"#, true),
        (r#"{"$schema": "x", "routes": {"/": {"origin": true}, "/a": {"origin": "*"}}}"#, true),
        (r#"{"routes": {"/my app/caf\u00e9/.well-known/100%": {"origin": true}}}"#, true),
        ("{}", false),
        ("[]", false),
        (r#"{"routes": {}}"#, false),
        (r#"{"routes": {"/a/": {}}}"#, false),
        (r#"{"routes": {"/a/": {"origin": true}}, "origin": true}"#, false),
        (r#"{"routes": {"/a/": {"origin": true, "$schema": "x"}}}"#, false),
    ] {
        assert_eq!(schema_accepts(document), is_good, "{document}");
    }
    for prefix in ["", "a/", "/*", "/a?b", "/c#d", "/a%20b/", "//a/", "/a/../b", "/.", r"/q\\z"] {
        let document = format!(r#"{{"routes": {{"{prefix}": {{"origin": true}}}}}}"#);
        assert!(!schema_accepts(&document), "{document}");
    }
}
