//! The world, as an examination asks it: one connection, one request, one WebSocket, a look at a
//! port, and the time. Everything else in the doctor is a function of what comes back.

mod body;
mod connection;
mod http;
mod native;
mod websocket;

use std::time::Duration;

use url::Url;

use super::{exchange::Answer, failure::Failure};

pub(super) use self::native::NativeNetwork;

/// Names and values, in order. Several may have one name.
pub(super) type Headers = Vec<(String, String)>;

/// The most that is read of a body, in bytes.
const MAX_BODY_LEN: u64 = 64 << 10;

/// A connection to the servers that are examined.
pub(super) trait Network {
    /// Resolves the name of `url`'s host, connects, and where the URL is encrypted does TLS.
    ///
    /// # Errors
    /// No connection comes about.
    fn connect(&self, url: &Url, timeout: Duration) -> Result<Connected, Failure>;

    /// Sends one request on a connection of its own. No redirect is followed. There may be both
    /// an answer and a failure: the answer broke off.
    fn send(&self, request: &Request<'_>) -> (Option<Answer>, Option<Failure>);

    /// Opens a WebSocket and holds a conversation over it. The answer's body is what was heard.
    /// There may be both an answer and a failure: it opened, and a turn failed.
    fn converse(
        &self,
        url: &Url,
        headers: Headers,
        turns: &[Turn],
        timeout: Duration,
    ) -> (Option<Answer>, Option<Failure>);

    /// The protocol of a port that does not answer as its URL's scheme has it, if it tells.
    fn look(&self, url: &Url, timeout: Duration) -> Option<PortProtocol>;

    /// The time since some moment before the first request.
    fn now(&self) -> Duration;
}

/// A connection that is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Connected {
    pub(super) address: String,
    /// True if that address is this machine.
    pub(super) is_loopback: bool,
    /// "TLS 1.3".
    pub(super) tls: Option<&'static str>,
}

/// An HTTP request.
#[derive(Debug)]
pub(super) struct Request<'r> {
    pub(super) method: &'static str,
    pub(super) url: &'r Url,
    pub(super) headers: Headers,
    pub(super) body: Option<String>,
    /// Of all of it.
    pub(super) timeout: Duration,
}

/// A turn of a conversation over a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Sends a packet.
    Send(&'static str),
    /// Waits for a packet that begins so.
    Expect(&'static str),
    /// Keeps the WebSocket open for so long, and answers heartbeats.
    Hold(Duration),
}

/// The protocol of a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PortProtocol {
    Http,
    Tls,
    /// HTTP/2 without TLS, and nothing older.
    Http2,
    /// Something else, by the first words that it says.
    Other(String),
}
