use super::{
    super::tests::software::{may_name, named, place},
    Code, Exchange, ROWS, Row, Sign, finding, of,
};
use crate::{
    doctor::{
        examination::Examination,
        software::{Proxy, proxy},
        step::Step,
    },
    network::Answer,
};

/// The answer to a poll.
fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Exchange {
        step: Step::Poll4,
        method: "GET",
        url: "https://api.example.net/socket.io/?EIO=4&transport=polling".to_owned(),
        origin: None,
        answer: Some(Answer {
            status,
            headers: headers.collect(),
            body: body.to_owned(),
            ..Answer::default()
        }),
        error: None,
        took: std::time::Duration::ZERO,
    }
}

#[test]
fn the_software_that_wrote_an_answer_is_recognised() {
    const CLOUDFLARE: (&str, &str) = ("server", "cloudflare");
    const NGINX: (&str, &str) = ("server", "nginx/1.24.0");
    for (answer, code, says) in [
        (answer(403, &[("cf-mitigated", "challenge")], ""), Code::Challenged, "Cloudflare"),
        // A challenge has a Ray ID as every answer has, and its number is not looked at.
        (
            answer(403, &[CLOUDFLARE, ("cf-mitigated", "challenge")], "error code: 1020"),
            Code::Challenged,
            "challenge",
        ),
        (answer(403, &[CLOUDFLARE], "error code: 1020"), Code::Blocked, "1020"),
        (answer(429, &[CLOUDFLARE], "error code: 1015"), Code::RateLimited, "1015"),
        (answer(521, &[], ""), Code::CloudflareError, "521"),
        (answer(530, &[CLOUDFLARE], "error code: 1033"), Code::CloudflareError, "1033"),
        (answer(530, &[CLOUDFLARE], ""), Code::CloudflareError, "530"),
        (answer(502, &[CLOUDFLARE], "error code: 502"), Code::CloudflareError, "Cloudflare"),
        (answer(429, &[], ""), Code::RateLimited, "429"),
        (answer(401, &[("www-authenticate", "Basic")], ""), Code::LoginRequired, "password"),
        (answer(401, &[], ""), Code::LoginRequired, "401"),
        (answer(302, &[("location", "/login?next=/socket.io/")], ""), Code::LoginRequired, "login"),
        (answer(403, &[NGINX], "<hr><center>nginx</center>"), Code::Blocked, "nginx"),
        (answer(404, &[NGINX], "<hr><center>nginx</center>"), Code::NotSocketIo, "nginx"),
        (answer(503, &[("server", "awselb/2.0")], ""), Code::ServerError, "AWS"),
        (answer(404, &[], "Cannot GET /socket.io/"), Code::NotSocketIo, "Express"),
        (
            answer(400, &[], "The plain HTTP request was sent to HTTPS port"),
            Code::HttpsNeeded,
            "https",
        ),
    ] {
        let known = of(&answer).unwrap();
        assert_eq!(known.code, code, "{answer:?}");
        assert!(known.says.contains(says), "{answer:?}: {}", known.says);
        assert!(!known.fix.is_empty(), "{answer:?}");
    }
}

