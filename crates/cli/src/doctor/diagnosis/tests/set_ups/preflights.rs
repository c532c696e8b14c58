//! Preflights that are refused, cut off, or answered by what no browser can read.

use super::{
    super::made::{ALLOW, GRANT, Headers, NONE, O, OPEN, VARY},
    NGINX, NOTHING, answers, assert_first, assert_says, good,
};
use crate::{
    doctor::{diagnosis::diagnose, examination::Examination, finding::Finding, step::Step},
    network::{Failure, FailureKind},
};

const HEADERS: &str = "access-control-allow-headers";
const METHODS: &str = "access-control-allow-methods";

/// A page that sends a header, and the headers of the answer to its preflight.
fn asked(headers: &Headers) -> Examination {
    let headers = [GRANT, headers].concat();
    good().sending("authorization").sees(Step::Preflight, 204, &headers, "")
}

#[test]
fn a_list_that_browsers_cannot_parse_is_told_from_one_that_lacks_a_name() {
    let is = "error header-not-allowed";
    for (list, why) in [
        ("Content-Type; Authorization", "there is a semicolon where a comma has to be"),
        ("authorization;", "there is a semicolon where a comma has to be"),
        ("Content-Type Authorization", "there is a space where a comma has to be"),
        ("\"Content-Type, Authorization\"", "there are quotes in it"),
        ("['authorization']", "there are brackets in it"),
        ("authorization, x(a)", "\"x(a)\" is not a name"),
    ] {
        let examination = asked(&[(HEADERS, list)]);
        assert_says(&examination, &format!("Access-Control-Allow-Headers cannot be parsed: {why}"));
        assert_says(
            &examination,
            "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
        );
        assert_first(vec![(examination, is, "authorization", "Request header field")]);
    }
    let through_caddy = asked(&[(HEADERS, "Content-Type; Authorization"), ("server", "Caddy")]);
    let Finding { summary, .. } = diagnose(&through_caddy).swap_remove(0);
    assert!(summary.starts_with("Access-Control-Allow-Headers"), "{summary}");
    let passed_on = [GRANT, &[("via", "1.1 Caddy")]].concat();
    let by_caddy = through_caddy.sees(Step::Poll4, 200, &passed_on, OPEN);
    assert_says(&by_caddy, "Caddy's Access-Control-Allow-Headers cannot be parsed");
    let listed = "  header Access-Control-Allow-Headers \"content-type, authorization\"";
    let lacking = "Request header field authorization is not allowed";
    assert_says(&asked(&[(HEADERS, "'authorization'")]), lacking);
    let caddys = asked(&[("server", "Caddy")]).sees(Step::Poll4, 200, &passed_on, OPEN);
    assert_says(&caddys, "Caddy does not allow the page's header authorization");
    assert_says(&asked(&[(HEADERS, "x-a, , x-b,")]), lacking);
    assert_first(vec![(by_caddy, is, listed, lacking)]);
}

#[test]
fn methods_that_browsers_cannot_parse_are_an_error() {
    let both = |methods| [(HEADERS, "authorization"), (METHODS, methods)];
    let semicolon = asked(&both("GET; POST"));
    assert_says(&semicolon, "Access-Control-Allow-Methods cannot be parsed: there is a semicolon");
    assert_says(
        &semicolon,
        "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
    );
    let by_nginx = [&both("GET;POST")[..], &[NGINX]].concat();
    let is = "error preflight-failed";
    let lines = "  add_header Access-Control-Allow-Methods GET,POST always;";
    assert_first(vec![
        (semicolon, is, "methods: [\"GET\", \"POST\"]", "Request header field"),
        (asked(&by_nginx), is, lines, NOTHING),
    ]);
    let fine = asked(&both("GET, POST")).sees(Step::Poll4, 200, GRANT, OPEN);
    assert!(diagnose(&fine).iter().all(|it| it.severity.as_str() != "error"));
    // Such a page sends no preflight.
    let plain = [&[(ALLOW, O)][..], &both("GET; POST")[..]].concat();
    assert_eq!(diagnose(&good().sees(Step::Preflight, 204, &plain, "")), []);
}

