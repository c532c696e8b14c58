//! The tool `socketio-cors` as it is run: what it prints, and its exit status.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what a test is about")]

use std::{
    env,
    io::Write,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// The tool: cargo's, or what the variable says, as in `node …/socketio-cors.js`.
fn tool() -> Command {
    let named = env::var("SOCKETIO_CORS_COMMAND");
    let command = named.as_deref().unwrap_or(env!("CARGO_BIN_EXE_socketio-cors"));
    let mut words = command.split(' ');
    let mut tool = Command::new(words.next().unwrap());
    tool.args(words);
    tool
}

/// Runs the tool with `document` as its standard input.
fn run(arguments: &[&str], document: &str) -> Output {
    let mut tool = tool()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A tool that has seen enough does not wait for the rest.
    let _ = tool.stdin.take().unwrap().write_all(document.as_bytes());
    tool.wait_with_output().unwrap()
}

/// Its standard output, given that it ends with `status`.
#[track_caller]
fn output(arguments: &[&str], document: &str, status: i32) -> String {
    let output = run(arguments, document);
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text}{errors}");
    text
}

fn json(arguments: &[&str], document: &str, status: i32) -> Value {
    serde_json::from_str(&output(arguments, document, status)).unwrap()
}

const TWO_FAULTS: &str =
    "{\n  \"origin\": [\"https://B\u{fc}cher.example\"],\n  \"credential\": true\n}";

#[test]
fn check_prints_each_fault_with_its_line_and_a_caret() {
    assert_eq!(
        output(&["check", "-"], TWO_FAULTS, 1),
        "error: \"https://B\u{fc}cher.example\" has a Unicode host, but browsers send its punycode form
 --> the standard input:2:14
  |
2 |   \"origin\": [\"https://B\u{fc}cher.example\"],
  |              ^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = note: at /origin/0
  = help: write \"https://xn--bcher-kva.example\"

error: unknown field \"credential\"
 --> the standard input:3:3
  |
3 |   \"credential\": true
  |   ^^^^^^^^^^^^
  |
  = note: at /credential
  = help: did you mean \"credentials\"?

the standard input: 2 faults
"
    );
}

#[test]
fn check_prints_colours_if_forced_and_none_to_a_pipe() {
    let coloured = |variable: &str| {
        let output = tool().args(["check", "Cargo.toml"]).env(variable, "1").output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains("\u{1b}[")
    };
    assert!(coloured("CLICOLOR_FORCE"));
    // This is not a terminal.
    assert!(!coloured("TERM"));
}

#[test]
fn check_prints_the_same_faults_as_json() {
    let report = json(&["check", "--json", "-"], TWO_FAULTS, 1);
    assert_eq!(report["valid"], false);
    assert_eq!(report["faults"].as_array().unwrap().len(), 2);
    assert_eq!(report["faults"][1]["pointer"], "/credential");
    assert_eq!(
        (&report["faults"][1]["line"], &report["faults"][1]["column"]),
        (&3.into(), &3.into())
    );
    assert_eq!(report["faults"][1]["help"], "did you mean \"credentials\"?");
    assert_eq!(report["warnings"], Value::Array(Vec::new()));
}

