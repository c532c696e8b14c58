//! What to write, in the words of each server.

use crate::doctor::{examination::Examination, exchange::Exchange};

/// How each kind of server is told to allow the page.
pub(super) fn allow_page(examination: &Examination) -> Vec<String> {
    let mut lines = socket_io(examination);
    lines.extend(policy(examination));
    lines
}

/// How this Worker is told to allow the page.
pub(super) fn policy(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    let credentials = if has_credentials(examination) { ", \"credentials\": true" } else { "" };
    vec![
        "Behind socketio-cors-edge, in its policy:".to_owned(),
        format!("  {{ \"origin\": [\"{origin}\"]{credentials} }}"),
    ]
}

/// How a Socket.IO 3 or 4 server is told not to refuse the page, which its `cors` never does.
pub(super) fn allow_request(examination: &Examination) -> Vec<String> {
    let origin = &examination.target.page.origin;
    vec![
        "In a Socket.IO 3 or 4 server it is an `allowRequest` function or a middleware \
         (io.engine.use) that refuses, as in:"
            .to_owned(),
        format!("  const allowed = [undefined, \"{origin}\"];"),
        "  allowRequest: (request, decide) => decide(null, allowed.includes(request.headers.origin))"
            .to_owned(),
    ]
}

/// What nginx is told where it adds a header that the server sets too.
pub(super) const HIDE_CREDENTIALS: &str = "  proxy_hide_header Access-Control-Allow-Credentials;";

/// Whether the page sends credentials, or the server allows them already.
fn has_credentials(examination: &Examination) -> bool {
    let allowed = examination.spoken_poll().is_some_and(Exchange::allows_credentials);
    examination.target.page.credentialed || allowed
}

/// How Socket.IO itself is told to.
pub(super) fn socket_io(examination: &Examination) -> Vec<String> {
    let page = &examination.target.page;
    if examination.is_server_2() {
        return vec![
            "In a Socket.IO 2 server, with the port spelt out (several with spaces between):"
                .to_owned(),
            format!(
                "  const io = require(\"socket.io\")(httpServer, {{ origins: \"{}\" }});",
                with_port(&page.origin)
            ),
        ];
    }
    let credentials = if has_credentials(examination) { ", credentials: true" } else { "" };
    vec![
        "In a Socket.IO 3 or 4 server:".to_owned(),
        format!(
            "  new Server(httpServer, {{ cors: {{ origin: [\"{}\"]{credentials} }} }})",
            page.origin
        ),
    ]
}

/// How each kind of server is told to answer the page's preflights.
pub(super) fn preflight(examination: &Examination) -> Vec<String> {
    let page = &examination.target.page;
    let origin = page.origin.as_str();
    let names = page.unsafe_headers().join(", ");
    let credentials = page.credentialed.then_some(("Access-Control-Allow-Credentials", "true"));
    let names = (!names.is_empty()).then_some(("Access-Control-Allow-Headers", names.as_str()));
    let headers: Vec<_> = [Some(("Access-Control-Allow-Origin", origin)), names, credentials]
        .into_iter()
        .flatten()
        .collect();
    if examination.is_server_2() {
        let mut lines = vec![
            "In a Socket.IO 2 server:".to_owned(),
            "  handlePreflightRequest: (request, response) => {".to_owned(),
            "    response.writeHead(204, {".to_owned(),
        ];
        lines.extend(headers.iter().map(|(name, value)| format!("      \"{name}\": \"{value}\",")));
        lines.extend(["    });", "    response.end();", "  }"].map(str::to_owned));
        lines.push("socketio-cors-edge answers preflights itself.".to_owned());
        return lines;
    }
    let mut lines = socket_io(examination);
    lines.push("In nginx, where it answers them itself:".to_owned());
    lines.extend(
        headers.iter().map(|(name, value)| format!("  add_header {name} \"{value}\" always;")),
    );
    lines.push("  return 204;".to_owned());
    lines.push("socketio-cors-edge answers preflights itself.".to_owned());
    lines
}

/// An origin as Socket.IO 2's `origins` has it.
fn with_port(origin: &str) -> String {
    let has_port = origin.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
    match origin.split_once("://") {
        Some(("https", _)) if !has_port => format!("{origin}:443"),
        Some(("http", _)) if !has_port => format!("{origin}:80"),
        _ => origin.to_owned(),
    }
}
