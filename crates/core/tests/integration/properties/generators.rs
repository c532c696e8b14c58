//! Inputs: what is valid, and what a few edits make of it.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select, subsequence},
    test_runner::Config,
};

/// `cases` for each property, none of which writes a file when it fails: what it
/// prints is the minimal input.
pub(crate) fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() }
}

const SCHEMES: &[&str] =
    &["https", "https", "http", "http", "capacitor", "chrome-extension", "a+b.c", "MyApp"];
const DOMAINS: &[&str] =
    &["example.com", "a.example.com", "localhost", "xn--bcher-kva.de", "co.uk", "e-_x.com"];
const ADDRESSES: &[&str] = &["127.0.0.1", "[::1]", "[2001:db8::1]", "[::ffff:c0a8:1]"];
const PORTS: &[&str] = &["", "", "", ":*", ":*", ":1", ":3000", ":65535"];
/// Hosts with a `*` inside a label.
const BETWEEN: &[&str] = &[
    "pr-*.example.com",
    "*-web.example.com",
    "a*b.example.com",
    "a--*--a.example.com",
    "*a.example.com",
    "a.*.example.com",
    "a.b-*.a.example.com",
];
/// Patterns of a kind of their own.
const SPECIAL: &[&str] =
    &["file://", "app://.", "moz-extension://*", "My+Ext.1://*", "app://LocalHost:81"];

/// A valid pattern.
pub(crate) fn pattern() -> impl Strategy<Value = String> {
    let domain = (select(vec!["", "", "*."]), select(DOMAINS))
        .prop_map(|(star, domain)| format!("{star}{domain}"));
    let host = prop_oneof![
        4 => domain,
        2 => select(BETWEEN).prop_map(str::to_owned),
        1 => select(ADDRESSES).prop_map(str::to_owned),
    ];
    let of_host = (select(SCHEMES), host, select(PORTS))
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"));
    prop_oneof![9 => of_host, 1 => select(SPECIAL).prop_map(str::to_owned)]
}

/// A valid pattern with a `*` inside a label: what is before it, and what comes after.
pub(crate) fn between() -> impl Strategy<Value = (String, String)> {
    (select(SCHEMES), select(BETWEEN), select(PORTS)).prop_map(|(scheme, host, port)| {
        let (before, after) = host.split_once('*').unwrap();
        (format!("{scheme}://{before}"), format!("{after}{port}"))
    })
}

/// Texts that a `*` inside a label may stand for, or nearly.
pub(crate) fn filling() -> impl Strategy<Value = String> {
    let odd =
        select(vec!["", ".", "a.b", "_", "a_", "A", ":", "a/", "*", "\u{e9}", " ", "a\n", "%41"]);
    prop_oneof![4 => "[a-z0-9-]{0,8}".boxed(), 1 => "[a-z.]{60,64}".boxed(), 3 => odd.prop_map(str::to_owned).boxed()]
}

/// Texts that are put into an origin or in place of a part of it.
const ORIGIN_EDITS: &[&str] = &[
    ".", ":", "/", "*", "*.", "x.", ".com", ":80", ":443", ":0", ":08", ":65536", ":*", "@", ",",
    ", ", " ", "%", "\\", "[", "]", "A", "\u{fc}", "\u{0}", "\n", "0", "0x", "ws", "wss", "http",
    "https", "//", "-", "_", "?", "#", "*-", "-*", "xn--", "b",
];

/// Texts that are like an origin: a pattern without its wildcards, edited or not.
pub(crate) fn origin_like() -> impl Strategy<Value = String> {
    let pattern = (pattern(), select(vec![("", ""), ("http", "ws"), ("https", "wss")]))
        .prop_map(|(pattern, (page, socket))| pattern.replacen(page, socket, 1));
    prop_oneof![origin_of(pattern), edited_pattern()]
}

/// A pattern with its wildcards, edited or not.
fn edited_pattern() -> impl Strategy<Value = String> {
    pattern().prop_flat_map(|text| edited(text, ORIGIN_EDITS, 0..3))
}

/// An origin that one of `patterns` stands for, or one or two edits away from such.
pub(crate) fn origin_of(
    patterns: impl Strategy<Value = String> + 'static,
) -> impl Strategy<Value = String> {
    let parts = (
        select(vec!["x.", "x.", "x.y.", ""]),
        select(vec!["", "", ":81", ":443"]),
        select(vec!["x", "x-1", "--", "web", "", "x.y", "_", "X"]),
    );
    let origin = (patterns, parts).prop_map(|(pattern, (subdomain, port, part))| {
        pattern.replace("://*.", &format!("://{subdomain}")).replace(":*", port).replace('*', part)
    });
    let edited = origin.prop_flat_map(
        |text| prop_oneof![3 => Just(text.clone()), 2 => edited(text, ORIGIN_EDITS, 1..3)],
    );
    prop_oneof![5 => edited, 1 => odd_text()]
}

