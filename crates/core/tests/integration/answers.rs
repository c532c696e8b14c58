//! Answers and forwarded requests, to the byte, through the public API.

use socketio_cors_core::{
    cache::{policy_cache::PolicyState, tenants::KeyStatus},
    decision::{Decision, decide},
    policy::Policy,
    request::{RequestHead, RequestKind},
    response::{
        Action, Answer, CREDENTIALS, CREDENTIALS_PATTERN, MAX_REFLECTED_LEN, MAX_REFLECTED_NAMES,
        UPSTREAM_CORS_HEADERS, UpstreamFailure, act,
    },
    settings::{Service, Settings},
};

use crate::common::{EVIL, GOOD, LISTED, OWN, POLL, at, from, policy, preflight_from};

const PREFLIGHT_VARY: &str =
    "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
const REFUSAL: &[&str] = &[
    "answer 403",
    "Cache-Control: no-store",
    "Content-Type: application/json",
    "Vary: Origin",
    r#"{"code":4,"message":"Forbidden"}"#,
];
const UNAVAILABLE: &[&str] = &[
    "answer 503",
    "Cache-Control: no-store",
    "Content-Type: application/json",
    "Retry-After: 5",
    "Vary: Origin",
    r#"{"message":"Service Unavailable"}"#,
];
const UNTOUCHED: &[&str] = &["forward untouched"];

const QUIET: Settings = Settings { explain: false, ..EXPLAINING };
const EXPLAINING: Settings = Settings {
    upstream: None,
    fresh_seconds: 30,
    timeout_seconds: 120,
    explain: true,
    report_only: false,
    has_dataset: false,
};

#[test]
fn the_patterns_fit_the_headers_that_are_removed_and_no_others() {
    let fits = |pattern: &str, name: &str| {
        regex::Regex::new(&format!("(?i){pattern}")).unwrap().is_match(name)
    };
    for name in CREDENTIALS {
        assert!(
            fits(CREDENTIALS_PATTERN, &name.replace('*', "Jwt-Assertion").to_lowercase()),
            "{name}"
        );
    }
    for name in
        ["cookie2", "x-cookie", "proxy-authorization", "authorization-x", "cf-ray", "cf-access"]
    {
        assert!(!fits(CREDENTIALS_PATTERN, name), "{name}");
    }
    for name in ["access-control-allow-origin", "Access-Control-Max-Age", "access-control-x"] {
        assert!(fits(UPSTREAM_CORS_HEADERS, name), "{name}");
    }
    for name in ["access-control", "x-access-control-allow-origin", "vary"] {
        assert!(!fits(UPSTREAM_CORS_HEADERS, name), "{name}");
    }
}

/// What is done with `head`: the kind of action, its headers in alphabetical
/// order, its body.
fn lines(head: RequestHead<'_>, policy: &Policy, service: &Service) -> Vec<String> {
    lines_of(head, &decide(&head, policy, |_| KeyStatus::Missing), service)
}

fn lines_of(head: RequestHead<'_>, decision: &Decision<'_>, service: &Service) -> Vec<String> {
    match act(&head, decision, service) {
        Action::Answer(answer) => lines_of_answer(&answer),
        Action::ForwardUntouched(explanation) => {
            let explanation = explanation.iter().map(|value| value.to_str().unwrap());
            let explanation = explanation.map(|value| format!("x-cors-decision: {value}"));
            ["forward untouched".to_owned()].into_iter().chain(explanation).collect()
        }
        Action::ForwardWithCors { answer, removed: [] } => {
            ["forward".to_owned()].into_iter().chain(headers(&answer)).collect()
        }
        Action::ForwardWithCors { answer, removed } => {
            let first = format!("forward without {}", removed.join(", "));
            [first].into_iter().chain(headers(&answer)).collect()
        }
    }
}

fn lines_of_answer(answer: &Answer<'_>) -> Vec<String> {
    let first = format!("answer {}", answer.status().as_u16());
    let body = answer.body().map(str::to_owned);
    [first].into_iter().chain(headers(answer)).chain(body).collect()
}

