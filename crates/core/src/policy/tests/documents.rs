use super::*;
use crate::origin::pattern::HostPattern;

#[test]
fn a_route_is_a_path_prefix_with_a_rule() {
    assert_refused(
        r#"
        {"routes": {"socket.io/": {"origin": true}}}
        - /routes/socket.io~1: "socket.io/" does not start with /; write "/socket.io/"
        {"routes": {"": {"origin": true}}}
        - /routes/: "" does not start with /; write "/"
        {"routes": {"*": {"origin": true}}}
        - /routes/*: "*" does not start with /; write "/"
        {"routes": {"/socket.io/*": {"origin": true}, "/a?b": {"origin": true}, "/c#d": {"origin": true}}}
        - /routes/~1socket.io~1*: "/socket.io/*" has a wildcard, a query or a fragment; write "/socket.io/", which covers every path that starts with it
        - /routes/~1a?b: "/a?b" has a wildcard, a query or a fragment; write "/a", which covers every path that starts with it
        - /routes/~1c#d: "/c#d" has a wildcard, a query or a fragment; write "/c", which covers every path that starts with it
        {"routes": {"/my%20app/": {"origin": true}, "//rt/": {"origin": true}, "/a/../b/": {"origin": true}, "/q\\z": {"origin": true}}}
        - /routes/~1my%20app~1: "/my%20app/" is not in normal form: decoded, without // and ..; write "/my app/"
        - /routes/~1~1rt~1: "//rt/" is not in normal form: decoded, without // and ..; write "/rt/"
        - /routes/~1a~1..~1b~1: "/a/../b/" is not in normal form: decoded, without // and ..; write "/b/"
        - /routes/~1q\z: "/q\\z" is not in normal form: decoded, without // and ..; write "/q/z"
        {"routes": {"https://a.example/socket.io": {"origin": true}, "/%2a": {"origin": true}, "/a%3fb": {"origin": true}, "/%2573x": {"origin": true}}}
        - /routes/https:~1~1a.example~1socket.io: "https://a.example/socket.io" does not start with /; write "/socket.io"
        - /routes/~1%2a: "/%2a" is not in normal form: decoded, without // and ..; write "/"
        - /routes/~1a%3fb: "/a%3fb" is not in normal form: decoded, without // and ..; write "/a"
        - /routes/~1%2573x: "/%2573x" is not in normal form: decoded, without // and ..; write "/sx"
        {"routes": {"/a~b/": "https://a.example"}}
        - /routes/~1a~0b~1: invalid value "https://a.example": expected a rule, as in {"origin": "https://example.com"}
        {"routes": {}}
        - /routes: {} has no routes; add at least one route, as in "/socket.io/"
        {"routes": [{"origin": true}]}
        - /routes: invalid value [{"origin": true}]: expected an object, as in {"/socket.io/": {"origin": "https://example.com"}}
        {"routes": null}
        - /routes: invalid value null: expected an object, as in {"/socket.io/": {"origin": "https://example.com"}}
        {"routes": {"/a/": {"origin": true}}, "origin": true}
        - /origin: unknown field "origin"; write one of $schema, note, routes
        {"route": {"/a/": {"origin": true}}}
        - the document: missing field "origin"; add "origin": "https://example.com", a list, true, "*" or false
        - /route: unknown field "route"; did you mean "routes"?
        "#,
    );
}

#[test]
fn a_path_prefix_has_no_control_characters() {
    for prefix in [r"/a\u001b[2J", r"/\n", r"/\u0000", r"/\u009b"] {
        let document = format!(r#"{{"routes": {{"{prefix}": {{"origin": true}}}}}}"#);
        let fault = faults(&document).remove(0);
        assert!(fault.ends_with("has a control character; remove it"), "{fault}");
    }
}

#[test]
fn a_document_is_an_object() {
    assert_refused(
        r#"
        null
        - the document: invalid value null: expected an object, as in {"origin": "https://example.com"}
        true
        - the document: invalid value true: expected an object, as in {"origin": "https://example.com"}
        "https://a.example"
        - the document: invalid value "https://a.example": expected an object, as in {"origin": "https://example.com"}
        ["https://a.example"]
        - the document: invalid value ["https://a.example"]: expected an object, as in {"origin": "https://example.com"}
        "#,
    );
}

#[test]
fn a_document_that_is_not_json_is_refused_with_the_place() {
    const CORRECT: &str = "fix the syntax there";
    const PUBLISH: &str = "write strict JSON, or use `socketio-cors publish`, which converts this";
    const COMPLETE: &str = "complete the document";
    const CONTROL: &str = "remove that character";
    const SAME_LINE: &str = "close the quotes on the same line";
    const IN_STRING: &str = "control character (\\u0000-\\u001F) found while parsing a string";
    const BARE: &str =
        "write names and strings in double quotes; only numbers, true, false and null need none";
    for (document, line, column, message, help) in [
        (r#"{"origin": tr"#, 1, 14, "EOF while parsing a value", COMPLETE),
        ("{\n \"origin\": true", 2, 16, "EOF while parsing an object", COMPLETE),
        (r#"{"origin": true,}"#, 1, 17, "key must be a string, at }", PUBLISH),
        (r#"{"origin": [1,]}"#, 1, 15, "expected value, at ]", PUBLISH),
        ("// open\n{\"origin\": true}", 1, 1, "expected value, at /", PUBLISH),
        ("{\n\"origin\": true /* open */}", 2, 16, "expected `,` or `}`, at /", PUBLISH),
        ("\0", 1, 1, "expected value, at U+0000", CONTROL),
        ("{\"origin\": true}\0", 1, 17, "trailing characters, at U+0000", CONTROL),
        ("{\"origin\": \"\0\"}", 1, 13, &*format!("{IN_STRING}, at U+0000"), CONTROL),
        (r#"{"origin": true} {"origin": true}"#, 1, 18, "trailing characters, at {", CORRECT),
        ("{\"origin\": \"a\nb\"}", 1, 14, &*format!("{IN_STRING}, at U+000A"), SAME_LINE),
        ("{\"origin\": \"a\tb\"}", 1, 14, &*format!("{IN_STRING}, at U+0009"), CONTROL),
        ("{\"maxAge\": 1.\r\n}", 1, 14, "invalid number, at U+000D", CORRECT),
        (r#"{"origin": "a\.b"}"#, 1, 15, "invalid escape, at .", "write \\\\ for a backslash"),
        (r#"{"origin" true}"#, 1, 11, "expected `:`, at t", "write a colon between name and value"),
        (
            r#"{"origin": /a/}"#,
            1,
            12,
            "expected value, at /",
            "write origins as strings, as in \"https://*.example.com\": JSON has no regular expressions",
        ),
        (r#"{"origin": [}"#, 1, 13, "expected value, at }", CORRECT),
        ("{\u{fc}: true}", 1, 2, "key must be a string, at \u{fc}", PUBLISH),
        ("{\u{a0}\"origin\": true}", 1, 2, "key must be a string, at \u{a0}", CORRECT),
        ("{origin: true}", 1, 2, "key must be a string, at o", PUBLISH),
        ("{\n\t'origin': true}", 2, 2, "key must be a string, at '", PUBLISH),
        (r#"{"ü": True}"#, 1, 7, "expected value, at T", BARE),
        (r#"{"maxAge": 0600}"#, 1, 13, "invalid number, at 6", CORRECT),
    ] {
        let fault = Policy::parse(document).unwrap_err().remove(0);
        let expected = format!("the document: invalid JSON: {message}; {help}");
        assert_eq!(fault.to_string(), expected, "{document:?}");
        assert_eq!((fault.line, fault.column), (line, column), "{document:?}");
    }
}

#[test]
fn a_fault_has_its_pointer_line_and_column() {
    let document = "{\n\t\"methods\": \"GET,TRACE\",\r\n  \"b\u{fc}\": 1, \"origin\": [\n\
                    \"https://a.example\",\n    \"1\"]\n}";
    let places: Vec<_> = Policy::parse(document)
        .unwrap_err()
        .into_iter()
        .map(|fault| (fault.pointer, fault.line, fault.column, document.get(fault.span).unwrap()))
        .collect();
    assert_eq!(
        places
            .iter()
            .map(|(at, line, column, text)| (at.as_str(), *line, *column, *text))
            .collect::<Vec<_>>(),
        [
            ("/methods", 2, 13, r#""GET,TRACE""#),
            ("/b\u{fc}", 3, 3, "\"b\u{fc}\""),
            ("/origin/1", 5, 5, r#""1""#),
        ]
    );
    let missing = Policy::parse("{\"routes\":\n{\"/a\": {}}}").unwrap_err().remove(0);
    assert_eq!((missing.line, missing.column, missing.span), (2, 8, 18..18));
}

#[test]
fn faults_use_the_known_rules_of_host_names() {
    let domain_rules = DomainRules {
        to_ascii: |host| (host == "b\u{fc}cher.example").then(|| "xn--bcher-kva.example".into()),
        own_names: |pattern| match pattern.host() {
            HostPattern::Below("co.uk") | HostPattern::Between(_, ".co.uk") => {
                Some("write your own".into())
            }
            _ => None,
        },
    };
    let faults = |document: &str| match Policy::read(document, Version::of(document), &domain_rules)
    {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    };
    let unicode = "has a Unicode host, but browsers send its punycode form";
    let suffix = "is a wildcard over a public suffix, where anyone can get a site, and \
                  \"credentials\" is true";
    for (document, expected) in [
        (
            r#"{"origin": ["https://b\u00fccher.example/"]}"#,
            "/origin/0: \"https://b\u{fc}cher.example/\" has a path or a trailing slash, which no \
             browser sends in an origin; write \"https://xn--bcher-kva.example\""
                .to_owned(),
        ),
        (
            r#"{"origin": "https://*.b\u00fccher.example:*"}"#,
            format!(
                "/origin: \"https://*.b\u{fc}cher.example:*\" {unicode}; \
                 write \"https://*.xn--bcher-kva.example:*\""
            ),
        ),
        (
            r#"{"origin": "https://*.co.uk", "credentials": true}"#,
            format!("/origin: \"https://*.co.uk\" {suffix}; write your own"),
        ),
        (
            r#"{"origins": "https://*.co.uk:*", "credentials": true}"#,
            format!("/origins: \"https://*.co.uk:*\" {suffix}; write your own"),
        ),
        (
            r#"{"origin": "https://a.*.co.uk", "credentials": true}"#,
            format!("/origin: \"https://a.*.co.uk\" {suffix}; write your own"),
        ),
        // A fault is reported once: the corrected pattern gets no second fault.
        (
            r#"{"origin": "https://*.co.uk/", "credentials": true}"#,
            "/origin: \"https://*.co.uk/\" has a path or a trailing slash, which no browser sends in \
             an origin; write your own"
                .to_owned(),
        ),
    ] {
        assert_eq!(faults(document), [expected], "{document}");
    }
    for document in [
        r#"{"origin": "https://*.co.uk"}"#,
        r#"{"origin": ["https://co.uk", "https://*.a.co.uk"], "credentials": true}"#,
        r#"{"dangerouslyAllow": ["public-suffix"], "origin": "https://*.co.uk", "credentials": true}"#,
        r#"{"origins": "*.co.uk:443", "credentials": true, "dangerouslyAllow": ["public-suffix"]}"#,
    ] {
        assert_eq!(faults(document), Vec::<String>::new(), "{document}");
    }
}

#[test]
fn an_empty_or_wrongly_encoded_document_is_refused_with_the_cause() {
    let empty = r#"empty document; write a policy, as in {"origin": "https://example.com"}"#;
    let mark = "byte order mark, which JSON does not have; save it as UTF-8 without one";
    for (document, fault) in [
        ("", empty),
        (" \n ", empty),
        ("\u{feff}{\"origin\": true}", mark),
        (
            "{\"origin\": \"https://b\u{fffd}cher.example\"}",
            "invalid UTF-8; save it as UTF-8, with the right character",
        ),
        (
            "{\"routes\": {\"/b\u{fffd}/\": {\"origin\": true}}}",
            "invalid UTF-8; save it as UTF-8, with the right character",
        ),
    ] {
        assert_eq!(faults(document), [format!("the document: {fault}")], "{document:?}");
    }
}

#[test]
fn half_a_surrogate_pair_is_refused_in_every_field() {
    for document in [
        r#"{"origin": "\ud800"}"#,
        r#"{"origin": {"kv": "\ud800"}}"#,
        r#"{"origin": true, "methods": "\ud800"}"#,
        r#"{"origin": true, "allowedHeaders": ["\ud800"]}"#,
        r#"{"origin": true, "missingOrigin": "\ud800"}"#,
        r#"{"origin": true, "\ud800": 1}"#,
        r#"{"routes": {"/\ud800": {"origin": true}}}"#,
    ] {
        assert_eq!(faults(document).len(), 1, "{document}");
    }
}

#[test]
fn a_deeply_nested_document_is_refused_without_overflowing_the_stack() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"{"origin":["#, "]}")] {
        let document = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        assert!(!faults(&document).is_empty(), "{document:.80}");
    }
}

/// A good document with spaces after it.
fn padded_to(len: usize) -> String {
    let document = r#"{"origin": false}"#;
    document.to_owned() + &" ".repeat(len.saturating_sub(document.len()))
}

#[test]
fn a_document_of_8_mib_is_read() {
    let document = padded_to(8 * 1024 * 1024);
    assert!(Policy::parse(&document).is_ok());
}

#[test]
fn a_document_of_more_than_8_mib_is_refused_unread() {
    let document = padded_to(MAX_DOCUMENT_LEN + 1);
    assert_eq!(
        faults(&document),
        ["the document: larger than 8388608 bytes; shorten the list of origins"]
    );
}

#[test]
fn a_huge_faulty_document_gets_a_bounded_number_of_faults() {
    let members: Vec<_> = (0..1001).map(|n| format!("\"{n}\":0,")).collect();
    let members = members.concat();
    let many = format!(r#"{{{members}"origin":true}}"#);
    let [fault] = &faults(&many)[..] else { panic!("one fault") };
    assert!(
        fault.ends_with(
            "… has more than 1000 members; use one prefix for several paths; a rule has a dozen fields"
        ),
        "{fault}"
    );
    let numbers = format!("[{}0]", "0,".repeat(1_000_000));
    assert_eq!(faults(&numbers).len(), 1);
    assert_eq!(faults(&format!(r#"{{"origin": {numbers}}}"#)).len(), 1000);
    let parts = "x ".repeat(1_000_000);
    assert_eq!(faults(&format!(r#"{{"origins": "{parts}"}}"#)).len(), 1000);
    let origins: Vec<_> = (0..500_001).map(|n| format!("\"a://{n}z\",")).collect();
    let origins = origins.concat();
    assert_eq!(
        faults(&format!(r#"{{"origin": [{origins}"https://a.example"]}}"#)),
        [
            r#"/origin/500000: "a://500000z" exceeds the limit of 500000 origins in a document; use {"kv": "tenant:"}"#,
            r#"/origin/500001: "https://a.example" exceeds the limit of 500000 origins in a document; use {"kv": "tenant:"}"#,
        ]
    );
    let slashes = vec![r#""https://a.example/""#; 2000].join(",");
    assert_eq!(faults(&format!(r#"{{"origin": [{slashes}]}}"#)).len(), 1000);
    let long = "n".repeat(1_000_000);
    let [_missing, unknown] = &faults(&format!(r#"{{"{long}": 1}}"#))[..] else {
        panic!("two faults");
    };
    assert!(unknown.len() < 600 && unknown.contains("nnn…: unknown field \"nnn"), "{unknown:.700}");
}
