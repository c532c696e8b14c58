use super::*;

#[test]
fn an_unknown_field_is_refused_with_the_nearest_known_name() {
    assert_refused(
        r#"
        {"orign": "https://a.example"}
        - the document: missing field "origin"; add "origin": "https://example.com", a list, true, "*" or false
        - /orign: unknown field "orign"; did you mean "origin"?
        {"cors": {"origin": "https://a.example"}}
        - the document: missing field "origin"; add "origin": "https://example.com", a list, true, "*" or false
        - /cors: unknown field "cors"; write its contents without "cors" around them
        {"origin": true, "credential": true}
        - /credential: unknown field "credential"; did you mean "credentials"?
        {"origin": true, "maxage": 5}
        - /maxage: unknown field "maxage"; did you mean "maxAge"?
        {"origin": true, "allowHeaders": ["x"]}
        - /allowHeaders: unknown field "allowHeaders"; did you mean "allowedHeaders"?
        {"origin": true, "schema": {"a": null}}
        - /schema: unknown field "schema"; did you mean "$schema"?
        {"origin": true, "transports": ["websocket"]}
        - /transports: unknown field "transports"; write one of $schema, routes, origin, origins, methods, allowedHeaders, exposedHeaders, credentials, maxAge, optionsSuccessStatus, preflightContinue, missingOrigin, jsonp, reportOnly, websocketCookies, dangerouslyAllow, note
        {"routes": {"/a/": {"origin": true}}, "cors": true, "transports": {}}
        - /cors: unknown field "cors"; write one of $schema, note, routes
        - /transports: unknown field "transports"; write one of $schema, note, routes
        {"routes": {"/a/": {"origin": true, "$schema": "x"}}}
        - /routes/~1a~1/$schema: unknown field "$schema"; write one of origin, origins, methods, allowedHeaders, exposedHeaders, credentials, maxAge, optionsSuccessStatus, preflightContinue, missingOrigin, jsonp, reportOnly, websocketCookies, dangerouslyAllow, note
        "#,
    );
}

#[test]
fn duplicate_fields_are_refused() {
    assert_refused(
        r#"
        {"origin": "https://a.example", "origin": "https://b.example"}
        - /origin: duplicate field "origin"; keep one of them
        {"origin": true, "jsonp": true, "jsonp": true, "jsonp": false}
        - /jsonp: duplicate field "jsonp"; keep one of them
        - /jsonp: duplicate field "jsonp"; keep one of them
        {"$schema": "a", "origin": true, "$schema": "b"}
        - /$schema: duplicate field "$schema"; keep one of them
        {"routes": {"/a/": {"origin": true}, "/a/": {"origin": false}}}
        - /routes/~1a~1: duplicate field "/a/"; keep one of them
        {"routes": {"/a/": {"origin": true}}, "routes": {"/b/": {"origin": true}}}
        - /routes: duplicate field "routes"; keep one of them
        {"origin": true, "\u006frigin": false}
        - /origin: duplicate field "origin"; keep one of them
        "#,
    );
}

#[test]
fn origin_is_required_and_excludes_origins() {
    assert_refused(
        r#"
        {}
        - the document: missing field "origin"; add "origin": "https://example.com", a list, true, "*" or false
        {"routes": {"/a/": {}}}
        - /routes/~1a~1: missing field "origin"; add "origin": "https://example.com", a list, true, "*" or false
        {"origin": "https://a.example", "origins": "*:*"}
        - /origins: "*:*" is the value of "origins", Socket.IO 2's name for "origin"; the rule has both; remove "origins"
        "#,
    );
}

