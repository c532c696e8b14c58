//! The messages of Firefox's console, in place of Chromium's, for what Firefox recorded
//! (its `security.properties` and `nsCORSListenerProxy.cpp`).

use super::retelling::blamed;
use crate::doctor::{examination::Examination, exchange::Exchange};

/// Firefox's message for one of Chromium's.
pub(super) fn message_of(examination: &Examination, chromium: &str) -> Option<String> {
    let quoted = |text: &str| Some(text.split_once('\'')?.1.split_once('\'')?.0.to_owned());
    if chromium.starts_with("WebSocket connection to ") {
        let url = quoted(chromium)?;
        return Some(format!("Firefox can’t establish a connection to the server at {url}."));
    }
    if let Some((_, text)) = chromium.split_once("insecure XMLHttpRequest endpoint ") {
        return Some(format!("Blocked loading mixed active content “{}”", quoted(text)?));
    }
    if examination.target.is_same_origin() {
        return None;
    }
    let blocked = |url: &str, reason: &str| {
        format!(
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at \
             {url}. (Reason: {reason})."
        )
    };
    if let Some(text) = chromium.strip_prefix("GET ") {
        let (url, _) = text.split_once(" net::")?;
        let is_answered = examination.page_poll().is_some_and(|poll| poll.answer.is_some());
        return (!is_answered)
            .then(|| blocked(url, "CORS request did not succeed") + " Status code: (null).");
    }
    let (_, why) = chromium.split_once("has been blocked by CORS policy: ")?;
    let url = quoted(chromium)?;
    let exchange = blamed(examination, &url, why);
    let status = exchange.and_then(Exchange::status).unwrap_or_default();
    let count = exchange.map_or(0, |it| it.headers().all("Access-Control-Allow-Origin").count());
    let reason = match why {
        _ if why.contains("No 'Access-Control-Allow-Origin'") => {
            let reason = blocked(&url, "CORS header ‘Access-Control-Allow-Origin’ missing");
            return Some(format!("{reason} Status code: {status}."));
        }
        _ if why.contains("HTTP ok status") => {
            let reason = blocked(&url, "CORS preflight response did not succeed");
            return Some(format!("{reason} Status code: {status}."));
        }
        _ if count > 1 && why.contains("'Access-Control-Allow-Origin'") => {
            "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed".to_owned()
        }
        _ if why.contains("must not be the wildcard") => {
            "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’"
                .to_owned()
        }
        _ if why.contains("'Access-Control-Allow-Origin'") => {
            let allowed = exchange?.allowed_origin()?;
            format!("CORS header ‘Access-Control-Allow-Origin’ does not match ‘{allowed}’")
        }
        _ if why.contains("'Access-Control-Allow-Credentials'") => {
            "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’".to_owned()
        }
        _ if why.contains("Redirect is not allowed") => {
            "CORS request external redirect not allowed".to_owned()
        }
        _ => {
            let (_, text) = why.split_once("Request header field ")?;
            let (name, _) = text.split_once(' ')?;
            format!(
                "header ‘{name}’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS \
                 preflight response"
            )
        }
    };
    Some(blocked(&url, &reason))
}

#[cfg(test)]
mod tests {
    use super::super::{
        diagnose,
        tests::made::{ALLOW, CREDENTIALS, GRANT, Headers, NONE, OPEN},
    };
    use crate::{
        doctor::{examination::Examination, step::Step},
        network::{Failure, FailureKind},
    };

    #[test]
    fn a_fault_is_reported_in_the_words_of_firefox() {
        let poll = |headers: &Headers| Examination::good().sees(Step::Poll4, 200, headers, OPEN);
        let preflight = |status, headers: &Headers| {
            Examination::good().sending("x-token").sees(Step::Preflight, status, headers, "")
        };
        let star: &Headers = &[(ALLOW, "*")];
        let other = "https://b.example";
        for (examination, message) in [
            (poll(NONE), "CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 200."),
            (
                poll(star).credentialed(),
                "Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
            ),
            (
                poll(&[(ALLOW, other), CREDENTIALS]),
                "CORS header ‘Access-Control-Allow-Origin’ does not match ‘https://b.example’).",
            ),
            (
                poll(&[(ALLOW, "https://app.example.com"), (ALLOW, other)]),
                "Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).",
            ),
            (
                poll(&GRANT[..1]).credentialed(),
                "expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).",
            ),
            (preflight(404, GRANT), "CORS preflight response did not succeed). Status code: 404."),
            (
                preflight(204, GRANT),
                "header ‘x-token’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS \
                 preflight response).",
            ),
            (
                preflight(302, &[("location", "https://a.example")]),
                "CORS request external redirect not allowed).",
            ),
            (
                Examination::connected()
                    .fails(Step::Poll4, Failure::new(FailureKind::Refused, "it is so")),
                "CORS request did not succeed). Status code: (null).",
            ),
            (
                Examination::good().at("http://api.example.net"),
                "  Blocked loading mixed active content “http://api.example.net/",
            ),
            (
                Examination::good().sees(Step::Websocket, 400, NONE, ""),
                "  Firefox can’t establish a connection to the server at wss://api.example.net/",
            ),
        ] {
            let examination = Examination { is_of_firefox: true, ..examination };
            let why = diagnose(&examination).first().unwrap().why.join("\n");
            assert!(why.contains(message) && why.contains("Firefox prints:"), "{message}: {why}");
            assert!(!why.contains("Chromium prints"), "{why}");
        }
    }
}
