//! A connection: DNS, TCP and TLS, each within the time of its step.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use rustls::{ClientConfig, ClientConnection, StreamOwned};
use url::Url;

use super::verifier::Verifier;
use crate::network::{Connected, Connection, Failure, FailureKind, Stream};

/// The size of one read, in bytes.
const READ_LEN: usize = 16 << 10;

/// Bytes to and from the server. Every future of it is ready when it is first polled.
#[derive(Debug)]
pub(crate) enum NativeStream {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

/// A TCP stream that has to be done with by a point in time.
#[derive(Debug)]
pub(crate) struct Timed {
    stream: TcpStream,
    deadline: Instant,
}

/// Connects to the host of `url`, in `timeout` for all of it.
///
/// # Errors
/// No connection comes about.
pub(super) fn open(url: &Url, timeout: Duration) -> Result<Connection<NativeStream>, Failure> {
    let deadline = deadline(timeout);
    let host = url.host_str().unwrap_or_default().to_owned();
    let addresses = resolve(&host, url.port_or_known_default().unwrap_or(443), deadline)?;
    let stream = connect(&addresses, deadline)?;
    let address = stream.peer_addr()?;
    let stream = Timed { stream, deadline };
    let (tls, stream) = if matches!(url.scheme(), "https" | "wss") {
        let stream = encrypt(stream, &host)?;
        let tls = stream.conn.protocol_version().map(|version| match version {
            rustls::ProtocolVersion::TLSv1_2 => "TLS 1.2",
            _ => "TLS 1.3",
        });
        (tls, NativeStream::Tls(Box::new(stream)))
    } else {
        (None, NativeStream::Plain(stream))
    };
    let is_loopback = address.ip().is_loopback();
    let connected = Connected { address: address.to_string(), is_loopback, tls };
    Ok(Connection { connected, stream })
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
    let mut last = Failure::of_connection(FailureKind::Late);
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
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let of_system = rustls_platform_verifier::Verifier::new(provider.clone()).map_err(unusable)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier(of_system)))
        .with_no_client_auth();
    // As a browser that wants a WebSocket.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = host
        .trim_matches(['[', ']'])
        .to_owned()
        .try_into()
        .map_err(|_| Failure::no_certificate_can_be_for_it())?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(unusable)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(connection, stream))
}

impl Stream for NativeStream {
    async fn read(&mut self) -> Result<Vec<u8>, Failure> {
        let mut bytes = vec![0; READ_LEN];
        let len = match self {
            Self::Plain(stream) => stream.read(&mut bytes),
            Self::Tls(stream) => stream.read(&mut bytes),
        }?;
        bytes.truncate(len);
        Ok(bytes)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        Ok(match self {
            Self::Plain(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }?)
    }

    fn be_done_in(&mut self, timeout: Duration) {
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
