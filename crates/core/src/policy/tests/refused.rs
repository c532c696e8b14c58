use super::*;

#[test]
fn an_unknown_field_is_told_the_nearest_known_one() {
    assert_refused(
        r#"
        {"orign": "https://a.example"}
        - the document: has no "origin"; write "origin": "https://example.com", a list, true, "*" or false
        - /orign: "https://a.example" belongs to an unknown field; did you mean "origin"?
        {"cors": {"origin": "https://a.example"}}
        - the document: has no "origin"; write "origin": "https://example.com", a list, true, "*" or false
        - /cors: {"origin": "https://a.example"} belongs to an unknown field; write what is in it, without "cors" around it
        {"origin": true, "credential": true}
        - /credential: true belongs to an unknown field; did you mean "credentials"?
        {"origin": true, "maxage": 5}
        - /maxage: 5 belongs to an unknown field; did you mean "maxAge"?
        {"origin": true, "allowHeaders": ["x"]}
        - /allowHeaders: ["x"] belongs to an unknown field; did you mean "allowedHeaders"?
        {"origin": true, "schema": {"a": null}}
        - /schema: {"a": null} belongs to an unknown field; did you mean "$schema"?
        {"origin": true, "transports": ["websocket"]}
        - /transports: ["websocket"] belongs to an unknown field; write one of $schema, routes, origin, origins, methods, allowedHeaders, exposedHeaders, credentials, maxAge, optionsSuccessStatus, preflightContinue, missingOrigin, jsonp, reportOnly, websocketCookies, dangerouslyAllow
        {"routes": {"/a/": {"origin": true, "$schema": "x"}}}
        - /routes/~1a~1/$schema: "x" belongs to an unknown field; write one of origin, origins, methods, allowedHeaders, exposedHeaders, credentials, maxAge, optionsSuccessStatus, preflightContinue, missingOrigin, jsonp, reportOnly, websocketCookies, dangerouslyAllow
        "#,
    );
}

#[test]
fn nothing_stands_twice() {
    assert_refused(
        r#"
        ~ {"origin": "https://a.example", "origin": "https://b.example"}
        - /origin: "https://b.example" belongs to a field that stands twice; keep one of them
        ~ {"origin": true, "jsonp": true, "jsonp": true, "jsonp": false}
        - /jsonp: true belongs to a field that stands twice; keep one of them
        - /jsonp: false belongs to a field that stands twice; keep one of them
        ~ {"$schema": "a", "origin": true, "$schema": "b"}
        - /$schema: "b" belongs to a field that stands twice; keep one of them
        ~ {"routes": {"/a/": {"origin": true}, "/a/": {"origin": false}}}
        - /routes/~1a~1: {"origin": false} belongs to a field that stands twice; keep one of them
        ~ {"routes": {"/a/": {"origin": true}}, "routes": {"/b/": {"origin": true}}}
        - /routes: {"/b/": {"origin": true}} belongs to a field that stands twice; keep one of them
        ~ {"origin": true, "\u006frigin": false}
        - /origin: false belongs to a field that stands twice; keep one of them
        "#,
    );
}

#[test]
fn origin_is_required_and_has_one_name() {
    assert_refused(
        r#"
        {}
        - the document: has no "origin"; write "origin": "https://example.com", a list, true, "*" or false
        {"routes": {"/a/": {}}}
        - /routes/~1a~1: has no "origin"; write "origin": "https://example.com", a list, true, "*" or false
        {"origin": "https://a.example", "origins": "*:*"}
        - /origins: "*:*" is Socket.IO 2's name for "origin", which stands here too; keep "origin"
        "#,
    );
}

#[test]
fn origin_has_the_type_that_socket_io_gives_it() {
    assert_refused(
        r#"
        {"origin": null}
        - /origin: null has the wrong type; write an origin, a list of origins, true, "*" or false
        {"origin": 1}
        - /origin: 1 has the wrong type; write an origin, a list of origins, true, "*" or false
        {"origin": ["https://a.example", null, true, ["https://a.example"]]}
        - /origin/1: null has the wrong type; write an origin, or {"kv": "tenant:"} for origins with a KV key each
        - /origin/2: true has the wrong type; write an origin, or {"kv": "tenant:"} for origins with a KV key each
        - /origin/3: ["https://a.example"] has the wrong type; write an origin, or {"kv": "tenant:"} for origins with a KV key each
        {"origins": true}
        - /origins: true has the wrong type; write a list of origins, or "*:*"
        {"origins": ["https://a.example", 5]}
        - /origins/1: 5 has the wrong type; write an origin, or {"kv": "tenant:"} for origins with a KV key each
        "#,
    );
}