fn headers(answer: &Answer<'_>) -> Vec<String> {
    let headers = answer.headers().into_iter();
    let lines = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines
}

/// Checks what is done with `head` under `document`.
#[track_caller]
fn assert_done(document: &str, head: RequestHead<'_>, expected: &[&str]) {
    let done = lines(head, &policy(document), &Service::Full(QUIET));
    assert_eq!(done, expected, "{head:?} under {document}");
}

/// The one header of that name in what is done with `head`.
fn header(document: &str, head: RequestHead<'_>, name: &str) -> Option<String> {
    let done = lines(head, &policy(document), &Service::Full(QUIET));
    let named = |line: &String| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned);
    let mut values: Vec<_> = done.iter().filter_map(named).collect();
    assert!(values.len() < 2, "{done:?}");
    values.pop()
}

fn asking_for(headers: &str) -> RequestHead<'_> {
    RequestHead { requested_headers: Some(headers), ..preflight_from(GOOD) }
}

#[test]
fn a_refusal_is_an_engineio_error_and_grants_nothing() {
    for head in [
        from(EVIL),
        from("null"),
        from(""),
        from("https://good.com, https://evil.com"),
        at("/socket.io/?EIO=4&transport=websocket", from(EVIL)),
        at("/socket.io/?EIO=3&j=0", POLL),
        RequestHead { method: "POST", ..from(EVIL) },
        RequestHead { method: "OPTIONS", ..from(EVIL) },
        RequestHead { fetch_site: Some("cross-site"), ..POLL },
    ] {
        assert_done(LISTED, head, REFUSAL);
        // Even where the rule would have more to say of an allowed origin.
        let full = r#"{"origin": "https://good.com", "credentials": true, "exposedHeaders": "X-A",
            "preflightContinue": true, "maxAge": 5, "optionsSuccessStatus": 200}"#;
        assert_done(full, head, REFUSAL);
    }
}

#[test]
fn a_refused_preflight_has_the_vary_header_of_a_preflight() {
    let expected = [REFUSAL[0], REFUSAL[1], REFUSAL[2], PREFLIGHT_VARY, REFUSAL[4]];
    for document in [LISTED, r#"{"origin": false, "preflightContinue": true}"#] {
        assert_done(document, preflight_from(EVIL), &expected);
        assert_done(document, preflight_from("null"), &expected);
    }
}

#[test]
fn a_preflight_is_answered_with_what_the_rule_allows() {
    assert_done(
        LISTED,
        preflight_from(GOOD),
        &[
            "answer 204",
            "Access-Control-Allow-Methods: GET,POST",
            "Access-Control-Allow-Origin: https://good.com",
            PREFLIGHT_VARY,
        ],
    );
    assert_done(
        r#"{"origin": "https://good.com", "credentials": true, "methods": ["GET", "put"],
            "allowedHeaders": ["X-A", "X-B"], "exposedHeaders": ["X-C"], "maxAge": 600,
            "optionsSuccessStatus": 200}"#,
        asking_for("x-other"),
        &[
            "answer 200",
            "Access-Control-Allow-Credentials: true",
            "Access-Control-Allow-Headers: X-A,X-B",
            "Access-Control-Allow-Methods: GET,PUT",
            "Access-Control-Allow-Origin: https://good.com",
            "Access-Control-Max-Age: 600",
            PREFLIGHT_VARY,
        ],
    );
    assert_done(
        r#"{"origin": "*", "methods": "*", "allowedHeaders": "*", "maxAge": -1}"#,
        preflight_from(EVIL),
        &[
            "answer 204",
            "Access-Control-Allow-Headers: *",
            "Access-Control-Allow-Methods: *",
            "Access-Control-Allow-Origin: *",
            "Access-Control-Max-Age: -1",
            PREFLIGHT_VARY,
        ],
    );
    assert_done(
        r#"{"origin": true, "credentials": true, "maxAge": 0}"#,
        RequestHead { origin: Some(EVIL), ..asking_for("authorization,x-a") },
        &[
            "answer 204",
            "Access-Control-Allow-Credentials: true",
            "Access-Control-Allow-Headers: authorization,x-a",
            "Access-Control-Allow-Methods: GET,POST",
            "Access-Control-Allow-Origin: https://evil.com",
            "Access-Control-Max-Age: 0",
            PREFLIGHT_VARY,
        ],
    );
}

