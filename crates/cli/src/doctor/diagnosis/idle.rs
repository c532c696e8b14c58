//! Connections that are ended while nothing is said.

use super::{evidence::with_body, remedy};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, proxy, proxy_before, socket_server},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let cut: Vec<_> = examination.cut_while_idle().collect();
    let Some(exchange) = cut.first() else { return Vec::new() };
    let seconds = exchange.took.as_secs();
    let what = if exchange.is_of_websocket() { "an open WebSocket" } else { "a poll that waits" };
    let interval = examination
        .spoken_poll()
        .and_then(Exchange::opened)
        .and_then(|open| open.ping_interval)
        .unwrap_or(25_000)
        .div_ceil(1000);
    // A poll is ended with a page of whoever ends it, and a WebSocket without a word.
    let poll = cut.iter().find(|exchange| exchange.step == Step::HoldPoll);
    let ends = poll.and_then(|poll| proxy(poll)).or_else(|| proxy_before(examination, exchange));
    let shortest = cut.iter().map(|exchange| exchange.took.as_secs()).min().unwrap_or_default();
    let finding = Finding::new(
        Code::IdleTimeout,
        Severity::Error,
        format!("after {seconds} s, something on the way ends {what}"),
    );
    let finding =
        cut.iter().fold(finding, |finding, exchange| finding.seen(exchange, with_body(exchange)));
    vec![
        finding
        .why([format!(
            "Between two heartbeats, {interval} s apart (the server's `pingInterval`), neither side sends \
             anything. Something takes the connection for idle and ends it: the page is disconnected \
             (`transport close`, `transport error`) and connects again, for ever."
        )])
        .fix(remedy::waiting(ends, interval))
        .fix(heartbeats(socket_server(examination), shortest).into_iter().flatten()),
    ]
}

/// How the server sends heartbeats often enough for a connection that is ended after so many seconds: twice
/// in that time. Of one second or less, no interval is.
fn heartbeats(server: SocketServer, ended_after: u64) -> Option<[String; 2]> {
    let seconds = Some(ended_after / 2).filter(|seconds| *seconds > 0)?;
    let line = match server {
        SocketServer::Python => {
            format!("  sio = socketio.AsyncServer(async_mode=\"asgi\", ping_interval={seconds})")
        }
        SocketServer::Netty => format!("  config.setPingInterval({seconds}000);"),
        SocketServer::Php => format!("  $io = new SocketIO(3000, ['pingInterval' => {seconds}]);"),
        SocketServer::Oxide => {
            format!("  SocketIo::builder().ping_interval(Duration::from_secs({seconds}))")
        }
        SocketServer::Zishang => format!("  options.SetPingInterval({seconds} * time.Second)"),
        SocketServer::Googollee => {
            format!("  options := &engineio.Options{{PingInterval: {seconds} * time.Second}}")
        }
        SocketServer::Node | SocketServer::Node2 => {
            format!("  new Server(httpServer, {{ pingInterval: {seconds}_000 }})")
        }
    };
    Some([
        format!(
            "Or let the server send heartbeats more often than every {ended_after} s, with time to spare:"
        ),
        line,
    ])
}
