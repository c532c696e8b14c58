//! Requests that have no answer: no address, no connection, no TLS, nothing in time.

mod tls;

use socketio_cors_core::origin::host::is_loopback;
use url::Url;

use super::{
    browser_blocks,
    chromium::{no_handshake, websocket_message},
    evidence::asked,
};
use crate::{
    doctor::{
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
        step::Step,
        target::Target,
    },
    network::{Failure, FailureKind, PortProtocol},
};

/// The default of the client's option `timeout`, in seconds: its wait for a connection.
const CLIENT_TIMEOUT: u64 = 20;

/// The ports that Cloudflare's proxy passes on (developers.cloudflare.com, "Network ports").
const PORTS_OF_CLOUDFLARE: &[u16] =
    &[80, 8080, 8880, 2052, 2082, 2086, 2095, 443, 2053, 2083, 2087, 2096, 8443];

/// A connection or a poll that failed.
pub(super) fn failed(examination: &Examination, exchange: &Exchange, failure: &Failure) -> Finding {
    let target = &examination.target;
    let kind = failure.kind;
    if kind == FailureKind::Browser {
        return browser_blocks::finding(examination, exchange, failure);
    }
    let finding = match (&examination.port_speaks, kind) {
        (Some(PortProtocol::Tls), _) => https_needed(target),
        (Some(PortProtocol::Http), _) if is_plain(examination, exchange) => plain_http(target),
        (Some(PortProtocol::Http2), _) => http2_alone(),
        (Some(PortProtocol::Other(banner)), _) => another_protocol(target, banner),
        (_, FailureKind::Refused) if let Some(other) = &examination.listens_at => {
            other_loopback(target, other)
        }
        (_, FailureKind::Dns) => no_address(target, failure),
        (_, FailureKind::Tls(name)) => tls::no_tls(target, failure, name),
        (_, FailureKind::Untrusted(why)) => tls::untrusted(target, failure, why),
        (_, FailureKind::Http2Alone) => return http2_by_tls(exchange),
        (_, FailureKind::Late) if exchange.step != Step::Connect => silent(target),
        _ => no_answer(examination, failure, exchange.step),
    };
    let mut lines = asked(exchange);
    lines.extend(examination.port_speaks.as_ref().map(spoken));
    finding.seen(exchange, lines).why([
        "The page gets no answer, so this is not about CORS, though some browsers say so. Chromium prints:"
            .to_owned(),
        printed(examination, failure, exchange),
    ])
}

/// True if TLS failed, and the port answers plain http.
fn is_plain(examination: &Examination, exchange: &Exchange) -> bool {
    let is_encrypted = examination.target.base.scheme() == "https";
    let answers = examination.port_speaks == Some(PortProtocol::Http);
    is_encrypted && answers && exchange.step == Step::Connect
}

/// Chromium's message.
fn printed(examination: &Examination, failure: &Failure, exchange: &Exchange) -> String {
    let target = &examination.target;
    let url = target.first_url();
    let is_late = exchange.step == Step::Connect && failure.kind == FailureKind::Late;
    // The port takes the connection, and leaves the TLS handshake without an answer.
    let is_of_connection = is_late && !is_plain(examination, exchange);
    let error = match failure.kind {
        _ if is_of_connection => "ERR_CONNECTION_TIMED_OUT",
        // It is TLS that is not answered then.
        FailureKind::Closed if exchange.step == Step::Connect => "ERR_CONNECTION_CLOSED",
        kind => kind.chromium(),
    };
    match (target.page.websocket, is_of_connection) {
        (false, _) => format!("  GET {url} net::{error}"),
        (true, true) => {
            let why = format!("Error in connection establishment: net::{error}");
            websocket_message(url.as_str(), &why)
        }
        (true, false) => websocket_message(url.as_str(), &no_handshake(failure)),
    }
}

fn spoken(protocol: &PortProtocol) -> String {
    match protocol {
        PortProtocol::Http => "Asked by plain http, the port answers.".to_owned(),
        PortProtocol::Tls => "A TLS handshake with the port succeeds.".to_owned(),
        PortProtocol::Http2 => "The port begins with a frame of HTTP/2.".to_owned(),
        PortProtocol::Other(banner) => format!("The port begins with: {banner}"),
    }
}

fn error(code: Code, summary: impl Into<String>) -> Finding {
    Finding::new(code, Severity::Error, summary)
}

fn https_needed(target: &Target) -> Finding {
    let summary = format!("the port of {} speaks https, and the URL says http", target.base);
    error(Code::HttpsNeeded, summary).fix([
        "Write https: in the client (WebSockets are then wss by themselves):".to_owned(),
        format!("  io(\"{}\")", target.with_scheme("https")),
        "A proxy before the server has to use TLS too. In nginx: `proxy_pass https://…`."
            .to_owned(),
    ])
}

