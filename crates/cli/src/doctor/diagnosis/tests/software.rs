//! Each finding that may be a proxy's, behind each proxy that is known: its own fix comes first.

use std::collections::BTreeSet;

use super::{
    diagnose, failure, good,
    made::{ALLOW, BAD, CREDENTIALS, FOREIGN, GRANT, Headers, O, OPEN, UNKNOWN, VARY},
};
use crate::{
    doctor::{
        diagnosis::Code,
        examination::Examination,
        software::{self, Proxy},
        step::Step,
    },
    network::{Answer, BodyCoding, FailureKind},
};

/// The header, or the body of an error, by which an answer names the proxy.
pub(in crate::doctor::diagnosis) fn named(proxy: Proxy) -> (&'static str, &'static str) {
    match proxy {
        Proxy::Nginx => ("server", "nginx/1.24.0"),
        Proxy::Apache => ("server", "Apache/2.4.58"),
        Proxy::Caddy => ("via", "1.1 Caddy"),
        // HAProxy shows only in its own error pages: it adds nothing to answers that it passes on.
        Proxy::Haproxy => ("", "<h1>504 Gateway Time-out</h1>\nThe server didn't respond in time."),
        Proxy::Iis => ("server", "Microsoft-IIS/10.0"),
        Proxy::Gunicorn => ("server", "gunicorn"),
        Proxy::Passenger => ("x-powered-by", "Phusion Passenger(R) 6.0.20"),
        Proxy::LiteSpeed => ("server", "LiteSpeed"),
        Proxy::Envoy => ("server", "istio-envoy"),
        Proxy::Kong => ("via", "1.1 kong/3.6.1"),
        Proxy::Express => ("x-powered-by", "Express"),
        Proxy::Varnish => ("x-varnish", "1 2"),
        Proxy::Fastly => ("x-served-by", "cache-ams1-AMS"),
        Proxy::Cloudflare => ("server", "cloudflare"),
        Proxy::CloudFront => ("x-amz-cf-id", "abc=="),
        Proxy::ApiGateway => ("x-amz-apigw-id", "abc="),
        Proxy::AwsBalancer => ("server", "awselb/2.0"),
        Proxy::FrontDoor => ("x-azure-ref", "1"),
        Proxy::Azure => ("x-ms-middleware-request-id", "1"),
        Proxy::GoogleCloud => ("server", "Google Frontend"),
        Proxy::Heroku => ("via", "1.1 heroku-router"),
        Proxy::Vercel => ("x-vercel-id", "fra1::1"),
        Proxy::Netlify => ("x-nf-request-id", "1"),
        Proxy::Fly => ("fly-request-id", "1-fra"),
        Proxy::Render => ("rndr-id", "1"),
        Proxy::Railway => ("x-railway-request-id", "1"),
    }
}

/// Other words by which a line is one for that proxy.
const WORDS: &[(Proxy, &[&str])] = &[
    (Proxy::Nginx, &["  proxy_", "`proxy_", "add_header", "limit_except", "auth_basic"]),
    (Proxy::Apache, &["  Header ", "RewriteRule", "ProxyPass"]),
    (Proxy::Caddy, &["header_down", "reverse_proxy"]),
    (Proxy::AwsBalancer, &["aws elbv2"]),
    (Proxy::GoogleCloud, &["gcloud"]),
    (Proxy::Iis, &["web.config"]),
];

/// The first place in `text` that is about that proxy.
pub(in crate::doctor::diagnosis) fn place(proxy: Proxy, text: &str) -> Option<usize> {
    let words = WORDS.iter().find(|(of, _)| *of == proxy).map_or(&[][..], |(_, words)| words);
    words.iter().chain([&proxy.name()]).filter_map(|word| text.find(word)).min()
}

/// It has to be in lower case.
const UPPER: (&str, &str) = ("access-control-allow-credentials", "True");

/// Names within other names, and servers that a platform's own fix is written in.
pub(in crate::doctor::diagnosis) fn may_name(seen: Proxy, other: Proxy) -> bool {
    matches!(
        (seen, other),
        (Proxy::FrontDoor | Proxy::Iis, Proxy::Azure)
            | (Proxy::Azure, Proxy::Iis)
            | (Proxy::LiteSpeed, Proxy::Apache)
    )
}

