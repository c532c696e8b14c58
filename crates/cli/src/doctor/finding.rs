//! Findings: faults, and their fixes.

use clap::ValueEnum;

use super::{exchange::Exchange, step::Step};

/// The severity of a finding, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Severity {
    /// The page does not work, or works by polling alone.
    Error,
    /// Someone else's page can do what it should not.
    Danger,
    Warning,
}

/// Defines [`Code`] by what each is called.
macro_rules! codes {
    ($($code:ident = $name:literal,)*) => {
        /// A kind of finding, in the order of the report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Code {
            $($code,)*
        }

        impl Code {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$code,)*];

            /// Its name, which is also its heading's in docs/troubleshooting.md.
            pub(super) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $name,)*
                }
            }
        }
    };
}

codes! {
    HttpsNeeded = "https-needed",
    MixedContent = "mixed-content",
    DnsFailed = "dns-failed",
    ConnectionFailed = "connection-failed",
    NoAnswerInTime = "no-answer-in-time",
    TlsFailed = "tls-failed",
    BlockedInBrowser = "blocked-in-browser",
    Challenged = "challenged",
    RateLimited = "rate-limited",
    LoginRequired = "login-required",
    Blocked = "blocked",
    CloudflareError = "cloudflare-error",
    Redirected = "redirected",
    NotSocketIo = "not-socket-io",
    WrongPath = "wrong-path",
    ProxyChangesPath = "proxy-changes-path",
    PollingBlocked = "polling-blocked",
    AnswerChanged = "answer-changed",
    CachedHandshake = "cached-handshake",
    VersionMismatch = "version-mismatch",
    PollingDisabled = "polling-disabled",
    ServerError = "server-error",
    NoCorsHeaders = "no-cors-headers",
    StrippedHeaders = "stripped-headers",
    OriginNotListed = "origin-not-listed",
    OriginCheckFails = "origin-check-fails",
    FetchMetadataRefused = "fetch-metadata-refused",
    OriginNearMiss = "origin-near-miss",
    InvalidOrigin = "invalid-origin",
    DoubledOrigin = "doubled-origin",
    WildcardWithCredentials = "wildcard-with-credentials",
    CredentialsNotAllowed = "credentials-not-allowed",
    PreflightRedirected = "preflight-redirected",
    PreflightFailed = "preflight-failed",
    PreflightWithoutCors = "preflight-without-cors",
    HeaderNotAllowed = "header-not-allowed",
    ErrorsWithoutCors = "errors-without-cors",
    SessionLost = "session-lost",
    OneAtATime = "one-at-a-time",
    PostFailed = "post-failed",
    UpgradeBlocked = "upgrade-blocked",
    WebsocketRefused = "websocket-refused",
    ProbeFailed = "probe-failed",
    IdleTimeout = "idle-timeout",
    NamespaceUnanswered = "namespace-unanswered",
    NamespaceRefused = "namespace-refused",
    SessionEnded = "session-ended",
    CookieNotCrossSite = "cookie-not-cross-site",
    LooseOriginCheck = "loose-origin-check",
    ForeignWebsocket = "foreign-websocket",
    ForeignPost = "foreign-post",
    AnyOriginWithCredentials = "any-origin-with-credentials",
    NullOrigin = "null-origin",
    PreflightForEachPoll = "preflight-for-each-poll",
    VaryMissing = "vary-missing",
    NotEnforced = "not-enforced",
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
    /// The evidence, to be shown as it is.
    pub(super) evidence: Vec<String>,
    /// The consequence for the page, and the message in its browser's console.
    pub(super) why: Vec<String>,
    pub(super) fix: Vec<String>,
    /// The steps in which it was seen.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_exactly_one_heading_for_each_code() {
        let document = include_str!("../../../../docs/troubleshooting.md");
        let (_, found) = document.split_once("\n## What the doctor finds\n").unwrap();
        let headings: Vec<_> = found.lines().filter_map(|line| line.strip_prefix("### ")).collect();
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(headings, codes);
    }
}