fn plain_http(target: &Target) -> Finding {
    let summary = format!("the port of {} speaks plain http, and the URL says https", target.base);
    let client = format!("  io(\"{}\")", target.with_scheme("http"));
    let finding = error(Code::TlsFailed, summary);
    if target.page.origin.starts_with("https://") && !target.is_local() {
        return finding.fix([
            "Serve it over TLS, by a proxy before the server or a certificate in it. Only pages on http: or \
             on localhost may use it as it is:"
                .to_owned(),
            client,
        ]);
    }
    finding.fix([
        "Write http: in the client (WebSockets are then ws by themselves):".to_owned(),
        client,
        "Or serve it over TLS, by a proxy before the server or a certificate in it: pages on https: need that, \
         unless the server is on localhost."
            .to_owned(),
    ])
}

fn http2_alone() -> Finding {
    error(
        Code::ConnectionFailed,
        "the port speaks only HTTP/2 without TLS, which no browser speaks",
    )
    .fix([
        "Let the server speak HTTP/1.1, which Socket.IO's WebSockets need. Is this a gRPC port, or a \
         server of node:http2? Envoy, Istio: the service's protocol is `http`, not `http2` or `grpc`.",
    ])
}

/// A browser polls such a server, which the doctor does not.
fn http2_by_tls(exchange: &Exchange) -> Finding {
    error(
        Code::UpgradeBlocked,
        "the server speaks only HTTP/2, and a WebSocket needs HTTP/1.1",
    )
    .seen(exchange, asked(exchange))
    .why([
        "A browser polls it over HTTP/2, but opens no WebSocket to it: the page stays on polling, or fails \
         if it uses WebSocket alone. The doctor speaks HTTP/1.1 only, and so sees nothing more.",
    ])
    .fix([
        "Let the server speak both. In node:http2:",
        "  createSecureServer({ allowHTTP1: true, key, cert })",
        "HAProxy: `alpn h2,http/1.1`. Envoy: `alpn_protocols: [h2, http/1.1]`.",
    ])
}

fn another_protocol(target: &Target, banner: &str) -> Finding {
    let name = match banner {
        _ if banner.starts_with("SSH-") => "SSH",
        _ if banner.starts_with("220") => "mail or FTP",
        _ if banner.starts_with("-ERR") || banner.starts_with("-DENIED") => "Redis",
        _ => "something else than HTTP",
    };
    let summary = format!("the port of {} speaks {name}", target.base);
    error(Code::ConnectionFailed, summary)
        .fix(["The port belongs to another program. Write the Socket.IO server's port."])
}

fn other_loopback(target: &Target, other: &Url) -> Finding {
    let port = target.base.port_or_known_default().unwrap_or_default();
    let host = other.host_str().unwrap_or_default();
    let summary = format!(
        "nothing listens at {}, but something does at {host}, this machine's other local address",
        target.base
    );
    error(Code::ConnectionFailed, summary).fix([
        "`localhost` stands for two addresses, 127.0.0.1 and ::1, and the server listens at one of them. \
         Let it listen at all addresses, or write localhost in the client: browsers then try both."
            .to_owned(),
        format!("  httpServer.listen({port});"),
        format!("  io(\"{}://localhost:{port}\")", target.base.scheme()),
    ])
}

fn no_address(target: &Target, failure: &Failure) -> Finding {
    let host = target.base.host_str().unwrap_or_default();
    let finding = error(Code::DnsFailed, format!("{host} has no address: {}", failure.text));
    if !host.contains('.') {
        let port = target.base.port_or_known_default().unwrap_or_default();
        return finding.fix([
            format!(
                "{host} looks like the name of a container or of an internal network, which is known only within \
                 it. The browser is outside. Publish the server's port (in compose.yaml), and let the page ask \
                 for the machine that the containers run on, or for its public name:"
            ),
            format!("  ports: [\"{port}:{port}\"]"),
            format!("  io(\"{}://localhost:{port}\")", target.base.scheme()),
        ]);
    }
    finding.fix([format!(
        "Is {host} written correctly, and does it have a DNS record (`dig {host}`)? A name of an internal \
         network does not resolve outside of it, where the browser is."
    )])
}