#[test]
fn origin_accepts_only_the_types_of_socket_io() {
    assert_refused(
        r#"
        {"origin": null}
        - /origin: invalid value null: expected an origin, a list of origins, true, "*" or false
        {"origin": 1}
        - /origin: invalid value 1: expected an origin, a list of origins, true, "*" or false
        {"origin": ["https://a.example", null, true, ["https://a.example"]]}
        - /origin/1: invalid value null: expected an origin, or {"kv": "tenant:"} for origins with a KV key each
        - /origin/2: invalid value true: expected an origin, or {"kv": "tenant:"} for origins with a KV key each
        - /origin/3: invalid value ["https://a.example"]: expected an origin, or {"kv": "tenant:"} for origins with a KV key each
        {"origins": true}
        - /origins: invalid value true: expected a list of origins, or "*:*"
        {"origins": ["https://a.example", 5]}
        - /origins/1: invalid value 5: expected an origin, or {"kv": "tenant:"} for origins with a KV key each
        "#,
    );
}

#[test]
fn a_note_that_is_not_a_text_is_refused() {
    assert_refused(
        r#"
        {"origin": true, "note": 17}
        - /note: invalid value 17: expected a text
        {"note": ["a"], "routes": {"/a/": {"origin": true, "note": null}}}
        - /note: invalid value ["a"]: expected a text
        - /routes/~1a~1/note: invalid value null: expected a text
        "#,
    );
}

