//! Connections that are ended while nothing is said.

use super::evidence::with_headers;
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, SocketServer, proxy, socket_server},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let websocket = examination.get(Step::HoldWebsocket).filter(|it| it.error.is_some());
    let poll = examination.all(Step::HoldPoll).find(|exchange| is_cut(exchange));
    let Some(exchange) = websocket.or(poll) else { return Vec::new() };
    let seconds = exchange.took.as_secs();
    let what =
        if exchange.url.starts_with("ws") { "an open WebSocket" } else { "a poll that waits" };
    let interval = examination
        .spoken_poll()
        .and_then(Exchange::opened)
        .and_then(|open| open.ping_interval)
        .unwrap_or(25_000)
        .div_ceil(1000);
    let answer = proxy(exchange).or_else(|| examination.spoken_poll().and_then(proxy));
    vec![
        Finding::new(
            Code::IdleTimeout,
            Severity::Error,
            format!("something on the way ends {what} after {seconds} s"),
        )
        .seen(exchange, with_headers(exchange, &["server", "via"]))
        .why([format!(
            "Between two heartbeats, {interval} s apart (the server's `pingInterval`), neither side sends \
             anything. Something takes the connection for idle and ends it: the page is disconnected \
             (`transport close`, `transport error`) and connects again, for ever."
        )])
        .fix(waiting(answer, interval))
        .fix(heartbeats(socket_server(examination))),
    ]
}

fn is_cut(exchange: &Exchange) -> bool {
    exchange.method == "GET"
        && !exchange.is_late()
        && (exchange.error.is_some() || exchange.status().is_some_and(|status| status >= 500))
}

fn waiting(proxy: Option<Proxy>, interval: u64) -> Vec<String> {
    let longer = interval.saturating_mul(2).max(60);
    let mut lines = vec![format!("Let the proxy wait longer than {interval} s.")];
    lines.extend(match proxy {
        Some(Proxy::Apache) => {
            vec!["In Apache:".to_owned(), format!("  ProxyTimeout {longer}")]
        }
        Some(Proxy::Envoy) => vec![
            "In Envoy's route (15 s unless it is told otherwise):".to_owned(),
            format!("  timeout: {longer}s"),
            "A WebSocket ends by the HttpConnectionManager's stream_idle_timeout (5 minutes).".to_owned(),
        ],
        Some(Proxy::Caddy) => vec![
            "In Caddy, take read_timeout, stream_timeout and idle out of the reverse_proxy's transport \
             http and the server's timeouts, or raise them."
                .to_owned(),
        ],
        _ => vec![
            "In nginx, in Socket.IO's location:".to_owned(),
            format!("  proxy_read_timeout {longer}s;"),
            format!("  proxy_send_timeout {longer}s;"),
            "HAProxy: `timeout tunnel`, `timeout client` and `timeout server`; Envoy: the route's `timeout`; AWS: the balancer's idle \
             timeout; an Ingress: proxy-read-timeout."
                .to_owned(),
        ],
    });
    lines
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
