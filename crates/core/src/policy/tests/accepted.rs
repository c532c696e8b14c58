use super::*;

fn listed(names: &'static str) -> AllowedHeaders {
    AllowedHeaders::Listed(Some(HeaderValue::from_static(names)))
}

#[test]
fn every_field_but_origin_has_a_default() {
    let rule = rule(r#"{"origin": "https://a.example"}"#);
    assert!(!credentials(&rule));
    assert_eq!(rule.methods.unwrap(), "GET,POST");
    assert_eq!(rule.allowed_headers, AllowedHeaders::Requested);
    assert_eq!(rule.exposed_headers, None);
    assert_eq!(rule.max_age, None);
    assert_eq!(rule.success_status, StatusCode::NO_CONTENT);
    assert!(!rule.preflight_continue);
    assert!(rule.allows_missing_origin);
    assert!(!rule.jsonp);
    assert!(!rule.report_only);
    assert!(rule.websocket_cookies);
}

#[test]
fn every_field_is_read() {
    let rule = rule(
        r#"{
            "$schema": "https://example.com/policy.schema.json",
            "origin": ["https://a.example"],
            "methods": ["GET", "PUT"],
            "allowedHeaders": ["X-A", "X-B"],
            "exposedHeaders": ["X-C", "X-D"],
            "credentials": true,
            "maxAge": 600,
            "optionsSuccessStatus": 200,
            "preflightContinue": true,
            "missingOrigin": "deny",
            "jsonp": true,
            "reportOnly": true,
            "websocketCookies": false,
            "dangerouslyAllow": ["public-suffix", "every-origin"],
            "note": "of the shop"
        }"#,
    );
    assert!(credentials(&rule));
    assert_eq!(rule.methods.unwrap(), "GET,PUT");
    assert_eq!(rule.allowed_headers, listed("X-A,X-B"));
    assert_eq!(rule.exposed_headers.unwrap(), "X-C,X-D");
    assert_eq!(rule.max_age.unwrap(), "600");
    assert_eq!(rule.success_status, StatusCode::OK);
    assert!(rule.preflight_continue);
    assert!(!rule.allows_missing_origin);
    assert!(rule.jsonp);
    assert!(rule.report_only);
    assert!(!rule.websocket_cookies);
}