/// A row: an answer, a part of the sentence about it, a part of the fix, and what may not be said.
type Told = (Exchange, &'static str, &'static str, &'static str);

/// Each answer is told in those words, as the answer to a page's poll.
#[track_caller]
fn assert_told(rows: Vec<Told>) {
    let mut wrong = Vec::new();
    for (answer, says, fix, not) in rows {
        let Some(known) = of(&answer) else {
            wrong.push(format!("nothing is known of {answer:?}"));
            continue;
        };
        let found = finding(&Examination::connected(), &answer, known);
        let lines = found.fix.join("\n");
        let is_right = found.summary.contains(says) && lines.contains(fix) && !lines.contains(not);
        if !is_right {
            wrong.push(format!("no {says:?}, no {fix:?}, or {not:?}: {} {lines}", found.summary));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn a_rate_limit_is_told_in_the_words_of_the_software_that_has_it() {
    let limit = |headers: &[(&str, &str)], body: &str| answer(429, headers, body);
    let haproxy = "<html><body><h1>429 Too Many Requests</h1>\nYou have sent too many requests in a given amount \
                   of time.\n</body></html>";
    let flask = "<!doctype html>\n<html lang=en>\n<title>429 Too Many Requests</title>\n<h1>Too Many \
                 Requests</h1>\n<p>5 per 1 minute</p>";
    let apache = "<title>429 Too Many Requests</title>\n</head><body>\n<h1>Too Many Requests</h1>\n<p>The user has \
                  sent too many requests\nin a given amount of time.</p>";
    let default = "Too many requests, please try again later.";
    assert_told(vec![
        (
            limit(&[], haproxy),
            "HAProxy answers",
            "http-request deny deny_status 429 if { … } !{ path_beg /socket.io/ }",
            "limit_req",
        ),
        (
            limit(&[("server", "envoy")], "local_rate_limited"),
            "Envoy answers",
            "disabled: true",
            "express",
        ),
        (limit(&[("x-envoy-ratelimited", "true")], ""), "Envoy", "`rate_limits`", "express"),
        (
            limit(&[("x-retry-in", "1s"), ("retry-after", "1")], "Too Many Requests"),
            "Traefik answers the poll 429: its middleware rateLimit",
            "Host(`api.example.net`)",
            "nginx",
        ),
        (limit(&[], "max connections reached: 9"), "inFlightReq", "router of its own", "nginx"),
        (
            limit(&[], r#"{"message":"API rate limit exceeded"}"#),
            "Kong",
            "route of its own",
            "nginx",
        ),
        (limit(&[("server", "Caddy")], ""), "Caddy answers", "not path /socket.io/*", "express"),
        (limit(&[("server", "Caddy")], default), "express-rate-limit", "skip: (request)", "match"),
        (limit(&[("server", "Apache/2.4")], apache), "Apache answers", "mod_evasive", "express"),
        (limit(&[("server", "Apache/2.4")], default), "express-rate-limit", "skip:", "mod_evasive"),
        (
            limit(&[("server", "nginx")], "<center>nginx</center>"),
            "nginx itself answers the poll 429",
            "limit_req zone=io burst=50 nodelay;",
            "express",
        ),
        (
            limit(&[("x-powered-by", "Express"), ("ratelimit-policy", "9;w=1")], "slow down"),
            "express-rate-limit",
            "skip:",
            "nginx",
        ),
        (limit(&[], flask), "Flask-Limiter", "@limiter.request_filter", "nginx"),
        (limit(&[], r#"{"detail":"Request was throttled."}"#), "Django REST", "WSGIApp", "nginx"),
        (
            limit(&[], r#"{"error":"Rate limit exceeded: 5 per 1 minute"}"#),
            "slowapi",
            "ASGIApp",
            "nginx",
        ),
        (
            limit(&[], r#"{"statusCode":429,"message":"Rate limit exceeded, retry in 1 minute"}"#),
            "@fastify/rate-limit",
            "allowList",
            "nginx",
        ),
        (
            limit(&[], r#"{"statusCode":429,"message":"ThrottlerException: Too Many Requests"}"#),
            "NestJS",
            "@SkipThrottle()",
            "nginx",
        ),
        (
            limit(&[("x-ratelimit-burst-capacity", "9")], ""),
            "Spring Cloud Gateway",
            "route of its own",
            "nginx",
        ),
        (
            limit(
                &[],
                r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 3 seconds."}"#,
            ),
            "Azure API Management",
            "rate-limit-by-key",
            "nginx",
        ),
        (limit(&[], ""), "the poll is answered 429", "express-rate-limit", "HAProxy"),
        (limit(&[], ""), "the poll is answered 429", "Wait a minute", "{no limit}"),
    ]);
}

#[test]
fn a_login_is_told_in_the_words_of_the_software_that_asks_for_it() {
    let to = |location: &str, more: &[(&str, &str)]| {
        answer(302, &[&[("location", location)], more].concat(), "")
    };
    let authelia =
        "https://auth.example.com/?rd=https%3A%2F%2Fapi.example.com%2Fsocket.io%2F&rm=GET";
    let cookie: (&str, &str) = ("set-cookie", "authelia_session=a; Path=/");
    assert_told(vec![
        (
            to(authelia, &[("server", "Caddy"), cookie]),
            "Authelia redirects the poll to its login",
            "@login not path /socket.io/*\n  forward_auth @login authelia:9091 {\n    uri /api/authz/forward-auth",
            "'session=…'",
        ),
        (
            to(authelia, &[]),
            "Authelia redirects",
            "- domain: 'api.example.net'\n        resources: ['^/socket\\.io/']\n        policy: bypass",
            "forward_auth",
        ),
        (
            to("https://auth.example.com/?rd=https://api.example.com/socket.io/", &[cookie]),
            "Authelia",
            "--cookie 'authelia_session=…'",
            "forward_auth",
        ),
        (
            to(authelia, &[("server", "nginx")]),
            "Authelia",
            "location /socket.io/ { auth_request off; proxy_pass …; }",
            "forward_auth",
        ),
        (
            to("https://api.example.com/outpost.goauthentik.io/start?rd=%2Fsocket.io%2F", &[]),
            "authentik redirects",
            "Unauthenticated Paths",
            "oauth2-proxy",
        ),
        (
            to("https://id.example.com/realms/a/protocol/openid-connect/auth?client_id=a", &[]),
            "the poll is redirected to Keycloak's login",
            "white-listed: true",
            "forward_auth",
        ),
        (
            to("https://authenticate.example.com/.pomerium/sign_in?pomerium_redirect_uri=a", &[]),
            "Pomerium redirects",
            "- from: https://api.example.net\n    prefix: /socket.io/",
            "'session=…'",
        ),
        (
            to(
                "https://login.microsoftonline.com/a?redirect_uri=https%3A%2F%2Fa%2F.auth%2Flogin%2Faad",
                &[],
            ),
            "Azure App Service",
            "--action AllowAnonymous",
            "'session=…'",
        ),
        (
            answer(
                401,
                &[("www-authenticate", "Bearer authorization_uri=\"https://login.windows.net/a\"")],
                "",
            ),
            "Azure App Service",
            "excludedPaths",
            "middleware",
        ),
        (
            to(
                "https://a.auth.eu-west-1.amazoncognito.com/oauth2/authorize?redirect_uri=https%3A%2F%2Fa%2Foauth2%2Fidpresponse",
                &[("server", "awselb/2.0")],
            ),
            "the AWS load balancer redirects",
            "aws elbv2 create-rule",
            "'session=…'",
        ),
        (
            answer(403, &[("set-cookie", "_oauth2_proxy=; Path=/")], "Sign in with OpenID Connect"),
            "oauth2-proxy wants a login for the poll",
            "--skip-auth-route",
            "redirects",
        ),
        (
            to("/login?next=/", &[("server", "Caddy")]),
            "to a login",
            "forward_auth @login … {",
            "{no",
        ),
    ]);
}

#[test]
fn a_challenge_is_told_in_the_words_of_the_software_that_asks_it() {
    let refused = |headers: &[(&str, &str)], body: &str| answer(403, headers, body);
    let program = "the body names";
    assert_told(vec![
        (
            refused(
                &[("server", "DataDome")],
                r#"{"url":"https://geo.captcha-delivery.com/captcha/"}"#,
            ),
            "DataDome answers the poll with a challenge",
            "urlPatternExclusion",
            program,
        ),
        (refused(&[("x-dd-b", "1")], ""), "DataDome", "urlPatternExclusion", program),
        (
            refused(
                &[],
                r#"{"appId":"PXabc","blockScript":"https://captcha.px-cdn.net/PXabc/captcha.js"}"#,
            ),
            "HUMAN (PerimeterX)",
            "px_filter_by_route: [\"/socket.io/\"]",
            program,
        ),
        (
            answer(429, &[("x-kpsdk-ct", "a")], "<script>window.KPSDK={}"),
            "Kasada",
            "portal",
            program,
        ),
        (answer(200, &[], "<div id=\"sec-if-cpt-container\">"), "Akamai", "Bot Manager", program),
        (
            answer(200, &[], "var s={};sucuri_cloudproxy_js=''"),
            "Sucuri",
            "Allow URL Paths",
            program,
        ),
        (
            answer(200, &[], "<title>Making sure you&#39;re not a bot!</title>"),
            "Anubis",
            "path_regex: ^/socket\\.io/",
            program,
        ),
        (refused(&[], "please verify you are human"), "a bot check", "The body may name", program),
    ]);
}

#[test]
fn a_filter_of_the_visitors_network_is_told_as_such() {
    const NETWORK: &str = "the network that you are in";
    let page = |body: &str| answer(403, &[("content-type", "text/html")], body);
    let fortiguard = "<title>Web Filter Violation</title>FortiGuard Intrusion Prevention - Access Blocked \
                      <h2>Web Page Blocked</h2>";
    let palo_alto = "<title>Web Page Blocked</title><p>Access to the web page you were trying to visit has been \
                     blocked in accordance with company policy.</p>";
    let fortiweb = "<h1>Web Page Blocked!</h1><p>Attack ID: 20000051</p>";
    let to = |location| answer(307, &[("location", location)], "");
    let other = "administrators allow the host";
    let number = "number";
    assert_told(vec![
        (
            page(fortiguard),
            "FortiGuard, the web filter of the network that you are in, blocks the poll: the server never gets it",
            "https://www.fortiguard.com/webfilter",
            number,
        ),
        (page(palo_alto), NETWORK, other, number),
        (page("<title>Internet Security by Zscaler</title>"), "Zscaler", other, number),
        (answer(403, &[("server", "Zscaler/6.2")], ""), "Zscaler", other, number),
        (to("https://gateway.zscaler.net/auD?origurl=a"), "Zscaler", other, number),
        (to("https://block.opendns.com/main?url=a"), "Cisco Umbrella", other, number),
        (page("location.replace(\"https://block.opendns.com/\")"), "Cisco Umbrella", other, number),
        (page("<p>Powered by UTM Web Protection</p>"), "Sophos", other, number),
        (page("Based on your organization's access policies, access to"), NETWORK, other, number),
        (answer(403, &[("x-squid-error", "ERR_ACCESS_DENIED 0")], ""), "Squid", other, "rates"),
        (page(fortiweb), "FortiWeb", "Attack ID", NETWORK),
        (page("<title>Web Page Blocked</title>"), "firewall", "if it has one", "phone"),
        (
            answer(403, &[("x-sucuri-block", "BLOCK01")], ""),
            "Sucuri's firewall",
            "Allow URL",
            number,
        ),
    ]);
}

#[test]
fn a_platforms_answer_is_told_with_all_that_it_may_be() {
    let cloudflare: &[(&str, &str)] = &[("server", "cloudflare"), ("cf-ray", "1-FRA")];
    let tunnel = "<title>Cloudflare Tunnel error | Cloudflare</title><h1><span>Error</span>\n<span>1033</span></h1>";
    assert_told(vec![
        (
            answer(404, &[("x-render-routing", "no-server")], ""),
            "Render answers the poll: it has no running service at this address",
            "Events and Logs",
            "no service has that name",
        ),
        (
            answer(502, &[("x-railway-fallback", "true")], ""),
            "Railway",
            "target port",
            "deleted or suspended",
        ),
        (
            answer(503, &[("server", "awselb/2.0")], ""),
            "its target group has no registered target in use",
            "aws elbv2 register-targets --target-group-arn GROUP --targets Id=INSTANCE,Port=3000",
            "healthy target",
        ),
        (
            answer(404, &[], "default backend - 404"),
            "Kubernetes",
            "ingressClassName: nginx\n    rules:\n      - host: api.example.net",
            "{host}",
        ),
        (
            answer(404, &[], "{\"message\":\"Cannot GET /socket.io/\",\"statusCode\":404}"),
            "NestJS",
            "app.useWebSocketAdapter(new IoAdapter(app));",
            "{origin}",
        ),
        (answer(530, cloudflare, tunnel), "no cloudflared runs", "cloudflared tunnel run", "DNS:"),
        (answer(526, cloudflare, ""), "526", "is not self-signed", "\u{0}"),
    ]);
}

#[test]
fn an_answer_of_socketio_or_of_unknown_software_is_not_recognised() {
    for (status, headers, body) in [
        (200, &[][..], r#"0{"sid":"a","upgrades":[]}"#),
        (403, &[("server", "cloudflare")], r#"{"code":4,"message":"Forbidden"}"#),
        (400, &[], r#""Not an accepted origin.""#),
        (101, &[("server", "cloudflare")], ""),
        (404, &[], ""),
        // A redirect to the same path by https is not a login, even if the host is named so.
        (301, &[("location", "https://login.example/socket.io/?EIO=4")], ""),
    ] {
        let answer = answer(status, headers, body);
        assert!(of(&answer).is_none(), "{answer:?}");
    }
}

#[test]
fn each_sentence_names_the_request_and_ends_without_a_full_stop() {
    for row in ROWS.iter().copied().flatten() {
        let says = row.known.says;
        assert!(says.contains("{}"), "{says}");
        assert!(!says.ends_with('.'), "{says}");
        assert!(!row.signs.is_empty() && !row.known.fix.is_empty(), "{says}");
    }
}

/// An answer that has every sign of a row, and what names that proxy.
fn answer_of(row: &Row, proxy: Proxy) -> Exchange {
    let (mut status, mut headers, mut body) = (403, vec![named(proxy)], String::new());
    for sign in row.signs {
        match *sign {
            Sign::Status(is) => status = is,
            Sign::Header(name) => headers.push((name, "1")),
            Sign::Says(name, part) => headers.push((name, part)),
            Sign::Body(part) => body.push_str(part),
            Sign::Is(whole) => whole.clone_into(&mut body),
            Sign::Lacks(_) | Sign::Empty => {}
            Sign::LeadsTo(part) => {
                status = 302;
                headers.push(("location", part));
            }
        }
    }
    answer(status, &headers, &body)
}

#[test]
fn the_fix_for_the_proxy_that_was_seen_comes_first() {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for row in ROWS.iter().copied().flatten() {
        for seen in Proxy::ALL {
            let answer = answer_of(row, *seen);
            let says = row.known.says;
            let is_of_row = of(&answer).is_some_and(|known| known.says == says);
            if !is_of_row || proxy(&answer) != Some(*seen) {
                continue;
            }
            looked_at += 1;
            let fix = finding(&Examination::connected(), &answer, row.known).fix.join("\n");
            assert!(!fix.lines().any(|line| line.starts_with('{')), "{fix}");
            let own = place(*seen, &fix);
            let others = Proxy::ALL.iter().filter(|other| *other != seen);
            for other in others.filter(|other| !may_name(*seen, **other) && !tells(says, **other)) {
                let Some(first) = place(*other, &fix) else { continue };
                if own.is_none_or(|own| first < own) {
                    wrong.push(format!("{says:?} behind {seen:?} is told {other:?}: {fix}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(looked_at > 1000, "{looked_at}");
}

/// True if the sentence itself says that the other one answers, or what only runs there.
fn tells(says: &str, other: Proxy) -> bool {
    let names: &[&str] = match other {
        Proxy::GoogleCloud => &["Google", "HTTP/2"],
        Proxy::Vercel => &["Vercel", "Next.js"],
        Proxy::Apache => &["Apache", "ModSecurity"],
        Proxy::Nginx => &["nginx", "Kubernetes"],
        other => &[other.name()],
    };
    names.iter().any(|name| says.contains(name))
}