#[test]
fn check_warns_about_a_valid_document_and_succeeds() {
    let text = output(&["check", "-"], r#"{"origin": true, "credentials": true}"#, 0);
    assert!(
        text.starts_with("warning: true lets every site act with its visitors' cookies"),
        "{text}"
    );
    assert!(text.ends_with("the standard input: valid, 1 route, 0 origins, 1 warning\n"), "{text}");
    let report = json(&["check", "--json", "-"], r#"{"origin": true}"#, 0);
    assert_eq!((&report["valid"], report["warnings"].as_array().unwrap().len()), (&true.into(), 1));
}

#[test]
fn check_takes_files_and_directories() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let one = write("one.json", r#"{"origin": false}"#);
    let good = write("policies/good.json", r#"{"origin": false}"#);
    let faulty = write("policies/hosts/faulty.json", "{}");
    write("policies/cases.json", "[]");
    let directory = root.path().join("policies").to_str().unwrap().to_owned();
    let text = output(&["check", &one, &directory], "", 1);
    let lines: Vec<_> = text.lines().filter(|line| line.contains(".json: ")).collect();
    assert_eq!(
        lines,
        [
            format!("{one}: valid, 1 route, 0 origins"),
            format!("{good}: valid, 1 route, 0 origins"),
            format!("{faulty}: 1 fault"),
        ]
    );
    let report = json(&["check", "--json", &one, &directory], "", 1);
    let valid: Vec<_> = report.as_array().unwrap().iter().map(|it| it["valid"].clone()).collect();
    assert_eq!(valid, [true, true, false]);
    assert_eq!(json(&["check", "--format", "json", &directory], "", 1)[0]["file"], good.as_str());
    let empty = write("empty/README.md", "");
    let empty = empty.trim_end_matches("/README.md");
    let ran = run(&["check", empty], "");
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().contains("has no .json file"));
}

#[test]
fn check_annotates_pull_requests() {
    let text = output(&["check", "--format", "github", "-"], TWO_FAULTS, 1);
    assert_eq!(
        text,
        "::error file=the standard input,line=2,col=14::/origin/0: \"https://B\u{fc}cher.example\" has a \
         Unicode host, but browsers send its punycode form; write \"https://xn--bcher-kva.example\"\n\
         ::error file=the standard input,line=3,col=3::/credential: unknown field \"credential\"; \
         did you mean \"credentials\"?\n\
         the standard input: 2 faults\n"
    );
    let text = output(&["check", "--format", "github", "-"], r#"{"origin": true}"#, 0);
    assert!(
        text.starts_with("::warning file=the standard input,line=1,col=12::/origin: true"),
        "{text}"
    );
}

#[test]
fn warnings_can_be_denied() {
    for (document, status) in [(r#"{"origin": true}"#, 1), (r#"{"origin": false}"#, 0)] {
        output(&["check", "--deny-warnings", "-"], document, status);
        output(&["check", "-"], document, 0);
    }
    let published = ["publish", "--deny-warnings", "-", "--yes", "--wrangler", "false"];
    let text = output(&published, r#"{"origin": true}"#, 1);
    assert!(text.ends_with(", 1 warning\nNothing was published.\n"), "{text}");
    output(&published, r#"{"origin": false}"#, 3);
}

#[test]
fn check_finds_nothing_in_the_readmes_policy() {
    let readme = include_str!("../../../README.md");
    let policy = readme.split("```json\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(
        output(&["check", "-"], policy.unwrap(), 0),
        "the standard input: valid, 1 route, 2 origins\n"
    );
}

#[test]
fn check_knows_public_suffixes() {
    for (origin, status) in [
        ("https://*.co.uk", 1),
        ("https://*.github.io", 1),
        ("https://*.github.io:*", 1),
        ("https://*.com", 1),
        ("https://*.ck", 1),
        ("https://*.example.co.uk", 0),
        ("https://*.example.github.io", 0),
        ("https://pr-*.co.uk", 1),
        ("https://x-*-team.vercel.app", 1),
        ("https://deploy-preview-*--site.netlify.app", 1),
        ("https://app.*.github.io:*", 1),
        ("https://x-*.example.co.uk", 0),
        ("https://app.*.example.github.io", 0),
        ("https://co.uk", 0),
        ("http://*.localhost:*", 0),
    ] {
        let credentialed = format!(r#"{{"origin": ["{origin}"], "credentials": true}}"#);
        output(&["check", "-"], &credentialed, status);
        let meant = r#""dangerouslyAllow": ["public-suffix"], "credentials": true"#;
        output(&["check", "-"], &format!(r#"{{"origin": ["{origin}"], {meant}}}"#), 0);
        output(&["check", "-"], &format!(r#"{{"origin": ["{origin}"]}}"#), 0);
    }
}

#[test]
fn check_reads_javascript_and_says_that_it_is_not_strict_json() {
    let written = "{ // ours\n  origin: ['https://A.example',],\n  credential: true,\n}";
    let text = output(&["check", "-"], written, 1);
    assert!(text.contains("the standard input:2:12\n"), "{text}");
    assert!(text.contains("2 |   origin: ['https://A.example',],\n"), "{text}");
    assert!(text.contains("the standard input:3:3\n"), "{text}");
    let good = written.replace("A.", "a.").replace("credential", "credentials");
    let text = output(&["check", "-"], &good, 0);
    let note = "valid, 1 route, 1 origin; it is not strict JSON: `publish` converts it\n";
    assert!(text.ends_with(note), "{text}");
    assert_eq!(json(&["check", "--json", "-"], &good, 0)["strictJson"], false);
    assert_eq!(json(&["check", "--json", "-"], r#"{"origin": false}"#, 0)["strictJson"], true);
    let text = output(&["explain", "-", "--origin", "https://a.example"], &good, 0);
    assert!(text.contains("https://a.example (the standard input:2:12 /origin/0)"), "{text}");
}

#[test]
fn check_shows_the_policy_without_the_text_around_it() {
    let pasted = "const io = new Server(httpServer, {\n  path: '/chat',\n  cors: {\n    \
                  origin: 'https://a.example',\n  },\n});";
    assert_eq!(
        output(&["check", "-"], pasted, 1),
        "error: text around the policy
 --> the standard input:1:35
  |
1 | const io = new Server(httpServer, {
  |                                   ^
  |
  = note: at the top
  = help: write the policy alone:
          {
            \"routes\": {
              \"/chat/\": {
                \"origin\": \"https://a.example\"
              }
            }
          }

the standard input: 1 fault
"
    );
}

#[test]
fn check_shows_only_the_faulty_part_of_a_long_line() {
    let origins = vec![r#""https://a.example""#; 1000].join(",");
    let document = format!(r#"{{"origin": [{origins},"nul",{origins}]}}"#);
    let text = output(&["check", "-"], &document, 1);
    assert!(text.contains("the standard input:1:20013"), "{text}");
    assert!(text.contains(r#""nul""#) && text.lines().all(|line| line.len() < 200), "{text}");
}

#[test]
fn an_invalid_document_exits_with_1_and_wrong_usage_with_2() {
    for document in ["", "{", "[]", "{\"origin\": true} # x", "\0"] {
        output(&["check", "-"], document, 1);
        output(&["explain", "-", "--origin", "https://a.example"], document, 1);
    }
    for arguments in [
        &["check", "no-such-file.json"][..],
        &["check"],
        &["chekc", "-"],
        &[],
        &["explain", "-"],
        &["explain", "-", "--origin", "https://a.example", "--no-origin"],
        &["explain", "-", "--origin", "https://a.example", "--method", "A B"],
        &["explain", "-", "--origin", "https://a.example", "--method", "trace"],
        &["explain", "-", "--origin", "https://a.example", "--host", "a b"],
        &["explain", "-", "--origin", "https://a.example", "--headers", "a b"],
        &["explain", "-", "--origin", "https://a.example", "--path", "socket.io"],
        &["explain", "-", "--origin", "https://a.example", "--websocket", "--method", "PUT"],
    ] {
        assert_eq!(output(arguments, r#"{"origin": true}"#, 2), "", "{arguments:?}");
    }
}

#[test]
fn doctor_explains_wrong_arguments_and_sends_no_request() {
    const URL: &str = "http://127.0.0.1:1";
    const ORIGIN: [&str; 2] = ["--origin", "https://a.example"];
    let asking = |arguments: &[&'static str]| [arguments, &ORIGIN[..]].concat();
    for (arguments, advice) in [
        (asking(&[URL, "--direct", "127.0.0.1:1"]), "write http://127.0.0.1:1"),
        (asking(&[URL, "--direct", "api.example"]), "write https://api.example"),
        (asking(&[URL, "--auth", "token=abc"]), "write it as in '{\"token\":\"abc\"}'"),
        (asking(&[URL, "--auth", "{}", "--client", "2"]), "client 2 has --query"),
        (asking(&["ftp://127.0.0.1"]), "neither http nor https"),
        (asking(&["http://"]), "is no URL"),
        (asking(&["http://u:p@127.0.0.1:1"]), "has a user name"),
        (asking(&[URL, "--direct", "http://127.0.0.1:2/chat"]), "leave out /chat"),
        (asking(&["http://127.0.0.1:1/#x"]), "has a fragment"),
        (asking(&["http://127.0.0.1:1/?x=y", "--query", "x=z"]), "the URL has one"),
        (asking(&[URL, "--direct", "http://127.0.0.1:2/?x=y"]), "--direct has a query"),
        (asking(&[URL, "--query", "x"]), "write it as in 'token=abc&room=1'"),
        (asking(&["http://127.0.0.1:1/socket.io/?EIO=4", "--path", "/x/"]), "the URL has one"),
        (asking(&[URL, "--path", "x"]), "does not start with /"),
        (asking(&[URL, "--path", "/x/?y"]), "leave out the query"),
        (asking(&[URL, "--direct", "127.0.0.1:2"]), "--direct 127.0.0.1:2 has no scheme"),
        (asking(&[URL, "--header", "x-token"]), "has no colon"),
        (asking(&[URL, "--header", "a b: c"]), "no header can have"),
        (asking(&[URL, "--header", "Sec-X: c"]), "only browsers set"),
        (asking(&[URL, "--header", "Cookie: a=b"]), "with --cookie"),
        (asking(&[URL, "--header", "a: \u{1b}"]), "a value that no header can have"),
        (asking(&[URL, "--cookie", "a"]), "write it as in 'a=b; c=d'"),
        (asking(&[URL, "--client", "5"]), "5"),
        (asking(&[URL, "--timeout", "0"]), "0"),
        (vec![URL], "--origin"),
        (vec![URL, "--origin", "null"], "give the origin that it has then"),
        (vec![URL, "--origin", "https://A.example/"], "write \"https://a.example\""),
        (vec![URL, "--origin", "https://*.a.example"], "write one origin"),
    ] {
        let output = run(&[&["doctor"], arguments.as_slice()].concat(), "");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
        assert!(errors.contains(advice), "{arguments:?}: {errors}");
        assert!(!errors.contains('\u{1b}'), "{errors:?}");
    }
}

#[test]
fn publish_does_not_run_wrangler_for_a_document_with_faults() {
    // `false` is a wrangler that fails, `no-such-command` one that is not there.
    for (document, wrangler, status, says) in [
        (r#"{"origin": "https://a.example"}"#, "false", 3, "false kv bulk get failed"),
        (r#"{"origin": "https://a.example"}"#, "no-such-command", 3, "cannot run no-such-command"),
        (TWO_FAULTS, "false", 1, ""),
    ] {
        let output = run(&["publish", "-", "--yes", "--wrangler", wrangler], document);
        let text = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{text}{errors}");
        assert!(text.ends_with("\nNothing was published.\n"), "{text}");
        assert!(errors.contains(says) && errors.is_empty() == says.is_empty(), "{errors}");
    }
}

#[test]
fn invalid_utf_8_is_reported_with_its_place() {
    let mut tool =
        tool().args(["check", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    tool.stdin.take().unwrap().write_all(b"{\n\"origin\": \"https://b\xfccher.example\"}").unwrap();
    let output = tool.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text.starts_with("error: invalid UTF-8\n --> the standard input:2:21\n"), "{text}");
}

const POLICY: &str = "{\n  \"origin\": [\"https://a.example\", \"https://*.apps.example\", {\"kv\": \"tenant:\"}],\n  \
    \"credentials\": true,\n  \"allowedHeaders\": [\"X-Token\"]\n}";

#[test]
fn explain_says_how_a_request_is_decided_and_why() {
    let arguments = ["explain", "-", "--origin", "https://x.apps.example", "--headers", "X-Token"];
    assert_eq!(
        output(&arguments, POLICY, 0),
        "\
OPTIONS /socket.io/?EIO=4&transport=polling from https://x.apps.example
  decision  preflight: the rule lists the origin
  reason    listed-origin
  rule      /socket.io (the standard input:1:1)
  pattern   https://*.apps.example (the standard input:2:35 /origin/1)
  answer    204 from the edge; the origin server never sees the request
            Access-Control-Allow-Origin: https://x.apps.example
            Access-Control-Allow-Credentials: true
            Access-Control-Allow-Methods: GET,POST
            Access-Control-Allow-Headers: X-Token
            Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers
GET /socket.io/?EIO=4&transport=polling from https://x.apps.example
  decision  allow: the rule lists the origin
  reason    listed-origin
  rule      /socket.io (the standard input:1:1)
  pattern   https://*.apps.example (the standard input:2:35 /origin/1)
  answer    forwarded, with these headers instead of the origin server's CORS headers:
            Access-Control-Allow-Origin: https://x.apps.example
            Access-Control-Allow-Credentials: true
            Vary: Origin
→ the page can read the answer
  A client that polls uses a new URL each time, so each poll has a preflight. To avoid that, set timestampRequests: false in the client and maxAge in the policy (docs/cost.md)
"
    );
}

#[test]
fn explain_says_which_headers_of_a_websocket_are_removed() {
    const NO_COOKIES: &str = r#"{"origin": "*", "websocketCookies": false}"#;
    const CREDENTIALS: [&str; 3] = ["Cookie", "Authorization", "Cf-Access-*"];
    let asked = |arguments: &[&'static str]| {
        [&["explain", "-", "--origin", "https://a.example"], arguments].concat()
    };
    assert_eq!(
        output(&asked(&["--websocket"]), NO_COOKIES, 0),
        "\
GET /socket.io/?EIO=4&transport=websocket from https://a.example
  decision  allow: the rule allows every origin
  reason    every-origin
  rule      /socket.io (the standard input:1:1)
  removed   Cookie, Authorization, Cf-Access-* from the request (websocketCookies)
  answer    forwarded, with these headers instead of the origin server's CORS headers:
            Access-Control-Allow-Origin: *
            Vary: Origin
→ the WebSocket opens, if the origin server accepts it; that server does not get the visitor's cookies
"
    );
    let report = json(&asked(&["--websocket", "--json"]), NO_COOKIES, 0);
    assert_eq!(report["request"]["removedHeaders"], serde_json::json!(CREDENTIALS));
    for (arguments, document) in [
        (asked(&["--json"]), NO_COOKIES),
        (asked(&["--json", "--websocket"]), r#"{"origin": "*"}"#),
        (asked(&["--json", "--websocket", "--host", "a.example"]), NO_COOKIES),
    ] {
        let report = json(&arguments, document, 0);
        assert_eq!(report["request"]["removedHeaders"], serde_json::json!([]), "{arguments:?}");
    }
}

#[test]
fn explain_prints_the_same_decision_as_json() {
    let report = json(&["explain", "--json", "-", "--origin", "https://evil.example"], POLICY, 0);
    assert_eq!(report["preflight"], Value::Null);
    let request = &report["request"];
    assert_eq!(request["decision"], "refuse");
    assert_eq!(request["reason"], "unlisted-origin");
    assert_eq!(request["why"], "the rule does not list the origin");
    assert_eq!(request["meantOrigin"], Value::Null);
    assert_eq!(request["status"], 403);
    assert_eq!(request["answeredBy"], "edge");
    assert_eq!(request["body"], r#"{"code":4,"message":"Forbidden"}"#);
    assert_eq!(request["headers"]["Vary"], "Origin");
    assert_eq!(request["kvKeys"][0], "tenant:https://evil.example");
    assert_eq!(request["rule"]["prefix"], "/socket.io");
    // `printf '%s' … | sha256sum`, as in the x-cors-decision header.
    assert_eq!(report["policy"], "b5db881a");
}

/// Checks the reason and the outcome of each request under [`POLICY`].
#[track_caller]
fn assert_explained(rows: &[(&[&str], &str, Option<&str>)]) {
    for (arguments, reason, outcome) in rows {
        let arguments = [&["explain", "--json", "-"], *arguments].concat();
        let report = json(&arguments, POLICY, 0);
        assert_eq!(report["request"]["reason"], *reason, "{arguments:?}");
        assert_eq!(report["outcome"].as_str(), *outcome, "{arguments:?}");
    }
}

#[test]
fn explain_says_whether_the_page_can_read_the_answer() {
    const UNREADABLE: &str = "the page cannot read the answer: the browser reports a CORS error";
    const READABLE: &str = "the page can read the answer";
    const NO_PUT: &str = "the browser stops at the preflight: Access-Control-Allow-Methods does not \
                          list PUT; the request is never sent";
    const NO_HEADER: &str = "the browser stops at the preflight: Access-Control-Allow-Headers does \
                             not list x-other; the request is never sent";
    const REFUSED: &str =
        "the browser stops at the preflight: its status is 403; the request is never sent";
    const OWN: &str = "the page can read the answer: it has the same origin";
    const A: &str = "https://a.example";
    const EVIL: &str = "https://evil.example";
    assert_explained(&[
        (&["--origin", A], "listed-origin", Some(READABLE)),
        (&["--origin", A, "--method", "POST"], "listed-origin", Some(READABLE)),
        (&["--origin", A, "--method", "PUT"], "listed-origin", Some(NO_PUT)),
        (&["--origin", A, "--headers", "x-token,Accept"], "listed-origin", Some(READABLE)),
        (&["--origin", A, "--headers", "X-Other,x-token"], "listed-origin", Some(NO_HEADER)),
        (&["--origin", EVIL], "unlisted-origin", Some(UNREADABLE)),
        (&["--origin", EVIL, "--method", "PUT"], "unlisted-origin", Some(REFUSED)),
        (&["--origin", EVIL, "--tenant"], "tenant-origin", Some(READABLE)),
        (&["--origin", "null"], "null-origin", Some(UNREADABLE)),
        (&["--origin", "https://a.example/"], "malformed-origin", Some(UNREADABLE)),
        (&["--origin", EVIL, "--path", "/other"], "no-route", None),
        // Browsers spell methods and URLs in one way, and keep some headers to themselves.
        (&["--origin", A, "--method", "post"], "listed-origin", Some(READABLE)),
        (&["--origin", A, "--headers", "cookie,Sec-X,"], "listed-origin", Some(READABLE)),
        (&["--origin", A, "--path", "/x/../socket.io/"], "listed-origin", Some(READABLE)),
        (&["--origin", A, "--host", "A.Example:443"], "same-origin", Some(OWN)),
        (
            &["--origin", "https://xn--bcher-kva.example", "--host", "b\u{fc}cher.example"],
            "same-origin",
            Some(OWN),
        ),
        (&["--origin", "file://"], "unlisted-origin", Some(UNREADABLE)),
        (&["--origin", "wss://api.example.com"], "no-page", None),
        (&["--origin", "https://another-host.invalid, https://a.example"], "two-origins", None),
        (
            &["--origin", "https://a.example, https://evil.example"],
            "malformed-origin",
            Some(UNREADABLE),
        ),
        (&["--embedded"], "cross-site-embed", None),
        (&["--embedded", "--path", "/socket.io/socket.io.min.js"], "client-bundle", None),
        (&["--no-origin"], "missing-origin", None),
        (&["--no-origin", "--path", "/socket.io/?j=0"], "jsonp", None),
        (
            &["--origin", A, "--websocket"],
            "listed-origin",
            Some("the WebSocket opens, if the origin server accepts it"),
        ),
        (
            &["--origin", EVIL, "--websocket"],
            "unlisted-origin",
            Some("the WebSocket fails: the browser reports an error to the page"),
        ),
        (
            &["--origin", EVIL, "--host", "evil.example", "--method", "PUT"],
            "same-origin",
            Some(OWN),
        ),
        (
            &["--origin", "http://localhost:8787", "--host", "http://localhost:8787"],
            "same-origin",
            Some(OWN),
        ),
    ]);
}

#[test]
fn explain_says_how_browsers_and_the_standard_differ_about_authorization() {
    const ALL_HEADERS: &str = r#"{"origin": "https://a.example", "allowedHeaders": "*"}"#;
    let arguments = [
        "explain",
        "--json",
        "-",
        "--origin",
        "https://a.example",
        "--headers",
        "authorization,x-a",
    ];
    assert_eq!(
        json(&arguments, ALL_HEADERS, 0)["outcome"],
        "the page can read the answer in today's browsers; but in the Fetch standard, * in \
         allowedHeaders does not include Authorization: list that too"
    );
}

#[test]
fn explain_says_whether_a_page_with_credentials_can_read_the_answer() {
    let asked = ["explain", "--json", "-", "--origin", "https://a.example", "--credentials"];
    for (document, outcome) in [
        (r#"{"origin": "https://a.example", "credentials": true}"#, "the page can read the answer"),
        (
            r#"{"origin": "https://a.example"}"#,
            "the page cannot read the answer: the request has credentials, and the answer does not allow \
             them",
        ),
        (
            r#"{"origin": "*"}"#,
            "the page cannot read the answer: Access-Control-Allow-Origin is *, which browsers do \
             not accept for a request with credentials",
        ),
    ] {
        assert_eq!(json(&asked, document, 0)["outcome"], outcome, "{document}");
    }
    let put = [&asked[..], &["--method", "PUT"]].concat();
    let outcome = &json(&put, r#"{"origin": "https://a.example", "methods": "PUT"}"#, 0)["outcome"];
    assert!(
        outcome
            .as_str()
            .unwrap()
            .starts_with("the browser stops at the preflight: the request has")
    );
}

#[test]
fn explain_exits_with_1_if_the_request_is_not_decided_as_expected() {
    let allowed = ["explain", "-", "--origin", "https://a.example", "--expect"];
    let refused = ["explain", "-", "--origin", "https://evil.example", "--expect"];
    for (arguments, expected, status) in [
        (allowed, "allow", 0),
        (allowed, "readable", 0),
        (allowed, "refuse", 1),
        (refused, "allow", 1),
        (refused, "readable", 1),
        (refused, "refuse", 0),
        (refused, "deny", 2),
    ] {
        let ran = run(&[&arguments[..], &[expected]].concat(), POLICY);
        assert_eq!(ran.status.code(), Some(status), "{arguments:?} {expected}");
        let errors = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(errors.contains("not decided as expected"), status == 1, "{errors}");
    }
}

/// A directory with a policy, and a file of cases, one of which fails.
fn cases() -> (tempfile::TempDir, String) {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("policy.json"), POLICY).unwrap();
    let cases = "{\"policy\": \"policy.json\", \"cases\": [\n\
        {\"origin\": \"https://a.example\", \"expect\": \"readable\"},\n\
        {\"note\": \"a # stranger\", \"origin\": \"https://evil.example\", \"expect\": \"allow\"}]}";
    let path = root.path().join("cases.json");
    std::fs::write(&path, cases).unwrap();
    (root, path.to_str().unwrap().to_owned())
}

#[test]
fn test_prints_each_case_in_every_format() {
    let (root, file) = cases();
    let first = "GET /socket.io/?EIO=4&transport=polling from https://a.example";
    let message = "expected allow, got refuse (unlisted-origin)";
    assert_eq!(
        output(&["test", &file], "", 1),
        format!(
            "ok    {first}: allow (listed-origin)\n\
             FAIL  {file}:3: a # stranger: {message}\n\
             {file}: 2 cases, 1 failed\n"
        )
    );
    assert_eq!(
        output(&["test", "--format", "tap", &file], "", 1),
        format!(
            "TAP version 14\n1..2\nok 1 - {first}\nnot ok 2 - a \\# stranger\n  ---\n  \
             message: \"{message}\"\n  at: \"{file}:3\"\n  ...\n"
        )
    );
    assert_eq!(
        output(&["test", "--format", "github", &file], "", 1),
        format!(
            "::error file={file},line=3,col=1::a # stranger: {message}\n{file}: 2 cases, 1 failed\n"
        )
    );
    let report = json(&["test", "--format", "json", &file], "", 1);
    let policy = root.path().join("policy.json").to_str().unwrap().to_owned();
    assert_eq!(
        report,
        serde_json::json!([{
            "file": file, "policy": policy, "passed": false, "faults": [],
            "cases": [
                {"line": 2, "name": first, "passed": true, "message": "allow (listed-origin)"},
                {"line": 3, "name": "a # stranger", "passed": false, "message": message},
            ],
        }])
    );
}

#[test]
fn test_takes_another_policy() {
    let (_root, file) = cases();
    let text = output(&["test", &file, "--policy", "-"], r#"{"origin": true}"#, 0);
    assert!(text.ends_with(": 2 cases, 0 failed\n"), "{text}");
    for (format, says) in [
        ("text", "has 2 faults\n"),
        ("tap", "Bail out! "),
        ("json", "\"pointer\": \"/credential\""),
        ("github", "::error file=the standard input,line=3,col=3::"),
    ] {
        let text = output(&["test", &file, "--policy", "-", "--format", format], TWO_FAULTS, 1);
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn a_file_of_expectations_with_an_error_is_wrong_usage() {
    let errors = |arguments: &[&str], input: &str| {
        let ran = run(arguments, input);
        assert_eq!(ran.status.code(), Some(2));
        String::from_utf8(ran.stderr).unwrap()
    };
    let unknown = "{\"policy\": \"p\", \"cases\": [\n{\"orign\": \"\"}]}";
    let text = errors(&["test", "-"], unknown);
    assert!(text.contains("the standard input:2: unknown field `orign`"), "{text}");
    let missing =
        r#"{"policy": "no-such-file.json", "cases": [{"noOrigin": true, "expect": "allow"}]}"#;
    assert!(errors(&["test", "-"], missing).contains("cannot read no-such-file.json"));
}

#[test]
fn explain_says_what_a_browser_would_have_sent() {
    let text = output(&["explain", "-", "--origin", "https://B\u{fc}cher.example/"], POLICY, 0);
    let note =
        "  note      no browser sends that Origin; it would send https://xn--bcher-kva.example\n";
    assert!(text.contains(note), "{text}");
    let arguments = ["explain", "--json", "-", "--origin", "https://a.example/"];
    assert_eq!(json(&arguments, POLICY, 0)["request"]["meantOrigin"], "https://a.example");
}

#[test]
fn control_characters_are_escaped_in_text() {
    let document =
        "{\"\\u001b]0;x\\u0007\": 1, \"b\u{9b}31m\": 2, \"origin\": \"https://\u{202e}a\"}";
    let checked = output(&["check", "-"], document, 1);
    let explained = output(&["explain", "-", "--origin", "https://\u{1b}[31m"], POLICY, 0);
    for text in [checked, explained] {
        let obeyed = |char: char| char != '\n' && (char.is_control() || char == '\u{202e}');
        assert!(!text.contains(obeyed), "{text:?}");
        assert!(text.contains("\\u{1b}"), "{text}");
    }
}

#[test]
fn control_characters_are_escaped_in_json() {
    let document = "{\"b\u{9b}31m\u{7f}\": 2, \"origin\": \"https://\u{202e}\u{2028}\u{61c}a\"}";
    for (arguments, document, status) in [
        (&["check", "--json", "-"][..], document, 1),
        (&["explain", "--json", "-", "--no-origin"], document, 1),
        (&["explain", "--json", "-", "--origin", "https://\u{9b}31m\u{7f}\u{202e}"], POLICY, 0),
    ] {
        let text = output(arguments, document, status);
        let turns = |char| matches!(char, '\u{61c}' | '\u{2028}' | '\u{202e}');
        let obeyed = |char: char| char != '\n' && char.is_control() || turns(char);
        assert!(!text.contains(obeyed), "{text:?}");
        assert!(text.contains(r"\u009b31m\u007f") && text.contains(r"\u202e"), "{text}");
        serde_json::from_str::<Value>(&text).unwrap();
    }
}

#[test]
fn a_reader_that_closes_the_pipe_early_causes_no_error() {
    let faults = vec![r#""nil""#; 1000].join(",\n");
    let document = format!("{{\"origin\": [{faults}]}}");
    let mut tool = tool()
        .args(["check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(tool.stdout.take());
    tool.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    let output = tool.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]));
}

#[test]
fn more_than_1000_faults_are_reported_as_1000_or_more() {
    let faults = vec![r#""nil""#; 1001].join(",");
    let document = format!("{{\"origin\": [{faults}]}}");
    assert!(output(&["check", "-"], &document, 1).ends_with(": 1000 faults or more\n"));
    assert_eq!(json(&["check", "--json", "-"], &document, 1)["truncated"], true);
}

#[test]
fn help_names_every_option_and_shows_how_to_begin() {
    let help = output(&["--help"], "", 0);
    for part in [
        "\n  check ",
        "\n  explain ",
        "\n  test ",
        "\n  publish ",
        "\n  rollback ",
        "\n  doctor ",
        "\nExit status",
    ] {
        assert!(help.contains(part), "{part}");
    }
    let target = ["--host", "--local", "--remote", "--yes", "--config", "--env", "--wrangler"];
    for (command, options) in [
        (
            "explain",
            &[
                "--origin",
                "--host",
                "--path",
                "--method",
                "--headers",
                "--websocket",
                "--json",
                "--expect",
                "--credentials",
            ][..],
        ),
        ("check", &["--format", "--json", "--deny-warnings"]),
        ("test", &["--format", "--policy"]),
        ("publish", &[&target[..], &["--deny-warnings"]].concat()),
        ("rollback", &target),
        (
            "doctor",
            &[
                "--origin",
                "--path",
                "--header",
                "--cookie",
                "--credentials",
                "--client",
                "--direct",
                "--timeout",
                "--json",
            ],
        ),
    ] {
        let help = output(&[command, "--help"], "", 0);
        for option in options {
            assert!(help.contains(option), "{command} {option}");
        }
        assert!(help.contains(&format!("Examples:\n  socketio-cors {command}")), "{help}");
    }
}

const NGINX: &str = "location /socket.io/ {
  if ($http_origin ~* https://(app|www)\\.example\\.com) {
    add_header Access-Control-Allow-Origin $http_origin;
  }
  if ($http_origin ~ ^https://(?!evil)) {
    add_header Access-Control-Allow-Origin $http_origin;
  }
}
";

#[test]
fn import_prints_the_policy_and_lists_what_it_left_out() {
    let imported = run(&["import", "-"], NGINX);
    assert_eq!(imported.status.code(), Some(1));
    let policy = String::from_utf8(imported.stdout).unwrap();
    assert_eq!(
        policy,
        "{
  \"origin\": [
    \"https://app.example.com:*\",
    \"https://www.example.com:*\"
  ]
}
"
    );
    output(&["check", "-"], &policy, 0);
    assert_eq!(
        String::from_utf8(imported.stderr).unwrap(),
        "warning: open to look-alikes: it matches https://app.example.com.evil.example
 --> the standard input:2:23
  |
2 |   if ($http_origin ~* https://(app|www)\\.example\\.com) {
  |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: imported without them, as it was probably meant: https://app.example.com:*, https://www.example.com:*

error: no pattern can express it: its syntax is not supported
 --> the standard input:5:22
  |
5 |   if ($http_origin ~ ^https://(?!evil)) {
  |                      ^^^^^^^^^^^^^^^^^^
  |
  = help: list the origins, or give each a KV key: {\"kv\": \"tenant:\"}

the standard input: 1 not imported, 1 thing imported in another form
"
    );
}

#[test]
fn import_succeeds_or_says_what_is_wrong() {
    output(&["import", "-"], "new Server(s, { cors: { origin: 'https://a.example' } })", 0);
    for (arguments, text, status, said) in [
        (&["import", "-"][..], "", 1, "neither an nginx configuration nor"),
        (&["import", "-", "--path", "chat"], NGINX, 2, "--path chat does not begin with /"),
        (&["import", "/nowhere/nginx.conf"], "", 2, "cannot read /nowhere/nginx.conf"),
        (&["import", "-", "--write", "/nowhere/policy.json"], NGINX, 2, "cannot write /nowhere/"),
        (&["import", "-", "--overwrite"], NGINX, 2, "--write"),
    ] {
        let imported = run(arguments, text);
        let errors = String::from_utf8(imported.stderr).unwrap();
        assert_eq!(imported.status.code(), Some(status), "{arguments:?}: {errors}");
        assert!(errors.contains(said), "{arguments:?}: {errors}");
        assert!(imported.stdout.is_empty(), "{arguments:?}");
    }
}
