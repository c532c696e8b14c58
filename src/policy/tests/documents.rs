use super::*;

#[test]
fn a_route_is_a_path_prefix_with_a_rule() {
    assert_refused(
        r#"
        {"routes": {"socket.io/": {"origin": true}}}
        - /routes/socket.io~1: "socket.io/" is a path prefix that does not start with /; write "/socket.io/"
        {"routes": {"": {"origin": true}}}
        - /routes/: "" is a path prefix that does not start with /; write "/"
        {"routes": {"*": {"origin": true}}}
        - /routes/*: "*" is a path prefix that does not start with /; write "/"
        {"routes": {"/socket.io/*": {"origin": true}, "/a?b": {"origin": true}, "/c#d": {"origin": true}}}
        - /routes/~1socket.io~1*: "/socket.io/*" is a path prefix with a character that no path has, or a wildcard; write "/socket.io/", which covers all that starts with it
        - /routes/~1a?b: "/a?b" is a path prefix with a character that no path has, or a wildcard; write "/a", which covers all that starts with it
        - /routes/~1c#d: "/c#d" is a path prefix with a character that no path has, or a wildcard; write "/c", which covers all that starts with it
        {"routes": {"/my%20app/": {"origin": true}, "//rt/": {"origin": true}, "/a/../b/": {"origin": true}, "/q\\z": {"origin": true}}}
        - /routes/~1my%20app~1: "/my%20app/" is not spelt as paths are compared: decoded, without // and ..; write "/my app/"
        - /routes/~1~1rt~1: "//rt/" is not spelt as paths are compared: decoded, without // and ..; write "/rt/"
        - /routes/~1a~1..~1b~1: "/a/../b/" is not spelt as paths are compared: decoded, without // and ..; write "/b/"
        - /routes/~1q\z: "/q\\z" is not spelt as paths are compared: decoded, without // and ..; write "/q/z"
        {"routes": {"/a~b/": "https://a.example"}}
        - /routes/~1a~0b~1: "https://a.example" has the wrong type; write a rule, as in {"origin": "https://example.com"}
        {"routes": {}}
        - /routes: {} covers nothing; give at least one route, as in "/socket.io/"
        {"routes": [{"origin": true}]}
        - /routes: [{"origin":true}] has the wrong type; write an object, as in {"/socket.io/": {"origin": "https://example.com"}}
        {"routes": null}
        - /routes: null has the wrong type; write an object, as in {"/socket.io/": {"origin": "https://example.com"}}
        {"routes": {"/a/": {"origin": true}}, "origin": true}
        - /origin: true belongs to an unknown field; write one of $schema, routes
        {"route": {"/a/": {"origin": true}}}
        - /route: {"/a/":{"origin":true}} belongs to an unknown field; did you mean "routes"?
        - the document: has no "origin"; write "origin": "https://example.com", a list, true, "*" or false
        "#,
    );
}

#[test]
fn a_document_is_an_object() {
    assert_refused(
        r#"
        null
        - the document: null has the wrong type; write an object, as in {"origin": "https://example.com"}
        true
        - the document: true has the wrong type; write an object, as in {"origin": "https://example.com"}
        "https://a.example"
        - the document: "https://a.example" has the wrong type; write an object, as in {"origin": "https://example.com"}
        ["https://a.example"]
        - the document: ["https://a.example"] has the wrong type; write an object, as in {"origin": "https://example.com"}
        "#,
    );
}

#[test]
fn what_is_not_json_is_told_where() {
    for (document, problem) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        (" \n ", "EOF while parsing a value at line 2 column 1"),
        (r#"{"origin": tr"#, "EOF while parsing a value at line 1 column 13"),
        (r#"{"origin": true"#, "EOF while parsing an object at line 1 column 15"),
        (r#"{"origin": true,}"#, "trailing comma at line 1 column 17"),
        ("// open\n{\"origin\": true}", "expected value at line 1 column 1"),
        ("{\"origin\": true /* open */}", "expected `,` or `}` at line 1 column 17"),
        ("\u{feff}{\"origin\": true}", "expected value at line 1 column 1"),
        ("\0", "expected value at line 1 column 1"),
        ("{\"origin\": true}\0", "trailing characters at line 1 column 17"),
        (
            "{\"origin\": \"\0\"}",
            "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 13",
        ),
        (r#"{"origin": true} {"origin": true}"#, "trailing characters at line 1 column 18"),
        ("{origin: true}", "key must be a string at line 1 column 2"),
        (r#"{"origin": true, "maxAge": 1e999}"#, "number out of range at line 1 column 32"),
    ] {
        let fault = format!("the document: is not JSON: {problem}; correct it there");
        assert_eq!(faults(document), [fault], "{document:?}");
    }
}

#[test]
fn a_deeply_nested_document_is_refused_without_overflowing_the_stack() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let document = format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
        let column = open.len() * 127 + 1;
        let problem = format!("is not JSON: recursion limit exceeded at line 1 column {column}");
        assert_eq!(faults(&document), [format!("the document: {problem}; correct it there")]);
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
        ["the document: has 8388609 bytes, more than 8388608; shorten the list of origins"]
    );
}

#[test]
fn what_is_no_policy_at_all_takes_no_more_than_a_bounded_effort() {
    let numbers = format!("[{}0]", "0,".repeat(MAX_VALUES + 1));
    assert_eq!(
        faults(&numbers),
        ["the document: has more than 500000 values; shorten the list of origins"]
    );
    let slashes = vec![r#""https://a.example/""#; 2000].join(",");
    assert_eq!(faults(&format!(r#"{{"origin": [{slashes}]}}"#)).len(), 1000);
    let long = "n".repeat(1_000_000);
    let [unknown, _missing] = &faults(&format!(r#"{{"{long}": 1}}"#))[..] else {
        panic!("two faults");
    };
    assert!(unknown.len() < 600 && unknown.contains("nnn…: 1 belongs"), "{unknown:.700}");
}
