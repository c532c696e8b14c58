//! Requests that a browser blocks by itself, as recordings have them.

use super::evidence::asked;
use crate::{
    doctor::{
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
    },
    network::Failure,
};

pub(super) fn finding(
    examination: &Examination,
    exchange: &Exchange,
    failure: &Failure,
) -> Finding {
    let target = &examination.target;
    let base = target.base.as_str().trim_end_matches('/');
    let of_page =
        |line: &&str| line.replace("{base}", base).replace("{origin}", &target.page.origin);
    let (summary, fix) = kind(&failure.text);
    Finding::new(Code::BlockedInBrowser, Severity::Error, summary)
        .seen(exchange, asked(exchange))
        .why([
            "The recording has no answer: the browser sent no request, or kept the answer from the page.",
        ])
        .fix(fix.iter().map(of_page))
}

/// The cause, by Chromium's name for it, and the fix.
fn kind(name: &str) -> (&'static str, &'static [&'static str]) {
    match name {
        "csp" | "ERR_BLOCKED_BY_CSP" => (
            "the page's own Content-Security-Policy forbids the request",
            &[
                "Add the server to the policy's connect-src (in the page's header or its <meta>), for \
                 https and wss:",
                "  Content-Security-Policy: connect-src 'self' https://api.example.com wss://api.example.com",
            ],
        ),
        "ERR_BLOCKED_BY_CLIENT" => (
            "an extension of the browser blocks the request",
            &[
                "Try a private window without extensions. Ad blockers know paths such as /track/ and \
                 /socket.io/ on other hosts: another `path` gets past them.",
            ],
        ),
        "mixed-content" => (
            "the browser blocks the request: the page is on https and the server is not",
            &["Serve it over https, and write https: in the client."],
        ),
        name if name.contains("NETWORK_ACCESS") || name.contains("ADDRESS_SPACE") => (
            "the browser blocks the request to the visitor's own machine or network",
            &[
                "The server's address is a local one, and the page is not from that network. Should it be \
                 a developer's machine at all? If so, the visitor can allow it in the site's settings; a \
                 frame needs allow=\"local-network-access\".",
            ],
        ),
        _ => (
            "the browser blocks the request or keeps its answer, and the recording does not say why",
            &[
                "The console has the reason, above the line with net::ERR_FAILED: look it up in the \
                 document below. Usually it is CORS. Ask the server itself for the rest:",
                "  socketio-cors doctor {base} --origin {origin}",
            ],
        ),
    }
}