#[test]
fn notes_change_no_decision() {
    let plain =
        parse(r#"{"routes": {"/a/": {"origin": ["https://a.example", "https://*.b.example"]}}}"#);
    let noted = parse(
        r#"{
            "note": "of the shop",
            "routes": {
                "/a/": {
                    "note": "",
                    "origin": [
                        {"origin": "https://a.example", "note": "customer 17"},
                        {"note": "staging", "origin": "https://*.b.example"}
                    ]
                }
            }
        }"#,
    );
    assert_eq!(noted, plain);
    let alone = rule(r#"{"origin": {"origin": "https://a.example"}}"#);
    assert_eq!(alone, rule(r#"{"origin": "https://a.example"}"#));
}

#[test]
fn a_switch_may_be_written_with_its_default_value() {
    for (field, value) in [
        ("credentials", "false"),
        ("methods", r#""GET,POST""#),
        ("optionsSuccessStatus", "204"),
        ("preflightContinue", "false"),
        ("missingOrigin", r#""allow""#),
        ("jsonp", "false"),
        ("reportOnly", "false"),
        ("exposedHeaders", "[]"),
    ] {
        let default = rule(r#"{"origin": false}"#);
        assert_eq!(format!("{:?}", rule_with(field, value)), format!("{default:?}"), "{field}");
    }
}

#[test]
fn methods_are_a_list_or_a_text() {
    for (value, methods) in [
        (r#"["GET", "POST"]"#, "GET,POST"),
        (r#""GET,POST""#, "GET,POST"),
        (r#"" GET , PUT ""#, "GET,PUT"),
        (r#""GET""#, "GET"),
        (r#""GET,HEAD,PUT,PATCH,POST,DELETE""#, "GET,HEAD,PUT,PATCH,POST,DELETE"),
        // Fetch normalises these six, and no other.
        (r#"["delete","get","head","options","post","put"]"#, "DELETE,GET,HEAD,OPTIONS,POST,PUT"),
        (r#"["PROPFIND", "brew"]"#, "PROPFIND,brew"),
        (r#""*""#, "*"),
    ] {
        assert_eq!(rule_with("methods", value).methods.unwrap(), methods, "{value}");
    }
}

#[test]
fn header_names_are_a_list_or_a_text() {
    for (value, names) in [
        (r#"["X-A", "x-b"]"#, "X-A,x-b"),
        (r#""X-A,x-b""#, "X-A,x-b"),
        (r#"" X-A , x-b ""#, "X-A,x-b"),
        (r#""X-A""#, "X-A"),
        (r#"["Authorization", "Content-Type"]"#, "Authorization,Content-Type"),
        (r#""*""#, "*"),
        (r#"["*", "Authorization"]"#, "*,Authorization"),
        // They only look like what browsers forbid.
        (r#"["Secret", "X-Sec-Token", "Proxy", "X-Cookie"]"#, "Secret,X-Sec-Token,Proxy,X-Cookie"),
    ] {
        let allowed = rule_with("allowedHeaders", value).allowed_headers;
        assert_eq!(allowed, listed(names), "{value}");
        let exposed = rule_with("exposedHeaders", value).exposed_headers;
        assert_eq!(exposed.unwrap(), names, "{value}");
    }
}

#[test]
fn an_empty_list_of_allowed_headers_allows_none_instead_of_reflecting() {
    let rule = rule_with("allowedHeaders", "[]");
    assert_eq!(rule.allowed_headers, AllowedHeaders::Listed(None));
}

#[test]
fn numbers_reach_to_the_ends_of_their_ranges() {
    for (written, max_age) in
        [("-1", "-1"), ("0", "0"), ("1", "1"), ("86400", "86400"), ("600.0", "600"), ("-0.00", "0")]
    {
        assert_eq!(rule_with("maxAge", written).max_age.unwrap(), max_age);
    }
    for status in [200, 204, 299] {
        let rule = rule_with("optionsSuccessStatus", &status.to_string());
        assert_eq!(rule.success_status, status);
    }
}

#[test]
fn origin_takes_every_form_that_socket_io_gives_it() {
    const A: &str = "https://a.example";
    const LOCAL: &str = "http://localhost:5173";
    for (value, allowed, others) in [
        (r#""https://a.example""#, vec![A], vec![LOCAL]),
        (r#"["https://a.example", "http://localhost:*"]"#, vec![A, LOCAL], vec!["http://b"]),
        (r#"["https://*.a.example"]"#, vec!["https://x.a.example"], vec![A]),
        (r#"["https://*.a.example:*"]"#, vec!["https://x.a.example:1"], vec![A]),
        ("true", vec![A, LOCAL, "null", "file://", "app://."], vec![]),
        (r#""*""#, vec![A, LOCAL, "null", "file://"], vec![]),
        (r#"["null", "https://a.example"]"#, vec!["null", A], vec!["file://"]),
        (r#""file://""#, vec!["file://"], vec!["null", A]),
        (
            r#"["https://a-*.b.example", "app://*"]"#,
            vec!["https://a-1.b.example", "app://."],
            vec![A],
        ),
        ("false", vec![], vec![A, LOCAL]),
        ("[]", vec![], vec![A, LOCAL]),
    ] {
        let rule = rule(&format!(r#"{{"origin": {value}}}"#));
        for origin in allowed {
            assert!(allows(&rule, origin), "{value} should allow {origin}");
        }
        for origin in others {
            assert!(!allows(&rule, origin), "{value} should not allow {origin}");
        }
        assert_eq!(rule.allows_every_origin(), matches!(value, "true" | r#""*""#), "{value}");
        assert_eq!(matches!(rule.access, Access::Wildcard), value == r#""*""#, "{value}");
    }
}

#[test]
fn with_credentials_a_shared_origin_is_allowed_only_if_it_is_listed() {
    for (fields, allowed, others) in [
        (r#""origin": true, "credentials": true"#, vec!["app://."], vec!["null", "file://"]),
        (r#""origins": "*:*", "credentials": true"#, vec!["app://."], vec!["null", "file://"]),
        (r#""origin": "file://", "credentials": true"#, vec!["file://"], vec!["null"]),
        (r#""origins": "null *:*""#, vec!["null", "file://"], vec![]),
    ] {
        let rule = rule(&format!("{{{fields}}}"));
        for origin in allowed {
            assert!(allows(&rule, origin), "{fields} should allow {origin}");
        }
        for origin in others {
            assert!(!allows(&rule, origin), "{fields} should not allow {origin}");
        }
    }
}

#[test]
fn the_origins_field_needs_ports_and_no_schemes_as_in_socket_io_2() {
    for (value, allowed, others) in [
        (
            r#"["https://a.example:443", "http://b.example:80"]"#,
            vec!["https://a.example", "http://b.example"],
            vec!["http://a.example", "https://b.example", "https://a.example:8443"],
        ),
        (
            r#""a.example:443""#,
            vec!["https://a.example", "http://a.example:443"],
            vec!["http://a.example", "https://a.example:444"],
        ),
        (
            r#"["a.example:*"]"#,
            vec!["https://a.example", "http://a.example", "http://a.example:3000"],
            vec!["https://b.a.example"],
        ),
        (
            r#""a.example:3000 https://b.example""#,
            vec!["http://a.example:3000", "https://b.example"],
            vec![],
        ),
    ] {
        let rule = rule(&format!(r#"{{"origins": {value}}}"#));
        for origin in allowed {
            assert!(allows(&rule, origin), "{value} should allow {origin}");
        }
        for origin in others {
            assert!(!allows(&rule, origin), "{value} should not allow {origin}");
        }
    }
}

#[test]
fn a_tenant_prefix_may_stand_alone_or_among_patterns() {
    for (field, prefixes, allowed) in [
        (r#""origin": {"kv": "tenant:"}"#, &["tenant:"][..], false),
        (r#""origin": [{"kv": "tenant:"}, "https://a.example"]"#, &["tenant:"], true),
        (r#""origin": ["https://a.example", {"kv": "t/"}, {"kv": "p/"}]"#, &["t/", "p/"], true),
        (r#""origins": ["https://a.example", {"kv": "t:"}]"#, &["t:"], true),
        (r#""origins": {"kv": "t:"}"#, &["t:"], false),
    ] {
        let rule = rule(&format!("{{{field}}}"));
        let listing = |origin| rule.listing(&Origin::try_from(origin).unwrap());
        let prefixes: Vec<_> = prefixes.iter().map(ToString::to_string).collect();
        assert_eq!(listing("https://b.example"), Listing::Tenant(&prefixes), "{field}");
        assert_eq!(listing("https://a.example") == Listing::Pattern, allowed, "{field}");
    }
}

#[test]
fn a_repeated_tenant_prefix_has_no_effect() {
    let again = [r#"{"kv": "tenant:"}"#; 9].join(",");
    let policy = Policy::parse(&format!(r#"{{"origin": [{again}]}}"#));
    assert_eq!(policy, Policy::parse(r#"{"origin": {"kv": "tenant:"}}"#));
}

#[test]
fn origins_takes_the_forms_of_socket_io_2() {
    for (value, listed, every) in [
        (r#""*:*""#, true, true),
        (r#"["https://b.example", "*:*"]"#, true, true),
        (r#""https://a.example""#, true, false),
        (r#""https://b.example  https://a.example""#, true, false),
        (r#"["https://b.example", "https://a.example"]"#, true, false),
        (r#"["http://a.example:*"]"#, false, false),
    ] {
        let rule = rule(&format!(r#"{{"origins": {value}}}"#));
        assert_eq!(allows(&rule, "https://a.example"), listed, "{value}");
        assert_eq!(rule.allows_every_origin(), every, "{value}");
        // Socket.IO 2 echoes the origin, whichever it is.
        assert!(!matches!(rule.access, Access::Wildcard), "{value}");
    }
}

#[test]
fn cors_objects_are_pasted_from_a_socket_io_server_as_they_are() {
    for (document, origin, credentialed) in [
        (r#"{"origin": "https://example.com"}"#, "https://example.com", false),
        (
            r#"{"origin": "https://example.com", "allowedHeaders": ["my-custom-header"],
                "credentials": true}"#,
            "https://example.com",
            true,
        ),
        (
            r#"{"origin": ["https://dev.example.com", "https://prod.example.com"]}"#,
            "https://prod.example.com",
            false,
        ),
        (
            r#"{"origin": ["https://admin.socket.io"], "credentials": true}"#,
            "https://admin.socket.io",
            true,
        ),
        (
            r#"{"origin": "http://localhost:3000", "methods": ["GET", "POST"]}"#,
            "http://localhost:3000",
            false,
        ),
        (r#"{"origin": true, "credentials": true}"#, "https://anyone.example", true),
        // The `cors` package's own defaults.
        (
            r#"{"origin": "*", "methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
                "preflightContinue": false, "optionsSuccessStatus": 204}"#,
            "https://anyone.example",
            false,
        ),
    ] {
        let rule = rule(document);
        assert!(allows(&rule, origin), "{document}");
        assert_eq!(credentials(&rule), credentialed, "{document}");
    }
}