/// A text with a number of edits: insertions, replacements, removals, repetitions.
pub(crate) fn edited(
    text: String,
    tokens: &'static [&'static str],
    edits: std::ops::Range<usize>,
) -> impl Strategy<Value = String> {
    let edit = (any::<Index>(), 0..6_usize, select(tokens), 0..4_u8);
    vec(edit, edits).prop_map(move |edits| {
        edits.iter().fold(text.clone(), |text, (at, length, token, kind)| {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary(text.len().min(start + length));
            let (before, part, after) = (&text[..start], &text[start..end], &text[end..]);
            match kind {
                0 => format!("{before}{token}{part}{after}"),
                1 => format!("{before}{token}{after}"),
                2 => format!("{before}{after}"),
                _ => format!("{before}{part}{part}{after}"),
            }
        })
    })
}

/// Texts that nobody would write.
fn odd_text() -> impl Strategy<Value = String> {
    let known = select(vec![
        "null",
        "",
        "*",
        "*:*",
        "file://",
        "https://",
        "NULL",
        "https://good.com, https://evil.com",
        "wss://api.example.com",
        "ws://localhost:3000",
        "https://api.example.com, wss://api.example.com",
        "wss://api.example.com,ws://localhost",
    ]);
    prop_oneof![known.prop_map(str::to_owned), any::<String>(), "[a-z]{1,3}://[a-z.:*]{0,9}"]
}

const PREFIXES: &[&str] = &[
    "/",
    "/socket.io",
    "/socket.io/",
    "/api/",
    "/api/v1",
    "/a b/",
    "/caf\u{e9}/",
    "/100%",
    r#"/\u0061\"/"#,
];

