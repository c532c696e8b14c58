//! The messages of `WebKit`'s console, in place of Chromium's, for pages of apps that only `WebKit` shows (its
//! `CrossOriginAccessControl.cpp` and `XMLHttpRequest.cpp`).

use super::retelling::blamed;
use crate::doctor::{examination::Examination, exchange::Exchange};

/// Schemes of apps whose pages `WebKit` shows: Capacitor and Ionic on iOS, Tauri on macOS and iOS.
const SCHEMES: &[&str] = &["capacitor:", "ionic:", "tauri:"];

/// True if only `WebKit` has pages of that origin.
pub(super) fn is_webkits(origin: &str) -> bool {
    SCHEMES.iter().any(|scheme| origin.starts_with(scheme))
}

/// `WebKit`'s messages for one of Chromium's.
pub(super) fn messages_of(examination: &Examination, chromium: &str) -> Vec<String> {
    let Some(url) = chromium.split('\'').nth(1) else { return Vec::new() };
    if chromium.starts_with("WebSocket connection to ") {
        let why = "There was a bad response from the server.";
        return vec![format!("WebSocket connection to '{url}' failed: {why}")];
    }
    let Some((_, why)) = chromium.split_once("has been blocked by CORS policy: ") else {
        return Vec::new();
    };
    let exchange = blamed(examination, url, why);
    let status = exchange.and_then(Exchange::status).unwrap_or_default();
    let origin = &examination.target.page.origin;
    let reason = if why.contains("preflight") && !(200..300).contains(&status) {
        format!("Preflight response is not successful. Status code: {status}")
    } else if why.contains("must not be the wildcard") {
        "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true."
            .to_owned()
    } else if why.contains("contains multiple values") {
        "Access-Control-Allow-Origin cannot contain more than one origin.".to_owned()
    } else if why.contains("'Access-Control-Allow-Origin'") {
        format!(
            "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}"
        )
    } else if why.contains("'Access-Control-Allow-Credentials'") {
        "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".".to_owned()
    } else if let Some((_, text)) = why.split_once("Request header field ") {
        let name = text.split(' ').next().unwrap_or_default();
        format!("Request header field {name} is not allowed by Access-Control-Allow-Headers.")
    } else {
        return Vec::new();
    };
    vec![reason, format!("XMLHttpRequest cannot load {url} due to access control checks.")]
}

#[cfg(test)]
mod tests {
    use super::super::{
        diagnose,
        tests::made::{ALLOW, CREDENTIALS, Headers, NONE, OPEN},
    };
    use crate::doctor::{examination::Examination, step::Step};

    #[test]
    fn a_fault_is_reported_in_the_words_of_webkit() {
        let own = "capacitor://localhost";
        let of_app = || {
            let mut examination = Examination::good();
            own.clone_into(&mut examination.target.page.origin);
            examination
        };
        let poll =
            |headers: &Headers| of_app().sees(Step::Poll4, 200, headers, OPEN).from(Some(own));
        let granted = || poll(&[(ALLOW, own), CREDENTIALS]);
        let preflight = |status, headers: &Headers| {
            granted().sending("x-token").sees(Step::Preflight, status, headers, "").from(Some(own))
        };
        let other = "https://b.example";
        for (examination, message) in [
            (
                poll(NONE),
                "Origin capacitor://localhost is not allowed by Access-Control-Allow-Origin. Status code: 200\n",
            ),
            (
                poll(&[(ALLOW, other), CREDENTIALS]),
                "Origin capacitor://localhost is not allowed by Access-Control-Allow-Origin. Status code: 200\n",
            ),
            (
                poll(&[(ALLOW, "*")]).credentialed(),
                "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.\n",
            ),
            (
                poll(&[(ALLOW, own), (ALLOW, "*")]),
                "Access-Control-Allow-Origin cannot contain more than one origin.\n",
            ),
            (
                poll(&[(ALLOW, own)]).credentialed(),
                "Credentials flag is true, but Access-Control-Allow-Credentials is not \"true\".\n",
            ),
            (preflight(404, NONE), "Preflight response is not successful. Status code: 404\n"),
            (
                preflight(204, &[(ALLOW, own)]),
                "Request header field x-token is not allowed by Access-Control-Allow-Headers.\n",
            ),
            (
                granted().sees(Step::Websocket, 400, NONE, "").from(Some(own)),
                "WebSocket connection to 'wss://api.example.net/socket.io/?websocket' failed: There was a bad \
                 response from the server.",
            ),
        ] {
            let why = diagnose(&examination).first().unwrap().why.join("\n");
            assert!(why.contains(message) && why.contains("WebKit prints:"), "{message}: {why}");
            assert!(!why.contains("Chromium"), "{why}");
            let is_of_poll = !message.starts_with("WebSocket");
            assert_eq!(why.contains("due to access control checks."), is_of_poll, "{why}");
        }
    }
}
