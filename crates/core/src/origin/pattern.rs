//! `OriginPattern`: what an operator writes.
//!
//! The strict half of two parsers (the lenient one is [`crate::origin`]): it
//! runs when a policy is read, and says what is wrong and what to write instead.
//!
//! ```text
//! https://example.com        that origin
//! https://*.example.com      one or more labels below it, never itself
//! https://pr-*.example.com   one or more of a-z, 0-9 and - in that label
//! http://localhost:*         any port, the default included
//! https://*.example.com:*    both
//! moz-extension://*          every origin of that scheme
//! file://, null              those
//! ```

use std::fmt;

use crate::origin::{self, host};

mod repair;
mod set;
mod texts;

pub use repair::repair;
pub use set::OriginSet;

/// A set of origins that differ in a part of their host, their port, or not at all.
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
    /// Those that begin and end so, with one or more of `a-z`, `0-9` and `-` between the two.
    Between(&'a str, &'a str),
    /// Every host of the scheme.
    Every,
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
    Wildcards,
    WildcardHost,
    WildcardDomain,
    WildcardPunycode,
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
    if let Some(scheme) = origin::scheme_without_host(text) {
        let (host, port) = (HostPattern::Exactly(""), PortPattern::Default);
        return Some(OriginPattern { text, scheme, host, port });
    }
    let (scheme, authority) = origin::take_scheme(text)?;
    if authority == "*" && origin::is_custom(scheme) {
        let (host, port) = (HostPattern::Every, PortPattern::Any);
        return Some(OriginPattern { text, scheme, host, port });
    }
    if is_websocket(scheme) {
        return None;
    }
    let (host, port) = origin::split_port(authority);
    let host = read_host(scheme, host)?;
    let port = read_port(scheme, port)?;
    Some(OriginPattern { text, scheme, host, port })
}

fn is_host(scheme: &str, text: &str) -> bool {
    origin::host_len(scheme, text) == Some(text.len())
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

fn read_host<'h>(scheme: &str, host: &'h str) -> Option<HostPattern<'h>> {
    let is_host = |text| is_host(scheme, text);
    let Some((before, after)) = host.split_once('*') else {
        return is_host(host).then_some(HostPattern::Exactly(host));
    };
    if let Some(domain) = after.strip_prefix('.').filter(|_| before.is_empty()) {
        // Below a longer domain, no subdomain fits: "x." has two characters.
        let fits = domain.len() <= host::MAX_HOST_LEN - 2;
        return (fits && is_host(domain) && !is_address(domain))
            .then_some(HostPattern::Below(domain));
    }
    let is_good = is_within_label(before, after) && is_host(&shortest(before, after));
    is_good.then_some(HostPattern::Between(before, after))
}

/// Returns true if a `*` between the two is not in the last two labels, nor in a punycode label.
fn is_within_label(before: &str, after: &str) -> bool {
    has_two_labels(after) && !is_punycode(before) && !is_address(after)
}

/// Returns true if two labels follow the one that `after` is the end of.
fn has_two_labels(after: &str) -> bool {
    after.split('.').count() > 2
}

/// Returns true if the last label of `before` is in punycode.
fn is_punycode(before: &str) -> bool {
    host::last_label(before).starts_with("xn--")
}

/// One of the shortest hosts with one character between the two.
fn shortest(before: &str, after: &str) -> String {
    format!("{before}0{after}")
}

/// Returns true if `host` has nothing but digits, dots and `*`.
fn is_like_ipv4(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'*'))
}

fn is_address(host: &str) -> bool {
    host.contains('[') || host::ends_in_number(host)
}

/// The most telling fault of a text that is not a pattern.
#[cold]
fn diagnose(text: &str) -> ErrorKind {
    match text {
        "*" | "*:*" => return ErrorKind::Everything,
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
    let host = text.strip_prefix("*.").unwrap_or(text);
    let (before, after) = text.split_once('*').unwrap_or_default();
    if after.contains('*') {
        ErrorKind::Wildcards
    } else if text == "*" {
        ErrorKind::WildcardHost
    } else if text.contains('*') && (is_address(text) || is_like_ipv4(text)) {
        ErrorKind::WildcardAddress
    } else if is_punycode(before) {
        ErrorKind::WildcardPunycode
    } else if host.contains('*') && !has_two_labels(after) {
        ErrorKind::WildcardDomain
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
    /// The pattern of one `https:` origin without a port, if `text` is such a one. As nearly all of a
    /// long list are, this is a shorter way to what [`try_from`](Self::try_from) returns for them.
    #[must_use]
    #[inline]
    pub fn of_one_site(text: &'a str) -> Option<Self> {
        let host = text.strip_prefix("https://").filter(|host| host::is_canonical(host))?;
        let (host, port) = (HostPattern::Exactly(host), PortPattern::Default);
        Some(Self { text, scheme: "https", host, port })
    }

    /// The scheme without `://`; empty for `null`.
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

    /// Returns true if it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.text == origin::NULL
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
    /// Returns true if the text holds several origins, or a space.
    #[must_use]
    pub fn is_several(&self) -> bool {
        self.0 == ErrorKind::Several
    }

    /// The error, as a clause that follows the text: "has a path or a trailing slash, …".
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self.0 {
            ErrorKind::Everything => "stands for every origin, not for one",
            ErrorKind::Several => "has a comma or a space, but one string holds one origin",
            ErrorKind::NoScheme => "has no scheme: an origin is scheme://host[:port]",
            ErrorKind::Scheme => "has an invalid scheme",
            ErrorKind::WebSocketScheme => {
                "is a WebSocket URL, but browsers send the page's http or https origin, even for \
                 WebSockets"
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
            ErrorKind::Port => "has an invalid port: expected 1 to 65535, or *",
            ErrorKind::Wildcards => "has more than one * in its host",
            ErrorKind::WildcardHost => "stands for every host",
            ErrorKind::WildcardDomain => "has a * in the last two labels of its host",
            ErrorKind::WildcardPunycode => "has a * in a punycode label",
            ErrorKind::WildcardAddress => "has a * in an IP address, or before one",
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
            ErrorKind::Unicode => {
                "write the host as xn--…, as the browser's developer tools show it"
            }
            ErrorKind::WildcardHost => {
                "write \"https://*.example.com\", or \"origin\": true for every origin"
            }
            ErrorKind::Wildcards | ErrorKind::WildcardDomain | ErrorKind::WildcardPunycode => {
                "list each host, or use one *, as in \"https://pr-*.example.com\""
            }
            ErrorKind::WildcardAddress => "list each address",
            _ => "write an origin such as \"https://example.com\" or \"http://localhost:3000\"",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests;
