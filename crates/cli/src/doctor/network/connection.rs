//! A connection: DNS, TCP and TLS, each within the time of its step.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, crypto::CryptoProvider};
use rustls_platform_verifier::BuilderVerifierExt;
use url::Url;

use crate::doctor::failure::{Failure, FailureKind};

/// The cryptography of TLS, for every request.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A connection that is up.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) address: SocketAddr,
    /// "TLS 1.3".
    pub(super) tls: Option<&'static str>,
    pub(super) stream: Stream,
}

/// Bytes to and from the server.
#[derive(Debug)]
pub(super) enum Stream {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

/// A TCP stream that has to be done with by a point in time.
#[derive(Debug)]
pub(super) struct Timed {
    stream: TcpStream,
    deadline: Instant,
}

impl Connection {
    /// Connects to the host of `url`, in `timeout` for all of it.
    ///
    /// # Errors
    /// No connection comes about.
    pub(super) fn open(url: &Url, timeout: Duration) -> Result<Self, Failure> {
        let deadline = deadline(timeout);
        let host = url.host_str().unwrap_or_default().to_owned();
        let addresses = resolve(&host, url.port_or_known_default().unwrap_or(443), deadline)?;
        let stream = connect(&addresses, deadline)?;
        let address = stream.peer_addr()?;
        let stream = Timed { stream, deadline };
        if !matches!(url.scheme(), "https" | "wss") {
            return Ok(Self { address, tls: None, stream: Stream::Plain(stream) });
        }
        let stream = encrypt(stream, &host)?;
        let tls = stream.conn.protocol_version().map(|version| match version {
            rustls::ProtocolVersion::TLSv1_2 => "TLS 1.2",
            _ => "TLS 1.3",
        });
        Ok(Self { address, tls, stream: Stream::Tls(Box::new(stream)) })
    }
}

fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or(now)
}

fn left(deadline: Instant) -> Result<Duration, io::Error> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// The addresses of `host`. The system's resolver knows no deadline: a late one is left to itself.
fn resolve(host: &str, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, Failure> {
    let name = host.trim_matches(['[', ']']).to_owned();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let resolved = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        // Nobody waits for it any more.
        let _ = sender.send(resolved);
    });
    match receiver.recv_timeout(left(deadline)?) {
        Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        Ok(Ok(_)) => Err(Failure::new(FailureKind::Dns, "the name has no address")),
        Ok(Err(error)) => Err(Failure::new(FailureKind::Dns, error.to_string())),
        Err(_) => Err(Failure::new(FailureKind::Dns, "the resolver does not answer in time")),
    }
}

/// Connects to the first of `addresses` that takes it. Each has its share of the time.
fn connect(addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, Failure> {
    let mut last = Failure::late();
    for (tried, address) in addresses.iter().enumerate() {
        let waiting = u32::try_from(addresses.len().saturating_sub(tried)).unwrap_or(u32::MAX);
        let share = left(deadline)?.checked_div(waiting).unwrap_or_default();
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error.into(),
        }
    }
    Err(last)
}

fn encrypt(mut stream: Timed, host: &str) -> Result<StreamOwned<ClientConnection, Timed>, Failure> {
    let unusable = |error: rustls::Error| Failure::from(&error);
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(unusable)?
        .with_no_client_auth();
    // As a browser that wants a WebSocket.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = host.trim_matches(['[', ']']).to_owned().try_into().map_err(|_| {
        Failure::new(
            FailureKind::Tls("ERR_CERT_COMMON_NAME_INVALID"),
            "no certificate can be for a host of that name",
        )
    })?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(unusable)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(connection, stream))
}

impl Stream {
    /// Sets by when it has to be done with from now on.
    pub(super) fn be_done_in(&mut self, timeout: Duration) {
        let timed = match self {
            Self::Plain(timed) => timed,
            Self::Tls(stream) => stream.get_mut(),
        };
        timed.deadline = deadline(timeout);
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.deadline)?))?;
        self.stream.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.deadline)?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}
