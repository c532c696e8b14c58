//! `OriginPattern`: what an operator writes.
//!
//! The strict half of two parsers (the lenient one is [`crate::origin`]): it
//! runs when a policy is read, and says what is wrong and what to write instead.
//!
//! ```text
//! https://example.com        that origin
//! https://*.example.com      one or more labels below it, never itself
//! http://localhost:*         any port, the default included
//! https://*.example.com:*    both
//! ```

use std::fmt;

use crate::{host, origin};

mod repair;
mod set;

pub use repair::repair;
pub use set::OriginSet;

/// A set of origins that differ in their subdomain, their port, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginPattern<'a> {
    text: &'a str,
    scheme: &'a str,
    host: HostPattern<'a>,
    port: PortPattern,
}

/// The hosts of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostPattern<'a> {
    /// This host.
    Exactly(&'a str),
    /// One or more labels below this domain.
    Below(&'a str),
}

/// The ports of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortPattern {
    /// The scheme's default.
    Default,
    /// This port, which is not the scheme's default.
    Exactly(u16),
    /// Every port.
    Any,
}

/// The reason why a text is no [`OriginPattern`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternError(ErrorKind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ErrorKind {
    Everything,
    Several,
    Null,
    NoScheme,
    Scheme,
    WebSocketScheme,
    Userinfo,
    Path,
    TrailingDot,
    UpperCase,
    Unicode,
    DefaultPort,
    Port,
    Wildcard,
    WildcardAddress,
    Host,
}

impl<'a> TryFrom<&'a str> for OriginPattern<'a> {
    type Error = PatternError;

    fn try_from(text: &'a str) -> Result<Self, PatternError> {
        read(text).ok_or_else(|| PatternError(diagnose(text)))
    }
}

fn read(text: &str) -> Option<OriginPattern<'_>> {
    let (scheme, authority) = origin::take_scheme(text)?;
    let (host, port) = read_host(authority)?;
    let port = match port {
        "" => None,
        written => Some(written.strip_prefix(':')?),
    };
    let port = read_port(scheme, port)?;
    (!is_websocket(scheme)).then_some(OriginPattern { text, scheme, host, port })
}

fn is_websocket(scheme: &str) -> bool {
    matches!(scheme, "ws" | "wss")
}

fn read_port(scheme: &str, port: Option<&str>) -> Option<PortPattern> {
    match port {
        None => Some(PortPattern::Default),
        Some("*") => Some(PortPattern::Any),
        Some(digits) => host::parse_port(digits)
            .filter(|port| Some(*port) != host::default_port(scheme))
            .map(PortPattern::Exactly),
    }
}

/// The host that `authority` begins with, and what follows it.
fn read_host(authority: &str) -> Option<(HostPattern<'_>, &str)> {
    let domain = authority.strip_prefix("*.");
    let text = domain.unwrap_or(authority);
    let (host, rest) = text.split_at_checked(host::canonical_len(text)?)?;
    if domain.is_none() {
        return Some((HostPattern::Exactly(host), rest));
    }
    // A browser could send no subdomain of a longer one: "x." has two characters.
    let fits = host.len() <= host::MAX_HOST_LEN - 2;
    (fits && !is_address(host)).then_some((HostPattern::Below(host), rest))
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host::ends_in_number(host)
}

/// The most telling fault of a text that is not a pattern.
fn diagnose(text: &str) -> ErrorKind {
    match text {
        "*" | "*:*" => return ErrorKind::Everything,
        "null" => return ErrorKind::Null,
        several if several.contains([',', ' ']) => return ErrorKind::Several,
        _ => {}
    }
    let Some((scheme, authority)) = origin::split_scheme(text) else { return ErrorKind::NoScheme };
    let (host, port) = origin::split_port(authority);
    if is_websocket(scheme) {
        ErrorKind::WebSocketScheme
    } else if origin::take_scheme(text).is_none() {
        case_or(scheme, ErrorKind::Scheme)
    } else if authority.contains(['/', '?', '#', '\\']) {
        ErrorKind::Path
    } else if authority.contains('@') {
        ErrorKind::Userinfo
    } else if port
        .and_then(host::parse_port)
        .is_some_and(|port| Some(port) == host::default_port(scheme))
    {
        ErrorKind::DefaultPort
    } else if read_port(scheme, port).is_none() {
        ErrorKind::Port
    } else {
        diagnose_host(host)
    }
}

