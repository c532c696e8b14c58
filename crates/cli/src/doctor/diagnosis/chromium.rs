//! The messages of Chromium's console about a request that fails, and of the Socket.IO client.

use socketio_cors_explain::fetch_standard::CorsError;

use url::Url;

use crate::{
    doctor::{examination::Examination, exchange::Exchange, step::Step},
    network::{Failure, FailureKind},
};

/// Chromium's message about a request that CORS blocks.
pub(super) fn blocked(exchange: &Exchange, why: &str) -> String {
    blocked_at(&exchange.url, exchange.origin.as_deref().unwrap_or_default(), why)
}

pub(super) fn blocked_at(url: &str, origin: &str, why: &str) -> String {
    format!(
        "  Access to XMLHttpRequest at '{url}' from origin '{origin}' has been blocked by CORS \
         policy: {why}"
    )
}

/// Chromium's message about a `WebSocket` that does not open.
pub(super) fn websocket_failed(exchange: &Exchange) -> String {
    let why = match (exchange.status(), &exchange.error) {
        (Some(401), _) => "HTTP Authentication failed; no valid credentials available".to_owned(),
        (Some(407), _) => NO_CONNECTION.to_owned() + "ERR_UNEXPECTED_PROXY_AUTH",
        (Some(status), _) => format!("{IN_HANDSHAKE}Unexpected response code: {status}"),
        (None, Some(failure)) => no_handshake(failure),
        (None, None) => CLOSED.to_owned(),
    };
    websocket_message(&exchange.url, &why)
}

pub(super) fn websocket_message(url: &str, why: &str) -> String {
    format!("  WebSocket connection to '{url}' failed: {why}")
}

/// Why no answer came to a `WebSocket`'s handshake, or none that is one.
pub(super) fn no_handshake(failure: &Failure) -> String {
    match failure.kind {
        FailureKind::Late => "WebSocket opening handshake timed out".to_owned(),
        FailureKind::Closed => CLOSED.to_owned(),
        FailureKind::Reset => format!("{IN_HANDSHAKE}net::{}", failure.kind.chromium()),
        FailureKind::Protocol => {
            let told = WRONG_HANDSHAKES.iter().find(|(part, _)| failure.text.contains(part));
            let told = told.map(|(_, why)| (*why).to_owned());
            let why = told.unwrap_or_else(|| format!("net::{}", failure.kind.chromium()));
            format!("{IN_HANDSHAKE}{why}")
        }
        kind => format!("{NO_CONNECTION}{}", kind.chromium()),
    }
}

pub(super) const NO_CONNECTION: &str = "Error in connection establishment: net::";
const IN_HANDSHAKE: &str = "Error during WebSocket handshake: ";
const CLOSED: &str = "Connection closed before receiving a handshake response";

/// Parts of tungstenite's errors about a handshake's answer, with what Chromium says of it. Of an answer of
/// HTTP/1.0 tungstenite does not tell the status.
const WRONG_HANDSHAKES: &[(&str, &str)] = &[
    ("Sec-WebSocket-Accept", "Incorrect 'Sec-WebSocket-Accept' header value"),
    ("Upgrade: websocket", "'Upgrade' header is missing"),
    ("Connection: upgrade", "'Connection' header is missing"),
    ("HTTP version", "Unexpected response code: …"),
];

/// The fate of an answer that CORS blocks.
pub(super) fn unreadable(
    examination: &Examination,
    exchange: &Exchange,
    error: CorsError,
) -> Vec<String> {
    vec![
        "The page may not read the answer. Chromium prints:".to_owned(),
        unread(examination, exchange, error),
        client_says(exchange),
    ]
}

/// Chromium's message, where the page may not read the answer either.
pub(super) fn console(examination: &Examination, exchange: &Exchange) -> Vec<String> {
    let target = &examination.target;
    let credentialed = target.page.credentialed;
    if exchange.is_of_websocket() || target.page.websocket {
        return websocket_console(examination, exchange);
    }
    match exchange.cors_check(credentialed) {
        _ if exchange.step == Step::Preflight && !target.is_same_origin() => {
            vec!["Chromium prints:".to_owned(), preflight_blocked(exchange, credentialed)]
        }
        Err(error) if exchange.answer.is_some() && !target.is_same_origin() => {
            vec!["Chromium prints:".to_owned(), unread(examination, exchange, error)]
        }
        _ => Vec::new(),
    }
}

