//! Answers of other software than Socket.IO.

use super::{
    super::made::{GRANT, Headers, NONE, OPEN, UNSUPPORTED},
    NGINX, NOTHING, answers, assert_first, assert_says, good,
};
use crate::{
    doctor::{
        diagnosis::diagnose,
        examination::Examination,
        finding::{Code, Finding},
        proxies,
        step::Step,
    },
    network::BodyCoding,
};

#[test]
fn a_lost_query_is_recognised_by_engineio_errors() {
    let no_transport = r#"{"code":0,"message":"Transport unknown"}"#;
    let no_session = r#"{"code":2,"message":"Bad handshake method"}"#;
    let changed = "error proxy-changes-path";
    let without_transport = good().sees(Step::Poll4, 400, GRANT, no_transport);
    assert_first(vec![
        (
            without_transport.clone().sees(Step::Websocket, 400, NONE, "Transport unknown"),
            changed,
            "$request_uri",
            "polling",
        ),
        // That server takes WebSockets alone.
        (without_transport, "error polling-disabled", "websocket", "query"),
        (good().sees(Step::Poll4, 400, GRANT, UNSUPPORTED), changed, "letter case", "server 2"),
        (
            good().sees(Step::Post, 400, GRANT, no_session),
            changed,
            "every parameter",
            "io.engine.use",
        ),
    ]);
}

#[test]
fn software_that_answers_instead_is_named_by_its_most_specific_sign() {
    let nginx: &Headers = &[NGINX];
    let next: &Headers = &[("x-powered-by", "Next.js"), ("location", "/socket.io?EIO=4")];
    let https: &Headers = &[("location", "https://api.example.net/socket.io/?EIO=4")];
    let challenge: &Headers = &[("cf-mitigated", "challenge")];
    let opens = |examination: Examination| examination.sees(Step::Websocket, 101, NONE, OPEN);
    assert_first(vec![
        (answers(403, challenge, ""), "error challenged", "Skip", "no Socket.IO"),
        (opens(answers(403, challenge, "")), "error challenged", "Skip", "no Socket.IO"),
        (
            answers(404, nginx, "<center>nginx"),
            "error not-socket-io",
            "location /socket.io/ {",
            NOTHING,
        ),
        (
            answers(404, nginx, "<center>nginx").sees(Step::OtherPath, 200, NONE, OPEN),
            "error wrong-path",
            "path:",
            "location /socket.io/ {",
        ),
        (
            answers(404, NONE, "Cannot GET /?EIO=4"),
            "error proxy-changes-path",
            "proxy_pass http://127.0.0.1:3000;",
            "app.listen",
        ),
        (
            answers(404, NONE, "Cannot GET /socket.io/?EIO=4"),
            "error not-socket-io",
            "httpServer.listen",
            NOTHING,
        ),
        (
            answers(404, nginx, "<center>nginx").sees(Step::DirectPoll, 200, NONE, OPEN),
            "error proxy-changes-path",
            "proxy_pass",
            NOTHING,
        ),
        (opens(answers(404, NONE, "")), "error polling-blocked", "transports", NOTHING),
        (
            answers(308, next, ""),
            "error redirected",
            "addTrailingSlash: false",
            "path: \"/socket.io\"",
        ),
        (
            answers(301, https, "").at("http://api.example.net").by_page("http://app.example.com"),
            "error redirected",
            "io(\"https://api.example.net\")",
            NOTHING,
        ),
        (
            answers(502, nginx, "<center>nginx"),
            "error server-error",
            "proxy_pass https://",
            NOTHING,
        ),
        (
            answers(502, nginx, "").sees(Step::DirectPoll, 200, NONE, OPEN),
            "error server-error",
            "answers at --direct",
            NOTHING,
        ),
        (answers(403, NONE, "no"), "error blocked", "--cookie", "no Socket.IO"),
        (answers(400, NONE, "no"), "error not-socket-io", "curl", NOTHING),
        (answers(204, NONE, ""), "error not-socket-io", "if ($request_method = OPTIONS)", "curl"),
        (answers(200, &[("server", "Caddy")], ""), "error not-socket-io", "reverse_proxy", NOTHING),
        (answers(404, NONE, "404 page not found\n"), "error not-socket-io", "PathPrefix", NOTHING),
        (
            answers(200, NONE, "Warning: 0{\"sid\":\"a\"}"),
            "error answer-changed",
            "leave /socket.io/",
            NOTHING,
        ),
    ]);
}

