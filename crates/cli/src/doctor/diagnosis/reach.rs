//! Whether Socket.IO can be reached at all.

use url::Url;

use super::{
    evidence::{asked, console, with_body, with_headers},
    worker,
};
use crate::doctor::{
    engineio::Protocol,
    examination::Examination,
    exchange::Exchange,
    failure::{Failure, FailureKind},
    finding::{Code, Finding, Severity},
    step::Step,
    target::Target,
};

/// A page that is encrypted may not ask a server that is not.
pub(super) fn mixed_content(examination: &Examination) -> Option<Finding> {
    let target = &examination.target;
    if !target.is_mixed_content() {
        return None;
    }
    let (origin, base) = (&target.page.origin, &target.base);
    let secure = base.as_str().replacen("http:", "https:", 1);
    let finding = Finding::new(
        Code::MixedContent,
        Severity::Error,
        format!("the page is https and the server is asked over http ({base})"),
    );
    let finding = match examination.get(Step::Connect) {
        Some(connect) => finding.seen(connect, vec![format!("page {origin}, server {base}")]),
        None => finding,
    };
    Some(
        finding
            .why([
                "Browsers send nothing at all. Chromium prints:".to_owned(),
                format!(
                    "  Mixed Content: The page at '{origin}/' was loaded over HTTPS, but requested \
                     an insecure XMLHttpRequest endpoint '{base}'. This request has been blocked; \
                     the content must be served over HTTPS."
                ),
            ])
            .fix([format!(
                "Serve it over TLS, and write {secure} in the client. WebSockets are then wss \
                     by themselves."
            )]),
    )
}

/// What keeps every further question from being asked.
pub(super) fn unreachable(examination: &Examination) -> Option<Finding> {
    let connect = examination.get(Step::Connect)?;
    if let Some(failure) = &connect.error {
        return Some(no_connection(&examination.target, connect, failure));
    }
    let poll = examination.page_poll()?;
    if examination.is_socket_io() {
        return None;
    }
    let elsewhere = examination.all(Step::OtherPath).find(|other| other.is_engine_io());
    Some(match (poll.status(), &poll.error, elsewhere) {
        (_, _, Some(other)) => wrong_path(examination, poll, other),
        (None, Some(failure), None) => no_connection(&examination.target, poll, failure),
        (Some(300..400), ..) => redirected(examination, poll),
        (Some(500..), ..) => server_error(examination, poll),
        _ => not_socket_io(examination, poll),
    })
}

fn no_connection(target: &Target, exchange: &Exchange, failure: &Failure) -> Finding {
    let host = target.base.host_str().unwrap_or_default();
    let text = &failure.text;
    let (code, summary, chromium, fix) = match failure.kind {
        FailureKind::Dns => (
            Code::DnsFailed,
            format!("{host} has no address: {text}"),
            "ERR_NAME_NOT_RESOLVED",
            format!(
                "Check the spelling of {host}, and its DNS record (`dig {host}`). A name of an \
                 internal network resolves only within it."
            ),
        ),
        FailureKind::Tls(chromium) => (
            Code::TlsFailed,
            format!("no TLS with {host}: {text}"),
            chromium,
            tls_remedy(target, chromium),
        ),
        FailureKind::Connection | FailureKind::Late | FailureKind::Protocol => (
            Code::ConnectionFailed,
            format!("no answer from {}: {text}", target.base),
            chromium_of(failure),
            "Is the server running, on that port, and listening on more than 127.0.0.1? Does a \
             firewall or security group let the port through? In a container, is the port \
             published? What speaks http on one port may speak https on another."
                .to_owned(),
        ),
    };
    Finding::new(code, Severity::Error, summary)
        .seen(exchange, asked(exchange))
        .why([
            "No request reaches the server, so this is no matter of CORS, though some browsers \
             call it that. Chromium prints:"
                .to_owned(),
            format!("  GET {} net::{chromium}", target.base),
        ])
        .fix([fix])
}

fn chromium_of(failure: &Failure) -> &'static str {
    match failure.kind {
        FailureKind::Late => "ERR_TIMED_OUT",
        FailureKind::Protocol => "ERR_INVALID_HTTP_RESPONSE",
        _ if failure.text.contains("refused") => "ERR_CONNECTION_REFUSED",
        _ => "ERR_CONNECTION_RESET",
    }
}

fn tls_remedy(target: &Target, chromium: &str) -> String {
    let host = target.base.host_str().unwrap_or_default();
    match chromium {
        "ERR_CERT_DATE_INVALID" => {
            "Renew the certificate, and reload whatever serves it.".to_owned()
        }
        "ERR_CERT_COMMON_NAME_INVALID" => {
            format!("Get a certificate that names {host}, or ask by the name that it is for.")
        }
        "ERR_CERT_AUTHORITY_INVALID" => {
            "Serve the full chain (certificate, then intermediates) of an authority that browsers \
             trust. For development, have the system trust your own authority (mkcert does), or \
             use http://localhost."
                .to_owned()
        }
        _ => format!(
            "Look at it with `openssl s_client -connect {host}:{} -servername {host}`. If the port \
             speaks plain http, write http:// in the client.",
            target.base.port_or_known_default().unwrap_or(443)
        ),
    }
}

