//! Later requests of a session.

use super::{
    super::made::{ALLOW, CREDENTIALS, GRANT, Headers, NONE, O, OPEN, UNKNOWN, VARY},
    NGINX, NOTHING, PYTHON, assert_first, garbled, good,
};
use crate::{
    doctor::{diagnosis::diagnose, finding::Code, step::Step},
    network::{Failure, FailureKind},
};

#[test]
fn a_balancer_is_named_by_its_cookies_and_the_fix_skips_steps_already_done() {
    let none = "SameSite=None; Secure already";
    let lost = |cookies: &[&'static str], allows: bool| {
        let mut headers = if allows { GRANT.to_vec() } else { vec![(ALLOW, O), VARY] };
        headers.extend(cookies.iter().map(|cookie| ("set-cookie", *cookie)));
        good().sees(Step::Poll4, 200, &headers, OPEN).sees(Step::PollAgain, 400, GRANT, UNKNOWN)
    };
    let alb: &[&str] = &["AWSALB=a; Path=/", "AWSALBCORS=a; Path=/; SameSite=None; Secure"];
    let session: &[&str] = &["session=a; Path=/", "GCLB=\"a\"; Path=/; HttpOnly"];
    let allow = "allow credentials";
    for (examination, parts, not) in [
        (
            lost(alb, true),
            &["The AWS load balancer keeps", "(AWSALB, AWSALBCORS)", none][..],
            allow,
        ),
        (lost(alb, false), &["The AWS load balancer keeps", "credentials: true", none], "HAProxy"),
        (
            lost(session, true),
            &["Google Cloud's load balancer keeps", "(GCLB)", "only if it has"],
            "HAProxy",
        ),
        (lost(&["SERVERID=a"], true), &["HAProxy, or another", "secure attr"], allow),
        (lost(&["a=b"], true), &["The server sets a cookie (a)", "secure attr"], allow),
        (lost(session, true).credentialed(), &["Google Cloud's", "only if it has"], "secure attr"),
        (lost(alb, true).credentialed(), &["AWSALB, AWSALBCORS back"], "only if it has"),
    ] {
        let findings = diagnose(&examination);
        let lost = findings.iter().find(|finding| finding.code == Code::SessionLost).unwrap();
        let fix = lost.fix.join("\n");
        for part in parts {
            assert!(fix.contains(part), "no {part:?} in {fix}");
        }
        assert!(!fix.contains(not), "{not:?} in {fix}");
    }
}