/// How the console shows an answer that is not Socket.IO's, if CORS matters to the page.
pub(super) fn shown_as(examination: &Examination, exchange: &Exchange) -> Option<&'static str> {
    let target = &examination.target;
    if target.is_same_origin() || exchange.answer.is_none() {
        return None;
    }
    let may_read = exchange.cors_check(target.page.credentialed).is_ok();
    // A preflight fails by its status too.
    if may_read && exchange.step == Step::Preflight {
        return None;
    }
    Some(if may_read {
        "The answer's CORS headers are right, so the console shows no CORS error. The client fails all the same."
    } else {
        "The answer has no CORS headers that let the page read it, so the console shows a CORS error, and not the status."
    })
}

/// The same, of a `WebSocket`: that of a page that uses no other transport, whatever was asked beside it.
fn websocket_console(examination: &Examination, exchange: &Exchange) -> Vec<String> {
    let asked = Some(exchange).filter(|exchange| exchange.is_of_websocket());
    let websocket = asked.or_else(|| examination.get(Step::Websocket));
    let blocked = websocket.filter(|websocket| !websocket.is_upgraded());
    blocked.map_or_else(Vec::new, |blocked| {
        vec!["Chromium prints:".to_owned(), websocket_failed(blocked)]
    })
}

/// Chromium's message about a preflight that fails.
pub(super) fn preflight_blocked(preflight: &Exchange, credentialed: bool) -> String {
    if let Some(failure) = preflight.failure() {
        return format!("  GET {} net::{}", preflight.url, failure.chromium());
    }
    // The CORS check comes before the status.
    let why = match preflight.cors_check(credentialed) {
        Err(error) => reason(preflight, error),
        Ok(()) => "It does not have HTTP ok status.".to_owned(),
    };
    blocked(preflight, &format!("{PREFLIGHT}{why}"))
}

/// Chromium's message about an answer that the page may not read. Where the preflight of the page's poll
/// fails as well, it is about that: the poll is not sent then.
fn unread(examination: &Examination, exchange: &Exchange, error: CorsError) -> String {
    let target = &examination.target;
    let is_asked = !target.is_same_origin() && !target.page.unsafe_headers().is_empty();
    let is_poll = examination.spoken_poll().is_some_and(|poll| poll.url == exchange.url);
    let credentialed = target.page.credentialed;
    let fails = |it: &&Exchange| it.answer.is_some() && it.cors_check(credentialed).is_err();
    let preflight = examination.get(Step::Preflight).filter(fails);
    match preflight.filter(|_| is_asked && is_poll && examination.recorded.is_none()) {
        Some(preflight) => preflight_blocked(preflight, credentialed),
        None => blocked(exchange, &reason(exchange, error)),
    }
}

/// The report of a Socket.IO client whose polling fails.
pub(super) fn client_says(exchange: &Exchange) -> String {
    let what = if exchange.method == "POST" { "post" } else { "poll" };
    format!("The Socket.IO client reports: xhr {what} error")
}

/// Why Chromium blocks an answer that fails the CORS check in that way.
pub(super) fn reason(exchange: &Exchange, error: CorsError) -> String {
    let allowed = exchange.allowed_origin().unwrap_or_default();
    match error {
        CorsError::Missing => {
            "No 'Access-Control-Allow-Origin' header is present on the requested resource."
                .to_owned()
        }
        CorsError::Multiple => format!(
            "The 'Access-Control-Allow-Origin' header contains multiple values '{allowed}', but \
             only one is allowed."
        ),
        CorsError::Wildcard => format!(
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be the \
             wildcard '*' when the request's credentials mode is 'include'. {WHO_DECIDES}"
        ),
        // For Chromium, a value that is not a URL is not an origin (its `cors::CheckAccess`).
        CorsError::Mismatch if allowed != "null" && Url::parse(&allowed).is_err() => format!(
            "The 'Access-Control-Allow-Origin' header contains the invalid value '{allowed}'."
        ),
        CorsError::Mismatch => format!(
            "The 'Access-Control-Allow-Origin' header has a value '{allowed}' that is not equal to \
             the supplied origin."
        ),
        CorsError::Credentials => {
            let value = exchange.header("Access-Control-Allow-Credentials").unwrap_or_default();
            format!(
                "The value of the 'Access-Control-Allow-Credentials' header in the response is \
                 '{value}' which must be 'true' when the request's credentials mode is 'include'. \
                 {WHO_DECIDES}"
            )
        }
    }
}

