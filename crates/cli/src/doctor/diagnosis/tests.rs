//! Findings of examinations made by hand. Each is one in which nothing is to be
//! found, but for what a row says.

pub(super) mod made;
mod set_ups;
pub(super) mod software;

use super::diagnose;
use crate::{
    doctor::{examination::Examination, step::Step},
    network::{Answer, Failure, FailureKind},
};
use made::{
    ALLOW, BAD, CREDENTIALS, FORBIDDEN, FOREIGN, GRANT, Headers, NONE, O, OPEN, OPEN_3, UNKNOWN,
    VARY,
};

/// Checks what is found: severity and code, in order.
#[track_caller]
fn assert_found(rows: Vec<(Examination, &[&str])>) {
    for (number, (examination, expected)) in rows.into_iter().enumerate() {
        let findings = diagnose(&examination);
        let found: Vec<_> = findings
            .iter()
            .map(|finding| format!("{} {}", finding.severity.as_str(), finding.code.as_str()))
            .collect();
        assert_eq!(found, expected, "row {number}");
        for finding in &findings {
            assert!(!finding.evidence.is_empty() && !finding.fix.is_empty(), "{finding:?}");
            assert!(!finding.why.is_empty() && !finding.steps.is_empty(), "{finding:?}");
        }
    }
}

fn good() -> Examination {
    Examination::good()
}

fn failure(kind: FailureKind) -> Failure {
    Failure::new(kind, "it is so")
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let any: &Headers = &[(ALLOW, "*")];
    let for_anyone = [Step::Poll4, Step::ForeignPoll, Step::NullPoll, Step::NoOriginPoll];
    let any = for_anyone.into_iter().fold(good(), |seen, step| seen.sees(step, 200, any, OPEN));
    assert_found(vec![
        (good(), &[]),
        (good().credentialed(), &[]),
        // Every page has sessions of its own there.
        (any.sees(Step::ForeignPost, 200, NONE, "ok"), &[]),
    ]);
}

#[test]
fn a_foreign_websocket_is_reported_where_every_page_may_poll() {
    let any: &Headers = &[(ALLOW, "*")];
    let setting: &Headers = &[(ALLOW, "*"), ("set-cookie", "a=b; SameSite=None; Secure")];
    let opened = [Step::Poll4, Step::ForeignPoll]
        .into_iter()
        .fold(good(), |seen, step| seen.sees(step, 200, any, OPEN))
        .sees(Step::ForeignWebsocket, 101, NONE, OPEN);
    let echoed = opened.clone().sees(Step::ForeignPoll, 200, &[(ALLOW, FOREIGN), VARY], OPEN);
    let with_cookies: &Headers = &[(ALLOW, FOREIGN), CREDENTIALS, VARY];
    let by_websocket = opened.clone().without_polling();
    let warned: &[&str] = &["warning foreign-websocket"];
    let in_danger: &[&str] = &["danger foreign-websocket"];
    assert_found(vec![
        (opened.clone(), warned),
        (echoed.clone(), warned),
        (by_websocket.clone(), warned),
        (opened.clone().sees(Step::ForeignWebsocket, 403, NONE, FORBIDDEN), &[]),
        (opened.clone().sees(Step::Poll4, 200, setting, OPEN), in_danger),
        (
            opened.clone().sees(Step::Websocket, 101, &[("set-cookie", "a=b; Secure")], OPEN),
            // Chromium does not send that one.
            &["warning cookie-not-cross-site", "warning foreign-websocket"],
        ),
        (by_websocket.holding("session=1"), in_danger),
        (echoed.sees(Step::Poll4, 200, GRANT, OPEN).holding("session=1"), in_danger),
        // That every page may poll with cookies is worse.
        (
            opened.sees(Step::ForeignPoll, 200, with_cookies, OPEN),
            &["danger any-origin-with-credentials"],
        ),
    ]);
}

#[test]
fn a_worker_that_only_reports_gets_a_warning() {
    let says = |decision| [GRANT, &[("x-cors-decision", decision)]].concat();
    let decides = |decision| good().sees(Step::Poll4, 200, &says(decision), OPEN);
    let reports = "allow; reason=listed-origin; policy=0a568b28; report-only";
    assert_found(vec![
        (decides(reports), &["warning not-enforced"]),
        (decides(reports).without_polling(), &["warning not-enforced"]),
        (
            decides("refuse; reason=unlisted-origin; policy=none; report-only"),
            &["warning not-enforced"],
        ),
        (decides("allow; reason=listed-origin; policy=0a568b28"), &[]),
    ]);
}

