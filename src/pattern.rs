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

pub use set::OriginSet;

/// A set of origins that differ in their subdomain, their port, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginPattern<'a> {
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

/// Why a text is no [`OriginPattern`].
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
        parse(text).map_err(PatternError)
    }
}

fn parse(text: &str) -> Result<OriginPattern<'_>, ErrorKind> {
    match text {
        "*" | "*:*" => return Err(ErrorKind::Everything),
        "null" => return Err(ErrorKind::Null),
        several if several.contains([',', ' ']) => return Err(ErrorKind::Several),
        _ => {}
    }
    let (scheme, authority) = text.split_once("://").ok_or(ErrorKind::NoScheme)?;
    parse_scheme(scheme)?;
    if authority.contains(['/', '?', '#', '\\']) {
        return Err(ErrorKind::Path);
    }
    if authority.contains('@') {
        return Err(ErrorKind::Userinfo);
    }
    let (host, port) = origin::split_port(authority);
    let port = parse_port(scheme, port)?;
    let host = parse_host(host)?;
    Ok(OriginPattern { scheme, host, port })
}

fn parse_scheme(scheme: &str) -> Result<(), ErrorKind> {
    if matches!(scheme, "ws" | "wss") {
        return Err(ErrorKind::WebSocketScheme);
    }
    if origin::is_scheme(scheme) {
        return Ok(());
    }
    Err(case_or(scheme, ErrorKind::Scheme))
}

fn parse_port(scheme: &str, port: Option<&str>) -> Result<PortPattern, ErrorKind> {
    match port {
        None => Ok(PortPattern::Default),
        Some("*") => Ok(PortPattern::Any),
        Some(digits) => match host::parse_port(digits) {
            None => Err(ErrorKind::Port),
            port if port == host::default_port(scheme) => Err(ErrorKind::DefaultPort),
            Some(port) => Ok(PortPattern::Exactly(port)),
        },
    }
}

fn parse_host(text: &str) -> Result<HostPattern<'_>, ErrorKind> {
    let (host, pattern): (_, fn(_) -> _) = match text.strip_prefix("*.") {
        Some(below) => (below, HostPattern::Below),
        None => (text, HostPattern::Exactly),
    };
    let wildcard = text != host;
    if wildcard && (host.starts_with('[') || host::ends_in_number(host)) {
        return Err(ErrorKind::WildcardAddress);
    }
    // A browser could send no subdomain of a longer one: "x." has two characters.
    let fits = !wildcard || host.len() <= host::MAX_HOST_LEN - 2;
    if fits && host::is_canonical(host) {
        return Ok(pattern(host));
    }
    Err(if host.contains('*') {
        ErrorKind::Wildcard
    } else if !host.is_ascii() {
        ErrorKind::Unicode
    } else if host.ends_with('.') {
        ErrorKind::TrailingDot
    } else {
        case_or(host, ErrorKind::Host)
    })
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

    /// The pattern as it is written, for the subdomains of `label` below its domain.
    #[must_use]
    pub fn below(&self, label: &str) -> String {
        self.to_string().replacen("*.", &format!("*.{label}."), 1)
    }

    /// The ports it stands for.
    #[must_use]
    pub fn port(&self) -> PortPattern {
        self.port
    }
}

impl fmt::Display for OriginPattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host {
            HostPattern::Exactly(host) => write!(f, "{}://{host}", self.scheme)?,
            HostPattern::Below(domain) => write!(f, "{}://*.{domain}", self.scheme)?,
        }
        match self.port {
            PortPattern::Default => Ok(()),
            PortPattern::Exactly(port) => write!(f, ":{port}"),
            PortPattern::Any => f.write_str(":*"),
        }
    }
}

impl PatternError {
    /// What is wrong, as a clause: "has a path or a trailing slash, …".
    #[must_use]
    pub fn problem(&self) -> &'static str {
        match self.0 {
            ErrorKind::Everything => "stands for every origin, not for one of a list",
            ErrorKind::Several => "has a comma or a space, as several origins in one text would",
            ErrorKind::Null => {
                "stands for every sandboxed frame and local file, and is never allowed"
            }
            ErrorKind::NoScheme => "has no scheme; an origin is scheme://host[:port]",
            ErrorKind::Scheme => "has a scheme that is none",
            ErrorKind::WebSocketScheme => {
                "is a WebSocket URL; a page's origin is http or https, for its WebSockets too"
            }
            ErrorKind::Userinfo => "has user information, which no browser sends in an origin",
            ErrorKind::Path => {
                "has a path or a trailing slash, which no browser sends in an origin"
            }
            ErrorKind::TrailingDot => "has a host that ends in a dot",
            ErrorKind::UpperCase => "has upper-case letters; browsers send origins in lower case",
            ErrorKind::Unicode => "has a Unicode host; browsers send its punycode form",
            ErrorKind::DefaultPort => {
                "spells out the scheme's default port, which browsers leave out"
            }
            ErrorKind::Port => "has a port that is neither 1 to 65535 nor *",
            ErrorKind::Wildcard => {
                "has a wildcard that is not the host's whole first label, nor the whole port"
            }
            ErrorKind::WildcardAddress => {
                "has a wildcard before an IP address, which has no subdomains"
            }
            ErrorKind::Host => "has a host that no browser sends",
        }
    }

    /// What to write instead of `text`: "write …". `to_ascii` gives the form in
    /// which a browser sends a Unicode host, if it is known.
    #[must_use]
    pub fn advice(&self, text: &str, to_ascii: fn(&str) -> Option<String>) -> String {
        if let Some(repaired) = repair::repair(text, to_ascii) {
            return format!("write \"{repaired}\"");
        }
        match self.0 {
            ErrorKind::Several => {
                "write a list, as in [\"https://a.example\", \"https://b.example\"]"
            }
            ErrorKind::Everything => {
                "write \"origin\": \"*\", or \"origin\": true to echo the origin"
            }
            ErrorKind::Null => "leave it out; serve the page from an origin of its own",
            ErrorKind::Unicode => {
                "write the host as xn--…, as the browser's developer tools show it"
            }
            ErrorKind::Wildcard => {
                "write \"https://*.example.com\", or \"origin\": true for every origin"
            }
            ErrorKind::WildcardAddress => "write each address",
            _ => "write it as in \"https://example.com\" or \"http://localhost:3000\"",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests;
