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
    let websocket = examination.get(Step::HoldWebsocket).filter(|it| it.error.is_some());
    let poll = examination.all(Step::HoldPoll).find(|exchange| is_cut(exchange));
    let cut: Vec<_> = websocket.into_iter().chain(poll).collect();
    let Some(exchange) = cut.first() else { return Vec::new() };
    let seconds = exchange.took.as_secs();
    let what =
        if exchange.url.starts_with("ws") { "an open WebSocket" } else { "a poll that waits" };
    let interval = examination
        .spoken_poll()
        .and_then(Exchange::opened)
        .and_then(|open| open.ping_interval)
        .unwrap_or(25_000)
        .div_ceil(1000);
    // A poll is ended with a page of whoever ends it, and a WebSocket without a word.
    let ends = poll.and_then(proxy).or_else(|| proxy_before(examination, exchange));
    let finding = Finding::new(
        Code::IdleTimeout,
        Severity::Error,
        format!("something on the way ends {what} after {seconds} s"),
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
        .fix(heartbeats(socket_server(examination))),
    ]
}

fn is_cut(exchange: &Exchange) -> bool {
    exchange.method == "GET"
        && !exchange.is_late()
        && (exchange.error.is_some() || exchange.status().is_some_and(|status| status >= 500))
}

/// How the server sends heartbeats more often.
fn heartbeats(server: SocketServer) -> [&'static str; 2] {
    let line = match server {
        SocketServer::Python => {
            "  sio = socketio.AsyncServer(async_mode=\"asgi\", ping_interval=10)"
        }
        SocketServer::Netty => "  config.setPingInterval(10000);",
        SocketServer::Php => "  $io = new SocketIO(3000, ['pingInterval' => 10]);",
        SocketServer::Oxide => "  SocketIo::builder().ping_interval(Duration::from_secs(10))",
        SocketServer::Zishang => "  options.SetPingInterval(10 * time.Second)",
        SocketServer::Googollee => "  options := &engineio.Options{PingInterval: 10 * time.Second}",
        SocketServer::Node | SocketServer::Node2 => {
            "  new Server(httpServer, { pingInterval: 10_000 })"
        }
    };
    ["Or let the server send heartbeats more often:", line]
}