/// The same, with the proxy's name in each answer.
fn behind(mut examination: Examination, proxy: Proxy) -> Examination {
    let (name, value) = named(proxy);
    for answer in examination.exchanges.iter_mut().filter_map(|it| it.answer.as_mut()) {
        if !name.is_empty() {
            answer.headers.push((name.to_owned(), value.to_owned()));
        }
    }
    examination
}

/// The codes of the findings that may name the proxy, each with an examination that shows it.
fn set_ups(proxy: Proxy) -> Vec<(Code, Examination)> {
    let (marker, page) = named(proxy);
    let error = if marker.is_empty() { page } else { "an error" };
    let twice: &Headers = &[(ALLOW, O), (ALLOW, "*"), CREDENTIALS, VARY];
    let two: &Headers = &[(ALLOW, O), (ALLOW, "https://admin.example.com"), VARY];
    let hit: &Headers = &[(ALLOW, O), CREDENTIALS, VARY, ("x-cache", "HIT")];
    let reflected: &Headers = &[(ALLOW, FOREIGN), CREDENTIALS, VARY];
    let polled = |headers| good().sees(Step::Poll4, 200, headers, OPEN);
    let asks = || good().sending("x-token");
    let held = |step, status, error| {
        let answer = Answer { status, body: page.to_owned(), ..Answer::default() };
        good().notes(step, Some(answer), error)
    };
    vec![
        (Code::DoubledOrigin, polled(twice)),
        (Code::DoubledOrigin, polled(two)),
        (Code::PreflightFailed, asks().sees(Step::Preflight, 405, GRANT, error)),
        (Code::PreflightFailed, asks().sees(Step::Preflight, 500, &[], error)),
        (
            Code::PreflightRedirected,
            asks().sees(Step::Preflight, 302, &[("location", "/a")], error),
        ),
        (Code::PreflightWithoutCors, asks().sees(Step::Preflight, 204, &[], error)),
        (Code::HeaderNotAllowed, asks().sees(Step::Preflight, 204, GRANT, error)),
        (Code::AnswerChanged, {
            polled(GRANT).packed(Step::Poll4, BodyCoding::Untrue("gzip".to_owned()))
        }),
        (Code::CachedHandshake, polled(hit)),
        (Code::IdleTimeout, held(Step::HoldPoll, 504, None)),
        (Code::IdleTimeout, held(Step::HoldWebsocket, 101, Some(failure(FailureKind::Protocol)))),
        (Code::UpgradeBlocked, good().sees(Step::Websocket, 400, &[], BAD)),
        (Code::SessionLost, good().sees(Step::PollAgain, 400, GRANT, UNKNOWN)),
        (
            Code::NoCorsHeaders,
            polled(&[])
                .sees(Step::Preflight, 400, &[], "")
                .sees(Step::Post, 200, &[], "ok")
                .sees(Step::PollAgain, 200, &[], "40{}")
                .sees(Step::BadSession, 400, &[], UNKNOWN),
        ),
        (Code::StrippedHeaders, polled(&[]).sees(Step::DirectPoll, 200, GRANT, OPEN)),
        (Code::CredentialsNotAllowed, polled(&[(ALLOW, O), UPPER, VARY]).credentialed()),
        (
            Code::CredentialsNotAllowed,
            polled(&[(ALLOW, O), CREDENTIALS, CREDENTIALS, VARY]).credentialed(),
        ),
        (Code::CredentialsNotAllowed, polled(&[(ALLOW, O), VARY]).credentialed()),
        (Code::WildcardWithCredentials, polled(&[(ALLOW, "*")]).credentialed()),
        (Code::OriginNearMiss, polled(&[(ALLOW, "https://app.example.com/")])),
        (Code::OriginNotListed, polled(&[(ALLOW, "https://other.example.net")])),
        (
            Code::OriginNotListed,
            polled(&[VARY])
                .sees(Step::Preflight, 400, &[], "")
                .sees(Step::Post, 200, &[], "ok")
                .sees(Step::PollAgain, 200, &[], "40{}")
                .sees(Step::BadSession, 400, &[], UNKNOWN),
        ),
        (Code::ErrorsWithoutCors, good().sees(Step::BadSession, 400, &[], UNKNOWN)),
        (Code::VaryMissing, polled(&[(ALLOW, O), CREDENTIALS])),
        (Code::PostFailed, good().sees(Step::Post, 405, GRANT, "an error")),
        (Code::PostFailed, good().sees(Step::PollAgain, 504, GRANT, "an error")),
        (Code::StrippedHeaders, good().sees(Step::Post, 200, &[VARY], "ok")),
        (Code::AnyOriginWithCredentials, good().sees(Step::ForeignPoll, 200, reflected, OPEN)),
        (Code::WebsocketRefused, good().sees(Step::Websocket, 403, &[], "")),
        (
            Code::ProbeFailed,
            good().notes(
                Step::Websocket,
                Some(Answer { status: 101, ..Answer::default() }),
                Some(failure(FailureKind::Late)),
            ),
        ),
        (Code::OriginNotListed, {
            let forbidden = r#""Not an accepted origin.""#;
            let own = good().at(O).sees(Step::Post, 400, &[], forbidden);
            let python =
                r#"0{"sid":"a","upgrades":["websocket"],"pingTimeout":20000,"pingInterval":25000}"#;
            own.sees(Step::Poll4, 200, &[], python)
        }),
        (Code::LoginRequired, {
            let basic: &Headers = &[("www-authenticate", "Basic realm=\"a\"")];
            asks().sees(Step::Preflight, 401, basic, error)
        }),
    ]
}