#[test]
fn a_limit_in_nginx_is_changed_before_lines_that_it_would_keep_from_running() {
    let page = "<html><center><h1>403 Forbidden</h1></center><hr><center>nginx</center></html>";
    let refused =
        |status, headers| good().sending("x-a").sees(Step::Preflight, status, headers, page);
    let limit = "  limit_except GET POST OPTIONS { deny all; }";
    let by_nginx: &Headers = &[NGINX];
    for status in [403, 405] {
        let finding = diagnose(&refused(status, by_nginx)).swap_remove(0);
        let place = |part: &str| finding.fix.iter().position(|line| line.contains(part));
        assert!(place(limit).unwrap() < place("if ($request_method = OPTIONS)").unwrap());
    }
    let is = "error preflight-failed";
    assert_first(vec![
        (refused(500, by_nginx), is, "return 204", limit),
        (refused(403, NONE), is, "OPTIONS", limit),
    ]);
}

#[test]
fn a_header_that_is_not_listed_is_told_beside_the_polls_own_fault() {
    let codes = |examination: &Examination| {
        let findings = diagnose(examination);
        findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>().join(" ")
    };
    let polls = |headers: &Headers| answers(200, headers, OPEN).sending("authorization");
    let uncredentialed = polls(&[(ALLOW, O), VARY]).credentialed().sees(
        Step::Preflight,
        204,
        &[(ALLOW, O), (HEADERS, "x-a")],
        "",
    );
    assert_eq!(codes(&uncredentialed), "credentials-not-allowed header-not-allowed");
    assert_says(
        &uncredentialed,
        "Response to preflight request doesn't pass access control check: The value of the \
         'Access-Control-Allow-Credentials' header",
    );
    let unlisted = "http://app.example.com";
    let other = polls(&[(ALLOW, unlisted), VARY]);
    let listed = [(ALLOW, unlisted), (HEADERS, "x-a")];
    assert_eq!(
        codes(&other.clone().sees(Step::Preflight, 204, &listed, "")),
        "origin-near-miss header-not-allowed"
    );
    // Without a list, nothing tells what it will be.
    assert_eq!(codes(&other.sees(Step::Preflight, 204, &[], "")), "origin-near-miss");
}

#[test]
fn a_preflight_that_a_proxy_answers_alone_is_the_proxys() {
    let bare = |headers| good().sending("authorization").sees(Step::Preflight, 204, headers, "");
    let is = "error preflight-without-cors";
    assert_first(vec![
        (bare(&[NGINX]), is, "by a `return 204` for OPTIONS, delete that", NOTHING),
        (bare(NONE), is, "a web framework, an API gateway", "delete that"),
    ]);
}

#[test]
fn a_preflight_that_is_cut_off_has_no_answer_to_delete() {
    let cut =
        |kind| good().sending("authorization").fails(Step::Preflight, Failure::of_connection(kind));
    let closed = cut(FailureKind::Closed);
    assert_says(
        &closed,
        "the preflight gets no answer, and needs one with a status of 200 to 299: the connection is closed",
    );
    let allowed = [GRANT, &[(HEADERS, "authorization")]].concat();
    let direct = closed.clone().sees(Step::DirectPoll, 200, GRANT, OPEN);
    let direct = direct.sees(Step::DirectPreflight, 204, &allowed, "");
    let is = "error preflight-failed";
    let (haproxy, answers) =
        ("`http-request reject` or `silent-drop`", "answers preflights itself, in");
    assert_first(vec![
        (closed.clone(), is, haproxy, answers),
        (cut(FailureKind::Reset), is, haproxy, answers),
        (cut(FailureKind::Late), is, haproxy, answers),
        (direct.clone(), is, haproxy, answers),
        (direct, is, "nothing is to change in the server", "what answers OPTIONS"),
        (
            closed.sees(Step::Poll4, 200, &[GRANT, &[NGINX]].concat(), OPEN),
            is,
            "return 444",
            "HAProxy",
        ),
    ]);
}
