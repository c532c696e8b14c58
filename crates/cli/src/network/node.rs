//! The network of this machine, by Node.

use std::time::Duration;

use js_sys::Uint8Array;
use url::Url;
use wasm_bindgen::{JsCast, JsValue};

use super::{
    Connected, Connection, Network, Stream,
    failure::{Failure, FailureKind, TlsProblem, Untrusted},
};
use crate::node::host;

/// Sockets of Node.
#[derive(Debug)]
pub(crate) struct NodeNetwork;

/// A socket of Node, which ends with it.
pub(crate) struct NodeStream(host::Socket);

impl NodeNetwork {
    pub(crate) fn new() -> Self {
        Self
    }
}

impl Network for NodeNetwork {
    type Stream = NodeStream;

    async fn connect(
        &self,
        url: &Url,
        timeout: Duration,
    ) -> Result<Connection<NodeStream>, Failure> {
        let is_encrypted = matches!(url.scheme(), "https" | "wss");
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or(443);
        let connected = host::connect(host, port, is_encrypted, milliseconds(timeout)).await;
        let socket = connected.map_err(failure)?;
        let tls = match socket.protocol().as_deref() {
            None => None,
            Some("TLSv1.2") => Some("TLS 1.2"),
            Some(_) => Some("TLS 1.3"),
        };
        let connected =
            Connected { address: socket.address(), is_loopback: socket.is_loopback(), tls };
        Ok(Connection { connected, stream: NodeStream(socket) })
    }

    fn now(&self) -> Duration {
        Duration::from_secs_f64(host::now() / 1000.0)
    }
}

impl Stream for NodeStream {
    async fn read(&mut self) -> Result<Vec<u8>, Failure> {
        Ok(self.0.read().await.map_err(failure)?.to_vec())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.0.write(Uint8Array::from(bytes)).await.map_err(failure)
    }

    fn be_done_in(&mut self, timeout: Duration) {
        self.0.be_done_in(milliseconds(timeout));
    }
}

impl Drop for NodeStream {
    fn drop(&mut self) {
        self.0.close_socket();
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Why there is no connection, or no more of it. OpenSSL's codes are those of its `sslerr.h` and of
/// `X509_verify_cert_error_string`, as Node names them.
fn failure(thrown: JsValue) -> Failure {
    let error: host::NodeError = thrown.unchecked_into();
    let code = error.code().unwrap_or_default();
    let kind = match code.as_str() {
        "ETIMEDOUT" => FailureKind::Late,
        "ECONNREFUSED" => FailureKind::Refused,
        "EHOSTUNREACH" | "ENETUNREACH" => FailureKind::Unreachable,
        "ECONNRESET" | "ECONNABORTED" | "EPIPE" => FailureKind::Reset,
        "ERR_CLOSED" => FailureKind::Closed,
        "ENOTFOUND" | "EAI_AGAIN" | "EAI_FAIL" | "ENODATA" => FailureKind::Dns,
        _ => return tls_failure(&code, &error),
    };
    Failure::of_connection(kind)
}

fn tls_failure(code: &str, error: &host::NodeError) -> Failure {
    let problem = match code {
        "CERT_HAS_EXPIRED" => TlsProblem::Expired,
        "CERT_NOT_YET_VALID" => TlsProblem::NotValidYet,
        "CERT_REVOKED" => TlsProblem::Revoked,
        "ERR_TLS_CERT_ALTNAME_INVALID" => {
            let names = error.certificate_names().unwrap_or_default();
            TlsProblem::OtherName(names.split(", ").map(str::to_owned).collect())
        }
        "DEPTH_ZERO_SELF_SIGNED_CERT" => TlsProblem::Untrusted(Untrusted::SelfSigned),
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE" => TlsProblem::Untrusted(Untrusted::Alone),
        "SELF_SIGNED_CERT_IN_CHAIN"
        | "UNABLE_TO_GET_ISSUER_CERT"
        | "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" => TlsProblem::Untrusted(Untrusted::Authority),
        "ERR_SSL_WRONG_VERSION_NUMBER"
        | "ERR_SSL_PACKET_LENGTH_TOO_LONG"
        | "ERR_SSL_RECORD_LAYER_FAILURE"
        | "ERR_SSL_UNEXPECTED_MESSAGE" => TlsProblem::NoTls,
        "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" => TlsProblem::UnknownName,
        "ERR_SSL_UNSUPPORTED_PROTOCOL" | "ERR_SSL_NO_SHARED_CIPHER" => TlsProblem::TooOld,
        _ => match code.split_once("ALERT_") {
            Some((_, alert)) => of_alert(alert),
            None if code.starts_with("ERR_SSL_") => TlsProblem::Other(error.message()),
            None if code.starts_with("CERT_") => TlsProblem::InvalidCertificate(error.message()),
            None => return Failure::new(FailureKind::Protocol, error.message()),
        },
    };
    problem.into()
}

/// An alert of the server, as in `HANDSHAKE_FAILURE` (RFC 8446, 6).
fn of_alert(name: &str) -> TlsProblem {
    match name {
        "NO_APPLICATION_PROTOCOL" => TlsProblem::Http2Alone,
        "UNRECOGNIZED_NAME" => TlsProblem::UnknownName,
        "HANDSHAKE_FAILURE" => TlsProblem::HandshakeFailure,
        "PROTOCOL_VERSION" => TlsProblem::TooOld,
        "CERTIFICATE_REQUIRED" => TlsProblem::ClientCertificate,
        _ => {
            let words = name.split('_').map(|word| {
                let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
                format!("{first}{}", rest.to_ascii_lowercase())
            });
            TlsProblem::Alert(words.collect())
        }
    }
}