#[test]
fn an_api_gateway_without_a_route_for_options_is_reported_first() {
    let rest: &Headers = &[("x-amz-apigw-id", "1="), ("x-amzn-requestid", "1")];
    let http: &Headers = &[("apigw-requestid", "1=")];
    let no_token = r#"{"message":"Missing Authentication Token"}"#;
    for (headers, status, body, command) in [
        (rest, 403, no_token, "  aws apigateway put-method"),
        (http, 404, r#"{"message":"Not Found"}"#, "  aws apigatewayv2 update-api"),
    ] {
        let examination =
            good().sending("authorization").sees(Step::Preflight, status, headers, body);
        let findings = diagnose(&examination);
        let Finding { code, summary, fix, .. } = findings.first().unwrap();
        assert_eq!(*code, Code::PreflightFailed, "{status}");
        assert!(summary.starts_with("API Gateway has no route for OPTIONS"), "{summary}");
        assert!(fix[1].starts_with(command), "{fix:?}");
        assert!(!fix.join("\n").contains("past any login"), "{fix:?}");
    }
}

#[test]
fn a_redirect_by_the_pages_own_server_is_not_a_cors_problem() {
    let moved: &Headers = &[("location", "/socket.io?EIO=4")];
    let own = answers(308, moved, "").by_page("https://api.example.net");
    let findings = diagnose(&own);
    let Finding { code, why, .. } = findings.first().unwrap();
    assert_eq!(*code, Code::Redirected);
    let why = why.join("\n");
    assert!(why.contains("this is not about CORS. The browser follows"), "{why}");
    assert!(why.contains("only if the server has `addTrailingSlash: false`"), "{why}");
    let findings = diagnose(&answers(308, moved, ""));
    let why = findings.first().unwrap().why.join("\n");
    assert!(why.contains("has to pass the CORS check"), "{why}");
}

#[test]
fn an_application_server_is_not_taken_for_a_proxy() {
    let named = |server: &'static str| {
        let seen = Examination::connected().sees(Step::Poll4, 200, &[("server", server)], "");
        proxies::of(seen.exchanges.last().unwrap())
    };
    assert_eq!(named("uvicorn"), [""; 0]);
    assert_eq!(named("Werkzeug/3.1.3 Python/3.13.1"), [""; 0]);
    assert_eq!(named("nginx/1.29"), ["Server: nginx/1.29"]);
}

#[test]
fn a_body_that_is_not_text_is_not_shown() {
    let handshake = OPEN.strip_suffix('}').unwrap();
    let latin1 = format!("<p>Acc\u{fffd}s refus\u{fffd} {}", "par le serveur ".repeat(10));
    for (body, is_shown) in [
        // Brotli and zstd store what they cannot make shorter.
        (format!("\u{fffd}<\u{fffd}{handshake}}}\u{3}"), false),
        (format!("\u{b}<\u{fffd}{handshake}}}"), false),
        (format!("(\u{fffd}/\u{fffd} i\u{3}\0{handshake}}}}}"), false),
        ("\u{1b}\u{fffd}a\u{fffd}b".to_owned(), false),
        ("\u{1b}[31mError\u{1b}[0m: no such module\n\tat line 1".to_owned(), true),
        (latin1, true),
    ] {
        let polled =
            good().sees(Step::Poll4, 200, GRANT, &body).sees(Step::NoOriginPoll, 200, GRANT, &body);
        let report = format!("{:?}", diagnose(&polled).first());
        assert_eq!(!report.contains("(a body that is not text)"), is_shown, "{body}: {report}");
    }
}