#[test]
fn a_preflight_for_something_not_allowed_still_gets_what_the_rule_allows() {
    for method in ["DELETE", "brew", ""] {
        let head = RequestHead { requested_method: Some(method), ..preflight_from(GOOD) };
        let methods = header(LISTED, head, "Access-Control-Allow-Methods");
        assert_eq!(methods.as_deref(), Some("GET,POST"), "{method}");
    }
}

#[test]
fn the_headers_that_a_preflight_asks_for_are_reflected_within_bounds() {
    let longest = "x".repeat(MAX_REFLECTED_LEN);
    let too_long = format!("{longest}x");
    let most = vec!["x"; MAX_REFLECTED_NAMES].join(",");
    let too_many = format!("{most},x");
    let commas = ",".repeat(1_000_000);
    for (requested, allowed) in [
        ("x-a", Some("x-a")),
        ("authorization,content-type", Some("authorization,content-type")),
        ("x-b,x-a", Some("x-b,x-a")),
        ("a, b", Some("a,b")),
        ("a ,\tb,", Some("a,b")),
        ("", None),
        (",", None),
        (" , ", None),
        (&commas, None),
        (&longest, Some(&longest)),
        (&too_long, None),
        (&most, Some(&most)),
        (&too_many, None),
        ("*", None),
        ("x-a,*", None),
        ("x-a,x b", None),
        ("x-a\r\nset-cookie: x", None),
    ] {
        for document in [LISTED, r#"{"origin": true, "credentials": true}"#, r#"{"origin": "*"}"#] {
            let reflected = header(document, asking_for(requested), "Access-Control-Allow-Headers");
            assert_eq!(reflected.as_deref(), allowed, "{requested:.80?} under {document}");
        }
    }
}

