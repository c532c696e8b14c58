//! Why no answer came.

/// Why no answer came, or none that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    /// A clause: "the connection is refused".
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
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
    /// TLS comes about, with a certificate that nobody issued whom the machine trusts.
    Untrusted(Untrusted),
    /// TLS comes about for HTTP/2 alone.
    Http2Alone,
    /// The answer is not HTTP, not a WebSocket, or not Engine.IO.
    Protocol,
    /// A browser's own doing, as a recording has it; the text is its name for that.
    Browser,
}

/// Why nobody who is trusted stands behind a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Untrusted {
    /// It is its own issuer.
    SelfSigned,
    /// The server does not send its issuer's certificate.
    Alone,
    /// The server sends its issuer's certificate, and nobody who is trusted issued that.
    Authority,
    /// Nobody looked at it.
    Unknown,
}

impl Untrusted {
    /// A clause.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::SelfSigned => "the certificate is self-signed",
            Self::Alone => {
                "the server sends its certificate alone, without the intermediate certificate of whoever \
                 issued it"
            }
            Self::Authority => {
                "the certificate comes from an authority that this system does not trust"
            }
            Self::Unknown => "this system trusts nobody who issued the certificate",
        }
    }
}

impl FailureKind {
    /// The name of Chromium's network error (`net_error_list.h`), without `net::`.
    pub(crate) fn chromium(self) -> &'static str {
        match self {
            Self::Dns => "ERR_NAME_NOT_RESOLVED",
            Self::Refused => "ERR_CONNECTION_REFUSED",
            Self::Unreachable => "ERR_ADDRESS_UNREACHABLE",
            Self::Reset => "ERR_CONNECTION_RESET",
            Self::Closed => "ERR_EMPTY_RESPONSE",
            Self::Late => "ERR_TIMED_OUT",
            Self::Tls(name) => name,
            Self::Untrusted(_) => "ERR_CERT_AUTHORITY_INVALID",
            Self::Http2Alone => "ERR_SSL_PROTOCOL_ERROR",
            Self::Protocol => "ERR_INVALID_HTTP_RESPONSE",
            Self::Browser => "ERR_FAILED",
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// The usual text of a connection that failed in that way.
    pub(crate) fn of_connection(kind: FailureKind) -> Self {
        Self::new(
            kind,
            match kind {
                FailureKind::Dns => "the name does not resolve to an address",
                FailureKind::Refused => "the connection is refused: nothing listens there",
                FailureKind::Unreachable => "there is no way to that address from here",
                FailureKind::Reset => "the connection is reset before an answer is complete",
                FailureKind::Closed => "the connection is closed before an answer is complete",
                FailureKind::Late => "no answer came in time",
                FailureKind::Untrusted(why) => why.text(),
                FailureKind::Tls(_)
                | FailureKind::Http2Alone
                | FailureKind::Protocol
                | FailureKind::Browser => "the connection fails",
            },
        )
    }

    /// The host of the URL is none that a certificate can name.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn no_certificate_can_be_for_it() -> Self {
        let kind = FailureKind::Tls("ERR_CERT_COMMON_NAME_INVALID");
        Self::new(kind, "no certificate can be for a host of that name")
    }
}

/// Why no TLS comes about, or none that a browser trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TlsProblem {
    NoTls,
    /// The server speaks HTTP/2, but not HTTP/1.1.
    Http2Alone,
    UnknownName,
    HandshakeFailure,
    /// The server wants a certificate of whoever asks.
    ClientCertificate,
    /// Another alert of the server, by its name.
    Alert(String),
    /// The versions and ciphers have none in common.
    TooOld,
    Expired,
    NotValidYet,
    /// The certificate is for these names.
    OtherName(Vec<String>),
    Untrusted(Untrusted),
    Revoked,
    InvalidCertificate(String),
    Other(String),
}

impl From<TlsProblem> for Failure {
    fn from(problem: TlsProblem) -> Self {
        let text = match &problem {
            TlsProblem::NoTls => "what answers there does not speak TLS".to_owned(),
            TlsProblem::Http2Alone => {
                "the server speaks HTTP/2 alone, and a WebSocket needs HTTP/1.1 (alert \
                 NoApplicationProtocol)"
                    .to_owned()
            }
            TlsProblem::UnknownName => {
                "the server serves no host of that name (alert UnrecognisedName)".to_owned()
            }
            TlsProblem::HandshakeFailure => {
                "the server has no certificate for that name, or no TLS version or cipher that browsers \
                 still take (alert HandshakeFailure)"
                    .to_owned()
            }
            TlsProblem::ClientCertificate => {
                "the server wants a certificate of whoever asks, and a page has none (alert \
                 CertificateRequired)"
                    .to_owned()
            }
            TlsProblem::Alert(alert) => {
                format!("the server breaks off the TLS handshake (alert {alert})")
            }
            TlsProblem::TooOld => {
                "the server has no TLS version or cipher that browsers still take".to_owned()
            }
            TlsProblem::Expired => "the certificate has expired".to_owned(),
            TlsProblem::NotValidYet => {
                "the certificate is not valid yet; is a clock wrong?".to_owned()
            }
            TlsProblem::OtherName(names) if names.is_empty() => {
                "the certificate is for another name".to_owned()
            }
            TlsProblem::OtherName(names) => {
                format!("the certificate is for another name: {}", names.join(", "))
            }
            TlsProblem::Untrusted(why) => why.text().to_owned(),
            TlsProblem::Revoked => "the certificate has been revoked".to_owned(),
            TlsProblem::InvalidCertificate(why) => format!("the certificate is not valid: {why}"),
            TlsProblem::Other(why) => why.clone(),
        };
        let kind = match problem {
            TlsProblem::Http2Alone => FailureKind::Http2Alone,
            TlsProblem::Untrusted(why) => FailureKind::Untrusted(why),
            _ => FailureKind::Tls(problem.chromium()),
        };
        Self::new(kind, text)
    }
}

impl TlsProblem {
    /// The name of Chromium's network error, without `net::`.
    fn chromium(&self) -> &'static str {
        match self {
            Self::NoTls | Self::Http2Alone | Self::Alert(_) | Self::Other(_) => {
                "ERR_SSL_PROTOCOL_ERROR"
            }
            Self::ClientCertificate => "ERR_BAD_SSL_CLIENT_AUTH_CERT",
            Self::UnknownName => "ERR_SSL_UNRECOGNIZED_NAME_ALERT",
            Self::HandshakeFailure | Self::TooOld => "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
            Self::Expired | Self::NotValidYet => "ERR_CERT_DATE_INVALID",
            Self::OtherName(_) => "ERR_CERT_COMMON_NAME_INVALID",
            Self::Untrusted(_) => "ERR_CERT_AUTHORITY_INVALID",
            Self::Revoked => "ERR_CERT_REVOKED",
            Self::InvalidCertificate(_) => "ERR_CERT_INVALID",
        }
    }
}