#[test]
fn an_answer_that_is_not_compressed_as_it_says_is_named_so() {
    let is = "error answer-changed";
    let gzip: &Headers = &[("content-encoding", "gzip"), NGINX];
    let polled = |body: &str, coding| {
        let headers = [GRANT, gzip].concat();
        good()
            .sees(Step::Poll4, 200, &headers, body)
            .sees(Step::NoOriginPoll, 200, &headers, body)
            .packed(Step::NoOriginPoll, BodyCoding::Untrue("gzip".to_owned()))
            .packed(Step::Poll4, coding)
    };
    let untrue = polled(OPEN, BodyCoding::Untrue("gzip".to_owned()));
    for (examination, said) in [
        (&untrue, "its body is not gzip: browsers cannot decode it"),
        (&untrue, "net::ERR_CONTENT_DECODING_FAILED"),
        (&polled(OPEN, BodyCoding::Undeclared("gzip")), "compressed twice"),
        (&polled(OPEN, BodyCoding::Undeclared("gzip")), "reports: server error"),
        (
            &polled("0{\"sid\":\"b\",", BodyCoding::CutShort("gzip".to_owned())),
            "the compressed body of the answer (gzip) is cut short",
        ),
    ] {
        assert_says(examination, said);
    }
    // The CORS check comes first there.
    let unreadable = good().sees(Step::Poll4, 200, gzip, OPEN);
    let unreadable = unreadable.packed(Step::Poll4, BodyCoding::Untrue("gzip".to_owned()));
    assert_says(&unreadable, "No 'Access-Control-Allow-Origin'");
    let refused = answers(403, gzip, r#"{"code":4,"message":"Forbidden"}"#);
    assert_first(vec![
        (unreadable, is, "Content-Encoding", "ERR_CONTENT"),
        (untrue.clone(), is, "  # add_header Content-Encoding …;", "# proxy_hide_header"),
        (
            refused.packed(Step::Poll4, BodyCoding::Untrue("gzip".to_owned())),
            "error origin-not-listed",
            "cors",
            "gzip: browsers",
        ),
    ]);
    assert_eq!(diagnose(&untrue.without_polling()), []);
}

#[test]
fn a_path_that_is_changed_is_kept_in_the_software_that_was_seen() {
    let changed = "error proxy-changes-path";
    let vite = "\"/socket.io\": { target: \"http://127.0.0.1:3000\", ws: true }";
    let stripped = |headers| answers(404, headers, "Cannot GET /");
    let fix = |examination: &Examination| diagnose(examination).swap_remove(0).fix.join("\n");
    assert_first(vec![
        (stripped(NONE), changed, vite, NOTHING),
        (stripped(NONE), changed, "replace-path", NOTHING),
        (stripped(&[NGINX]), changed, "proxy_pass http://127.0.0.1:3000;", "Vite"),
        (stripped(&[("via", "1.1 kong/3.4")]), changed, "  strip_path: false", "proxy_pass"),
        (stripped(&[("server", "envoy")]), changed, "prefix_rewrite", "proxy_pass"),
    ]);
    let development = fix(&stripped(NONE).at("http://localhost:5173"));
    assert!(development.find(vite) < development.find("proxy_pass"), "{development}");
}

#[test]
fn the_software_that_takes_the_slash_away_is_told_to_leave_it() {
    let is = "error redirected";
    let to = ("location", "/socket.io?EIO=4");
    let moved = |status, name| answers(status, &[to, ("server", name)], "");
    let next: &Headers = &[to, NGINX, ("x-powered-by", "Next.js")];
    assert_first(vec![
        (
            moved(301, "nginx/1.24.0"),
            is,
            "  rewrite ^/(?!socket\\.io/)(.*)/$ /$1 permanent;",
            "Next.js",
        ),
        (moved(301, "nginx/1.24.0"), is, "`location /socket.io`", "Vercel"),
        (
            answers(301, &[("location", "/socket.io/?EIO=4"), NGINX], "").at_path("/socket.io"),
            is,
            "write `location /socket.io`.",
            "APPEND_SLASH",
        ),
        (
            moved(301, "Apache/2.4.58"),
            is,
            "  RewriteCond %{REQUEST_URI} !^/socket\\.io/",
            "Next.js",
        ),
        (moved(301, "Caddy"), is, "not path /socket.io/*", "Next.js"),
        (answers(308, next, ""), is, "skipTrailingSlashRedirect", "(?!"),
        (
            answers(301, &[to], ""),
            is,
            "as Next.js, Vercel and a rewrite in nginx or Apache do",
            NOTHING,
        ),
    ]);
}
