//! `Origin`: what a browser sends.
//!
//! The lenient half of two parsers (the strict one is [`crate::pattern`]): it
//! runs on every request, gives no diagnosis, allocates nothing, and is capped
//! in length. It accepts every wildcard-free pattern.
//!
//! Source: Fetch, "`Origin` header"; HTML, "ASCII serialisation of an origin".

use crate::host;

/// The longest scheme that is read. The longest registered one has 36 characters.
pub const MAX_SCHEME_LEN: usize = 64;

const MAX_PORT_LEN: usize = 6; // ":65535"
const MAX_ORIGIN_LEN: usize = MAX_SCHEME_LEN + "://".len() + host::MAX_HOST_LEN + MAX_PORT_LEN;

/// A tuple origin in the form a browser sends: scheme, host, and a port unless
/// it is the scheme's default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    text: &'a str,
    scheme: &'a str,
    authority: &'a str,
    host: &'a str,
}

/// The reason why a header's value is no [`Origin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginError {
    /// `null`: an opaque origin (sandboxed frame, `file:`, some redirects). It
    /// stands for anyone, so it is never allowed.
    Null,
    /// Not what a browser sends: several values, a path, upper case, …
    Malformed,
}

impl<'a> TryFrom<&'a str> for Origin<'a> {
    type Error = OriginError;

    fn try_from(text: &'a str) -> Result<Self, OriginError> {
        if text == "null" {
            return Err(OriginError::Null);
        }
        parse(text).ok_or(OriginError::Malformed)
    }
}

fn parse(text: &str) -> Option<Origin<'_>> {
    if text.len() > MAX_ORIGIN_LEN {
        return None;
    }
    let (scheme, authority) = take_scheme(text)?;
    let (host, port) = authority.split_at_checked(host::canonical_len(authority)?)?;
    if !port.is_empty() {
        let port = host::parse_port(port.strip_prefix(':')?)?;
        if Some(port) == host::default_port(scheme) {
            return None;
        }
    }
    Some(Origin { text, scheme, authority, host })
}

/// Splits `scheme://authority` if the scheme is one (RFC 3986, 3.1) in lower case.
#[must_use]
pub fn take_scheme(text: &str) -> Option<(&str, &str)> {
    let in_scheme = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.');
    let len = text.bytes().take_while(|byte| in_scheme(*byte)).count();
    let (scheme, rest) = text.split_at_checked(len)?;
    let valid = len <= MAX_SCHEME_LEN && scheme.starts_with(|c: char| c.is_ascii_lowercase());
    rest.strip_prefix("://").filter(|_| valid).map(|authority| (scheme, authority))
}

/// Splits `scheme://authority`, whatever the scheme.
#[must_use]
pub fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| byte == b':')?;
    let (scheme, rest) = text.split_at_checked(end)?;
    Some((scheme, rest.strip_prefix("://")?))
}

/// Splits `host[:port]`, whatever the host, at the last colon that is not inside an
/// IPv6 address.
#[must_use]
pub fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

impl<'a> Origin<'a> {
    /// The header's value, as it came.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The scheme, lower case, without `://`.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// The host, IPv6 addresses with their brackets.
    #[must_use]
    pub fn host(&self) -> &'a str {
        self.host
    }

    /// `host[:port]`.
    #[must_use]
    pub fn authority(&self) -> &'a str {
        self.authority
    }

    /// `scheme://host`.
    #[must_use]
    pub fn without_port(&self) -> &'a str {
        let port = self.authority.strip_prefix(self.host).unwrap_or_default();
        self.text.strip_suffix(port).unwrap_or(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_what_browsers_send() {
        for (scheme, host, port) in [
            ("https", "example.com", ""),
            ("http", "localhost", ":3000"),
            ("http", "example.com", ":443"),
            ("http", "[::1]", ":8080"),
            ("http", "[::1]", ""),
            ("https", "xn--bcher-kva.example", ""),
            ("capacitor", "localhost", ""),
            ("chrome-extension", "abcdef", ""),
        ] {
            let text = format!("{scheme}://{host}{port}");
            let origin = Origin::try_from(text.as_str()).unwrap();
            assert_eq!(origin.as_str(), text);
            assert_eq!(origin.scheme(), scheme);
            assert_eq!(origin.host(), host);
            assert_eq!(origin.authority(), format!("{host}{port}"));
            assert_eq!(origin.without_port(), format!("{scheme}://{host}"));
        }
    }

    #[test]
    fn null_is_told_from_malformed() {
        assert_eq!(Origin::try_from("null"), Err(OriginError::Null));
        assert_eq!(Origin::try_from("NULL"), Err(OriginError::Malformed));
    }

    #[test]
    fn rejects_what_no_browser_sends() {
        let long = format!("https://{}.example", "a".repeat(1_000_000));
        for text in [
            "",
            " ",
            "*",
            "https",
            "https:",
            "https://",
            "https:example.com",
            "//example.com",
            "example.com",
            "https://example.com/",
            "https://example.com/path",
            "https://example.com?q",
            "https://example.com#f",
            "https://example.com.",
            "https://example.com:443",
            "http://example.com:80",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:080",
            "https://example.com:*",
            "https://*.example.com",
            "HTTPS://example.com",
            "https://EXAMPLE.com",
            "https://user@example.com",
            "https://user:pass@example.com",
            "https://a.example, https://b.example",
            "https://a.example https://b.example",
            "https://example.com\\@evil.example",
            "https://exam%70le.com",
            "https://bücher.example",
            "https://exa\u{0}mple.com",
            "https://[::1",
            "https://[0:0::1]",
            "file://",
            "1http://example.com",
            long.as_str(),
        ] {
            assert_eq!(Origin::try_from(text), Err(OriginError::Malformed), "{text:.60?}");
        }
    }
}
