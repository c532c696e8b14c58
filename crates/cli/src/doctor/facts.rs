//! Facts: observations that are neither good nor bad.

use socketio_cors_core::{origin::host::is_loopback, response::EXPLAIN_HEADER};
use url::Url;

use super::{
    engineio::{self, Protocol},
    examination::Examination,
    exchange::Exchange,
    proxies,
    step::Step,
};
use crate::network::Connected;

/// The most that is shown of a refusal, in characters.
const MAX_MESSAGE_LEN: usize = 120;

/// Something about the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// Every fact, in the order of the report.
pub(super) fn facts(examination: &Examination) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name, value: Option<String>| {
        facts.extend(value.map(|value| Fact { name, value }));
    };
    let connected = examination.connected.as_ref();
    add("address", connected.map(|it| address(examination, it)));
    add("TLS", connected.and_then(|it| it.tls).map(str::to_owned));
    add("Engine.IO", versions(examination));
    let open = examination.spoken_poll().and_then(Exchange::opened);
    add("upgrades", open.as_ref().map(|open| listed(&open.upgrades)));
    let interval = open.as_ref().and_then(|open| open.ping_interval);
    add("pingInterval", interval.map(|milliseconds| format!("{milliseconds} ms")));
    add("Socket.IO", connection(examination));
    add(
        "proxies",
        examination
            .page_poll()
            .map(proxies::of)
            .filter(|it| !it.is_empty())
            .map(|it| it.join(", ")),
    );
    add("idle connections", idle(examination));
    add("foreign POST", foreign_post(examination));
    add("recording", examination.recorded.map(recorded));
    add("without Origin", examination.get(Step::NoOriginPoll).map(accepted));
    let any = examination.get(Step::ForeignPoll).filter(|it| it.grants_its_origin());
    add(
        "any origin",
        any.map(|poll| {
            format!(
                "may read polls (Access-Control-Allow-Origin: {})",
                poll.allowed_origin().unwrap_or_default()
            )
        }),
    );
    add(EXPLAIN_HEADER, examination.page_poll().and_then(|it| it.header(EXPLAIN_HEADER)));
    facts
}

/// The address, and what browsers make of one of this machine.
fn address(examination: &Examination, connected: &Connected) -> String {
    let address = &connected.address;
    let page = Url::parse(&examination.target.page.origin).ok();
    let is_of_here = page.is_some_and(|page| page.host_str().is_some_and(is_loopback));
    if !connected.is_loopback || is_of_here {
        return address.clone();
    }
    let does = if examination.target.page.origin.starts_with("http://") {
        "Chromium blocks its requests"
    } else {
        "Chromium asks its visitor for permission first"
    };
    format!("{address}, this machine: if the page is elsewhere, {does}")
}

/// The fate of connections on which nothing is said.
fn idle(examination: &Examination) -> Option<String> {
    if examination.recorded.is_some() || !examination.is_socket_io() {
        return None;
    }
    let ended: Vec<_> = examination
        .cut_while_idle()
        .map(|exchange| {
            let what = if exchange.step == Step::HoldWebsocket { "a WebSocket" } else { "a poll" };
            format!("{what} ended after {} s", exchange.took.as_secs())
        })
        .collect();
    if !ended.is_empty() {
        return Some(ended.join(", "));
    }
    Some(match examination.target.hold {
        Some(time) => format!("kept open for {} s", time.as_secs()),
        None => "not tested: --hold 120 does".to_owned(),
    })
}

/// A POST of a page elsewhere, where it needs the id of a session that nobody tells it.
fn foreign_post(examination: &Examination) -> Option<String> {
    let post = examination.get(Step::ForeignPost)?;
    if post.status() != Some(200) || post.is_of_another() {
        return None;
    }
    let origin = post.origin.as_deref().unwrap_or_default();
    Some(format!("accepted from {origin}, with the id of a session (which no page can guess)"))
}

fn recorded(count: usize) -> String {
    format!(
        "{count} requests; it does not show other pages' requests, errors that did not happen, or the \
         connection"
    )
}

/// The versions in which sessions are opened.
fn versions(examination: &Examination) -> Option<String> {
    let spoken = [(Protocol::V3, "3 (Socket.IO 2)"), (Protocol::V4, "4 (Socket.IO 3 and 4)")];
    let spoken = spoken.into_iter().filter(|(version, _)| examination.speaks(*version));
    let spoken: Vec<_> = spoken.map(|(_, text)| text.to_owned()).collect();
    (!spoken.is_empty()).then(|| spoken.join(", "))
}

fn listed(texts: &[String]) -> String {
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}

/// The answer of Socket.IO 3 or 4 to the packet that connects to the namespace.
fn connection(examination: &Examination) -> Option<String> {
    // The packet that connects to the namespace did not get there.
    if examination.get(Step::Post).is_some_and(Exchange::is_of_another) {
        return None;
    }
    let namespace = &examination.target.page.namespace;
    let read = examination.get(Step::PollAgain).filter(|it| it.method == "GET")?;
    match &read.answer {
        Some(answer) => {
            answer.body.split(engineio::SEPARATOR).find_map(|packet| connected(packet, namespace))
        }
        None => Some(format!("does not answer a connection to the namespace {namespace} in time")),
    }
}

/// The same, in one Engine.IO packet.
fn connected(packet: &str, namespace: &str) -> Option<String> {
    if packet.starts_with("40") {
        return Some(format!("connects to the namespace {namespace}"));
    }
    let message: String = packet.strip_prefix("44")?.chars().take(MAX_MESSAGE_LEN).collect();
    if message.contains("Invalid namespace") {
        return Some(format!("has no namespace {namespace}"));
    }
    Some(format!(
        "refuses the namespace {namespace} (a middleware of the server may want `auth`): {message}"
    ))
}

fn accepted(poll: &Exchange) -> String {
    match poll.status() {
        Some(200..300) => "accepted (apps, servers, curl)".to_owned(),
        Some(status) => format!("answered {status}"),
        None => "not answered".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_says_whether_the_namespace_accepts_the_client() {
        for (packet, start) in [
            (r#"40{"sid":"x44y"}"#, Some("connects")),
            (r#"44{"message":"no token 40"}"#, Some("refuses")),
            ("2", None),
            ("", None),
        ] {
            let told = connected(packet, "/");
            assert_eq!(told.as_deref().and_then(|told| told.split(' ').next()), start, "{packet}");
        }
    }
}
