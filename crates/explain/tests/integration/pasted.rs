//! Texts that people write and paste instead of strict JSON.

use proptest::prelude::*;
use socketio_cors_core::policy::Policy;
use socketio_cors_explain::PolicyDocument;

fn read(text: &str) -> PolicyDocument {
    PolicyDocument::read(text.to_owned())
}

/// `line:column` of each fault, and the fault.
fn faults(text: &str) -> Vec<String> {
    let faults = read(text).policy().err().unwrap_or_default();
    faults.iter().map(|it| format!("{}:{} {it}", it.line, it.column)).collect()
}

#[test]
fn javascript_literals_are_converted_to_json() {
    for (written, json) in [
        ("{origin: true}", r#"{"origin": true}"#),
        ("{'origin': 'https://a.example'}", r#"{"origin": "https://a.example"}"#),
        (r#"{"origin": ["https://a.example",],}"#, r#"{"origin": ["https://a.example"]}"#),
        ("// ours\n{\"origin\": true}\n", "{\"origin\": true}\n"),
        ("{ /* a */ \"origin\": true }", "{ \"origin\": true }"),
        ("{\"maxAge\": 6/**/00, origin: true}", "{\"maxAge\": 6 00, \"origin\": true}"),
        (
            "{\n  // the shop\n  // and its tests\n  origin: [\n    'https://a.example', // live\n    \
             /* 'https://b.example',\n */\n  ],\n}\n",
            "{\n  \"origin\": [\n    \"https://a.example\"\n  ]\n}\n",
        ),
        ("{\r\n  // a\r\n  origin: true\r\n}", "{\r\n  \"origin\": true\r\n}"),
        ("{origin:\u{a0}true}", r#"{"origin": true}"#),
        ("\u{feff}{\"origin\": true}", r#"{"origin": true}"#),
        ("\u{feff}// a\n{\"origin\": true}", r#"{"origin": true}"#),
        (r#"{origin: true, note: 'it\'s "ours"'}"#, r#"{"origin": true, "note": "it's \"ours\""}"#),
        (r#"{origin: true, note: "\x41\u00e9"}"#, "{\"origin\": true, \"note\": \"A\u{e9}\"}"),
        (r#"{origin: true, note: "a // b /* c"}"#, r#"{"origin": true, "note": "a // b /* c"}"#),
        (r"{$schema: 'x', origin: true}", r#"{"$schema": "x", "origin": true}"#),
    ] {
        assert_eq!(read(written).json(), json, "{written}");
        assert!(!read(written).is_json(), "{written}");
        let is_valid = serde_json::from_str::<serde_json::Value>(json).is_ok();
        assert_eq!(read(written).rewritten(), is_valid.then_some(json), "{written}");
    }
    let valid = "{origin: ['https://a.example',], /* the default: */ credentials: false} // end";
    assert!(read(valid).policy().is_ok(), "{:?}", faults(valid));
}

#[test]
fn strict_json_is_not_changed() {
    for text in [
        r#"{"origin": true}"#,
        "\n{ \"origin\" :[ ]\t}\r\n",
        r#"{"note": "// \u0061 \/ it's", "origin": true}"#,
        r#"{"note": "\ud800", "origin": true}"#,
        r#"{"origin": true"#,
        "",
        "[]",
    ] {
        let document = read(text);
        assert_eq!((document.json(), document.is_json()), (text, true), "{text}");
        assert_eq!(document.rewritten(), None, "{text}");
    }
}

#[test]
fn faults_are_reported_at_their_place_in_the_pasted_text() {
    let written = "\u{feff}// of \u{fc}s\n{\n  'origin': [ /* all */ 'https://A.example',\n    \
                   \"https://b.example/\", ],\n\tcredential: true, methods: 'GET,TRACE'}";
    let found = read(written).policy().unwrap_err();
    let places: Vec<_> = found
        .iter()
        .map(|it| (it.pointer.as_str(), it.line, it.column, written.get(it.span.clone()).unwrap()))
        .collect();
    assert_eq!(
        places,
        [
            ("/origin/0", 3, 25, "'https://A.example'"),
            ("/origin/1", 4, 5, "\"https://b.example/\""),
            ("/credential", 5, 2, "credential"),
            ("/methods", 5, 29, "'GET,TRACE'"),
        ]
    );
    let missing = read("/* a */ { routes: { '/a/': {} } }").policy().unwrap_err().remove(0);
    assert_eq!((missing.line, missing.column, missing.span), (1, 28, 27..27));
    let syntax = read("{ // a\n  origin: true\n  'methods': [] }").policy().unwrap_err().remove(0);
    assert_eq!((syntax.line, syntax.column), (3, 3), "{syntax}");
    let warned = read("{ // a\n origin: '*' }").warnings();
    assert_eq!((warned[0].line, warned[0].column), (2, 10));
}

#[test]
fn the_place_of_a_rule_and_its_origin_is_that_in_the_pasted_text() {
    let document = read(
        "{ // a\n  origin: [\n    'https://a.example', // b\n    \
                         { note: 'x', origin: 'https://*.b.example' }] }",
    );
    let place = |pattern| {
        let (rule, origin) = document.locate("/socket.io", Some(pattern)).unwrap();
        let origin = origin.unwrap();
        ((rule.line, rule.column), (origin.line, origin.column), origin.pointer)
    };
    assert_eq!(place("https://a.example"), ((1, 1), (3, 5), "/origin/0".to_owned()));
    assert_eq!(place("https://*.b.example"), ((1, 1), (4, 5), "/origin/1".to_owned()));
}

#[test]
fn javascript_that_is_not_a_literal_is_one_fault_that_names_it() {
    const VALUE: &str = "write the value that it has";
    const ORIGINS: &str = "write the origins, as in \"https://app.example.com\" or \"https://*.example.com\", or \
         {\"kv\": \"tenant:\"} for those with a KV key each";
    const IMPORT: &str =
        "; or run `socketio-cors import FILE`, which reads variables and regular expressions";
    const ENVIRONMENT: &str = "write the value that it has on your server";
    for (written, at, what, help) in [
        ("{ origin: getOrigins('a') }", "1:11", "function call getOrigins(…)", VALUE),
        ("{ origin: new URL(x).origin }", "1:11", "new URL(…)", VALUE),
        ("{ origin: [...common, 'x'] }", "1:12", "spread ...common", "write its contents here"),
        ("{ ...defaults,\n origin: true }", "1:3", "spread ...defaults", "write its contents here"),
        (
            "{ origin: `https://${host}` }",
            "1:11",
            "template string",
            "write the text in quotes, as in \"https://app.example.com\"",
        ),
        ("{ origin: /example\\.com$/ }", "1:11", "regular expression", ORIGINS),
        ("{ origin: (origin, cb) => cb(null, true) }", "1:11", "function", ORIGINS),
        ("{ origin: origin => true }", "1:11", "function", ORIGINS),
        ("{ origin: async function (x) {} }", "1:11", "function", ORIGINS),
        (
            "{ origin: process.env.ORIGIN }",
            "1:11",
            "environment variable process.env.ORIGIN",
            ENVIRONMENT,
        ),
        (
            "{ origin: process.env.ORIGIN || 'x' }",
            "1:11",
            "environment variable process.env.ORIGIN",
            ENVIRONMENT,
        ),
        ("{ origin: 'https://' + host }", "1:22", "operator +", VALUE),
        ("{ origin, credentials: true }", "1:3", "variable origin", VALUE),
        ("{ origin: ORIGIN\n}", "1:11", "variable ORIGIN", VALUE),
        (
            "{ origin: undefined }",
            "1:11",
            "undefined (is an environment variable not set?)",
            "write the value, or remove the field",
        ),
        ("{ 'origin': True }", "1:13", "True", "write true"),
        ("new Server(http, { cors: { origin: host } })", "1:36", "variable host", VALUE),
        (
            "new Server(http, { adapter: createAdapter(a), path: '/x', cors: { origin: 'x' } })",
            "1:29",
            "function call createAdapter(…)",
            VALUE,
        ),
    ] {
        let is_importable =
            ["variable ", "spread ", "regular "].iter().any(|kind| what.starts_with(kind));
        let import = if is_importable { IMPORT } else { "" };
        let fault = format!("{at} the document: {what}: only literals are read; {help}{import}");
        assert_eq!(faults(written), [fault], "{written}");
    }
}

#[test]
fn a_text_that_is_cut_off_or_not_a_policy_is_one_fault() {
    for (written, fault) in [
        ("{ origin: true /* any", "1:16 the document: comment without an end; write */ after it"),
        (
            "{ /* a /* b */ c */ origin: true }",
            "1:3 the document: comment within a comment: the first */ ends both; remove the inner comment",
        ),
        (
            "{ origin: 'https://a.example }",
            "1:11 the document: string without its closing quote; close the quotes on the same line",
        ),
        (
            "{ origin: 'https://a.example,\n credentials: 'include' }",
            "1:11 the document: string without its closing quote; close the quotes on the same line",
        ),
        (
            "{ origin: , }",
            "1:11 the document: invalid JSON: expected value, at ,; fix the syntax there",
        ),
        (
            "{ , }",
            "1:3 the document: invalid JSON: key must be a string, at ,; fix the syntax there",
        ),
        (
            "# ours\n{ origin: true }",
            "2:1 the document: text around the policy; write the policy alone:\n{ \"origin\": true }",
        ),
        (
            "{ # ours\n origin: true }",
            "1:3 the document: invalid JSON: key must be a string, at #; remove the comment: JSON has none",
        ),
        (
            "\u{fffd}\u{fffd}{\0\"\0o\0",
            "1:1 the document: UTF-16, but JSON is UTF-8; save it as UTF-8; in PowerShell: Set-Content -Encoding utf8",
        ),
        (
            "\0{\0\"\0o",
            "1:1 the document: UTF-16, but JSON is UTF-8; save it as UTF-8; in PowerShell: Set-Content -Encoding utf8",
        ),
    ] {
        assert_eq!(faults(written), [fault], "{written:?}");
    }
}

/// Checks that each text has one fault, whose help has a document, which is `proposed` and valid.
#[track_caller]
fn assert_unwrapped(message: &str, texts: &[&str], proposed: &str) {
    assert!(Policy::parse(proposed).is_ok(), "{proposed}");
    for text in texts {
        let found = read(text).policy().unwrap_err();
        let said: Vec<_> =
            found.iter().map(|fault| (fault.message.as_str(), fault.help.as_deref())).collect();
        let help = format!("write the policy alone:\n{proposed}");
        assert_eq!(read(text).rewritten(), Some(proposed));
        assert_eq!(said, [(message, Some(help.as_str()))], "{text}");
    }
}

#[test]
fn server_options_around_a_policy_are_one_fault_that_shows_the_policy_alone() {
    const OPTIONS: &str = "Socket.IO's server options around the policy";
    const TEXT: &str = "text around the policy";
    let rule = "{\n  \"origin\": \"https://a.example\",\n  \"credentials\": true\n}";
    let options = "{\n  cors: {\n    origin: 'https://a.example',\n    credentials: true,\n  },\n  \
                   transports: ['websocket'], // only\n}";
    assert_unwrapped(
        OPTIONS,
        &[
            options,
            &options.replace("transports", "path: '/socket.io/', transports"),
            "{\"cors\": {\n  \"origin\": \"https://a.example\",\n  \"credentials\": true\n}}",
        ],
        rule,
    );
    assert_unwrapped(
        TEXT,
        &[
            &format!("new Server(httpServer, {options})"),
            &format!(
                "const io = new Server(httpServer, {options});\nio.on('connection', () => {{}});"
            ),
            &format!(
                "import {{ Server }} from \"socket.io\";\n// the options\nconst io = require('socket.io')\
                 (3000, {options});"
            ),
            &format!(
                "const server = createServer({{ key: read('key.pem') }});\nnew Server(server, {options})"
            ),
            "cors: {\n  origin: 'https://a.example',\n  credentials: true\n},",
            "module.exports = {\n  origin: 'https://a.example',\n  credentials: true\n};",
            "const options = {\n  // CORS\n  cors: {\n    origin: \"https://a.example\",\n    \
             credentials: true\n  } };",
        ],
        rule,
    );
    let routes = |prefix: &str| {
        format!(
            "{{\n  \"routes\": {{\n    \"{prefix}\": {{\n      \"origin\": \"https://a.example\",\n      \
             \"credentials\": true\n    }}\n  }}\n}}"
        )
    };
    for (path, prefix) in [
        ("path: '/chat'", "/chat/"),
        ("path: '/chat/'", "/chat/"),
        ("path: 'chat'", "/chat/"),
        ("path: '/api/socket', addTrailingSlash: false", "/api/socket"),
    ] {
        let text = options.replace("transports", &format!("{path}, transports"));
        assert_unwrapped(OPTIONS, &[&text], &routes(prefix));
    }
    assert_unwrapped(
        "path prefixes without \"routes\" around them",
        &[
            "{\n  \"/chat/\": {\n    \"origin\": \"https://a.example\",\n    \"credentials\": true\n  }\n}",
        ],
        &routes("/chat/"),
    );
    assert_unwrapped(
        "\"paths\" around the path prefixes: the name is \"routes\"",
        &[
            "{\n  \"paths\": {\n    \"/chat/\": {\n      \"origin\": \"https://a.example\",\n      \"credentials\": true\n    }\n  }\n}",
        ],
        &routes("/chat/"),
    );
}

#[test]
fn a_document_that_is_not_wrapped_gets_its_usual_fault() {
    for (text, fault) in [
        (r#"{"cors": true, "origin": true}"#, "1:2 /cors: unknown field \"cors\"; "),
        (r#"["https://a.example"]"#, "1:1 the document: invalid value [\"https://a.example\"]: "),
        ("{ path: '/chat' }", "1:1 the document: missing field \"origin\"; "),
        ("{}", "1:1 the document: missing field \"origin\"; "),
    ] {
        let found = faults(text);
        assert!(found[0].starts_with(fault), "{found:?}");
    }
    let long = format!("{{ cors: {{ origin: '{}' }} }}", "a".repeat(10_000));
    assert!(faults(&long)[0].ends_with("; write the policy alone"));
    assert!(read(&long).rewritten().is_some_and(|json| json.len() > 10_000));
}

#[test]
fn a_fault_of_an_origin_names_the_usual_mistake() {
    const EXAMPLE: &str = "write the origin, as in \"https://app.example.com\"";
    for (origin, clause, help) in [
        ("", "is empty: is an environment variable not set?", EXAMPLE),
        ("undefined", "is not an origin: is an environment variable not set?", EXAMPLE),
        ("${ORIGIN}", "is the name of a variable, not its value", EXAMPLE),
        ("process.env.ORIGIN", "is the name of a variable, not its value", EXAMPLE),
        ("%ORIGIN%", "is the name of a variable, not its value", EXAMPLE),
        (
            "/example\\.com$/",
            "is a regular expression, which a policy cannot have",
            "write \"https://*.example.com\" for subdomains, or list the origins",
        ),
        (
            "^https://.*\\.example\\.com$",
            "is a regular expression, which a policy cannot have",
            "write \"https://*.example.com\"",
        ),
        (
            "/^https:\\/\\/(.*)\\.example\\.com$/i",
            "is a regular expression, which a policy cannot have",
            "write \"https://*.example.com\"",
        ),
        (
            "https://a.example, https://B.example/",
            "has a comma or a space, but one string holds one origin",
            "write a list: [\"https://a.example\", \"https://b.example\"]",
        ),
        (
            "https://example.*",
            "has a * in the last two labels of its host",
            "list each host, or use one *, as in \"https://pr-*.example.com\"",
        ),
    ] {
        let quoted = serde_json::to_string(origin).unwrap();
        for (text, at) in [
            (format!("{{\"origin\": {quoted}}}"), "1:12 /origin"),
            (
                format!("{{\"routes\": {{\"/a/\": {{\"origin\": [{quoted}]}}}}}}"),
                "1:32 /routes/~1a~1/origin/0",
            ),
        ] {
            assert_eq!(faults(&text), [format!("{at}: {quoted} {clause}; {help}")], "{text}");
        }
    }
    let list: Vec<_> = (0..9).map(|it| format!("https://shop-{it}.example")).collect();
    let fault = faults(&format!("{{origin: '{}'}}", list.join(","))).remove(0);
    let proposed = serde_json::to_string(&list).unwrap().replace("\",\"", "\", \"");
    assert!(fault.ends_with(&format!("write a list: {proposed}")), "{fault}");
    assert_eq!(
        faults(r#"{"origin": [null]}"#),
        [
            "1:13 /origin/0: invalid value null: expected an origin, or {\"kv\": \"tenant:\"} for origins \
             with a KV key each; write the origin; an environment variable that is not set becomes \
             null in JSON"
        ]
    );
}

#[test]
fn a_long_comment_is_left_out_of_the_json() {
    let text = format!("{{ /* {} */ origin: true }}", "x ".repeat(100_000));
    assert_eq!(read(&text).json(), "{ \"origin\": true }");
    assert!(read(&text).policy().is_ok());
}

/// Relaxed and strict JSON of the same document.
fn document() -> impl Strategy<Value = (String, String)> {
    let gap = prop::sample::select(vec!["", " ", "\n\t", "/* , */", " // }\n", "\r\n", "\u{a0}"]);
    let name = prop::sample::select(vec!["origin", "note", "a_b", "$x", "\u{fc}"]);
    let leaf = prop_oneof![
        prop::sample::select(vec!["true", "false", "null", "-1.5e3", "0"])
            .prop_map(|text| (text.to_owned(), text.to_owned())),
        ("[a-z'\"\\\\/\u{e9}\u{1f600} ]{0,6}", any::<bool>()).prop_map(|(text, single)| {
            let json = serde_json::to_string(&text).unwrap();
            let quoted = text.replace('\\', "\\\\").replace('\'', "\\'");
            (if single { format!("'{quoted}'") } else { json.clone() }, json)
        }),
    ];
    let value = leaf.prop_recursive(3, 24, 4, move |value| {
        let items = prop::collection::vec((gap.clone(), value.clone()), 0..4);
        let members =
            prop::collection::vec((gap.clone(), name.clone(), any::<bool>(), value), 0..4);
        let list = (items, any::<bool>()).prop_map(|(items, trailing)| {
            let written: Vec<_> =
                items.iter().map(|(gap, (written, _))| format!("{gap}{written}{gap}")).collect();
            let json: Vec<_> = items.iter().map(|(_, (_, json))| json.as_str()).collect();
            let comma = if trailing && !items.is_empty() { "," } else { "" };
            (format!("[{}{comma}]", written.join(",")), format!("[{}]", json.join(",")))
        });
        let object = (members, any::<bool>()).prop_map(|(members, trailing)| {
            let written: Vec<_> = members
                .iter()
                .map(|(gap, name, bare, (written, _))| {
                    let name = if *bare { (*name).to_owned() } else { format!("'{name}'") };
                    format!("{gap}{name} {gap}:{gap}{written}{gap}")
                })
                .collect();
            let json: Vec<_> = members
                .iter()
                .map(|(_, name, _, (_, json))| format!("\"{name}\":{json}"))
                .collect();
            let comma = if trailing && !members.is_empty() { "," } else { "" };
            (format!("{{{}{comma}}}", written.join(",")), format!("{{{}}}", json.join(",")))
        });
        prop_oneof![list, object]
    });
    value.prop_map(|(written, json)| (format!("{{x: {written} }}"), format!("{{\"x\":{json}}}")))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pasted_document_has_the_same_value_as_its_json((written, json) in document()) {
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json);
        let document = read(&written);
        prop_assert_eq!(value(document.json()).ok(), value(&json).ok(), "{}", document.json());
    }

    #[test]
    fn every_fault_lies_within_the_text(
        text in prop_oneof![
            any::<String>(),
            "[{}\\[\\],:'\"/*\\\\\n a0.+`(-]{0,24}",
            "(\\{|cors|origin|path|:|'a'|,|\\}|new X\\(|//|/\\*|\\*/|\n| ){0,16}",
        ]
    ) {
        let document = read(&text);
        for fault in document.policy().err().into_iter().flatten().chain(document.warnings()) {
            prop_assert!(text.get(fault.span.clone()).is_some(), "{fault:?}");
            prop_assert!(fault.line > 0 && fault.column > 0);
        }
    }
}
