//! Requests that a browser blocks by itself, as recordings have them.

use super::evidence::asked;
use crate::{
    doctor::{
        exchange::Exchange,
        finding::{Code, Finding, Severity},
    },
    network::Failure,
};

pub(super) fn finding(exchange: &Exchange, failure: &Failure) -> Finding {
    let (summary, fix) = kind(&failure.text);
    Finding::new(Code::BlockedInBrowser, Severity::Error, summary)
        .seen(exchange, asked(exchange))
        .why([
            "The recording has no answer: the browser kept it from the page, or sent no request.",
        ])
        .fix(fix.iter().copied())
}

/// The cause, by Chromium's name for it, and the fix.
fn kind(name: &str) -> (&'static str, &'static [&'static str]) {
    match name {
        "csp" | "ERR_BLOCKED_BY_CSP" => (
            "the page's own Content-Security-Policy forbids the request",
            &[
                "Add the server to connect-src of the page's policy (its header or its <meta>), by https and \
               by wss:",
                "  Content-Security-Policy: connect-src 'self' https://api.example.com wss://api.example.com",
            ],
        ),
        "ERR_BLOCKED_BY_CLIENT" => (
            "an extension of the browser blocks the request",
            &[
                "Try it in a private window without extensions. Blockers of advertisements know paths like \
               /track/ or /socket.io/ on foreign hosts: another `path` gets past them.",
            ],
        ),
        "mixed-content" => (
            "the browser blocks the request, as the page is on https and the server is not",
            &["Write https: in the client, and serve it over TLS."],
        ),
        name if name.contains("NETWORK_ACCESS") || name.contains("ADDRESS_SPACE") => (
            "the browser blocks the request to the visitor's own machine or network",
            &[
                "The server's address is a local one, and the page is not of that network. The visitor can \
               allow it in the site's settings; a frame needs allow=\"local-network-access\". Is it meant \
               to be the address of a developer's machine at all?",
            ],
        ),
        _ => (
            "the browser blocks the request or keeps its answer, and the recording does not say why",
            &[
                "The console has the reason, above the line with net::ERR_FAILED: look for it in the document \
               below. Mostly it is CORS; ask the server itself for the rest:",
                "  socketio-cors doctor https://api.example.com --origin https://app.example.com",
            ],
        ),
    }
}