/// Those whose fix is the proxy's own, if it has a name.
const OF_PROXIES: &[Code] = &[
    Code::DoubledOrigin,
    Code::PreflightFailed,
    Code::PreflightWithoutCors,
    Code::CachedHandshake,
    Code::IdleTimeout,
    Code::UpgradeBlocked,
];

#[test]
fn each_proxy_is_recognised_by_its_name_in_an_answer() {
    for proxy in Proxy::ALL {
        let (_, value) = named(*proxy);
        let seen = behind(good().sees(Step::BadSession, 504, &[], value), *proxy);
        let told = seen.exchanges.iter().find_map(software::proxy);
        assert_eq!(told, Some(*proxy));
    }
}

#[test]
fn the_fix_for_the_proxy_that_was_seen_comes_first() {
    let mut wrong = BTreeSet::new();
    for proxy in Proxy::ALL {
        for (code, examination) in set_ups(*proxy) {
            let findings = diagnose(&behind(examination, *proxy));
            let Some(finding) = findings.iter().find(|finding| finding.code == code) else {
                let found: Vec<_> = findings.iter().map(|it| it.code).collect();
                if ELSEWHERE.contains(&(*proxy, code)) {
                    continue;
                }
                wrong.insert(format!("{code:?} behind {proxy:?}: {found:?}"));
                continue;
            };
            let is_told = finding.evidence.iter().chain(&finding.why).chain(&finding.fix);
            // It has no mark but the words of its own errors.
            let has_mark = *proxy != Proxy::Haproxy
                || is_told.clone().any(|line| line.contains("respond in time"));
            if !has_mark {
                continue;
            }
            let fix = finding.fix.join("\n");
            let own = place(*proxy, &fix);
            if OF_PROXIES.contains(&code) && own.is_none() && !has_none(*proxy, code) {
                wrong.insert(format!("{code:?} behind {proxy:?} does not name it: {fix}"));
            }
            let others = Proxy::ALL.iter().filter(|other| *other != proxy);
            for other in others.filter(|other| !may_name(*proxy, **other)) {
                let Some(first) = place(*other, &fix) else { continue };
                if own.is_none_or(|own| first < own) {
                    wrong.insert(format!("{code:?} behind {proxy:?} is told {other:?}: {fix}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), Vec::from_iter(wrong).join("\n\n"));
}

/// Findings that are others behind that proxy: it refuses no upgrade by a list of origins, and
/// python-socketio never sends `Vary`.
const ELSEWHERE: &[(Proxy, Code)] = &[
    (Proxy::Envoy, Code::WebsocketRefused),
    (Proxy::Gunicorn, Code::WebsocketRefused),
    (Proxy::Gunicorn, Code::VaryMissing),
];

/// True where a platform has nothing of the kind, and its fix does without its name.
fn has_none(proxy: Proxy, code: Code) -> bool {
    let is_of_apps = matches!(
        proxy,
        Proxy::Gunicorn
            | Proxy::Passenger
            | Proxy::AwsBalancer
            | Proxy::Heroku
            | Proxy::Fly
            | Proxy::Render
            | Proxy::Railway
    );
    // Its own fix is that of the Python server which it runs.
    let is_of_python = proxy == Proxy::Gunicorn && code == Code::DoubledOrigin;
    is_of_python || is_of_apps && code == Code::CachedHandshake
}
