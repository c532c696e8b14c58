//! The protocol of a port that does not answer as its URL's scheme has it.

use std::time::Duration;

use url::Url;

use super::{FailureKind, Network, Stream};

/// The protocol of a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PortProtocol {
    Http,
    Tls,
    /// HTTP/2 without TLS, and nothing older.
    Http2,
    /// Something else, by the first words that it says.
    Other(String),
}

/// The protocol of a port that does not answer as its URL's scheme has it, if it tells.
pub(crate) async fn look(
    network: &impl Network,
    url: &Url,
    timeout: Duration,
) -> Option<PortProtocol> {
    if !matches!(url.scheme(), "https" | "wss") && speaks_tls(network, url, timeout).await {
        return Some(PortProtocol::Tls);
    }
    protocol_of(&first_bytes(network, url, timeout).await?)
}

/// True if a TLS handshake gets as far as a certificate, right or wrong.
async fn speaks_tls(network: &impl Network, url: &Url, timeout: Duration) -> bool {
    let mut encrypted = url.clone();
    let port = url.port_or_known_default();
    if encrypted.set_scheme("https").is_err() || encrypted.set_port(port).is_err() {
        return false;
    }
    match network.connect(&encrypted, timeout).await {
        Ok(_) => true,
        Err(failure) => {
            matches!(failure.kind, FailureKind::Tls(name) if name.starts_with("ERR_CERT"))
                || matches!(failure.kind, FailureKind::Untrusted(_))
        }
    }
}

/// The first bytes of the port of `url` after a malformed HTTP request: every server answers it, and
/// no session begins.
async fn first_bytes(network: &impl Network, url: &Url, timeout: Duration) -> Option<Vec<u8>> {
    let mut plain = url.clone();
    let port = url.port_or_known_default();
    plain.set_scheme("http").ok()?;
    plain.set_port(port).ok()?;
    let mut stream = network.connect(&plain, timeout).await.ok()?.stream;
    stream.write(b"GET\r\n\r\n").await.ok()?;
    stream.read().await.ok()
}

fn protocol_of(bytes: &[u8]) -> Option<PortProtocol> {
    match bytes {
        [] => None,
        // An alert or a handshake record (RFC 8446, 5.1).
        [0x15 | 0x16, 0x03, ..] => Some(PortProtocol::Tls),
        // A SETTINGS frame on stream 0, with which a server begins (RFC 9113, 3.4 and 4.1).
        [0, _, _, 4, _, 0, 0, 0, 0, ..] => Some(PortProtocol::Http2),
        [b'H', b'T', b'T', b'P', b'/', ..] => Some(PortProtocol::Http),
        other => {
            let line = other.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
            let is_text = line.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
            (is_text && line.len() > 1)
                .then(|| PortProtocol::Other(String::from_utf8_lossy(line).into_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protocol_is_recognised_by_its_first_bytes() {
        for (bytes, protocol) in [
            (&b""[..], None),
            (b"\x15\x03\x01\x00\x02\x02\x46", Some(PortProtocol::Tls)),
            (b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00", Some(PortProtocol::Http2)),
            (b"HTTP/1.1 400 Bad Request\r\n", Some(PortProtocol::Http)),
            (b"SSH-2.0-OpenSSH_9.2\r\n", Some(PortProtocol::Other("SSH-2.0-OpenSSH_9.2".into()))),
            (b"\xff\xfe\x00", None),
        ] {
            assert_eq!(protocol_of(bytes), protocol, "{bytes:?}");
        }
    }
}
