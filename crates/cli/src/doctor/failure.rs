//! Why no answer came.

use std::{error::Error as _, io};

use rustls::{AlertDescription, CertificateError, Error as TlsError};

/// Why no answer came, or none that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    /// A clause: "the connection is refused".
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// The name does not resolve.
    Dns,
    /// Nothing listens on the port.
    Refused,
    /// There is no way to the address.
    Unreachable,
    /// The connection is broken off: reset.
    Reset,
    /// The connection is closed before anything came, or before all of it.
    Closed,
    /// The time of the step was over.
    Late,
    /// No TLS comes about; the name that Chromium has for that.
    Tls(&'static str),
    /// An answer that is no HTTP, no WebSocket, or no Engine.IO.
    Protocol,
    /// A browser's own doing, as a recording has it; the text is its name for that.
    Browser,
}

impl FailureKind {
    /// The name of Chromium's network error (`net_error_list.h`), without `net::`.
    pub(super) fn chromium(self) -> &'static str {
        match self {
            Self::Dns => "ERR_NAME_NOT_RESOLVED",
            Self::Refused => "ERR_CONNECTION_REFUSED",
            Self::Unreachable => "ERR_ADDRESS_UNREACHABLE",
            Self::Reset => "ERR_CONNECTION_RESET",
            Self::Closed => "ERR_EMPTY_RESPONSE",
            Self::Late => "ERR_TIMED_OUT",
            Self::Tls(name) => name,
            Self::Protocol => "ERR_INVALID_HTTP_RESPONSE",
            Self::Browser => "ERR_FAILED",
        }
    }
}

impl Failure {
    pub(super) fn new(kind: FailureKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// The time of a step is over.
    pub(super) fn late() -> Self {
        Self::new(FailureKind::Late, "no answer came in time")
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
            return Self::from(error);
        }
        let (kind, text) = match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => return Self::late(),
            io::ErrorKind::ConnectionRefused => {
                (FailureKind::Refused, "the connection is refused: nothing listens there")
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                (FailureKind::Unreachable, "there is no way to that address from here")
            }
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => {
                (FailureKind::Reset, "the connection is reset before an answer is complete")
            }
            io::ErrorKind::UnexpectedEof => {
                (FailureKind::Closed, "the connection is closed before an answer is complete")
            }
            _ => return Self::new(FailureKind::Protocol, error.to_string()),
        };
        Self::new(kind, text)
    }
}

impl From<&TlsError> for Failure {
    fn from(error: &TlsError) -> Self {
        let (name, text) = match error {
            TlsError::InvalidCertificate(error) => certificate(error),
            TlsError::InvalidMessage(_) => {
                ("ERR_SSL_PROTOCOL_ERROR", "what answers there does not speak TLS".to_owned())
            }
            TlsError::AlertReceived(AlertDescription::NoApplicationProtocol) => (
                "ERR_SSL_PROTOCOL_ERROR",
                "the server speaks HTTP/2 alone, and a WebSocket needs HTTP/1.1 (alert \
                 NoApplicationProtocol)"
                    .to_owned(),
            ),
            TlsError::AlertReceived(AlertDescription::UnrecognisedName) => (
                "ERR_SSL_UNRECOGNIZED_NAME_ALERT",
                "the server serves no host of that name (alert UnrecognisedName)".to_owned(),
            ),
            TlsError::AlertReceived(AlertDescription::HandshakeFailure) => (
                "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
                "the server has no certificate for that name, or no TLS version or cipher that browsers \
                 still take (alert HandshakeFailure)"
                    .to_owned(),
            ),
            TlsError::AlertReceived(alert) => (
                "ERR_SSL_PROTOCOL_ERROR",
                format!("the server breaks off the TLS handshake (alert {alert:?})"),
            ),
            TlsError::PeerIncompatible(_) => (
                "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
                "the server has no TLS version or cipher that browsers still take".to_owned(),
            ),
            other => ("ERR_SSL_PROTOCOL_ERROR", other.to_string()),
        };
        Self::new(FailureKind::Tls(name), text)
    }
}

fn certificate(error: &CertificateError) -> (&'static str, String) {
    const AUTHORITY: &str = "ERR_CERT_AUTHORITY_INVALID";
    const DATE: &str = "ERR_CERT_DATE_INVALID";
    const NAME: &str = "ERR_CERT_COMMON_NAME_INVALID";
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            (DATE, "the certificate has expired".to_owned())
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            (DATE, "the certificate is not valid yet; is a clock wrong?".to_owned())
        }
        CertificateError::NotValidForName => {
            (NAME, "the certificate is for another name".to_owned())
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names = presented.join(", ");
            (NAME, format!("the certificate is for another name: {names}"))
        }
        CertificateError::UnknownIssuer => (
            AUTHORITY,
            "the certificate is issued by nobody that this system trusts: it is self-signed, or \
             the server does not send the intermediate certificate (UnknownIssuer)"
                .to_owned(),
        ),
        CertificateError::Revoked => {
            ("ERR_CERT_REVOKED", "the certificate has been revoked".to_owned())
        }
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            (AUTHORITY, "the certificate is self-signed".to_owned())
        }
        other => ("ERR_CERT_INVALID", format!("the certificate is not valid: {other}")),
    }
}

impl From<ureq::Error> for Failure {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Io(error) => error.into(),
            ureq::Error::Rustls(error) => Self::from(&error),
            ureq::Error::Timeout(_) => Self::late(),
            ureq::Error::HostNotFound => {
                Self::new(FailureKind::Dns, "the name does not resolve to an address")
            }
            ureq::Error::ConnectionFailed => {
                Self::new(FailureKind::Refused, "no connection comes about")
            }
            other => {
                let source = other.source().map(|source| format!(": {source}")).unwrap_or_default();
                Self::new(FailureKind::Protocol, format!("what came is no answer: {other}{source}"))
            }
        }
    }
}

impl From<tungstenite::Error> for Failure {
    fn from(error: tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::Io(error) => error.into(),
            tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
                Self::new(FailureKind::Closed, "the WebSocket is closed")
            }
            other => Self::new(FailureKind::Protocol, other.to_string()),
        }
    }
}