#[test]
fn an_entry_for_tenants_needs_a_valid_kv_key_prefix() {
    let many: Vec<_> = (0..9).map(|kind| format!(r#"{{"kv": "kind-{kind}:"}}"#)).collect();
    let many = format!(r#"{{"origin": [{}]}}"#, many.join(","));
    let message = "exceeds the limit of 8 prefixes in a rule";
    let help = "use one prefix for several kinds of origins";
    assert_eq!(faults(&many), [format!("/origin/8/kv: \"kind-8:\" {message}; {help}")]);

    let long = format!(r#"{{"origin": {{"kv": "{}"}}}}"#, "t".repeat(129));
    let help = r#"write 1 to 128 ASCII characters without spaces, as in "tenant:""#;
    let fault = format!("… is not a valid prefix of KV keys; {help}");
    assert!(faults(&long).remove(0).ends_with(&fault), "{:?}", faults(&long));

    assert_refused(
        r#"
        {"origin": {}}
        - /origin: missing field "kv"; write {"kv": "tenant:"}
        {"origin": {"kw": "tenant:"}}
        - /origin: missing field "kv"; write {"kv": "tenant:"}
        - /origin/kw: unknown field "kw"; did you mean "kv"?
        {"origin": [{"origin": "https://a.example/", "note": "x"}]}
        - /origin/0/origin: "https://a.example/" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        {"origin": [{"origin": "https://a.example", "notes": "x", "until": 2027}]}
        - /origin/0/notes: unknown field "notes"; did you mean "note"?
        - /origin/0/until: unknown field "until"; write one of origin, note
        {"origin": [{"origin": "*"}, {"origin": ["https://a.example"]}, {"origin": "https://a.example", "note": 17}]}
        - /origin/0/origin: "*" stands for every origin, not for one; write "origin": true for every origin, or "origin": "*" without credentials
        - /origin/1/origin: invalid value ["https://a.example"]: expected an origin
        - /origin/2/note: invalid value 17: expected a text
        {"origin": {"note": "customer 17"}}
        - /origin: missing field "origin"; write {"origin": "https://example.com"}
        {"origin": [{"kv": "tenant:", "origin": "https://a.example"}]}
        - /origin/0/origin: unknown field "origin"; write one of kv
        {"origins": [{"origin": "https://a.example"}]}
        - /origins/0: missing field "kv"; write {"kv": "tenant:"}
        - /origins/0/origin: unknown field "origin"; write one of kv
        {"origin": [{"kv": "tenant:", "ttl": 60}]}
        - /origin/0/ttl: unknown field "ttl"; write one of kv
        {"origin": [{"kv": ""}, {"kv": "a b"}, {"kv": "b\u00fccher:"}]}
        - /origin/0/kv: "" is not a valid prefix of KV keys; write 1 to 128 ASCII characters without spaces, as in "tenant:"
        - /origin/1/kv: "a b" is not a valid prefix of KV keys; write 1 to 128 ASCII characters without spaces, as in "tenant:"
        - /origin/2/kv: "b\u00fccher:" is not a valid prefix of KV keys; write 1 to 128 ASCII characters without spaces, as in "tenant:"
        {"origins": {"kv": null}}
        - /origins/kv: invalid value null: expected a prefix of KV keys, as in "tenant:"
        "#,
    );
}

#[test]
fn a_wildcard_and_credentials_exclude_each_other() {
    assert_refused(
        r#"
        {"origin": "*", "credentials": true}
        - /origin: "*" cannot be combined with "credentials": true; list the origins, or write true to allow every origin
        {"origin": true, "credentials": true, "methods": "*", "allowedHeaders": "*", "exposedHeaders": ["X-A", "*"]}
        - /methods: "*" is not a wildcard with "credentials": true; list the methods
        - /allowedHeaders: "*" is not a wildcard with "credentials": true; list the headers, or remove the field
        - /exposedHeaders/1: "*" is not a wildcard with "credentials": true; list the headers, or remove the field
        "#,
    );
}

#[test]
fn an_origin_that_no_browser_sends_is_refused_with_the_form_that_browsers_send() {
    assert_refused(
        r#"
        {"origin": "https://a.example/"}
        - /origin: "https://a.example/" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        {"origin": "https://a.example/app"}
        - /origin: "https://a.example/app" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        {"origin": "https://a.example."}
        - /origin: "https://a.example." has a trailing dot; write "https://a.example"
        {"origin": "https://A.example"}
        - /origin: "https://A.example" has upper-case letters, but browsers send origins in lower case; write "https://a.example"
        {"origin": "https://a.example:443"}
        - /origin: "https://a.example:443" has the scheme's default port, which browsers leave out; write "https://a.example"
        {"origin": "https://a.example:99999"}
        - /origin: "https://a.example:99999" has an invalid port: expected 1 to 65535, or *; write an origin such as "https://example.com" or "http://localhost:3000"
        {"origin": "https://me:pass@a.example"}
        - /origin: "https://me:pass@a.example" has user information, which no browser sends in an origin; write "https://a.example"
        {"origin": "https://b\u00fccher.example"}
        - /origin: "https://bücher.example" has a Unicode host, but browsers send its punycode form; write the host as xn--…, as the browser's developer tools show it
        {"origin": "wss://a.example"}
        - /origin: "wss://a.example" is a WebSocket URL, but browsers send the page's http or https origin, even for WebSockets; write "https://a.example"
        {"origin": "a.example"}
        - /origin: "a.example" has no scheme: an origin is scheme://host[:port]; write "https://a.example"
        {"origin": "1x://a.example"}
        - /origin: "1x://a.example" has an invalid scheme; write an origin such as "https://example.com" or "http://localhost:3000"
        {"origin": "https://a_b.exa!mple"}
        - /origin: "https://a_b.exa!mple" has an invalid host; write an origin such as "https://example.com" or "http://localhost:3000"
        {"origin": "https://a.example,https://b.example"}
        - /origin: "https://a.example,https://b.example" has a comma or a space, but one string holds one origin; write a list, as in ["https://a.example", "https://b.example"]
        {"origin": " https://a.example"}
        - /origin: " https://a.example" has a comma or a space, but one string holds one origin; write "https://a.example"
        {"origins": ["*:*", "null"], "credentials": true}
        - /origins/1: "null" is the origin of every sandboxed frame and local file, and "credentials" is true; remove it; serve the page from a URL of its own
        {"origin": "null", "credentials": true}
        - /origin: "null" is the origin of every sandboxed frame and local file, and "credentials" is true; remove it; serve the page from a URL of its own
        {"origin": ""}
        - /origin: "" has no scheme: an origin is scheme://host[:port]; write an origin such as "https://example.com" or "http://localhost:3000"
        "#,
    );
}

#[test]
fn a_wildcard_may_stand_only_for_labels_a_part_of_one_or_a_whole_port() {
    assert_refused(
        r#"
        {"origin": ["*"]}
        - /origin/0: "*" stands for every origin, not for one; write "origin": true for every origin, or "origin": "*" without credentials
        {"origin": "*:*"}
        - /origin: "*:*" stands for every origin, not for one; write "origin": true for every origin, or "origin": "*" without credentials
        {"origin": "https://*"}
        - /origin: "https://*" stands for every host; write "https://*.example.com", or "origin": true for every origin
        {"origin": "https://*example.com"}
        - /origin: "https://*example.com" has a * in the last two labels of its host; write "https://*.example.com"
        {"origin": "https://pr-*.com"}
        - /origin: "https://pr-*.com" has a * in the last two labels of its host; list each host, or use one *, as in "https://pr-*.example.com"
        {"origin": "https://*-*.example.com"}
        - /origin: "https://*-*.example.com" has more than one * in its host; list each host, or use one *, as in "https://pr-*.example.com"
        {"origin": "https://xn--*.example.com"}
        - /origin: "https://xn--*.example.com" has a * in a punycode label; list each host, or use one *, as in "https://pr-*.example.com"
        {"origin": "*://example.com"}
        - /origin: "*://example.com" has an invalid scheme; write "https://example.com"
        {"origin": "http://*.127.0.0.1"}
        - /origin: "http://*.127.0.0.1" has a * in an IP address, or before one; list each address
        {"origins": ["*", "*:443"]}
        - /origins/0: "*" does not allow every origin in Socket.IO 2; write "*:*"
        - /origins/1: "*:443" has no scheme: an origin is scheme://host[:port]; write an origin such as "https://example.com" or "http://localhost:3000"
        {"origin": "https://a.example/,https://b.example/"}
        - /origin: "https://a.example/,https://b.example/" has a comma or a space, but one string holds one origin; write a list, as in ["https://a.example", "https://b.example"]
        {"origin": "https://a.example/", "origins": "b.example", "credentials": true}
        - /origin: "https://a.example/" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        - /origins: "b.example" is the value of "origins", Socket.IO 2's name for "origin"; the rule has both; remove "origins"
        - /origins: "b.example" has no scheme: an origin is scheme://host[:port]; write "https://b.example"
        {"origins": "https://a.example *.b.example"}
        - /origins: "*.b.example" has no scheme: an origin is scheme://host[:port]; write "https://*.b.example"
        "#,
    );
}

#[test]
fn methods_are_tokens_that_browsers_may_send() {
    assert_refused(
        r#"
        {"origin": true, "methods": ["GET", "CONNECT", "trace", "Track"]}
        - /methods/1: "CONNECT" is a method that browsers forbid; remove it
        - /methods/2: "trace" is a method that browsers forbid; remove it
        - /methods/3: "Track" is a method that browsers forbid; remove it
        {"origin": true, "methods": "GET,TRACE"}
        - /methods: "TRACE" is a method that browsers forbid; remove it
        {"origin": true, "methods": ["G ET", "", "GET,POST"]}
        - /methods/0: "G ET" is not a valid method name; write a name such as "GET"
        - /methods/1: "" is not a name; remove it; [] lists none
        - /methods/2: "GET,POST" is not a valid method name; write a name such as "GET"
        {"origin": true, "methods": "GET,,POST"}
        - /methods: "" is not a name; remove it; [] lists none
        {"origin": true, "methods": "patch"}
        - /methods: "patch" is not the method PATCH: its name is case-sensitive; write "PATCH"
        {"origin": true, "methods": ["GET", 1]}
        - /methods/1: invalid value 1: expected a string
        {"origin": true, "methods": true}
        - /methods: invalid value true: expected a list of strings, or one string with commas
        "#,
    );
}

#[test]
fn headers_are_tokens_that_pages_may_set_or_read() {
    assert_refused(
        r#"
        {"origin": true, "allowedHeaders": ["X Token", "", "X-T\u00f6ken", "X-A:", "X-A\n"]}
        - /allowedHeaders/0: "X Token" is not a valid header name; write a name such as "X-Token"
        - /allowedHeaders/1: "" is not a name; remove it; [] lists none
        - /allowedHeaders/2: "X-Töken" is not a valid header name; write a name such as "X-Token"
        - /allowedHeaders/3: "X-A:" is not a valid header name; write a name such as "X-Token"
        - /allowedHeaders/4: "X-A\n" is not a valid header name; write a name such as "X-Token"
        {"origin": true, "allowedHeaders": "Cookie,X-A,origin"}
        - /allowedHeaders: "Cookie" is a header that browsers do not let pages use; remove it
        - /allowedHeaders: "origin" is a header that browsers do not let pages use; remove it
        {"origin": true, "allowedHeaders": ["Sec-WebSocket-Protocol", "PROXY-Authorization"]}
        - /allowedHeaders/0: "Sec-WebSocket-Protocol" is a header that browsers do not let pages use; remove it
        - /allowedHeaders/1: "PROXY-Authorization" is a header that browsers do not let pages use; remove it
        {"origin": true, "exposedHeaders": ["Set-Cookie", "set-cookie2", "Cookie", "a b"]}
        - /exposedHeaders/0: "Set-Cookie" is a header that browsers do not let pages use; remove it
        - /exposedHeaders/1: "set-cookie2" is a header that browsers do not let pages use; remove it
        - /exposedHeaders/3: "a b" is not a valid header name; write a name such as "X-Token"
        {"origin": true, "allowedHeaders": null, "exposedHeaders": 7}
        - /allowedHeaders: invalid value null: expected a list of strings, or one string with commas
        - /exposedHeaders: invalid value 7: expected a list of strings, or one string with commas
        "#,
    );
}

#[test]
fn names_have_8192_bytes_together_at_most() {
    let of_len = |len| format!(r#"{{"origin": false, "allowedHeaders": ["{}"]}}"#, "a".repeat(len));
    assert!(Policy::parse(&of_len(8192)).is_ok());
    let [fault] = &faults(&of_len(8193))[..] else { panic!("one fault") };
    let expected = "… has more than 8192 bytes of names; list only the names that you use";
    assert!(fault.starts_with("/allowedHeaders: ") && fault.ends_with(expected), "{fault}");
}

#[test]
fn no_header_that_fetch_forbids_a_page_to_set_can_be_allowed() {
    let forbidden = "Accept-Charset Accept-Encoding Access-Control-Request-Headers \
        Access-Control-Request-Method Connection Content-Length Cookie Cookie2 Date DNT Expect \
        Host Keep-Alive Origin Proxy-Authorization Referer Sec-Fetch-Site Set-Cookie TE Trailer \
        Transfer-Encoding Upgrade Via";
    for name in forbidden.split_whitespace() {
        let document = format!(r#"{{"origin": true, "allowedHeaders": ["{name}"]}}"#);
        let message = "is a header that browsers do not let pages use; remove it";
        assert_eq!(faults(&document), [format!("/allowedHeaders/0: \"{name}\" {message}")]);
    }
}

#[test]
fn numbers_are_whole_and_in_range() {
    assert_refused(
        r#"
        {"origin": true, "maxAge": -2, "optionsSuccessStatus": 199}
        - /maxAge: invalid value -2: expected a whole number from -1 to 86400
        - /optionsSuccessStatus: invalid value 199: expected a whole number from 200 to 299
        {"origin": true, "maxAge": 86401, "optionsSuccessStatus": 300}
        - /maxAge: invalid value 86401: expected a whole number from -1 to 86400
        - /optionsSuccessStatus: invalid value 300: expected a whole number from 200 to 299
        {"origin": true, "maxAge": 1.5, "optionsSuccessStatus": 18446744073709551615}
        - /maxAge: invalid value 1.5: expected a whole number from -1 to 86400
        - /optionsSuccessStatus: invalid value 18446744073709551615: expected a whole number from 200 to 299
        {"origin": true, "maxAge": 6e2, "optionsSuccessStatus": 2.0e2}
        - /maxAge: invalid value 6e2: expected a whole number from -1 to 86400
        - /optionsSuccessStatus: invalid value 2.0e2: expected a whole number from 200 to 299
        {"origin": true, "maxAge": "600", "optionsSuccessStatus": null}
        - /maxAge: invalid value "600": expected a whole number from -1 to 86400
        - /optionsSuccessStatus: invalid value null: expected a whole number from 200 to 299
        "#,
    );
}

#[test]
fn only_known_values_of_dangerously_allow_are_accepted() {
    assert_refused(
        r#"
        {"origin": true, "dangerouslyAllow": ["every-orgin", "anything", 5, "public-suffix"]}
        - /dangerouslyAllow/0: invalid value "every-orgin": expected "public-suffix" or "every-origin"; did you mean "every-origin"?
        - /dangerouslyAllow/1: invalid value "anything": expected "public-suffix" or "every-origin"
        - /dangerouslyAllow/2: invalid value 5: expected "public-suffix" or "every-origin"
        {"origin": true, "dangerouslyAllow": "every-origin"}
        - /dangerouslyAllow: invalid value "every-origin": expected a list, as in ["every-origin"]
        "#,
    );
}

#[test]
fn a_switch_with_a_value_of_another_type_is_refused() {
    assert_refused(
        r#"
        {"origin": true, "credentials": "true"}
        - /credentials: invalid value "true": expected true or false
        {"origin": true, "preflightContinue": 1, "jsonp": null, "reportOnly": "on", "websocketCookies": 0}
        - /preflightContinue: invalid value 1: expected true or false
        - /jsonp: invalid value null: expected true or false
        - /reportOnly: invalid value "on": expected true or false
        - /websocketCookies: invalid value 0: expected true or false
        {"origin": true, "missingOrigin": "Allow"}
        - /missingOrigin: invalid value "Allow": expected "allow" or "deny"
        {"origin": true, "missingOrigin": false}
        - /missingOrigin: invalid value false: expected "allow" or "deny"
        "#,
    );
}

#[test]
fn a_long_value_is_cut_at_a_whole_character() {
    let document = format!(r#"{{"origin": true, "jsonp": "{}"}}"#, "\u{fc}".repeat(100));
    let excerpt = "\u{fc}".repeat(39);
    let fault = format!("/jsonp: invalid value \"{excerpt}…: expected true or false");
    assert_eq!(faults(&document), [fault]);
}

#[test]
fn every_fault_of_a_document_is_listed_at_once() {
    assert_refused(
        r#"
        {"credentials": true, "origin": ["null", "https://a.example/"], "methods": "TRACE", "maxAge": 0.5, "jsonp": 0, "method": 1}
        - /origin/0: "null" is the origin of every sandboxed frame and local file, and "credentials" is true; remove it; serve the page from a URL of its own
        - /origin/1: "https://a.example/" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        - /methods: "TRACE" is a method that browsers forbid; remove it
        - /maxAge: invalid value 0.5: expected a whole number from -1 to 86400
        - /jsonp: invalid value 0: expected true or false
        - /method: unknown field "method"; did you mean "methods"?
        {"debug": 1, "routes": {"a": 5, "/b/": {"origin": "nil"}, "/c/": {"origin": false, "maxAge": -9}}}
        - /debug: unknown field "debug"; write one of $schema, note, routes
        - /routes/a: "a" does not start with /; write "/a"
        - /routes/a: invalid value 5: expected a rule, as in {"origin": "https://example.com"}
        - /routes/~1b~1/origin: "nil" has no scheme: an origin is scheme://host[:port]; write an origin such as "https://example.com" or "http://localhost:3000"
        - /routes/~1c~1/maxAge: invalid value -9: expected a whole number from -1 to 86400
        "#,
    );
}
