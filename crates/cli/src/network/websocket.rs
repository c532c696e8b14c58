//! A WebSocket, and a short conversation over it.

mod buffers;

use std::time::Duration;

use http::{Request, Response};
use tungstenite::{
    Error, HandshakeError, Message, WebSocket, error::ProtocolError,
    handshake::client::generate_key, protocol::WebSocketConfig,
};
use url::Url;

use self::buffers::Buffers;
use super::{
    Answer, Failure, FailureKind, Headers, MAX_BODY_LEN, Network, Stream,
    http::{listed, whole},
};

/// The most that a server may say without what is waited for, in messages.
const MAX_MESSAGES: usize = 8;

/// A ping of the server, and the answer to it (Engine.IO 4).
const PING: &str = "2";
const PONG: &str = "3";

/// The timeout of closing a connection that was kept open.
const GOODBYE: Duration = Duration::from_secs(1);

/// The largest message that is read, in bytes.
const MAX_MESSAGE_LEN: usize = 64 << 10;

/// A turn of a conversation over a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Sends a packet.
    Send(&'static str),
    /// Waits for a packet that begins so.
    Expect(&'static str),
    /// Keeps the WebSocket open for so long, and answers heartbeats.
    Hold(Duration),
}

/// An open WebSocket.
struct Conversation<S> {
    protocol: WebSocket<Buffers>,
    buffers: Buffers,
    stream: S,
    heard: Vec<String>,
}

/// Opens a WebSocket in `timeout`, takes each turn, and closes it. The answer's body is what was
/// heard. There may be both an answer and a failure: it opened, and a turn failed.
pub(crate) async fn converse(
    network: &impl Network,
    url: &Url,
    sent: Headers,
    turns: &[Turn],
    timeout: Duration,
) -> (Option<Answer>, Option<Failure>) {
    let request = match request(url, sent) {
        Ok(request) => request,
        Err(error) => return (None, Some(Failure::new(FailureKind::Protocol, error.to_string()))),
    };
    let stream = match network.connect(url, timeout).await {
        Ok(connection) => connection.stream,
        Err(failure) => return (None, Some(failure)),
    };
    match open(request, stream).await {
        Ok(Opened::Conversation(mut conversation, headers)) => {
            let failure = conversation.take_all(turns).await.err();
            conversation.close().await;
            let body = conversation.heard.join("\n");
            (Some(Answer { status: 101, headers, body, ..Answer::default() }), failure)
        }
        Ok(Opened::Refused(answer)) => (Some(answer), None),
        Err(failure) => (None, Some(failure)),
    }
}

/// The outcome of a handshake.
enum Opened<S> {
    Conversation(Box<Conversation<S>>, Headers),
    Refused(Answer),
}

async fn open<S: Stream>(request: Request<()>, mut stream: S) -> Result<Opened<S>, Failure> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE_LEN))
        .max_frame_size(Some(MAX_MESSAGE_LEN));
    let buffers = Buffers::default();
    let mut outcome =
        tungstenite::client::client_with_config(request, buffers.clone(), Some(config));
    loop {
        match outcome {
            Ok((protocol, answer)) => {
                let conversation = Conversation { protocol, buffers, stream, heard: Vec::new() };
                return Ok(Opened::Conversation(Box::new(conversation), listed(answer.headers())));
            }
            Err(HandshakeError::Interrupted(waiting)) => {
                buffers.exchange(&mut stream).await?;
                outcome = waiting.handshake();
            }
            Err(HandshakeError::Failure(Error::Http(answer))) => {
                let (head, start) = answer.into_parts();
                let mut start = start.unwrap_or_default();
                start.extend(buffers.take_incoming());
                let bytes = rest_of_body(start, &listed(&head.headers), &mut stream).await;
                return Ok(Opened::Refused(whole(&Response::from_parts(head, ()), bytes)));
            }
            Err(HandshakeError::Failure(error)) => return Err(error.into()),
        }
    }
}

fn request(url: &Url, sent: Headers) -> Result<Request<()>, http::Error> {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let request = Request::builder()
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
async fn rest_of_body(
    start: Vec<u8>,
    headers: &[(String, String)],
    stream: &mut impl Stream,
) -> Vec<u8> {
    let value = |wanted| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let mut body = start;
    let is_chunked = value("transfer-encoding").is_some_and(|coding| coding.contains("chunked"));
    let length = value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let is_whole = |body: &[u8]| {
        if is_chunked { body.ends_with(b"0\r\n\r\n") } else { body.len() >= length }
    };
    while !is_whole(&body) && body.len() < MAX_BODY_LEN {
        match stream.read().await {
            Ok(more) if !more.is_empty() => body.extend(more),
            _ => break,
        }
    }
    if is_chunked {
        body = unchunked(&body);
    }
    body.truncate(MAX_BODY_LEN);
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

impl<S: Stream> Conversation<S> {
    async fn take_all(&mut self, turns: &[Turn]) -> Result<(), Failure> {
        for turn in turns {
            match turn {
                Turn::Send(packet) => self.send(packet).await?,
                Turn::Expect(start) => self.expect(start).await?,
                Turn::Hold(time) => self.hold(*time).await?,
            }
        }
        Ok(())
    }

    async fn send(&mut self, packet: &str) -> Result<(), Failure> {
        self.protocol.send(Message::text(packet))?;
        self.buffers.flush(&mut self.stream).await
    }

    async fn read(&mut self) -> Result<Message, Failure> {
        loop {
            match self.protocol.read() {
                Err(Error::Io(error)) if Buffers::waits(&error) => {
                    self.buffers.exchange(&mut self.stream).await?;
                }
                read => return Ok(read?),
            }
        }
    }

    /// Waits for a packet that begins with `start`.
    async fn expect(&mut self, start: &str) -> Result<(), Failure> {
        for _ in 0..MAX_MESSAGES {
            if let Message::Text(text) = self.read().await? {
                self.heard.push(text.to_string());
                if text.starts_with(start) {
                    return Ok(());
                }
            }
        }
        let text = format!("other messages came, and none that begins with {start}");
        Err(Failure::new(FailureKind::Protocol, text))
    }

    /// Keeps it open for `time`. Answers pings, and ignores everything else.
    async fn hold(&mut self, time: Duration) -> Result<(), Failure> {
        self.stream.be_done_in(time);
        loop {
            match self.read().await {
                Ok(Message::Text(text)) if text.as_str() == PING => self.send(PONG).await?,
                Ok(_) => {}
                Err(failure) if failure.kind == FailureKind::Late => {
                    self.stream.be_done_in(GOODBYE);
                    return Ok(());
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Says goodbye; whoever has gone already need not hear it.
    async fn close(&mut self) {
        let _ = self.protocol.close(None).and_then(|()| self.protocol.flush());
        let _ = self.buffers.flush(&mut self.stream).await;
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::ConnectionClosed | Error::AlreadyClosed => {
                Self::new(FailureKind::Closed, "the WebSocket is closed")
            }
            Error::Protocol(ProtocolError::HandshakeIncomplete) => {
                Self::of_connection(FailureKind::Closed)
            }
            other => Self::new(FailureKind::Protocol, other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunked_body_is_joined_as_far_as_it_arrived() {
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