const WHO_DECIDES: &str = "The credentials mode of requests initiated by the XMLHttpRequest is \
                           controlled by the withCredentials attribute.";

/// Chromium's words before the reason where it is a preflight that fails.
pub(super) const PREFLIGHT: &str =
    "Response to preflight request doesn't pass access control check: ";

#[cfg(test)]
mod tests {
    use super::{
        super::tests::made::{ALLOW, OPEN},
        *,
    };

    // As Chromium itself calls each.
    #[test]
    fn a_value_is_called_another_origin_or_invalid_as_in_chromium() {
        let said = |value: &'static str| {
            let examination = Examination::good().sees(Step::Poll4, 200, &[(ALLOW, value)], OPEN);
            reason(examination.page_poll().unwrap(), CorsError::Mismatch)
        };
        let invalid = "*:* true undefined self 1:2 @ app.example.com *.example.com //a.com \
            \"https://a.com\" 'https://a.com' [\"https://a.com\"] https://a.com] $http_origin ${ORIGIN} \
            https://%{HOST} %{ORIGIN}e /example\\.com$/ ^https://.*$ https?://a.com http://localhost:* \
            https://a.com:99999 https:// https://:80 https://a.com|https://b.com https://1.2.3.256 \
            https://a^b.com https://<host> https://a%zz.com http://[::x]";
        for value in invalid.split(' ').chain([""]) {
            assert!(
                said(value).contains(&format!("contains the invalid value '{value}'.")),
                "{value}"
            );
        }
        let of_others = "null localhost:3000 app.example.com:443 https://*.example.com https://* \
            https://a.com; https://a.com) https://${HOST} https://{{host}} https://a.com/ https://A.com \
            https:a.com HTTPS://a.com https://a.com\\ https://a..com https://-a.com https://a_b.com \
            https://a`b.com https://(www).example.com https://.*\\.example\\.com file:// about:blank \
            chrome-extension://abc https://a.com: https://user@a.com https://a%2eb.com https://a.com?x \
            https://a.com# ws://x https://a\"b http://[::1]:3000 http://1 foo://";
        for value in of_others.split(' ') {
            assert!(said(value).contains(&format!("has a value '{value}' that is not")), "{value}");
        }
    }

    // As Chromium itself prints each.
    #[test]
    fn a_websocket_that_does_not_open_is_reported_in_chromiums_words() {
        let failed =
            |kind, text: &str| Examination::good().fails(Step::Websocket, Failure::new(kind, text));
        let refused = |status| Examination::good().sees(Step::Websocket, status, &[], "");
        let protocol = |text| failed(FailureKind::Protocol, text);
        for (examination, end) in [
            (refused(401), ": HTTP Authentication failed; no valid credentials available"),
            (refused(407), ": Error in connection establishment: net::ERR_UNEXPECTED_PROXY_AUTH"),
            (refused(200), ": Error during WebSocket handshake: Unexpected response code: 200"),
            (failed(FailureKind::Late, ""), ": WebSocket opening handshake timed out"),
            (
                failed(FailureKind::Closed, ""),
                ": Connection closed before receiving a handshake response",
            ),
            (
                failed(FailureKind::Reset, ""),
                ": Error during WebSocket handshake: net::ERR_CONNECTION_RESET",
            ),
            (
                failed(FailureKind::Refused, ""),
                ": Error in connection establishment: net::ERR_CONNECTION_REFUSED",
            ),
            (
                protocol("Missing \"Upgrade: websocket\" header"),
                ": Error during WebSocket handshake: 'Upgrade' header is missing",
            ),
            (
                protocol("Key mismatch in \"Sec-WebSocket-Accept\" header"),
                ": Error during WebSocket handshake: Incorrect 'Sec-WebSocket-Accept' header value",
            ),
            (protocol("?"), ": Error during WebSocket handshake: net::ERR_INVALID_HTTP_RESPONSE"),
        ] {
            let told = websocket_failed(examination.get(Step::Websocket).unwrap());
            assert!(
                told.starts_with("  WebSocket connection to 'wss://api.example.net/"),
                "{told}"
            );
            assert!(told.ends_with(&format!("' failed{end}")), "{told}");
        }
    }
}
