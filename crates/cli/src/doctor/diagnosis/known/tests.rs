use super::{Code, Exchange, of};
use crate::{doctor::step::Step, network::Answer};

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
fn an_answer_tells_who_wrote_it() {
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

#[test]
fn an_answer_of_socket_io_s_or_of_nobody_s_tells_nothing() {
    for (status, headers, body) in [
        (200, &[][..], r#"0{"sid":"a","upgrades":[]}"#),
        (403, &[("server", "cloudflare")], r#"{"code":4,"message":"Forbidden"}"#),
        (400, &[], r#""Not an accepted origin.""#),
        (101, &[("server", "cloudflare")], ""),
        (404, &[], ""),
        // The same path by https is no login, though the host is called so.
        (301, &[("location", "https://login.example/socket.io/?EIO=4")], ""),
    ] {
        let answer = answer(status, headers, body);
        assert!(of(&answer).is_none(), "{answer:?}");
    }
}

#[test]
fn each_sentence_says_what_was_asked_and_ends_without_a_full_stop() {
    for row in super::ROWS.iter().copied().flatten() {
        let says = row.known.says;
        assert!(says.contains("{}"), "{says}");
        assert!(!says.ends_with('.'), "{says}");
        assert!(!row.signs.is_empty() && !row.known.fix.is_empty(), "{says}");
    }
}