fn silent(target: &Target) -> Finding {
    let seconds = target.timeout.as_secs();
    let summary = format!(
        "the server takes the connection, but sends nothing for {seconds} s ({})",
        target.base
    );
    let finding = error(Code::NoAnswerInTime, summary);
    let patience = if seconds < CLIENT_TIMEOUT {
        format!(
            "A page waits longer: {CLIENT_TIMEOUT} s (the client's `timeout`). If the server only starts \
             when it is asked (a free plan, a function), give it time here too: --timeout 60"
        )
    } else {
        format!(
            "A page waits for {CLIENT_TIMEOUT} s (the client's `timeout`) and then reports `timeout`."
        )
    };
    finding.fix([
        patience,
        "If it stays silent, one of these may be the cause: Socket.IO is at another path (--path), and \
         nothing answers this one; an `allowRequest`, a `cors.origin` function or a middleware \
         (io.engine.use) never calls back; the program is blocked; a proxy waits for a server that does \
         not answer."
            .to_owned(),
    ])
}

fn no_answer(examination: &Examination, failure: &Failure, step: Step) -> Finding {
    let target = &examination.target;
    let summary = format!("no answer from {}: {}", target.base, failure.text);
    let finding = error(Code::ConnectionFailed, summary);
    let in_docker = if target.is_local() { IN_DOCKER } else { &[] }.iter().copied();
    let finding = match failure.kind {
        FailureKind::Closed | FailureKind::Reset if step != Step::Connect => finding.fix(in_docker).fix([
            "Something takes the connection and closes it. Look at the server's log: does it crash? Does a \
             firewall or a proxy close requests (nginx's `return 444`)? Does the port speak http at all?",
        ]),
        FailureKind::Closed | FailureKind::Reset => finding.fix(in_docker).fix([
            "Something takes the connection and breaks it off: a port that is published (Docker) with nothing \
             behind it, a firewall, or a balancer without a server.",
        ]),
        FailureKind::Protocol => {
            finding.fix(["What answers does not speak HTTP/1.1. Is this the Socket.IO server's port?"])
        }
        _ if target.is_local() => return no_local_server(examination, finding),
        _ => finding.fix([
            "Is the server running, on that port, and not only at 127.0.0.1? Does a firewall or security \
             group let the port through? Is a container's port published? Is it the port for \
             the URL's scheme (a server may have one for http and another for https)?",
        ]),
    };
    let port = target.base.port_or_known_default().unwrap_or_default();
    let is_passed_on = PORTS_OF_CLOUDFLARE.contains(&port);
    finding.fix((!is_passed_on && !target.is_local()).then(|| {
        format!(
            "Cloudflare's proxy (an orange cloud) does not pass port {port} on. It passes 443, 2053, 2083, \
             2087, 2096 and 8443 on for https, and 80, 8080, 8880, 2052, 2082, 2086 and 2095 for http."
        )
    }))
}

/// Where a port of this machine is a container's.
const IN_DOCKER: &[&str] = &[
    "If the server is in a container: Docker itself takes the connections to a published port. In the container, the \
     server has to listen on every address, and on the port after the colon of `ports:`:",
    "  httpServer.listen(3000, \"0.0.0.0\");",
    "(uvicorn, Vite: --host 0.0.0.0. Flask-SocketIO: `host=\"0.0.0.0\"`.)",
];

/// Nothing answers at an address of the machine that asks, which a recording's is the visitor's.
fn no_local_server(examination: &Examination, finding: Finding) -> Finding {
    let target = &examination.target;
    let (origin, host) = (&target.page.origin, target.base.host_str().unwrap_or_default());
    let is_elsewhere =
        Url::parse(origin).is_ok_and(|page| page.host_str().is_some_and(|host| !is_loopback(host)));
    let is_recorded = examination.recorded.is_some();
    let public = [
        "  io(\"https://api.example.com\")",
        "Where the client has the URL from a variable of the build (VITE_…, NEXT_PUBLIC_…, REACT_APP_…), set \
         that where the page is built, and build it again.",
    ];
    if is_elsewhere && is_recorded {
        let summary = format!(
            "the page of {origin} asks {host}, which is each visitor's own computer: the page was built with the \
             address of development"
        );
        return Finding { summary, ..finding }
            .fix(["Write the server's public URL in the client:"])
            .fix(public)
            .fix(["To see what is there:".to_owned()])
            .fix([format!("  socketio-cors doctor https://api.example.com --origin {origin}")]);
    }
    let finding = finding.fix([
        "Is the server running, on that port? Is a container's port published? Is it the port for the URL's \
         scheme (a server may have one for http and another for https)?",
    ]);
    if is_recorded {
        return finding.fix(["To see what is there:".to_owned(), target.doctor_line()]);
    }
    if is_elsewhere {
        let for_others = format!(
            "If {origin} is for others too: {host} is each visitor's own computer. The client then needs the \
             server's public URL:"
        );
        return finding.fix([for_others]).fix(public);
    }
    finding
}
