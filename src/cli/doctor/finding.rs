//! What an examination finds wrong.

use super::{exchange::Exchange, step::Step};

/// How much a finding matters, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// The page does not work.
    Error,
    /// Someone else's page can do what it should not.
    Danger,
    Warning,
}

/// A kind of finding, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Code {
    DnsFailed,
    ConnectionFailed,
    TlsFailed,
    MixedContent,
    Redirected,
    NotSocketIo,
    WrongPath,
    VersionMismatch,
    PollingDisabled,
    ServerError,
    NoCorsHeaders,
    StrippedHeaders,
    OriginNotListed,
    OriginNearMiss,
    DoubledOrigin,
    WildcardWithCredentials,
    CredentialsNotAllowed,
    PreflightRedirected,
    PreflightFailed,
    PreflightWithoutCors,
    HeaderNotAllowed,
    ErrorsWithoutCors,
    SessionLost,
    PostFailed,
    UpgradeBlocked,
    WebsocketRefused,
    ProbeFailed,
    CookieNotCrossSite,
    ForeignWebsocket,
    ForeignPost,
    AnyOriginWithCredentials,
    NullOrigin,
    VaryMissing,
}

/// Something wrong, and what to do about it.
///
/// A line of `why` and `fix` is prose, which may be broken anywhere, or begins with two
/// spaces and is shown as it is: a message, a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) code: Code,
    pub(super) severity: Severity,
    /// One sentence, without a full stop.
    pub(super) summary: String,
    /// What was seen, to be shown as it is.
    pub(super) evidence: Vec<String>,
    /// What that does to the page, and what its browser's console says.
    pub(super) why: Vec<String>,
    pub(super) fix: Vec<String>,
    /// Where it was seen.
    pub(super) steps: Vec<Step>,
}

impl Severity {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Danger => "danger",
            Self::Warning => "warning",
        }
    }
}

impl Code {
    /// Its name, which is also its heading's in docs/troubleshooting.md.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::DnsFailed => "dns-failed",
            Self::ConnectionFailed => "connection-failed",
            Self::TlsFailed => "tls-failed",
            Self::MixedContent => "mixed-content",
            Self::Redirected => "redirected",
            Self::NotSocketIo => "not-socket-io",
            Self::WrongPath => "wrong-path",
            Self::VersionMismatch => "version-mismatch",
            Self::PollingDisabled => "polling-disabled",
            Self::ServerError => "server-error",
            Self::NoCorsHeaders => "no-cors-headers",
            Self::StrippedHeaders => "stripped-headers",
            Self::OriginNotListed => "origin-not-listed",
            Self::OriginNearMiss => "origin-near-miss",
            Self::DoubledOrigin => "doubled-origin",
            Self::WildcardWithCredentials => "wildcard-with-credentials",
            Self::CredentialsNotAllowed => "credentials-not-allowed",
            Self::PreflightRedirected => "preflight-redirected",
            Self::PreflightFailed => "preflight-failed",
            Self::PreflightWithoutCors => "preflight-without-cors",
            Self::HeaderNotAllowed => "header-not-allowed",
            Self::ErrorsWithoutCors => "errors-without-cors",
            Self::SessionLost => "session-lost",
            Self::PostFailed => "post-failed",
            Self::UpgradeBlocked => "upgrade-blocked",
            Self::WebsocketRefused => "websocket-refused",
            Self::ProbeFailed => "probe-failed",
            Self::CookieNotCrossSite => "cookie-not-cross-site",
            Self::ForeignWebsocket => "foreign-websocket",
            Self::ForeignPost => "foreign-post",
            Self::AnyOriginWithCredentials => "any-origin-with-credentials",
            Self::NullOrigin => "null-origin",
            Self::VaryMissing => "vary-missing",
        }
    }
}

impl Finding {
    pub(super) fn new(code: Code, severity: Severity, summary: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            summary: summary.into(),
            evidence: Vec::new(),
            why: Vec::new(),
            fix: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Adds an exchange in which it was seen, and lines about that.
    pub(super) fn seen(mut self, exchange: &Exchange, lines: Vec<String>) -> Self {
        if !self.steps.contains(&exchange.step) {
            self.steps.push(exchange.step);
        }
        self.evidence.extend(lines);
        self
    }

    pub(super) fn why<L: Into<String>>(mut self, lines: impl IntoIterator<Item = L>) -> Self {
        self.why.extend(lines.into_iter().map(Into::into));
        self
    }

    pub(super) fn fix<L: Into<String>>(mut self, lines: impl IntoIterator<Item = L>) -> Self {
        self.fix.extend(lines.into_iter().map(Into::into));
        self
    }
}
