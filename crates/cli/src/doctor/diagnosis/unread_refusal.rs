//! Refusals in a recording that has no body of them.

use super::{chromium::console, evidence::with_body, remedy};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    python_servers::PythonServer,
    software::{SocketServer, socket_server},
};

/// A poll that is refused with 400 or 403, by the server or by something before it.
pub(super) fn finding(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let status = poll.status().filter(|status| matches!(status, 400 | 403))?;
    let target = &examination.target;
    let by = match PythonServer::of(examination) {
        Some(_) => "most likely by python-socketio's list of origins",
        None => "by Socket.IO itself or by something before it",
    };
    let summary = format!(
        "the poll is answered {status} without CORS headers, {by} (the recording lacks the body, which would tell)"
    );
    Some(
        Finding::new(Code::Blocked, Severity::Error, summary)
            .seen(poll, with_body(poll))
            .why([
                "Socket.IO itself refuses a page so, where its list of origins or a function of the server does \
                 not have it. A firewall, or a server that is not Socket.IO, refuses it so too.",
            ])
            .why(console(examination, poll))
            .fix(by_server(examination, poll))
            .fix(["To be sure, ask the server, whose answer tells which it is:".to_owned()])
            .fix([target.doctor_line()]),
    )
}

/// The list and the function of the server, where the answer may be its own.
fn by_server(examination: &Examination, poll: &Exchange) -> Vec<String> {
    let content_type = poll.header("Content-Type").unwrap_or_default();
    let server = socket_server(examination);
    // Engine.IO writes its errors so.
    let is_of_node = matches!(server, SocketServer::Node | SocketServer::Node2)
        && content_type.starts_with("application/json");
    if !is_of_node && server != SocketServer::Python {
        return Vec::new();
    }
    let mut lines = vec!["If it is Socket.IO, add the page to what it allows.".to_owned()];
    lines.extend(remedy::socket_io(examination));
    if is_of_node {
        lines.extend(remedy::own_function(examination));
    }
    lines
}