#[test]
fn listed_headers_are_sent_whatever_a_preflight_asks_for() {
    for (value, allowed) in [(r#"["X-A", "X-B"]"#, Some("X-A,X-B")), ("[]", None)] {
        let document = format!(r#"{{"origin": "https://good.com", "allowedHeaders": {value}}}"#);
        for head in [preflight_from(GOOD), asking_for("x-other"), asking_for("*"), asking_for("")] {
            let sent = header(&document, head, "Access-Control-Allow-Headers");
            assert_eq!(sent.as_deref(), allowed, "{head:?} under {document}");
        }
    }
}

#[test]
fn a_continued_preflight_is_forwarded_with_the_rules_headers() {
    let document = r#"{"origin": "https://good.com", "credentials": true, "maxAge": 5,
        "preflightContinue": true}"#;
    assert_done(
        document,
        asking_for("x-a"),
        &[
            "forward",
            "Access-Control-Allow-Credentials: true",
            "Access-Control-Allow-Headers: x-a",
            "Access-Control-Allow-Methods: GET,POST",
            "Access-Control-Allow-Origin: https://good.com",
            "Access-Control-Max-Age: 5",
            PREFLIGHT_VARY,
        ],
    );
}

#[test]
fn an_allowed_request_is_forwarded_with_the_rules_headers() {
    const ALLOW: &str = "Access-Control-Allow-Origin: https://good.com";
    const CREDENTIALS: &str = "Access-Control-Allow-Credentials: true";
    const ANYONE: &str = "Access-Control-Allow-Origin: *";
    const VARY: &str = "Vary: Origin";
    let credentialed = r#"{"origin": true, "credentials": true}"#;
    let exposing = r#"{"origin": "https://good.com", "exposedHeaders": ["X-A", "X-B"]}"#;
    let wildcard = r#"{"origin": "*", "exposedHeaders": "*"}"#;
    assert_done(LISTED, from(GOOD), &["forward", ALLOW, VARY]);
    assert_done(credentialed, from(GOOD), &["forward", CREDENTIALS, ALLOW, VARY]);
    let expose = "Access-Control-Expose-Headers: X-A,X-B";
    assert_done(exposing, from(GOOD), &["forward", ALLOW, expose, VARY]);
    let expose = "Access-Control-Expose-Headers: *";
    assert_done(wildcard, from(EVIL), &["forward", ANYONE, expose, VARY]);
    // A cache may give the answer to a page that does send an origin.
    assert_done(wildcard, POLL, &["forward", ANYONE, expose, VARY]);
    for document in [LISTED, credentialed, exposing] {
        assert_done(document, POLL, &["forward", VARY]);
    }
}

#[test]
fn an_allowed_origin_is_echoed_as_it_came() {
    let document = r#"{"origin": ["http://localhost:*", "http://[::1]:81", "app://x"]}"#;
    for origin in ["http://localhost", "http://localhost:5173", "http://[::1]:81", "app://x"] {
        for head in [from(origin), preflight_from(origin)] {
            let echoed = header(document, head, "Access-Control-Allow-Origin");
            assert_eq!(echoed.as_deref(), Some(origin));
        }
    }
}

#[test]
fn the_same_origin_gets_cors_headers_only_if_the_rule_lists_it() {
    for document in [LISTED, r#"{"origin": false, "credentials": true, "maxAge": 5}"#] {
        assert_done(document, from(OWN), &["forward", "Vary: Origin"]);
        assert_done(document, preflight_from(OWN), &["answer 204", PREFLIGHT_VARY]);
    }
    let listing = r#"{"origin": "https://api.example.com"}"#;
    let allow = "Access-Control-Allow-Origin: https://api.example.com";
    assert_done(listing, from(OWN), &["forward", allow, "Vary: Origin"]);
}

#[test]
fn a_websocket_of_another_origins_page_is_forwarded_without_its_visitors_credentials() {
    const WITHOUT: &str = "forward without Cookie, Authorization, Cf-Access-*";
    let upgrade = |head| RequestHead { upgrade: Some("websocket"), ..head };
    let ways = |document: &str, head: RequestHead<'_>| {
        lines(head, &policy(document), &Service::Full(QUIET)).remove(0)
    };
    for (origin, is_stripped) in [
        (r#"["https://good.com"]"#, true),
        ("true", true),
        (r#""*""#, true),
        (r#"{"kv": "t:"}"#, false),
    ] {
        let rule = format!(r#"{{"origin": {origin}, "websocketCookies": false}}"#);
        let expected = if is_stripped { WITHOUT } else { "answer 403" };
        assert_eq!(ways(&rule, upgrade(from(GOOD))), expected, "{rule}");
        // Credentials are kept for the same origin, without an Origin, and without an upgrade.
        for head in [upgrade(from(OWN)), upgrade(POLL)] {
            assert_eq!(ways(&rule, head), "forward", "{rule}: {head:?}");
        }
        for other in [from(GOOD), RequestHead { method: "POST", ..from(GOOD) }] {
            assert_ne!(ways(&rule, other), WITHOUT, "{rule}: {other:?}");
        }
    }
    let tenant = policy(r#"{"origin": {"kv": "t:"}, "websocketCookies": false}"#);
    let head = upgrade(from(GOOD));
    let decision = decide(&head, &tenant, |_| KeyStatus::Present);
    assert!(decision.strips_credentials);
    for unchanged in [LISTED, r#"{"origin": true, "websocketCookies": true}"#] {
        assert_eq!(ways(unchanged, upgrade(from(GOOD))), "forward", "{unchanged}");
    }
}

#[test]
fn one_of_several_rules_is_enough_to_remove_credentials_of_a_websocket() {
    const NO_COOKIES: &str = r#", "websocketCookies": false"#;
    const REPORTED: &str = r#", "websocketCookies": false, "reportOnly": true"#;
    let rules = |api: &str, socket: &str| {
        policy(&format!(
            r#"{{"routes": {{"/api/": {{"origin": true{api}}},
                "/socket.io/": {{"origin": "https://good.com"{socket}}}}}}}"#
        ))
    };
    let head = RequestHead {
        upgrade: Some("websocket"),
        ..at("/api/..%2fsocket.io/?EIO=4&transport=websocket", from(GOOD))
    };
    for (api, socket, expected) in [
        (NO_COOKIES, "", "forward without Cookie, Authorization, Cf-Access-*"),
        ("", NO_COOKIES, "forward without Cookie, Authorization, Cf-Access-*"),
        ("", "", "forward"),
        // A rule that only reports changes nothing.
        (REPORTED, "", "forward"),
        ("", REPORTED, "forward"),
        (REPORTED, REPORTED, "forward untouched"),
    ] {
        let done = lines(head, &rules(api, socket), &Service::Full(QUIET)).remove(0);
        assert_eq!(done, expected, "{api} {socket}");
    }
}

#[test]
fn an_uncovered_or_only_reported_request_is_forwarded_untouched() {
    let reporting = r#"{"origin": "https://good.com", "credentials": true, "reportOnly": true}"#;
    for head in
        [from(GOOD), from(EVIL), from(OWN), POLL, preflight_from(GOOD), preflight_from(EVIL)]
    {
        assert_done(reporting, head, UNTOUCHED);
        assert_done(LISTED, at("/other", head), UNTOUCHED);
    }
}

#[test]
fn a_decision_is_explained_if_explain_is_on() {
    // `printf '%s' '{"origin":"*"}' | sha256sum`, and so on
    let wildcard = r#"{"origin":"*"}"#;
    let listed = r#"{"origin":"https://good.com"}"#;
    let reporting = r#"{"origin":"https://good.com","reportOnly":true}"#;
    for (document, head, explanation) in [
        (wildcard, from(GOOD), "allow; reason=every-origin; policy=0f979c10"),
        (listed, from(GOOD), "allow; reason=listed-origin; policy=1d2df3f1"),
        (listed, from(OWN), "allow; reason=same-origin; policy=1d2df3f1"),
        (listed, POLL, "allow; reason=missing-origin; policy=1d2df3f1"),
        (listed, from(EVIL), "refuse; reason=unlisted-origin; policy=1d2df3f1"),
        (listed, from("null"), "refuse; reason=null-origin; policy=1d2df3f1"),
        (listed, from("x"), "refuse; reason=malformed-origin; policy=1d2df3f1"),
        (listed, preflight_from(GOOD), "preflight; reason=listed-origin; policy=1d2df3f1"),
        (listed, at("/other", from(EVIL)), "uncovered; reason=no-route; policy=1d2df3f1"),
        (reporting, from(EVIL), "refuse; reason=unlisted-origin; policy=1b08b3bb; report-only"),
        (
            reporting,
            preflight_from(GOOD),
            "preflight; reason=listed-origin; policy=1b08b3bb; report-only",
        ),
    ] {
        let policy = policy(document);
        let explained = lines(head, &policy, &Service::Full(EXPLAINING));
        let expected = format!("x-cors-decision: {explanation}");
        assert_eq!(explained.iter().filter(|line| **line == expected).count(), 1, "{explained:?}");

        // Nothing else changes, but that a page may read it.
        let is_about_it = |line: &String| line.contains("x-cors-decision");
        let rest: Vec<_> = explained.into_iter().filter(|line| !is_about_it(line)).collect();
        assert_eq!(rest, lines(head, &policy, &Service::Full(QUIET)), "{head:?} under {document}");
    }
}

#[test]
fn the_page_that_may_read_an_answer_may_read_its_explanation() {
    const NAME: &str = "Access-Control-Expose-Headers: ";
    for (document, head, exposed) in [
        (r#"{"origin":"*"}"#, from(GOOD), Some("x-cors-decision")),
        (r#"{"origin":true,"exposedHeaders":"X-A"}"#, from(GOOD), Some("X-A,x-cors-decision")),
        (r#"{"origin":false,"exposedHeaders":"X-A"}"#, from(OWN), None),
        (r#"{"origin":false}"#, from(EVIL), None),
        (r#"{"origin":"https://good.com","reportOnly":true}"#, from(GOOD), None),
    ] {
        let done = lines(head, &policy(document), &Service::Full(EXPLAINING));
        let sent = done.iter().find_map(|line| line.strip_prefix(NAME));
        assert_eq!(sent, exposed, "{done:?}");
    }
}

/// [`UNAVAILABLE`], which depends on more where it answers a preflight.
fn unavailable(head: RequestHead<'_>) -> Vec<String> {
    let vary = if head.kind() == RequestKind::Preflight {
        "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    } else {
        "Vary: Origin"
    };
    UNAVAILABLE.iter().map(|line| line.replace("Vary: Origin", vary)).collect()
}

#[test]
fn without_a_readable_policy_a_refusal_is_temporary_and_nothing_else_changes() {
    let done = |head, settings| {
        let decision = PolicyState::UNKNOWN.decide(&head, |_| KeyStatus::Missing);
        lines_of(head, &decision, &Service::Full(settings))
    };
    for head in [from(GOOD), from("null"), at("/socket.io/?j=0", POLL), preflight_from(GOOD)] {
        assert_eq!(done(head, QUIET), unavailable(head), "{head:?}");
    }
    for head in [from(OWN), POLL, preflight_from(OWN), at("/other", from(GOOD))] {
        let expected = lines(head, Policy::closed(), &Service::Full(QUIET));
        assert_eq!(done(head, QUIET), expected, "{head:?}");
    }
    let explained = done(from(GOOD), EXPLAINING);
    let line = "x-cors-decision: refuse; reason=policy-unavailable; policy=none";
    assert!(explained.iter().any(|other| other == line), "{explained:?}");
}

#[test]
fn in_report_only_mode_every_request_is_forwarded_untouched() {
    let service = Service::Full(Settings { report_only: true, ..EXPLAINING });
    for (head, said) in [
        (from(EVIL), "refuse; reason=unlisted-origin; policy=1d2df3f1; report-only"),
        (preflight_from(GOOD), "preflight; reason=listed-origin; policy=1d2df3f1; report-only"),
        (at("/other", from(EVIL)), "uncovered; reason=no-route; policy=1d2df3f1"),
    ] {
        let done = lines(head, &policy(r#"{"origin":"https://good.com"}"#), &service);
        assert_eq!(done, ["forward untouched", &format!("x-cors-decision: {said}")], "{head:?}");
    }
}

#[test]
fn a_bad_variable_closes_covered_routes_and_a_bad_upstream_closes_all() {
    let reporting = r#"{"origin": "*", "reportOnly": true}"#;
    for document in [LISTED, r#"{"origin": "*", "preflightContinue": true}"#, reporting] {
        let policy = policy(document);
        for head in [from(GOOD), from(EVIL), from(OWN), POLL, preflight_from(GOOD)] {
            assert_eq!(
                lines(head, &policy, &Service::UncoveredRoutes(QUIET)),
                unavailable(head),
                "{head:?}"
            );
            assert_eq!(lines(head, &policy, &Service::Nothing), unavailable(head), "{head:?}");
            let other = at("/other", head);
            assert_eq!(
                lines(other, &policy, &Service::UncoveredRoutes(QUIET)),
                UNTOUCHED,
                "{head:?}"
            );
            assert_eq!(lines(other, &policy, &Service::Nothing), unavailable(head), "{head:?}");
        }
    }
}

#[test]
fn a_missing_answer_of_the_origin_server_is_a_502_and_a_late_one_a_504() {
    for (failure, status, body) in [
        (UpstreamFailure::NoAnswer, "answer 502", r#"{"message":"Bad Gateway"}"#),
        (UpstreamFailure::TimedOut, "answer 504", r#"{"message":"Gateway Timeout"}"#),
    ] {
        let expected = [status, "Cache-Control: no-store", "Content-Type: application/json", body];
        assert_eq!(lines_of_answer(&failure.answer()), expected);
    }
}