#[test]
fn a_fault_that_prevents_every_session_hides_findings_about_sessions() {
    let nothing = |step, kind| Examination::connected().fails(step, failure(kind));
    let answers = |status, body| {
        Examination::connected().sees(Step::Poll4, status, NONE, body).sees(
            Step::Poll3,
            status,
            NONE,
            body,
        )
    };
    assert_found(vec![
        (nothing(Step::Connect, FailureKind::Dns), &["error dns-failed"]),
        (nothing(Step::Connect, FailureKind::Refused), &["error connection-failed"]),
        (nothing(Step::Connect, FailureKind::Tls("ERR_CERT_INVALID")), &["error tls-failed"]),
        (
            nothing(Step::Poll4, FailureKind::Late).notes(Step::Poll3, None, None),
            &["error no-answer-in-time"],
        ),
        (answers(301, ""), &["error redirected"]),
        (answers(404, "Cannot GET"), &["error not-socket-io"]),
        (answers(200, "<!doctype html>"), &["error not-socket-io"]),
        (answers(200, "0{"), &["error not-socket-io"]),
        (answers(400, r#"{"code":7,"message":"odd"}"#), &["error not-socket-io"]),
        (answers(502, ""), &["error server-error"]),
        (answers(404, "").sees(Step::OtherPath, 200, GRANT, OPEN), &["error wrong-path"]),
        (
            answers(404, "").at("http://api.example.net"),
            &["error mixed-content", "error not-socket-io"],
        ),
    ]);
}

#[test]
fn a_second_fault_is_reported_beside_the_first() {
    let elsewhere = |headers: &Headers, body| {
        let poll = Examination::connected().sees(Step::Poll4, 404, NONE, "");
        poll.sees(Step::OtherPath, 200, headers, body)
    };
    let behind_login = good().sending("x-token").sees(Step::Preflight, 401, NONE, "");
    let unlisted: &Headers = &[VARY];
    assert_found(vec![
        (elsewhere(NONE, OPEN), &["error wrong-path", "error no-cors-headers"]),
        (elsewhere(GRANT, OPEN_3), &["error wrong-path", "error version-mismatch"]),
        (
            elsewhere(GRANT, OPEN).sees(Step::OtherPathWebsocket, 400, NONE, ""),
            &["error wrong-path", "error upgrade-blocked"],
        ),
        (
            elsewhere(GRANT, OPEN).sees(Step::OtherPathWebsocket, 101, NONE, OPEN),
            &["error wrong-path"],
        ),
        (elsewhere(NONE, OPEN).without_polling(), &["error wrong-path"]),
        (behind_login.clone(), &["error login-required"]),
        (
            behind_login.clone().sees(Step::PollAgain, 400, GRANT, UNKNOWN),
            &["error login-required", "error session-lost"],
        ),
        (
            behind_login.sees(Step::Poll4, 200, unlisted, OPEN),
            &["error login-required", "error stripped-headers"],
        ),
        // An answer of the rate limit causes no other finding.
        (
            good().sees(Step::BadSession, 429, NONE, "").sees(Step::NullPoll, 429, NONE, ""),
            &["warning rate-limited"],
        ),
    ]);
}

#[test]
fn incompatible_versions_are_reported() {
    let server_2 =
        good().sees(Step::Poll4, 200, GRANT, OPEN_3).sees(Step::Poll3, 200, GRANT, OPEN_3);
    assert_found(vec![
        (good().by_client(2).credentialed(), &["error version-mismatch"]),
        (server_2.clone(), &["error version-mismatch"]),
        (server_2.clone().by_client(3), &["error version-mismatch"]),
        (server_2.by_client(2).credentialed(), &[]),
        (
            good().sees(Step::Poll4, 400, NONE, r#"{"code":0,"message":"Transport unknown"}"#),
            &["error polling-disabled"],
        ),
    ]);
}

#[test]
fn an_answer_without_the_pages_origin_is_one_finding() {
    let polled = |headers| good().sees(Step::Poll4, 200, headers, OPEN);
    let bare = polled(NONE)
        .sees(Step::Preflight, 400, NONE, "")
        .sees(Step::Post, 200, NONE, "ok")
        .sees(Step::PollAgain, 200, NONE, "40{}")
        .sees(Step::BadSession, 400, NONE, UNKNOWN);
    let varying = bare.clone().sees(Step::Poll4, 200, &[VARY], OPEN);
    let refused = bare.clone().sees(Step::Poll4, 403, NONE, FORBIDDEN);
    let near: &Headers = &[(ALLOW, "http://app.example.com")];
    assert_found(vec![
        (bare.clone(), &["error no-cors-headers"]),
        (bare.clone().sees(Step::DirectPoll, 200, GRANT, OPEN), &["error stripped-headers"]),
        (polled(NONE), &["error stripped-headers"]),
        (good().sees(Step::Post, 200, &[VARY], "ok"), &["error stripped-headers"]),
        (varying.clone(), &["error origin-not-listed"]),
        (varying.sees(Step::DirectPoll, 200, GRANT, OPEN), &["error stripped-headers"]),
        (refused, &["error origin-not-listed"]),
        (good().sees(Step::Poll4, 403, GRANT, FORBIDDEN), &["error origin-not-listed"]),
        (good().sees(Step::Poll4, 400, GRANT, BAD), &["error origin-not-listed"]),
        (good().at(O).sees(Step::Poll4, 403, NONE, FORBIDDEN), &["error origin-not-listed"]),
        (polled(&[(ALLOW, "https://other.example")]), &["error origin-not-listed"]),
        (polled(&[(ALLOW, "https://app.example.com/")]), &["error origin-near-miss"]),
        (polled(&[(ALLOW, "https://app.example.com:8443")]), &["error origin-near-miss"]),
        (
            bare.sees(Step::NearMiss, 200, near, OPEN).from(Some("http://app.example.com")),
            &["error origin-near-miss"],
        ),
        (polled(&[(ALLOW, O), (ALLOW, O)]), &["error doubled-origin"]),
        (
            polled(&[(ALLOW, "https://app.example.com, *")]).credentialed(),
            &["error doubled-origin"],
        ),
        (good().at(O).sees(Step::Poll4, 200, NONE, OPEN), &[]),
    ]);
}

#[test]
fn credentials_that_the_server_does_not_allow_are_reported() {
    let polled = |headers| good().sees(Step::Poll4, 200, headers, OPEN);
    let any: &Headers = &[(ALLOW, "*"), CREDENTIALS];
    assert_found(vec![
        (polled(any).credentialed(), &["error wildcard-with-credentials"]),
        (polled(any), &["warning wildcard-with-credentials"]),
        (polled(&[(ALLOW, O), VARY]).credentialed(), &["error credentials-not-allowed"]),
        (polled(&[(ALLOW, O), VARY]), &[]),
    ]);
}

#[test]
fn a_preflight_fault_is_an_error_if_the_page_sends_a_preflight() {
    let asked = |status, headers| good().sees(Step::Preflight, status, headers, "");
    let listed: &Headers = &[(ALLOW, O), ("access-control-allow-headers", "X-Token, x-other")];
    let any: &Headers = &[(ALLOW, O), CREDENTIALS, ("access-control-allow-headers", "*")];
    assert_found(vec![
        (asked(302, NONE), &["warning preflight-redirected"]),
        (asked(302, NONE).sending("x-token"), &["error preflight-redirected"]),
        (asked(405, GRANT).sending("x-token"), &["error preflight-failed"]),
        (good().fails(Step::Preflight, failure(FailureKind::Late)), &["warning preflight-failed"]),
        (asked(204, NONE), &["warning preflight-without-cors"]),
        (
            asked(200, &[(ALLOW, "*")]).sending("accept").credentialed(),
            &["warning preflight-without-cors"],
        ),
        (asked(204, GRANT).sending("x-token"), &["error header-not-allowed"]),
        (asked(204, listed).sending("x-token"), &[]),
        (asked(204, any).sending("x-token"), &[]),
        (asked(204, any).sending("x-token").credentialed(), &["error header-not-allowed"]),
        (asked(204, any).sending("Authorization"), &["warning header-not-allowed"]),
    ]);
}

#[test]
fn a_lost_session_is_reported_once() {
    let cookie: &Headers =
        &[(ALLOW, O), CREDENTIALS, VARY, ("set-cookie", "member=1; Path=/; HttpOnly")];
    let lost = good().sees(Step::PollAgain, 400, GRANT, UNKNOWN);
    let sticky = lost.clone().sees(Step::Post, 200, cookie, "ok");
    assert_found(vec![
        (lost.clone(), &["error session-lost"]),
        (lost.sees(Step::Upgrade, 400, NONE, ""), &["error session-lost"]),
        (good().sees(Step::Upgrade, 400, NONE, "Session ID unknown"), &["error session-lost"]),
        (sticky.clone(), &["error session-lost"]),
        (sticky.credentialed(), &["error session-lost"]),
        (good().sees(Step::Post, 405, GRANT, ""), &["error post-failed"]),
        (good().fails(Step::Post, failure(FailureKind::Late)), &["error post-failed"]),
        (good().sees(Step::PollAgain, 504, GRANT, ""), &["error post-failed"]),
        (
            good().fails(Step::PollAgain, failure(FailureKind::Late)),
            &["error namespace-unanswered"],
        ),
        (good().sees(Step::BadSession, 400, NONE, UNKNOWN), &["warning errors-without-cors"]),
    ]);
}

#[test]
fn a_failed_websocket_is_reported_with_its_cause() {
    let opens = |step, body| good().sees(step, 101, NONE, body);
    let polling: &str = r#"0{"sid":"a","upgrades":[],"pingInterval":25000}"#;
    let none_offered = good().sees(Step::Poll4, 200, GRANT, polling);
    let others_may = opens(Step::ForeignWebsocket, OPEN);
    assert_found(vec![
        (good().sees(Step::Websocket, 400, NONE, BAD), &["error upgrade-blocked"]),
        (good().sees(Step::Upgrade, 426, NONE, ""), &["error upgrade-blocked"]),
        (good().sees(Step::Websocket, 400, NONE, ""), &["error upgrade-blocked"]),
        (good().sees(Step::Websocket, 403, NONE, ""), &["error websocket-refused"]),
        (
            others_may.sees(Step::Websocket, 400, NONE, "no"),
            &["error websocket-refused", "warning foreign-websocket"],
        ),
        (
            good().notes(
                Step::Websocket,
                Some(Answer { status: 101, ..Answer::default() }),
                Some(failure(FailureKind::Late)),
            ),
            &["error probe-failed"],
        ),
        (good().fails(Step::Websocket, failure(FailureKind::Late)), &["error upgrade-blocked"]),
        (none_offered.sees(Step::Websocket, 400, NONE, BAD), &[]),
        (good().sees(Step::Websocket, 400, NONE, "Forbidden"), &["error websocket-refused"]),
    ]);
}

#[test]
fn a_page_without_polling_gets_only_websocket_findings() {
    let unknown = r#"{"code":0,"message":"Transport unknown"}"#;
    let disabled = good()
        .sees(Step::Poll4, 400, NONE, unknown)
        .sees(Step::Poll3, 400, NONE, unknown)
        .without_polling();
    let page = good().sees(Step::Poll4, 200, NONE, OPEN).without_polling();
    let refused = page.clone().sees(Step::Poll4, 403, NONE, FORBIDDEN);
    assert_found(vec![
        (disabled.clone(), &[]),
        (disabled.sees(Step::Websocket, 400, NONE, BAD), &["error upgrade-blocked"]),
        (page.clone(), &[]),
        (page.clone().sees(Step::PollAgain, 400, NONE, UNKNOWN), &[]),
        (page.clone().sees(Step::Upgrade, 400, NONE, BAD), &[]),
        (page.sees(Step::Websocket, 400, NONE, unknown), &["error upgrade-blocked"]),
        (refused.clone(), &[]),
        (refused.sees(Step::Websocket, 403, NONE, ""), &["error websocket-refused"]),
    ]);
}

#[test]
fn the_quoted_client_error_is_that_of_the_failing_request() {
    for (examination, report) in [
        (good().sees(Step::Poll4, 200, NONE, OPEN), "xhr poll error"),
        (good().sees(Step::Post, 200, &[VARY], "ok"), "xhr post error"),
        (good().sees(Step::Post, 405, GRANT, ""), "xhr post error"),
    ] {
        let findings = diagnose(&examination);
        let why = &findings.first().unwrap().why;
        assert_eq!(why.last().unwrap(), &format!("The Socket.IO client reports: {report}"));
    }
}

/// Checks that the fix of the first finding says this.
#[track_caller]
fn assert_advises(examination: &Examination, advice: &str) {
    let findings = diagnose(examination);
    let fix = findings.first().unwrap().fix.join("\n");
    assert!(fix.contains(advice), "no {advice:?} in: {fix}");
}

#[test]
fn a_refusal_of_this_worker_gets_a_fix_in_the_worker() {
    for (status, decision, advice) in [
        (503, "refuse; reason=policy-unavailable; policy=none", "could read no policy"),
        (503, "allow; reason=listed-origin; policy=416c115b", "Is the server up"),
        (403, "refuse; reason=unlisted-origin; policy=none", "no policy is set"),
        (403, "refuse; reason=lookup-failed; policy=416c115b", "KV did not tell"),
        (403, "refuse; reason=lookup-limited; policy=416c115b", "KV did not tell"),
        (403, "refuse; reason=unlisted-origin; policy=416c115b", "Add the origin to the list"),
        (200, "allow; reason=listed-origin; policy=416c115b; report-only", "`reportOnly`"),
    ] {
        let headers: &Headers = &[("x-cors-decision", decision)];
        let body = if status == 200 { OPEN } else { FORBIDDEN };
        let body = if status == 503 { "" } else { body };
        let polled = good().sees(Step::Poll4, status, headers, body).sees(
            Step::Poll3,
            status,
            headers,
            body,
        );
        let others = [Step::Preflight, Step::Post, Step::PollAgain, Step::BadSession];
        let seen = others.into_iter().fold(polled, |seen, step| seen.sees(step, 400, headers, ""));
        assert_advises(&seen, advice);
    }
}

#[test]
fn the_fix_names_the_check_that_refuses_or_the_header_that_is_sent_twice() {
    let forbidden = good().sees(Step::Poll4, 403, GRANT, FORBIDDEN);
    assert_advises(&forbidden, "decide(null, allowed.includes(request.headers.origin))");
    let by_client_2 = forbidden
        .sees(Step::Poll3, 403, GRANT, FORBIDDEN)
        .sees(Step::NoOriginPoll, 200, &[VARY], OPEN_3)
        .by_client(2);
    assert_advises(&by_client_2, "decide(null, allowed.includes(request.headers.origin))");
    let server_2 = by_client_2.sees(Step::Poll3, 403, NONE, FORBIDDEN);
    assert_advises(&server_2, "origins: [\"https://app.example.com:443\"]");
    let own = good().at(O).sees(Step::Poll4, 403, NONE, FORBIDDEN).from(None);
    assert_advises(&own, "Browsers send no Origin with a GET to the page's own origin");
    let twice: &Headers = &[(ALLOW, O), CREDENTIALS, CREDENTIALS, VARY];
    let twice = good().sees(Step::Poll4, 200, twice, OPEN).credentialed();
    assert_advises(&twice, "proxy_hide_header Access-Control-Allow-Credentials;");
}

#[test]
fn the_fix_of_a_doubled_path_begins_with_the_software_that_answered() {
    let twice =
        |server: &'static str| {
            let headers: &Headers = &[("server", server)];
            let python = r#"0{"sid":"a","upgrades":[],"pingTimeout":20000,"pingInterval":25000}"#;
            let mut found = Examination::connected()
                .sees(Step::Poll4, 404, headers, "Not Found")
                .sees(Step::OtherPath, 200, headers, python);
            let url = &mut found.exchanges.last_mut().unwrap().url;
            *url = url.replace("/socket.io/", "/socket.io/socket.io/");
            diagnose(&found).swap_remove(0).fix.swap_remove(0)
        };
    for (server, start) in
        [("nginx/1.29", "In nginx"), ("Caddy", "Let Caddy"), ("uvicorn", "In FastAPI")]
    {
        assert!(twice(server).starts_with(start), "{}", twice(server));
    }
}

#[test]
fn a_redirect_blocks_the_preflight_of_a_page_with_its_own_headers() {
    let to: &Headers = &[("location", "https://api.example.net/socket.io/?EIO=4")];
    let mut redirected = Examination::connected().sees(Step::Poll4, 301, to, "");
    redirected.target.base = "http://api.example.net".parse().unwrap();
    let why = |examination: &Examination| {
        let findings = diagnose(examination);
        findings.into_iter().find(|it| it.code.as_str() == "redirected").unwrap().why.join("\n")
    };
    let preflight = "Redirect is not allowed for a preflight request.";
    assert!(!why(&redirected).contains(preflight));
    assert!(why(&redirected.sending("x-token")).contains(preflight));
}

#[test]
fn the_advice_for_a_recording_names_its_server_and_page() {
    let blocked = Failure::new(FailureKind::Browser, "ERR_FAILED");
    let recorded = Examination::connected().fails(Step::Poll4, blocked);
    assert_advises(
        &recorded,
        "socketio-cors doctor https://api.example.net --origin https://app.example.com",
    );
}

#[test]
fn cookies_that_are_not_sent_cross_site_are_reported() {
    let set = |cookies: &[&'static str]| {
        let cookies = cookies.iter().map(|cookie| ("set-cookie", *cookie));
        let headers: Vec<_> = GRANT.iter().copied().chain(cookies).collect();
        good().sees(Step::Poll4, 200, &headers, OPEN)
    };
    let unfit: &[&str] = &["warning cookie-not-cross-site"];
    assert_found(vec![
        (set(&["a=b"]), unfit),
        (set(&["a=b"]).credentialed(), unfit),
        (set(&["a=b; SameSite=None; Secure"]), &[]),
        (set(&["a=b"]).at("https://api.example.com"), &[]),
        (set(&["AWSALB=x; Path=/"]), unfit),
        (set(&["ARRAffinity=x; Secure", "ARRAffinitySameSite=x; SameSite=None; Secure"]), &[]),
        (set(&["AWSALB=x; Path=/", "AWSALBCORS=x; SameSite=None; Secure"]), &[]),
    ]);
}

#[test]
fn foreign_origins_that_are_let_in_are_reported() {
    let reflected: &Headers = &[(ALLOW, FOREIGN), CREDENTIALS, VARY];
    let any = good().sees(Step::ForeignPoll, 200, reflected, OPEN);
    let null: &Headers = &[(ALLOW, "null"), VARY];
    let null_with: &Headers = &[(ALLOW, "null"), VARY, CREDENTIALS];
    assert_found(vec![
        (good().sees(Step::ForeignWebsocket, 101, NONE, OPEN), &["warning foreign-websocket"]),
        (
            good().sees(Step::ForeignWebsocket, 101, NONE, OPEN).holding("session=1"),
            &["danger foreign-websocket"],
        ),
        (good().sees(Step::ForeignWebsocket, 101, NONE, "hello"), &[]),
        // Without the id of a session nobody can send into it, and none is given to them.
        (good().sees(Step::ForeignPost, 200, NONE, "ok"), &[]),
        (
            good().sees(Step::ForeignPost, 200, NONE, "ok").sees(
                Step::ForeignPoll,
                200,
                &[VARY],
                OPEN,
            ),
            &["warning foreign-post"],
        ),
        (any.clone(), &["danger any-origin-with-credentials"]),
        (any.sees(Step::NullPoll, 200, null_with, OPEN), &["danger any-origin-with-credentials"]),
        (good().sees(Step::NullPoll, 200, null, OPEN), &["warning null-origin"]),
        (good().sees(Step::NullPoll, 200, null_with, OPEN), &["danger null-origin"]),
        (good().sees(Step::NullPoll, 403, null_with, FORBIDDEN), &[]),
    ]);
}

#[test]
fn an_answer_that_varies_by_origin_needs_a_vary_header() {
    let polled = |headers| good().sees(Step::Poll4, 200, headers, OPEN);
    let same: &Headers = &[(ALLOW, O)];
    let strangers = [Step::ForeignPoll, Step::NullPoll, Step::NoOriginPoll];
    assert_found(vec![
        (polled(same), &["warning vary-missing"]),
        (polled(&[(ALLOW, O), ("vary", "Accept-Encoding")]), &["warning vary-missing"]),
        (polled(&[(ALLOW, O), ("vary", "accept-encoding, ORIGIN")]), &[]),
        (polled(&[(ALLOW, O), ("vary", "*")]), &[]),
        (
            strangers.into_iter().fold(polled(same), |seen, step| seen.sees(step, 200, same, OPEN)),
            &[],
        ),
    ]);
}
