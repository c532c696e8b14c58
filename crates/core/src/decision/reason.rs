//! The reason for a decision.

use std::fmt;

/// The reason for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No route covers the path.
    NoRoute,
    /// The page is of the origin that the request goes to.
    SameOrigin,
    /// A pattern of the rule stands for the origin.
    ListedOrigin,
    /// The origin has a KV key under one of the rule's prefixes.
    TenantOrigin,
    /// The rule allows every origin.
    EveryOrigin,
    /// No pattern of the rule stands for the origin, and it has no KV key.
    UnlistedOrigin,
    /// KV has to be asked whether the origin has a key: refused until then.
    UnaskedOrigin,
    /// KV gave no answer as to whether the origin has a key.
    LookupFailed,
    /// Too many unknown origins were looked up in KV to look up this one.
    LookupLimited,
    /// No policy could be read, which might allow the origin.
    PolicyUnavailable,
    /// The origin is `null`, which the rule does not allow.
    NullOrigin,
    /// The header holds no origin, or several.
    MalformedOrigin,
    /// The origin is a WebSocket URL's: no page sent it, and `missingOrigin` decided.
    NoPage,
    /// The header holds two origins, and each of them alone would be let through.
    TwoOrigins,
    /// A script, image or frame on another origin's page.
    CrossSiteEmbed,
    /// Another origin's page loads Socket.IO's client, which is the same for everybody.
    ClientBundle,
    /// JSONP polling.
    Jsonp,
    /// No `Origin`: `missingOrigin` decided.
    MissingOrigin,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Reason {
    /// Its name, in kebab case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoRoute => "no-route",
            Self::SameOrigin => "same-origin",
            Self::ListedOrigin => "listed-origin",
            Self::TenantOrigin => "tenant-origin",
            Self::EveryOrigin => "every-origin",
            Self::UnlistedOrigin => "unlisted-origin",
            Self::UnaskedOrigin => "unasked-origin",
            Self::LookupFailed => "lookup-failed",
            Self::LookupLimited => "lookup-limited",
            Self::PolicyUnavailable => "policy-unavailable",
            Self::NullOrigin => "null-origin",
            Self::MalformedOrigin => "malformed-origin",
            Self::NoPage => "no-page",
            Self::TwoOrigins => "two-origins",
            Self::CrossSiteEmbed => "cross-site-embed",
            Self::ClientBundle => "client-bundle",
            Self::Jsonp => "jsonp",
            Self::MissingOrigin => "missing-origin",
        }
    }
}
