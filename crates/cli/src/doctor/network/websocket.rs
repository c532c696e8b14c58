//! A WebSocket, and a short conversation over it.

use std::{io::Read, time::Duration};

use tungstenite::{
    HandshakeError, Message, WebSocket, handshake::client::generate_key, http,
    protocol::WebSocketConfig,
};
use url::Url;

use super::{
    Headers, MAX_BODY_LEN, Turn,
    connection::{Connection, Stream},
    http::{listed, whole},
};
use crate::doctor::{
    exchange::Answer,
    failure::{Failure, FailureKind},
};

/// The most that a server may say without what is waited for, in messages.
const MAX_MESSAGES: usize = 8;

/// A ping of the server, and the answer to it (Engine.IO 4).
const PING: &str = "2";
const PONG: &str = "3";

/// How long it may take to close what was held.
const GOODBYE: Duration = Duration::from_secs(1);

/// The largest message that is read, in bytes.
const MAX_MESSAGE_LEN: usize = 64 << 10;

/// An open WebSocket.
struct Socket<'s> {
    socket: WebSocket<&'s mut Stream>,
    heard: Vec<String>,
}

/// Opens a WebSocket in `timeout`, takes each turn, and closes it. The answer's body is what was
/// heard.
pub(super) fn converse(
    url: &Url,
    sent: Headers,
    turns: &[Turn],
    timeout: Duration,
) -> (Option<Answer>, Option<Failure>) {
    let request = match request(url, sent) {
        Ok(request) => request,
        Err(error) => return (None, Some(Failure::new(FailureKind::Protocol, error.to_string()))),
    };
    let mut stream = match Connection::open(url, timeout) {
        Ok(connection) => connection.stream,
        Err(failure) => return (None, Some(failure)),
    };
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_LEN))
        .max_frame_size(Some(MAX_MESSAGE_LEN));
    match tungstenite::client::client_with_config(request, &mut stream, Some(config)) {
        Ok((socket, answer)) => {
            let mut socket = Socket { socket, heard: Vec::new() };
            let failure = turns.iter().try_for_each(|turn| socket.take(*turn)).err();
            socket.close();
            let body = socket.heard.join("\n");
            let headers = listed(answer.headers());
            (Some(Answer { status: 101, headers, body, ..Answer::default() }), failure)
        }
        Err(HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            let (head, start) = answer.into_parts();
            let bytes = rest_of_body(start.unwrap_or_default(), &listed(&head.headers), stream);
            (Some(whole(head.status, &head.headers, bytes)), None)
        }
        Err(HandshakeError::Failure(error)) => (None, Some(error.into())),
        Err(HandshakeError::Interrupted(_)) => (None, Some(Failure::late())),
    }
}

fn request(url: &Url, sent: Headers) -> Result<http::Request<()>, http::Error> {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let request = http::Request::builder()
        .uri(url.as_str())
        .header("Host", format!("{}{port}", url.host_str().unwrap_or_default()))
        .header("Connection", "Upgrade")
        .header("Upgrade", "websocket")
        .header("Sec-WebSocket-Version", "13")
        .header("Sec-WebSocket-Key", generate_key());
    let sent = sent.into_iter();
    sent.fold(request, |request, (name, value)| request.header(name, value)).body(())
}

/// The body of a refusal, whose `start` came along with its head. Without a length
/// it is what came. What is cut off is what was read of it.
fn rest_of_body(start: Vec<u8>, headers: &[(String, String)], stream: Stream) -> Vec<u8> {
    let value = |wanted| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let mut body = start;
    if value("transfer-encoding").is_some_and(|coding| coding.contains("chunked")) {
        let mut stream = stream.take(MAX_BODY_LEN);
        let mut more = [0; 1024];
        while !body.ends_with(b"0\r\n\r\n") {
            match stream.read(&mut more) {
                Ok(len @ 1..) => body.extend(more.get(..len).unwrap_or_default()),
                _ => break,
            }
        }
        body = unchunked(&body);
    } else {
        let length = value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let here = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let missing = MAX_BODY_LEN.min(length).saturating_sub(here);
        let _ = stream.take(missing).read_to_end(&mut body);
    }
    body
}

/// The data of a body's chunks (RFC 9112, 7.1).
fn unchunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(httparse::Status::Complete((start, length))) = httparse::parse_chunk_size(chunks) {
        let rest = chunks.get(start..).unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
        let (chunk, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        if chunk.is_empty() {
            break;
        }
        body.extend(chunk);
        chunks = rest.strip_prefix(b"\r\n").unwrap_or_default();
    }
    body
}

impl Socket<'_> {
    fn take(&mut self, turn: Turn) -> Result<(), Failure> {
        match turn {
            Turn::Send(packet) => self.send(packet),
            Turn::Expect(start) => self.expect(start),
            Turn::Hold(time) => self.hold(time),
        }
    }

    fn send(&mut self, packet: &str) -> Result<(), Failure> {
        Ok(self.socket.send(Message::text(packet))?)
    }

    /// Waits for a packet that begins with `start`.
    fn expect(&mut self, start: &str) -> Result<(), Failure> {
        for _ in 0..MAX_MESSAGES {
            let message = self.socket.read()?;
            if let Message::Text(text) = message {
                self.heard.push(text.to_string());
                if text.starts_with(start) {
                    return Ok(());
                }
            }
        }
        let text = format!("other messages came, and none that begins with {start}");
        Err(Failure::new(FailureKind::Protocol, text))
    }

    /// Keeps it open for that long. What comes in between is no matter, but for pings.
    fn hold(&mut self, time: Duration) -> Result<(), Failure> {
        self.socket.get_mut().be_done_in(time);
        loop {
            match self.socket.read().map_err(Failure::from) {
                Ok(Message::Text(text)) if text.as_str() == PING => self.send(PONG)?,
                Ok(_) => {}
                Err(failure) if failure.kind == FailureKind::Late => {
                    self.socket.get_mut().be_done_in(GOODBYE);
                    return Ok(());
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Says goodbye; whoever has gone already need not hear it.
    fn close(&mut self) {
        let _ = self.socket.close(None).and_then(|()| self.socket.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_as_far_as_they_came() {
        for (chunks, body) in [
            (&b"5\r\nhello\r\n0\r\n\r\n"[..], &b"hello"[..]),
            (b"5;x=y\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", b"hello!"),
            (b"5\r\nhel", b"hel"),
            (b"ffffffffffffffff\r\nhello", b"hello"),
            (b"5\r\nhello!", b"hello"),
            (b"nothing", b""),
            (b"", b""),
        ] {
            assert_eq!(unchunked(chunks), body);
        }
    }
}
