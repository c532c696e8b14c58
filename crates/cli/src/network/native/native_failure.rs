//! Why no answer came, as the standard library and rustls tell it.

use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError, OtherError};

use crate::network::failure::{Failure, FailureKind, TlsProblem, Untrusted};

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
            return Self::from(error);
        }
        let kind = match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                return Self::of_connection(FailureKind::Late);
            }
            io::ErrorKind::ConnectionRefused => FailureKind::Refused,
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                FailureKind::Unreachable
            }
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => FailureKind::Reset,
            io::ErrorKind::UnexpectedEof => FailureKind::Closed,
            _ => return Self::new(FailureKind::Protocol, error.to_string()),
        };
        Self::of_connection(kind)
    }
}

impl From<&TlsError> for Failure {
    fn from(error: &TlsError) -> Self {
        let problem = match error {
            TlsError::InvalidCertificate(error) => certificate(error),
            TlsError::InvalidMessage(_) => TlsProblem::NoTls,
            TlsError::AlertReceived(AlertDescription::NoApplicationProtocol) => {
                TlsProblem::Http2Alone
            }
            TlsError::AlertReceived(AlertDescription::UnrecognisedName) => TlsProblem::UnknownName,
            TlsError::AlertReceived(AlertDescription::HandshakeFailure) => {
                TlsProblem::HandshakeFailure
            }
            TlsError::PeerIncompatible(_)
            | TlsError::AlertReceived(AlertDescription::ProtocolVersion) => TlsProblem::TooOld,
            TlsError::AlertReceived(AlertDescription::CertificateRequired) => {
                TlsProblem::ClientCertificate
            }
            TlsError::AlertReceived(alert) => TlsProblem::Alert(format!("{alert:?}")),
            other => TlsProblem::Other(other.to_string()),
        };
        problem.into()
    }
}

fn certificate(error: &CertificateError) -> TlsProblem {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsProblem::NotValidYet
        }
        CertificateError::NotValidForName => TlsProblem::OtherName(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            TlsProblem::OtherName(presented.clone())
        }
        CertificateError::UnknownIssuer => TlsProblem::Untrusted(Untrusted::Unknown),
        CertificateError::Other(OtherError(why)) if let Some(why) = why.downcast_ref() => {
            TlsProblem::Untrusted(*why)
        }
        CertificateError::Revoked => TlsProblem::Revoked,
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            TlsProblem::Untrusted(Untrusted::SelfSigned)
        }
        other => TlsProblem::InvalidCertificate(other.to_string()),
    }
}
