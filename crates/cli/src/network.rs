//! The network, as the tool uses it: one request, one WebSocket, a look at a port.
//!
//! They are the same on every machine, over a connection that is the operating system's ([`native`])
//! or Node's ([`node`]).

mod answer;
mod body;
mod failure;
mod http;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod node;
mod port;
mod post;
mod websocket;

use std::time::Duration;

use url::Url;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::native::NativeNetwork as SystemNetwork;
#[cfg(target_arch = "wasm32")]
pub(crate) use self::node::NodeNetwork as SystemNetwork;
pub(crate) use self::{
    answer::Answer,
    body::{BodyCoding, without_mark},
    failure::{Failure, FailureKind, Untrusted},
    http::{begin, send},
    port::{OF_TLS, PortProtocol, look},
    post::post,
    websocket::{Turn, converse},
};

/// Names and values, in order. Several may have one name.
pub(crate) type Headers = Vec<(String, String)>;

/// The most that is read of a body, in bytes, where nothing else is said.
pub(crate) const MAX_BODY_LEN: usize = 64 << 10;

/// The way to the servers.
pub(crate) trait Network {
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
pub(crate) trait Stream {
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
pub(crate) struct Connection<S> {
    pub(crate) connected: Connected,
    pub(crate) stream: S,
}

/// The facts about a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connected {
    pub(crate) address: String,
    /// True if that address is this machine.
    pub(crate) is_loopback: bool,
    /// "TLS 1.3".
    pub(crate) tls: Option<&'static str>,
}

/// An HTTP request.
#[derive(Debug)]
pub(crate) struct Request<'r> {
    pub(crate) method: &'static str,
    pub(crate) url: &'r Url,
    pub(crate) headers: Headers,
    pub(crate) body: Option<String>,
    /// The timeout of the whole exchange.
    pub(crate) timeout: Duration,
    /// The most that is read of the answer's body, in bytes.
    pub(crate) max_body_len: usize,
}