fn redirected(examination: &Examination, poll: &Exchange) -> Finding {
    let location = poll.header("Location").unwrap_or_default();
    let end = Url::parse(&poll.url).and_then(|url| url.join(&location)).ok();
    let mut fix = Vec::new();
    // Anything else is no Socket.IO: a login page, an error's.
    if let Some(end) = end.as_ref().filter(|end| is_same_path(end, &examination.target)) {
        let origin = end.origin().ascii_serialization();
        fix.push("Give the client the address to which it is redirected:".to_owned());
        fix.push(format!("  io(\"{origin}\", {{ path: \"{}\" }})", end.path()));
    }
    fix.push(format!(
        "{} the path of Socket.IO out of the rule that redirects (http to https, a slash added or \
         taken away, a login page).",
        if fix.is_empty() { "Let" } else { "Or let" }
    ));
    let shown = end.map_or(location, |mut end| {
        end.set_query(None);
        end.into()
    });
    Finding::new(Code::Redirected, Severity::Error, format!("the poll is redirected to {shown}"))
        .seen(poll, with_headers(poll, &["location", "server", "access-control-allow-origin"]))
        .why([
            "A redirect has to pass the CORS check like any answer, and where it leads to another \
             origin the page's becomes null on the way. Browsers redirect no preflight and no \
             WebSocket.",
        ])
        .why(console(examination, poll))
        .fix(fix)
}

/// But for a slash at the end.
fn is_same_path(url: &Url, target: &Target) -> bool {
    url.path().trim_end_matches('/') == target.path.trim_end_matches('/')
}

fn server_error(examination: &Examination, poll: &Exchange) -> Finding {
    let status = poll.status().unwrap_or_default();
    let remedy = worker::remedy(poll);
    let meaning = match status {
        _ if remedy.is_some() => " by socketio-cors-edge: it has no policy to decide by",
        502 => ": a proxy cannot reach the server behind it",
        503 => ": there is no server to take the request, or too many requests",
        504 => ": a proxy waits in vain for the server behind it",
        _ => "",
    };
    Finding::new(
        Code::ServerError,
        Severity::Error,
        format!("the poll is answered {status}{meaning}"),
    )
    .seen(poll, with_body(poll))
    .why([
        "Such answers seldom have CORS headers: the console speaks of CORS, and hides the status.",
    ])
    .why(console(examination, poll))
    .fix(match remedy {
        Some(remedy) => vec![remedy],
        None => vec![
            "Mend the server first, and look at its log and the proxy's. Then run this again.",
            "Is the server up, on the port that the proxy forwards to? nginx: `proxy_pass`; a load \
             balancer: are its health checks green?",
        ],
    })
}

fn wrong_path(examination: &Examination, poll: &Exchange, other: &Exchange) -> Finding {
    let target = &examination.target;
    let url = other.url.split('?').next().unwrap_or_default();
    let path = url.strip_prefix(target.base.as_str().trim_end_matches('/')).unwrap_or(url);
    let mut fix = vec![
        "Let client and server have one path. In the client:".to_owned(),
        format!("  io(\"{}\", {{ path: \"{path}\" }})", target.base.as_str().trim_end_matches('/')),
        "It is Socket.IO's path, not the namespace, which stands after the host in the URL."
            .to_owned(),
    ];
    if path.trim_end_matches('/') == target.path.trim_end_matches('/') {
        fix.push(
            "The two differ in the slash at the end: `addTrailingSlash` has to be the same in \
             client and server. A client that does not set it asks with the slash, whatever its \
             `path`."
                .to_owned(),
        );
    }
    Finding::new(
        Code::WrongPath,
        Severity::Error,
        format!("Socket.IO is not at {}, but at {path}", target.path),
    )
    .seen(poll, with_body(poll))
    .seen(other, with_body(other))
    .why([
        "What answers instead seldom has CORS headers: the console speaks of CORS, and hides the \
         status.",
    ])
    .why(console(examination, poll))
    .fix(fix)
}

fn not_socket_io(examination: &Examination, poll: &Exchange) -> Finding {
    let target = &examination.target;
    let status = poll.status().unwrap_or_default();
    let url = |protocol: Protocol| {
        let query = format!("EIO={}&transport=polling", protocol.number());
        Target::url(&target.base, &target.path, &query)
    };
    let meaning = match status {
        401 | 403 => ": something in front of it refuses the request",
        404 => ": nothing is there",
        429 => ": too many requests were made",
        200..300 => ", and not by Socket.IO",
        _ => "",
    };
    let tried = examination.get(Step::OtherPath).is_some();
    let elsewhere = if tried { "It is not at one of the other usual paths either. " } else { "" };
    Finding::new(
        Code::NotSocketIo,
        Severity::Error,
        format!("there is no Socket.IO at {}: the poll is answered {status}{meaning}", target.path),
    )
    .seen(poll, with_body(poll))
    .why([
        "What answers instead seldom has CORS headers: the console speaks of CORS. The page would \
         fail with them as well.",
    ])
    .why(console(examination, poll))
    .fix([
        "Mend this without a browser first. Each of these should print a session:".to_owned(),
        format!("  curl '{}'   # 0{{\"sid\":…", url(Protocol::V4)),
        format!("  curl '{}'   # 96:0{{\"sid\":… (Socket.IO 2, or allowEIO3)", url(Protocol::V3)),
        format!(
            "{elsewhere}Is it the Socket.IO server that listens there, or a static site, an API, a \
             login? Does the proxy forward the path as it is? If the server's `path` is another, \
             give it as --path, and to the client as `path`."
        ),
    ])
}