/// A document without faults.
pub(crate) fn document() -> impl Strategy<Value = String> {
    let routes = subsequence(PREFIXES, 1..4).prop_flat_map(|prefixes| {
        vec(rule(), prefixes.len()).prop_map(move |rules| {
            let route = |(prefix, rule): (&&str, String)| format!("\"{prefix}\": {rule}");
            let routes: Vec<_> = prefixes.iter().zip(rules).map(route).collect();
            format!("{{\"routes\": {{{}}}}}", routes.join(",\n"))
        })
    });
    let odd_json = select(vec!["", r#""\\""#, r#"["\\\"]", "}"]"#, r#"{"": [-1E+9, null]}"#]);
    (prop_oneof![rule(), routes], odd_json).prop_map(|(text, json)| match json {
        "" => text,
        json => text.replacen('{', &format!("{{\"$schema\":{json} ,\n"), 1),
    })
}

/// A rule without faults, its fields in any order.
fn rule() -> impl Strategy<Value = String> {
    any::<bool>().prop_flat_map(|credentials| {
        let lists: &[&str] = if credentials {
            &["[]", r#""X-A,x-b""#, r#"["X*"]"#]
        } else {
            &["[]", r#""X-A,x-b""#, r#""*""#, r#"["X-A", "*"]"#]
        };
        let fields = [
            ("allowedHeaders", lists),
            ("exposedHeaders", lists),
            (
                "methods",
                if credentials { &["[]", r#""get,PUT""#] } else { &[r#"["*"]"#, r#""GET, brew""#] },
            ),
            ("maxAge", &["600", "-1", "0", "60.0"]),
            ("optionsSuccessStatus", &["200", "204.00"]),
            ("missingOrigin", &[r#""allow""#, r#""deny""#]),
            ("preflightContinue", &["true", "false"]),
            ("jsonp", &["true"]),
            ("reportOnly", &["true", "false", "false"]),
            ("websocketCookies", &["true", "false", "false"]),
            ("dangerouslyAllow", &["[]", r#"["every-origin"]"#, r#"["public-suffix"]"#]),
            ("note", &[r#""""#, r#""\"*\", true""#]),
        ];
        let fields: Vec<_> = fields
            .into_iter()
            .map(|(name, values)| {
                select(values).prop_map(move |value| format!("\"{name}\": {value}"))
            })
            .collect();
        (fields, access(credentials)).prop_flat_map(move |(mut fields, access)| {
            fields.push(format!("\"credentials\": {credentials}"));
            let count = fields.len();
            (subsequence(fields, 0..=count), Just(access)).prop_flat_map(
                move |(mut fields, access)| {
                    // `*` is only good without credentials, which are off by default.
                    fields.push(access);
                    Just(fields)
                        .prop_shuffle()
                        .prop_map(|fields| format!("{{{}}}", fields.join(", ")))
                },
            )
        })
    })
}

/// `origin`, or Socket.IO 2's `origins`.
fn access(credentials: bool) -> impl Strategy<Value = String> {
    let every = if credentials { "true" } else { "\"*\"" };
    let kv = select(vec![r#"{"kv": "t:"}"#, r#"{"kv": "u"}"#]).prop_map(str::to_owned);
    let quoted = pattern().prop_map(|pattern| format!("\"{pattern}\""));
    let noted = pattern().prop_map(|it| format!(r#"{{"note": "x", "origin": "{it}"}}"#));
    let null = select(if credentials { vec![r#""file://""#] } else { vec![r#""null""#] });
    let null = null.prop_map(str::to_owned);
    let list = vec(prop_oneof![8 => quoted, 2 => noted, 2 => kv, 1 => null], 0..5)
        .prop_map(|items| format!("[{}]", items.join(",")));
    let words = vec(prop_oneof![9 => pattern(), 1 => Just("*:*".to_owned())], 0..4);
    prop_oneof![
        1 => select(vec!["true", "false", every]).prop_map(|value| format!("\"origin\": {value}")),
        1 => Just(r#""origin": [{"kv": "t:"}, {"kv": "u"}]"#.to_owned()),
        4 => list.prop_map(|list| format!("\"origin\": {list}")),
        1 => words.prop_map(|words| format!("\"origins\": \"{}\"", words.join("  "))),
    ]
}

/// Texts that are put into a document or in place of a part of it.
const DOCUMENT_EDITS: &[&str] = &[
    ",",
    ":",
    "\"",
    "{",
    "}",
    "[",
    "]",
    "\\",
    "*",
    "/",
    " ",
    "\n",
    "\r\n",
    "\t",
    "\u{e9}",
    "\u{1f600}",
    "\u{fffd}",
    "\u{feff}",
    "\u{0}",
    "\u{c}",
    "\u{a0}",
    "//",
    "'",
    "null",
    "true",
    "false",
    "\"*\"",
    "-",
    "0",
    "1e999",
    "0.5",
    "1e-1",
    r"\ud800",
    r"\ude00",
    r"\u0061",
    r"\n",
    r#""$schema": [[]], "#,
    r#""origin": true, "#,
    r#""credentials": true, "#,
    r#""dangerouslyAllow": ["every-orgin"], "#,
    r#"{"kv": "t:"}, "#,
];

/// Documents at the edges of JSON and of the rules.
const ODD_DOCUMENTS: &[&str] = &[
    r#"{"routes": {"/\ufffd": {"origin": true}}}"#,
    r#"{"routes": {"/\ud800": {"origin": true}}}"#,
    r#"{"$schema": "\ud800", "origin": true}"#,
    r#"{"$schema": [1e999, -0, 1E-999, {"": {}}], "origin": true}"#,
    r#"{"\u006frigin": "\u0068ttps://a.example", "maxAge": 0e99999999999999999999}"#,
    r#"{"origin": ["https://a.example", {"kv": "\""}, {"kv": "t:"}, {"kv": "t:"}]}"#,
    r#"{"origin": "*", "credentials": true}"#,
    r#"{"origin": true, "$schema": 01}"#,
    r#"{"origin": true},"#,
    r#"{"origin": true,}"#,
    "{\"origin\": true}\u{a0}",
    "\u{feff}{\"origin\": true}",
    " \t\r\n",
];

/// Texts that are like a document: one without faults, edited or not, or any text.
pub(crate) fn document_like() -> impl Strategy<Value = String> {
    let odd_origin = (document(), origin_like()).prop_map(|(text, origin)| {
        let origin = serde_json::to_string(&origin).unwrap();
        text.replacen("\"origin\": [", &format!("\"origin\": [{origin}, "), 1)
    });
    let credentialed =
        document().prop_map(|text| text.replace("\"credentials\": false", "\"credentials\": true"));
    prop_oneof![
        6 => document().prop_flat_map(|text| edited(text, DOCUMENT_EDITS, 0..4)),
        2 => odd_origin,
        1 => credentialed,
        1 => edited(String::new(), DOCUMENT_EDITS, 0..12),
        1 => select(ODD_DOCUMENTS).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}
