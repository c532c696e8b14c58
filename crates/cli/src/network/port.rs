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
    let is_encrypted = matches!(url.scheme(), "https" | "wss");
    if !is_encrypted && speaks_tls(network, url, timeout).await {
        return Some(PortProtocol::Tls);
    }
    let told = protocol_of(&first_bytes(network, url, MALFORMED, timeout).await?);
    if !is_encrypted || matches!(told, Some(PortProtocol::Http | PortProtocol::Http2)) {
        return told;
    }
    // A server may answer a malformed request without a status line, as HTTP/0.9.
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        url.host_str().unwrap_or_default()
    );
    let answer = first_bytes(network, url, request.as_bytes(), timeout).await?;
    let answered = protocol_of(&answer).filter(|it| *it == PortProtocol::Http);
    // It is no news that a port of https: speaks TLS.
    answered.or(told).filter(|it| *it != PortProtocol::Tls)
}

/// Every server answers it, and no session begins.
const MALFORMED: &[u8] = b"GET\r\n\r\n";

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

/// The first bytes of the port of `url` after that request in plain text, none where it says nothing;
/// `None` if there is no connection.
async fn first_bytes(
    network: &impl Network,
    url: &Url,
    request: &[u8],
    timeout: Duration,
) -> Option<Vec<u8>> {
    let mut plain = url.clone();
    let port = url.port_or_known_default();
    plain.set_scheme("http").ok()?;
    plain.set_port(port).ok()?;
    let mut stream = network.connect(&plain, timeout).await.ok()?.stream;
    stream.write(request).await.ok()?;
    Some(stream.read().await.unwrap_or_default())
}

fn protocol_of(bytes: &[u8]) -> Option<PortProtocol> {
    match bytes {
        [] => None,
        // An alert or a handshake record (RFC 8446, 5.1).
        [0x15 | 0x16, 0x03, ..] => Some(PortProtocol::Tls),
        // A SETTINGS frame on stream 0, with which a server begins (RFC 9113, 3.4 and 4.1).
        [0, _, _, 4, _, 0, 0, 0, 0, ..] => Some(PortProtocol::Http2),
        [b'H', b'T', b'T', b'P', b'/', ..] if is_of_tls(bytes) => Some(PortProtocol::Tls),
        [b'H', b'T', b'T', b'P', b'/', ..] => Some(PortProtocol::Http),
        other => {
            let line = other.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
            let is_text = line.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
            (is_text && line.len() > 1)
                .then(|| PortProtocol::Other(String::from_utf8_lossy(line).into_owned()))
        }
    }
}

/// Parts of what nginx, Apache, Go and Tomcat answer to a request in plain text at a port of TLS.
pub(crate) const OF_TLS: [&str; 4] = [
    "plain HTTP request was sent to HTTPS port",
    "speaking plain HTTP to an SSL-enabled server port",
    "sent an HTTP request to an HTTPS server",
    "This combination of host and port requires TLS",
];

fn is_of_tls(answer: &[u8]) -> bool {
    let answer = String::from_utf8_lossy(answer);
    OF_TLS.iter().any(|part| answer.contains(part))
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
            (
                b"HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port",
                Some(PortProtocol::Tls),
            ),
            (b"SSH-2.0-OpenSSH_9.2\r\n", Some(PortProtocol::Other("SSH-2.0-OpenSSH_9.2".into()))),
            (b"\xff\xfe\x00", None),
        ] {
            assert_eq!(protocol_of(bytes), protocol, "{bytes:?}");
        }
    }
}