#[test]
fn tenants_have_a_prefix_of_a_kv_key() {
    let many: Vec<_> = (0..9).map(|kind| format!(r#"{{"kv": "kind-{kind}:"}}"#)).collect();
    let many = format!(r#"{{"origin": [{}]}}"#, many.join(","));
    let message = "is one prefix more than the 8 that a rule may have";
    let help = "keep several kinds of origins under one prefix";
    assert_eq!(faults(&many), [format!("/origin/8/kv: \"kind-8:\" {message}; {help}")]);

    let long = format!(r#"{{"origin": {{"kv": "{}"}}}}"#, "t".repeat(129));
    let help = r#"write 1 to 128 ASCII characters without spaces, as in "tenant:""#;
    let fault = format!("… is no prefix of a KV key; {help}");
    assert!(faults(&long).remove(0).ends_with(&fault), "{:?}", faults(&long));

    assert_refused(
        r#"
        {"origin": {}}
        - /origin: has no "kv"; write {"kv": "tenant:"}
        {"origin": {"kw": "tenant:"}}
        - /origin: has no "kv"; write {"kv": "tenant:"}
        - /origin/kw: "tenant:" belongs to an unknown field; did you mean "kv"?
        {"origin": [{"kv": "tenant:", "ttl": 60}]}
        - /origin/0/ttl: 60 belongs to an unknown field; write one of kv
        {"origin": [{"kv": ""}, {"kv": "a b"}, {"kv": "b\u00fccher:"}]}
        - /origin/0/kv: "" is no prefix of a KV key; write 1 to 128 ASCII characters without spaces, as in "tenant:"
        - /origin/1/kv: "a b" is no prefix of a KV key; write 1 to 128 ASCII characters without spaces, as in "tenant:"
        - /origin/2/kv: "b\u00fccher:" is no prefix of a KV key; write 1 to 128 ASCII characters without spaces, as in "tenant:"
        {"origins": {"kv": null}}
        - /origins/kv: null has the wrong type; write the prefix of a KV key, as in "tenant:"
        "#,
    );
}

#[test]
fn a_wildcard_and_credentials_exclude_each_other() {
    assert_refused(
        r#"
        {"origin": "*", "credentials": true}
        - /origin: "*" cannot be combined with "credentials": true; list the origins, or write true for every origin
        {"origin": true, "credentials": true, "methods": "*", "allowedHeaders": "*", "exposedHeaders": ["X-A", "*"]}
        - /methods: "*" is taken literally when credentials are allowed; list the methods
        - /allowedHeaders: "*" is taken literally when credentials are allowed; list the headers, or leave the field out
        - /exposedHeaders/1: "*" is taken literally when credentials are allowed; list the headers, or leave the field out
        "#,
    );
}

#[test]
fn an_origin_that_no_browser_sends_is_told_the_form_that_one_does() {
    assert_refused(
        r#"
        {"origin": "https://a.example/"}
        - /origin: "https://a.example/" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        {"origin": "https://a.example/app"}
        - /origin: "https://a.example/app" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        {"origin": "https://a.example."}
        - /origin: "https://a.example." has a host that ends in a dot; write "https://a.example"
        {"origin": "https://A.example"}
        - /origin: "https://A.example" has upper-case letters; browsers send origins in lower case; write "https://a.example"
        {"origin": "https://a.example:443"}
        - /origin: "https://a.example:443" spells out the scheme's default port, which browsers leave out; write "https://a.example"
        {"origin": "https://a.example:99999"}
        - /origin: "https://a.example:99999" has a port that is neither 1 to 65535 nor *; write it as in "https://example.com" or "http://localhost:3000"
        {"origin": "https://me:pass@a.example"}
        - /origin: "https://me:pass@a.example" has user information, which no browser sends in an origin; write "https://a.example"
        {"origin": "https://b\u00fccher.example"}
        - /origin: "https://bücher.example" has a Unicode host; browsers send its punycode form; write the host as xn--…, as the browser's developer tools show it
        {"origin": "wss://a.example"}
        - /origin: "wss://a.example" is a WebSocket URL; a page's origin is http or https, for its WebSockets too; write "https://a.example"
        {"origin": "a.example"}
        - /origin: "a.example" has no scheme; an origin is scheme://host[:port]; write "https://a.example"
        {"origin": "1x://a.example"}
        - /origin: "1x://a.example" has a scheme that is none; write it as in "https://example.com" or "http://localhost:3000"
        {"origin": "https://a_b.exa!mple"}
        - /origin: "https://a_b.exa!mple" has a host that no browser sends; write it as in "https://example.com" or "http://localhost:3000"
        {"origin": "https://a.example,https://b.example"}
        - /origin: "https://a.example,https://b.example" has a comma or a space, as several origins in one text would; write a list, as in ["https://a.example", "https://b.example"]
        {"origin": " https://a.example"}
        - /origin: " https://a.example" has a comma or a space, as several origins in one text would; write "https://a.example"
        {"origins": ["*:*", "null"]}
        - /origins/1: "null" stands for every sandboxed frame and local file, and is never allowed; leave it out; serve the page from an origin of its own
        {"origin": "null"}
        - /origin: "null" stands for every sandboxed frame and local file, and is never allowed; leave it out; serve the page from an origin of its own
        {"origin": ""}
        - /origin: "" has no scheme; an origin is scheme://host[:port]; write it as in "https://example.com" or "http://localhost:3000"
        "#,
    );
}

#[test]
fn a_wildcard_stands_for_whole_labels_or_the_whole_port() {
    assert_refused(
        r#"
        {"origin": ["*"]}
        - /origin/0: "*" stands for every origin, not for one of a list; write "origin": true for every origin, or "origin": "*" without credentials
        {"origin": "*:*"}
        - /origin: "*:*" stands for every origin, not for one of a list; write "origin": true for every origin, or "origin": "*" without credentials
        {"origin": "https://*"}
        - /origin: "https://*" has a wildcard that is not the host's whole first label, nor the whole port; write "https://*.example.com", or "origin": true for every origin
        {"origin": "https://a-*.example.com"}
        - /origin: "https://a-*.example.com" has a wildcard that is not the host's whole first label, nor the whole port; write "https://*.example.com", or "origin": true for every origin
        {"origin": "http://*.127.0.0.1"}
        - /origin: "http://*.127.0.0.1" has a wildcard before an IP address, which has no subdomains; write each address
        {"origins": ["*", "*:443"]}
        - /origins/0: "*" is not how Socket.IO 2 spells every origin; write "*:*"
        - /origins/1: "*:443" has no scheme; an origin is scheme://host[:port]; write it as in "https://example.com" or "http://localhost:3000"
        {"origin": "https://a.example/,https://b.example/"}
        - /origin: "https://a.example/,https://b.example/" has a comma or a space, as several origins in one text would; write a list, as in ["https://a.example", "https://b.example"]
        {"origin": "https://a.example/", "origins": "b.example", "credentials": true}
        - /origin: "https://a.example/" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        - /origins: "b.example" is Socket.IO 2's name for "origin", which stands here too; keep "origin"
        - /origins: "b.example" has no scheme; an origin is scheme://host[:port]; write "https://b.example"
        {"origins": "https://a.example *.b.example"}
        - /origins: "*.b.example" has no scheme; an origin is scheme://host[:port]; write "https://*.b.example"
        "#,
    );
}

#[test]
fn methods_are_tokens_that_browsers_may_send() {
    assert_refused(
        r#"
        {"origin": true, "methods": ["GET", "CONNECT", "trace", "Track"]}
        - /methods/1: "CONNECT" is a method that browsers forbid; leave it out
        - /methods/2: "trace" is a method that browsers forbid; leave it out
        - /methods/3: "Track" is a method that browsers forbid; leave it out
        {"origin": true, "methods": "GET,TRACE"}
        - /methods: "TRACE" is a method that browsers forbid; leave it out
        {"origin": true, "methods": ["G ET", "", "GET,POST"]}
        - /methods/0: "G ET" is not a method's name; write one as in "GET"
        - /methods/1: "" is no name; leave it out; [] is none
        - /methods/2: "GET,POST" is not a method's name; write one as in "GET"
        {"origin": true, "methods": "GET,,POST"}
        - /methods: "" is no name; leave it out; [] is none
        {"origin": true, "methods": "patch"}
        - /methods: "patch" is not the method PATCH; write "PATCH"
        {"origin": true, "methods": ["GET", 1]}
        - /methods/1: 1 has the wrong type; write a text
        {"origin": true, "methods": true}
        - /methods: true has the wrong type; write a list of texts, or a text with commas
        "#,
    );
}

#[test]
fn headers_are_tokens_that_pages_may_set_or_read() {
    assert_refused(
        r#"
        {"origin": true, "allowedHeaders": ["X Token", "", "X-T\u00f6ken", "X-A:", "X-A\n"]}
        - /allowedHeaders/0: "X Token" is not a header's name; write one as in "X-Token"
        - /allowedHeaders/1: "" is no name; leave it out; [] is none
        - /allowedHeaders/2: "X-Töken" is not a header's name; write one as in "X-Token"
        - /allowedHeaders/3: "X-A:" is not a header's name; write one as in "X-Token"
        - /allowedHeaders/4: "X-A\n" is not a header's name; write one as in "X-Token"
        {"origin": true, "allowedHeaders": "Cookie,X-A,origin"}
        - /allowedHeaders: "Cookie" is a header that browsers keep to themselves; leave it out
        - /allowedHeaders: "origin" is a header that browsers keep to themselves; leave it out
        {"origin": true, "allowedHeaders": ["Sec-WebSocket-Protocol", "PROXY-Authorization"]}
        - /allowedHeaders/0: "Sec-WebSocket-Protocol" is a header that browsers keep to themselves; leave it out
        - /allowedHeaders/1: "PROXY-Authorization" is a header that browsers keep to themselves; leave it out
        {"origin": true, "exposedHeaders": ["Set-Cookie", "set-cookie2", "Cookie", "a b"]}
        - /exposedHeaders/0: "Set-Cookie" is a header that browsers keep to themselves; leave it out
        - /exposedHeaders/1: "set-cookie2" is a header that browsers keep to themselves; leave it out
        - /exposedHeaders/3: "a b" is not a header's name; write one as in "X-Token"
        {"origin": true, "allowedHeaders": null, "exposedHeaders": 7}
        - /allowedHeaders: null has the wrong type; write a list of texts, or a text with commas
        - /exposedHeaders: 7 has the wrong type; write a list of texts, or a text with commas
        "#,
    );
}

#[test]
fn no_header_that_fetch_forbids_a_page_to_set_can_be_allowed() {
    let forbidden = "Accept-Charset Accept-Encoding Access-Control-Request-Headers \
        Access-Control-Request-Method Connection Content-Length Cookie Cookie2 Date DNT Expect \
        Host Keep-Alive Origin Proxy-Authorization Referer Sec-Fetch-Site Set-Cookie TE Trailer \
        Transfer-Encoding Upgrade Via";
    for name in forbidden.split_whitespace() {
        let document = format!(r#"{{"origin": true, "allowedHeaders": ["{name}"]}}"#);
        let message = "is a header that browsers keep to themselves; leave it out";
        assert_eq!(faults(&document), [format!("/allowedHeaders/0: \"{name}\" {message}")]);
    }
}

#[test]
fn numbers_are_whole_and_in_range() {
    assert_refused(
        r#"
        {"origin": true, "maxAge": -2, "optionsSuccessStatus": 199}
        - /maxAge: -2 is out of range; write a whole number from -1 to 86400
        - /optionsSuccessStatus: 199 is out of range; write a whole number from 200 to 299
        {"origin": true, "maxAge": 86401, "optionsSuccessStatus": 300}
        - /maxAge: 86401 is out of range; write a whole number from -1 to 86400
        - /optionsSuccessStatus: 300 is out of range; write a whole number from 200 to 299
        {"origin": true, "maxAge": 1.5, "optionsSuccessStatus": 18446744073709551615}
        - /maxAge: 1.5 is out of range; write a whole number from -1 to 86400
        - /optionsSuccessStatus: 18446744073709551615 is out of range; write a whole number from 200 to 299
        ~ {"origin": true, "maxAge": 6e2, "optionsSuccessStatus": 2.0e2}
        - /maxAge: 6e2 is out of range; write a whole number from -1 to 86400
        - /optionsSuccessStatus: 2.0e2 is out of range; write a whole number from 200 to 299
        {"origin": true, "maxAge": "600", "optionsSuccessStatus": null}
        - /maxAge: "600" has the wrong type; write a number
        - /optionsSuccessStatus: null has the wrong type; write a number
        "#,
    );
}

#[test]
fn only_known_dangers_may_be_allowed() {
    assert_refused(
        r#"
        {"origin": true, "dangerouslyAllow": ["every-orgin", "anything", 5, "public-suffix"]}
        - /dangerouslyAllow/0: "every-orgin" is nothing that can be allowed here; did you mean "every-origin"?
        - /dangerouslyAllow/1: "anything" is nothing that can be allowed here; write "public-suffix" or "every-origin"
        - /dangerouslyAllow/2: 5 has the wrong type; write a text
        {"origin": true, "dangerouslyAllow": "every-origin"}
        - /dangerouslyAllow: "every-origin" has the wrong type; write a list, as in ["every-origin"]
        "#,
    );
}

#[test]
fn switches_are_of_their_type() {
    assert_refused(
        r#"
        {"origin": true, "credentials": "true"}
        - /credentials: "true" has the wrong type; write true or false
        {"origin": true, "preflightContinue": 1, "jsonp": null, "reportOnly": "on", "websocketCookies": 0}
        - /preflightContinue: 1 has the wrong type; write true or false
        - /jsonp: null has the wrong type; write true or false
        - /reportOnly: "on" has the wrong type; write true or false
        - /websocketCookies: 0 has the wrong type; write true or false
        {"origin": true, "missingOrigin": "Allow"}
        - /missingOrigin: "Allow" is no choice; write "allow" or "deny"
        {"origin": true, "missingOrigin": false}
        - /missingOrigin: false is no choice; write "allow" or "deny"
        "#,
    );
}

#[test]
fn a_long_value_is_cut_at_a_whole_character() {
    let document = format!(r#"{{"origin": true, "x": "{}"}}"#, "\u{fc}".repeat(100));
    let excerpt = format!("/x: \"{}… belongs to an unknown field;", "\u{fc}".repeat(39));
    let fault = faults(&document).remove(0);
    assert!(fault.starts_with(&excerpt), "{fault}");
}

#[test]
fn every_fault_of_a_document_is_listed_at_once() {
    assert_refused(
        r#"
        {"credentials": true, "origin": ["null", "https://a.example/"], "methods": "TRACE", "maxAge": 0.5, "jsonp": 0, "method": 1}
        - /origin/0: "null" stands for every sandboxed frame and local file, and is never allowed; leave it out; serve the page from an origin of its own
        - /origin/1: "https://a.example/" has a path or a trailing slash, which no browser sends in an origin; write "https://a.example"
        - /methods: "TRACE" is a method that browsers forbid; leave it out
        - /maxAge: 0.5 is out of range; write a whole number from -1 to 86400
        - /jsonp: 0 has the wrong type; write true or false
        - /method: 1 belongs to an unknown field; did you mean "methods"?
        {"debug": 1, "routes": {"a": 5, "/b/": {"origin": "null"}, "/c/": {"origin": false, "maxAge": -9}}}
        - /debug: 1 belongs to an unknown field; write one of $schema, routes
        - /routes/a: "a" is a path prefix that does not start with /; write "/a"
        - /routes/a: 5 has the wrong type; write a rule, as in {"origin": "https://example.com"}
        - /routes/~1b~1/origin: "null" stands for every sandboxed frame and local file, and is never allowed; leave it out; serve the page from an origin of its own
        - /routes/~1c~1/maxAge: -9 is out of range; write a whole number from -1 to 86400
        "#,
    );
}
