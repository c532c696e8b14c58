//! Socket.IO's server options, as they are pasted.

use super::*;

#[test]
fn the_policy_is_taken_from_the_cors_option() {
    for (text, policy) in [
        (
            r#"{"origin": "https://a.example", "credentials": true}"#,
            r#"{"origin": "https://a.example", "credentials": true}"#,
        ),
        (
            "import { Server } from 'socket.io';\nconst io = new Server(httpServer, {\n  // ours\n  cors: { origin: ['https://a.example',], },\n});",
            r#"{"origin": ["https://a.example"]}"#,
        ),
        (
            "new Server(httpServer, { path: '/chat/', cors: { origin: true } })",
            r#"{"routes": {"/chat/": {"origin": true}}}"#,
        ),
        ("{ cors: { origin: '*' }, transports: ['websocket'] }", r#"{"origin": "*"}"#),
        (r#"{"origins": ["a.example:443"]}"#, r#"{"origins": ["a.example:443"]}"#),
    ] {
        assert_import(text, &DEFAULT, policy, &[]);
    }
}

#[test]
fn regular_expressions_become_patterns() {
    for (text, policy, findings) in [
        (
            "new Server(httpServer, {\n  cors: { origin: [/^https:\\/\\/.*\\.example\\.com$/, \"https://a.example\"] } });",
            r#"{"origin": ["https://*.example.com", "https://a.example"]}"#,
            &[][..],
        ),
        (
            "{ cors: { origin: /^http:\\/\\/LOCALHOST(:\\d+)?$/i, credentials: true } }",
            r#"{"origin": ["http://localhost:*"], "credentials": true}"#,
            &[],
        ),
        (
            "{ origin: [\n/example\\.com$/,\n/\\.example\\.org$/] }",
            r#"{"origin": ["https://example.com", "http://example.com", "https://*.example.org", "http://*.example.org"]}"#,
            &["2 changed: open to look-alikes: it matches https://evilexample.com"],
        ),
        (
            "{ origin: [\n/(?!x)/, 'https://a.example',\n/^https:\\/\\/a[/]/] }",
            r#"{"origin": ["https://a.example"]}"#,
            &["2 left out: no pattern can express it", "3 left out: matches no origin"],
        ),
        ("{ origin: [ /./ ] }", r#"{"origin": []}"#, &["1 left out: matches every origin"]),
        (
            "{ origin: /^https:\\/\\/.*\\.github\\.io$/,\ncredentials: true }",
            "",
            &["1 left out: \"https://*.github.io\""],
        ),
    ] {
        assert_import(text, &DEFAULT, policy, findings);
    }
}

#[test]
fn a_value_that_only_the_server_knows_is_left_out_and_named() {
    for (text, finding) in [
        (
            "new Server(httpServer, {\n cors: { origin: process.env.ORIGIN } })",
            "2 left out: environment variable process.env.ORIGIN",
        ),
        (
            "new Server(s, { cors: { origin: (origin, callback) => callback(null, true) } })",
            "1 left out: function",
        ),
        (
            "new Server(s, { adapter: createAdapter(a, b), cors: { origin: true } })",
            "1 left out: function call createAdapter",
        ),
        (
            "const list = [{ origin: 'https://a.example' },\n{ origin: 'https://b.example' }];\nnew Server(s, { cors: { origin: list.map(it => it.origin) } })",
            "3 left out: function call list.map",
        ),
        (
            "{ origin: [/\\.a\\.example$/,\n 'https://b.example/'] }",
            "2 left out: \"https://b.example/\" has a path",
        ),
    ] {
        assert_import(text, &DEFAULT, "", &[finding]);
    }
}

#[test]
fn a_variable_stands_for_its_literal() {
    const TWO: &str = r#"{"origin": ["https://a.example", "https://b.example"]}"#;
    const ONE: &str = r#"{"origin": "https://a.example"}"#;
    for (text, policy) in [
        (
            "const customers = [\n  'https://a.example', // since 2020\n  'https://b.example',\n];\nnew Server(s, { cors: { origin: customers } });",
            TWO,
        ),
        (
            "export const customers: string[] = ['https://a.example', 'https://b.example'] as const\nnew Server(s, { cors: { origin: customers } })",
            TWO,
        ),
        (
            "var origin = ['https://a.example', 'https://b.example']\n\nnew Server(s, { cors: { origin } })",
            TWO,
        ),
        (
            "const b = ['https://b.example'];\nnew Server(s, { cors: { origin: ['https://a.example', ...b] } })",
            TWO,
        ),
        (
            "let admin = 'https://b.example';\nnew Server(s, { cors: { origin: ['https://a.example', admin] } })",
            TWO,
        ),
        ("const origin = \"https://a.example\";\nnew Server(s, { cors: { origin } })", ONE),
        (
            "new Server(s, { cors: { origin: a } });\nconst ab = 1, one = 2;\nconst a = 'https://a.example';",
            ONE,
        ),
        (
            "const b = [/^https:\\/\\/b\\.example$/];\nnew Server(s, { cors: { origin: [/^https:\\/\\/a\\.example$/, ...b] } })",
            TWO,
        ),
        (
            "const a = /^https:\\/\\/.*\\.a\\.example$/;\nnew Server(s, { cors: { origin: a } })",
            r#"{"origin": ["https://*.a.example"]}"#,
        ),
    ] {
        assert_import(text, &DEFAULT, policy, &[]);
    }
}

#[test]
fn a_variable_that_may_have_another_value_is_left_out_and_named() {
    for before in [
        "",
        "const list = load();",
        "const list = ['https://a.example'].map(trim);",
        "const list = ['https://a.example']\n  .map(trim);",
        "const list = ['https://a.example', process.env.ORIGIN];",
        "let list = ['https://a.example']; list = [];",
        "const list = ['https://a.example']; list.push('https://b.example');",
        "const list = ['https://a.example']; list[1] = 'https://b.example';",
        "const list = ['https://a.example']; { const list = []; }",
        "const lists = ['https://a.example'];",
    ] {
        let text = format!("{before}\nnew Server(s, {{ cors: {{ origin: list }} }})");
        let line = before.lines().count().max(1) + 1;
        assert_import(&text, &DEFAULT, "", &[&*format!("{line} left out: variable list")]);
    }
}

#[test]
fn a_fault_in_a_variables_literal_is_reported_at_its_place() {
    let text = "const list = [\n  'https://a.example',\n  'https://b.example/',\n];\nnew Server(s, { cors: { origin: list } })";
    assert_import(text, &DEFAULT, "", &["3 left out: \"https://b.example/\" has a path"]);
    let text = "const list = [\n  /(?!x)/,\n 'https://a.example' ];\nnew Server(s, { cors: { origin: list, maxAge: age() } })";
    assert_import(
        text,
        &DEFAULT,
        "",
        &["2 left out: no pattern can express it", "4 left out: function call age"],
    );
}
