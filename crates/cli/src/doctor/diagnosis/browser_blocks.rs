//! Requests that a browser blocks by itself, as recordings have them.

use super::{
    chromium::blocked,
    evidence::{asked, with_cors},
    local_network, without_origin,
};
use crate::{
    doctor::{
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
        recording::NO_REASON,
        step::Step,
        target::Target,
    },
    network::Failure,
};

pub(super) fn finding(
    examination: &Examination,
    exchange: &Exchange,
    failure: &Failure,
) -> Finding {
    let target = &examination.target;
    let preflight = examination.get(Step::Preflight);
    let of = |summary: &str| {
        let finding = Finding::new(Code::BlockedInBrowser, Severity::Error, summary)
            .seen(exchange, asked(exchange));
        match preflight.filter(|it| it.answer.is_some()) {
            Some(preflight) => finding.seen(preflight, with_cors(preflight)),
            None => finding,
        }
    };
    if failure.text == UNEXPLAINED
        && let Some(finding) = without_origin::of_file(examination)
    {
        return finding;
    }
    let space = local_network::asked(examination)
        .filter(|_| failure.text == UNEXPLAINED && preflight.is_none());
    if let Some(space) = space {
        let origin = &target.page.origin;
        let summary = if origin.starts_with("https://") { LOCAL } else { local_network::SUMMARY };
        let printed = blocked(exchange, &local_network::reason(origin, space));
        return of(summary)
            .why([local_network::NO_HEADERS.to_owned(), "Chromium prints:".to_owned(), printed])
            .fix(local_network::fix(origin).iter().copied());
    }
    if let Some((summary, fix)) = known(&failure.text) {
        let why = if failure.text.contains("HTTP2") || failure.text.contains("QUIC") {
            "The page gets no answer, so its CORS headers do not matter."
        } else {
            "The request does not reach the server, so its CORS headers do not matter."
        };
        return of(summary).why([why]).fix(addressed(target, fix));
    }
    let ask = ["Ask the server itself for the rest:".to_owned(), target.doctor_line()];
    let is_of_cors = failure.text == UNEXPLAINED && !target.is_same_origin();
    if is_of_cors {
        return of("the page got no answer, and the recording does not say why")
            .why(["The browser sent no request, or it got an answer that the page may not read."])
            .fix([
                "The browser's console says why, in the line above the one with net::ERR_FAILED: look that line up \
                 in the document below. Mostly it is a fault of CORS.",
            ])
            .fix(ask);
    }
    if failure.text != NO_REASON && failure.text != UNEXPLAINED {
        return of(&format!("the request fails in the browser: {}", failure.text))
            .why(["This is no fault of CORS: of those, a browser says net::ERR_FAILED."])
            .fix(ask);
    }
    let why = if examination.is_of_firefox {
        "Firefox recorded neither an answer nor a fault of the connection: it sent no request, or waited for the \
         answer. A fault of CORS would have left an answer."
    } else {
        "The recording has neither an answer nor an error: the browser sent no request, or waited for the \
         answer when the recording was saved."
    };
    of("the page got no answer, and the recording does not say why")
        .why([why])
        .fix(["The browser's console may say why. An extension, the page's Content-Security-Policy or a tracking \
         protection may block the request: try a private window without extensions."])
        .fix(ask)
}

pub(super) const BY_POLICY: &str = "the page's own Content-Security-Policy forbids the request";

const CONNECT_SRC: &[&str] = &[
    "Add the server to the policy's connect-src (in the page's header or its <meta>), for polls and for WebSockets:",
    "  Content-Security-Policy: connect-src 'self' {http} {ws}",
];

/// `lines` with the server's own URLs.
fn addressed<'l>(target: &Target, lines: &'l [&str]) -> impl Iterator<Item = String> + use<'l> {
    let (http, ws) = (target.shown_base().to_owned(), target.websocket_base());
    lines.iter().map(move |line| line.replace("{http}", &http).replace("{ws}", &ws))
}

/// True if the name says that the browser blocks it, and why.
pub(super) fn is_known(name: &str) -> bool {
    known(name).is_some()
}

/// The name of a request that CORS blocks, or another rule of the browser's.
const UNEXPLAINED: &str = "ERR_FAILED";

const LOCAL: &str = "the browser blocks the request to the visitor's own machine or network";

type Explained = (&'static str, &'static [&'static str]);

/// The cause, by Chromium's name for it, and the fix.
fn known(name: &str) -> Option<Explained> {
    Some(match name {
        "csp" | "ERR_BLOCKED_BY_CSP" => (BY_POLICY, CONNECT_SRC),
        "ERR_BLOCKED_BY_CLIENT" => (
            "an extension of the browser blocks the request",
            &[
                "Try a private window without extensions. Ad blockers know paths such as /track/ and \
                 /socket.io/ on other hosts: another `path` gets past them.",
            ],
        ),
        "ERR_BLOCKED_BY_ADMINISTRATOR" | "ERR_NETWORK_ACCESS_DENIED" => (
            "a policy or a firewall of the visitor's machine forbids the request",
            &[
                "Ask whoever manages that machine to allow the host (in Chrome, chrome://policy shows the policies). \
                 The server need not change.",
            ],
        ),
        "ERR_INTERNET_DISCONNECTED" | "ERR_NETWORK_CHANGED" | "ERR_NETWORK_IO_SUSPENDED" => (
            "the browser's own network was off, or changed, while the request was made",
            &["Record it again once the machine is online. The server need not change."],
        ),
        "mixed-content" => (
            "the browser blocks the request: the page is on https and the server is not",
            &["Serve it over https, and write https: in the client."],
        ),
        name if name.contains("PROXY") || name.contains("TUNNEL") || name.contains("SOCKS") => (
            "the browser's own proxy does not get to the server",
            &[
                "It is a proxy that the visitor's machine uses for the Internet (a company's, a VPN's). Does it allow \
                 the server's host and port? Try another network, or turn the proxy off for that host.",
            ],
        ),
        name if name.contains("HTTP2") || name.contains("QUIC") => (
            "the connection breaks the rules of HTTP/2 or HTTP/3",
            &[
                "Look at the log of the proxy that speaks it: it closes the stream, or passes on a header that is not \
                 allowed there. Turn HTTP/2 (or HTTP/3) off to see whether that is it (nginx: `http2 off;`).",
            ],
        ),
        name if name.contains("LOCAL_NETWORK_ACCESS")
            || name.contains("PRIVATE_NETWORK_ACCESS")
            || name.contains("ADDRESS_SPACE") =>
        {
            (LOCAL, local_network::fix("https://"))
        }
        _ => return None,
    })
}