fn diagnose_host(text: &str) -> ErrorKind {
    let domain = text.strip_prefix("*.");
    let host = domain.unwrap_or(text);
    if domain.is_some_and(is_address) {
        ErrorKind::WildcardAddress
    } else if host.contains('*') {
        ErrorKind::Wildcard
    } else if !host.is_ascii() {
        ErrorKind::Unicode
    } else if host.ends_with('.') {
        ErrorKind::TrailingDot
    } else {
        case_or(host, ErrorKind::Host)
    }
}

fn case_or(text: &str, otherwise: ErrorKind) -> ErrorKind {
    if text.bytes().any(|b| b.is_ascii_uppercase()) { ErrorKind::UpperCase } else { otherwise }
}

impl<'a> OriginPattern<'a> {
    /// The scheme, lower case, without `://`.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// The hosts it stands for.
    #[must_use]
    pub fn host(&self) -> HostPattern<'a> {
        self.host
    }

    /// The text, which is the only way to write it.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// Returns true if it stands for one origin only: itself.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        matches!(self.host, HostPattern::Exactly(_)) && self.port != PortPattern::Any
    }

    /// The ports it stands for.
    #[must_use]
    pub fn port(&self) -> PortPattern {
        self.port
    }
}

impl fmt::Display for OriginPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl PatternError {
    /// The error, as a clause that follows the text: "has a path or a trailing slash, …".
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self.0 {
            ErrorKind::Everything => "stands for every origin, not for one",
            ErrorKind::Several => "has a comma or a space, but one string holds one origin",
            ErrorKind::Null => {
                "stands for every sandboxed frame and local file, and is never allowed"
            }
            ErrorKind::NoScheme => "has no scheme: an origin is scheme://host[:port]",
            ErrorKind::Scheme => "has an invalid scheme",
            ErrorKind::WebSocketScheme => {
                "is a WebSocket URL, but a page's origin is http or https, for its WebSockets too"
            }
            ErrorKind::Userinfo => "has user information, which no browser sends in an origin",
            ErrorKind::Path => {
                "has a path or a trailing slash, which no browser sends in an origin"
            }
            ErrorKind::TrailingDot => "has a trailing dot",
            ErrorKind::UpperCase => {
                "has upper-case letters, but browsers send origins in lower case"
            }
            ErrorKind::Unicode => "has a Unicode host, but browsers send its punycode form",
            ErrorKind::DefaultPort => "has the scheme's default port, which browsers leave out",
            ErrorKind::Port => "has an invalid port: neither 1 to 65535 nor *",
            ErrorKind::Wildcard => {
                "has a wildcard that is neither the whole first label of the host nor the whole port"
            }
            ErrorKind::WildcardAddress => {
                "has a wildcard before an IP address, which has no subdomains"
            }
            ErrorKind::Host => "has an invalid host",
        }
    }

    /// The help that goes with the message: what to write instead of `text`. `to_ascii` converts a
    /// Unicode host to the punycode form that browsers send, if it can.
    #[must_use]
    pub fn help(&self, text: &str, to_ascii: fn(&str) -> Option<String>) -> String {
        if let Some(repaired) = repair::repair(text, to_ascii) {
            return format!("write \"{repaired}\"");
        }
        match self.0 {
            ErrorKind::Several => {
                "write a list, as in [\"https://a.example\", \"https://b.example\"]"
            }
            ErrorKind::Everything => {
                "write \"origin\": true for every origin, or \"origin\": \"*\" without credentials"
            }
            ErrorKind::Null => "remove it; serve the page from an origin of its own",
            ErrorKind::Unicode => {
                "write the host as xn--…, as the browser's developer tools show it"
            }
            ErrorKind::Wildcard => {
                "write \"https://*.example.com\", or \"origin\": true for every origin"
            }
            ErrorKind::WildcardAddress => "write each address",
            _ => "write an origin such as \"https://example.com\" or \"http://localhost:3000\"",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests;
