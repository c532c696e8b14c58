//! The network, as an examination uses it: one request, one WebSocket, a look at a port.
//!
//! They are the same on every machine, over a connection that is the operating system's ([`native`])
//! or Node's ([`node`]).

mod body;
mod http;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod node;
mod port;
mod websocket;

use std::time::Duration;

use url::Url;

use super::failure::Failure;

#[cfg(not(target_arch = "wasm32"))]
pub(super) use self::native::NativeNetwork as SystemNetwork;
#[cfg(target_arch = "wasm32")]
pub(super) use self::node::NodeNetwork as SystemNetwork;
pub(super) use self::{
    http::send,
    port::{PortProtocol, look},
    websocket::{Turn, converse},
};

/// Names and values, in order. Several may have one name.
pub(super) type Headers = Vec<(String, String)>;

/// The most that is read of a body of what is examined, in bytes.
pub(super) const MAX_BODY_LEN: usize = 64 << 10;

/// The way to the servers that are examined.
pub(super) trait Network {
    type Stream: Stream;

    /// Resolves the name of `url`'s host, connects, and where the URL is encrypted does TLS, in
    /// `timeout` for all of it. The stream has to be done with by then as well.
    ///
    /// # Errors
    /// No connection comes about.
    async fn connect(
        &self,
        url: &Url,
        timeout: Duration,
    ) -> Result<Connection<Self::Stream>, Failure>;

    /// The time since some moment before the first request.
    fn now(&self) -> Duration;
}

/// Bytes to and from a server. The connection ends with it.
pub(super) trait Stream {
    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// The connection breaks off, or its time is over.
    async fn read(&mut self) -> Result<Vec<u8>, Failure>;

    /// Sends `bytes`.
    ///
    /// # Errors
    /// The connection breaks off, or its time is over.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure>;

    /// Sets by when it has to be done with from now on.
    fn be_done_in(&mut self, timeout: Duration);
}

/// A connection that is up.
#[derive(Debug)]
pub(super) struct Connection<S> {
    pub(super) connected: Connected,
    pub(super) stream: S,
}

/// The facts about a connection.
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
    /// The most that is read of the answer's body, in bytes.
    pub(super) max_body_len: usize,
}