#[test]
fn the_finding_of_a_later_request_depends_on_what_answered_it() {
    let cloudflare: &Headers = &[("server", "cloudflare")];
    let hit = [GRANT, &[("cf-cache-status", "HIT")]].concat();
    let lost = good().sees(Step::PollAgain, 400, GRANT, UNKNOWN);
    let any: &Headers = &[(ALLOW, O), CREDENTIALS, ("access-control-allow-headers", "*"), NGINX];
    assert_first(vec![
        (
            good().sees(Step::Post, 429, GRANT, ""),
            "error rate-limited",
            "rate limit",
            "allows only GET",
        ),
        (
            good().sees(Step::Websocket, 403, &[("cf-mitigated", "challenge")], ""),
            "error challenged",
            "Skip",
            "proxy_set_header",
        ),
        (
            good().sees(Step::Preflight, 401, NONE, "").sending("x-token"),
            "error login-required",
            "--header",
            NOTHING,
        ),
        // Nobody sends that preflight.
        (
            good().sees(Step::Preflight, 401, NONE, ""),
            "warning preflight-failed",
            "OPTIONS",
            NOTHING,
        ),
        (good().sees(Step::Post, 403, GRANT, ""), "error post-failed", "CSRF", NOTHING),
        (
            good().sees(Step::Post, 413, GRANT, ""),
            "error post-failed",
            "client_max_body_size",
            NOTHING,
        ),
        (
            good().sees(Step::Websocket, 403, cloudflare, ""),
            "error websocket-refused",
            "protect the hostname instead",
            "add https://app.example.com to it",
        ),
        (
            good().sees(Step::Websocket, 400, NONE, r#"{"code":0,"message":"Transport unknown"}"#),
            "error upgrade-blocked",
            "transports: [",
            "proxy_set_header",
        ),
        (
            garbled(good()),
            "error upgrade-blocked",
            "not one that a browser accepts",
            "proxy_set_header",
        ),
        (
            garbled(good()).sees(Step::Poll4, 200, PYTHON, OPEN),
            "error upgrade-blocked",
            "pip install gunicorn simple-websocket",
            "proxy_set_header",
        ),
        (
            good().sees(Step::Websocket, 403, NONE, "not allowed by Upgrader.CheckOrigin").sees(
                Step::ForeignWebsocket,
                403,
                NONE,
                "",
            ),
            "error websocket-refused",
            "== \"https://app.example.com\"",
            "the platform",
        ),
        (
            good()
                .sees(Step::Websocket, 403, NONE, "no")
                .sees(Step::ForeignWebsocket, 403, NONE, "no")
                .sees(Step::NoOriginWebsocket, 101, NONE, OPEN),
            "error websocket-refused",
            "add https://app.example.com to it",
            "the platform",
        ),
        (
            good().sees(Step::Websocket, 400, &[("server", "Apache/2.4.62")], ""),
            "error upgrade-blocked",
            "upgrade=websocket",
            "proxy_set_header",
        ),
        (lost.clone(), "error session-lost", "ip_hash", NOTHING),
        (
            lost.clone().sees(Step::QuietSession, 200, GRANT, OPEN),
            "warning session-ended",
            "auth",
            "another instance",
        ),
        (
            lost.clone().sees(Step::QuietSession, 400, GRANT, UNKNOWN),
            "error session-lost",
            "ip_hash",
            NOTHING,
        ),
        (
            lost.sees(Step::Poll4, 200, &hit, OPEN),
            "error cached-handshake",
            "Bypass cache",
            "ip_hash",
        ),
        (
            good()
                .fails(Step::Preflight, Failure::new(FailureKind::Closed, "closed"))
                .sending("x-token"),
            "error preflight-failed",
            "OPTIONS",
            "It does not have HTTP ok status",
        ),
        (
            good().sees(Step::Preflight, 204, any, "").sending("x-token").credentialed(),
            "error header-not-allowed",
            "add_header Access-Control-Allow-Headers \"x-token\" always;",
            NOTHING,
        ),
    ]);
}

#[test]
fn a_server_that_handles_one_request_at_a_time_is_told_to_have_threads() {
    let by = |server: (&'static str, &'static str)| {
        let headers: Vec<_> = GRANT.iter().copied().chain([server]).collect();
        good()
            .sees(Step::Poll4, 200, &headers, OPEN)
            .fails(Step::BesidePoll, Failure::new(FailureKind::Late, "no answer came in time"))
    };
    let one = "error one-at-a-time";
    let gunicorn = ("server", "gunicorn");
    assert_first(vec![
        (by(gunicorn), one, "gunicorn -w 1 --threads 100 app:app", "php -S"),
        (by(("server", "Werkzeug/3.1.9 Python/3.11.7")), one, "threaded=False", "gunicorn"),
        (by(("server", "uvicorn")), one, "event loop", "gunicorn"),
        (by(("server", "WSGIServer/0.2 CPython/3.11.7")), one, "--nothreading", "php -S"),
        (by(NGINX), one, "php -S", "gunicorn"),
        // A WebSocket keeps out everybody else.
        (
            by(gunicorn).without_polling(),
            "warning one-at-a-time",
            "--threads 100",
            "the page's POST",
        ),
    ]);
}

#[test]
fn a_cdn_that_answers_handshakes_is_told_by_its_headers() {
    let is = "error cached-handshake";
    let kept = |headers: &Headers| good().sees(Step::Poll4, 200, &[GRANT, headers].concat(), OPEN);
    let bunny: &Headers = &[("server", "BunnyCDN-DE1-1075"), ("cdn-cache", "HIT")];
    assert_first(vec![
        (kept(bunny), is, "Override Cache Time, 0", "Cloudflare"),
        (kept(&[("server", "keycdn"), ("x-cache", "HIT")]), is, "KeyCDN", "Cloudflare"),
        (
            kept(&[("akamai-cache-status", "Hit from child"), ("akamai-grn", "0.1")]),
            is,
            "Akamai: in Property Manager",
            "Cloudflare",
        ),
        (
            kept(&[("via", "1.1 google"), ("age", "3"), ("server", "nginx/1.24.0")]),
            is,
            "--no-enable-cdn",
            "proxy_cache",
        ),
        (
            kept(&[("x-azure-ref", "1"), ("x-cache", "TCP_REMOTE_HIT")]),
            is,
            "Azure's Front Door",
            "Cloudflare",
        ),
        (kept(&[("server", "nginx/1.24.0"), ("age", "3")]), is, "proxy_cache off", "google"),
    ]);
    let first = diagnose(&kept(bunny)).remove(0);
    let evidence = format!("{:?}", first.evidence);
    assert!(
        evidence.contains("cdn-cache: HIT") || evidence.contains("Cdn-Cache: HIT"),
        "{evidence}"
    );
    for miss in [("x-cache", "TCP_MISS"), ("x-cache", "CONFIG_NOCACHE"), ("cdn-cache", "BYPASS")] {
        let found = diagnose(&kept(&[miss]));
        assert!(found.iter().all(|it| it.code != Code::CachedHandshake), "{miss:?}");
    }
}
