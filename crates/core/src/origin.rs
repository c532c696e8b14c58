//! `Origin`: what a browser sends.
//!
//! The lenient half of two parsers (the strict one is [`crate::origin::pattern`]): it
//! runs on every request, gives no diagnosis, allocates nothing, and is capped
//! in length. It accepts every wildcard-free pattern.
//!
//! Source: Fetch, "`Origin` header"; HTML, "ASCII serialisation of an origin".

pub mod host;
pub mod pattern;

/// The longest scheme that is read. The longest registered one has 36 characters.
pub const MAX_SCHEME_LEN: usize = 64;

const MAX_PORT_LEN: usize = 6; // ":65535"
const MAX_ORIGIN_LEN: usize = MAX_SCHEME_LEN + "://".len() + host::MAX_HOST_LEN + MAX_PORT_LEN;

/// The origin of sandboxed frames, of local files, and of pages after some redirects.
pub const NULL: &str = "null";
/// The origin of old web views and of many devices.
pub const FILE: &str = "file://";

/// An origin in the form a browser sends: scheme, host, and a port unless it is the scheme's default;
/// or [`NULL`], or [`FILE`], which have no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    text: &'a str,
    scheme: &'a str,
    authority: &'a str,
    host: &'a str,
}

/// A header's value is not an [`Origin`]: it has several, a path, upper case, …
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OriginError;

impl<'a> TryFrom<&'a str> for Origin<'a> {
    type Error = OriginError;

    fn try_from(text: &'a str) -> Result<Self, OriginError> {
        parse(text).ok_or(OriginError)
    }
}

fn parse(text: &str) -> Option<Origin<'_>> {
    if text.len() > MAX_ORIGIN_LEN {
        return None;
    }
    if let Some(scheme) = scheme_without_host(text) {
        return Some(Origin { text, scheme, authority: "", host: "" });
    }
    let (scheme, authority) = take_scheme(text)?;
    let (host, port) = authority.split_at_checked(host_len(scheme, authority)?)?;
    if !port.is_empty() {
        let port = host::parse_port(port.strip_prefix(':')?)?;
        if Some(port) == host::default_port(scheme) {
            return None;
        }
    }
    Some(Origin { text, scheme, authority, host })
}

/// The scheme of an origin that has no host: `file` for [`FILE`], an empty one for [`NULL`].
pub(crate) fn scheme_without_host(text: &str) -> Option<&str> {
    match text {
        NULL => Some(""),
        FILE => Some("file"),
        _ => None,
    }
}

/// The schemes whose URLs browsers write in lower case, and that no app has as its own.
const COMMON: [&str; 5] = ["https", "http", "wss", "ws", "file"];

/// Returns true if `scheme` is an app's or a browser's own (`capacitor`, `moz-extension`): its origins
/// keep their letter case.
#[must_use]
pub fn is_custom(scheme: &str) -> bool {
    !COMMON.contains(&scheme)
}

/// The length of the host that `authority` begins with; `None` if `scheme` has no such host.
pub(crate) fn host_len(scheme: &str, authority: &str) -> Option<usize> {
    if is_custom(scheme) { host::opaque_len(authority) } else { host::canonical_len(authority) }
}

/// Splits `scheme://authority` if the scheme is one (RFC 3986, 3.1), and in lower case unless it is
/// [custom](is_custom).
#[must_use]
pub fn take_scheme(text: &str) -> Option<(&str, &str)> {
    // The scheme of nearly all.
    if let Some(authority) = text.strip_prefix("https://") {
        return Some(("https", authority));
    }
    let in_scheme = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    let len = text.bytes().take_while(|byte| in_scheme(*byte)).count();
    let (scheme, rest) = text.split_at_checked(len)?;
    let is_shouted = is_custom(scheme) && COMMON.iter().any(|it| it.eq_ignore_ascii_case(scheme));
    let valid = len <= MAX_SCHEME_LEN && scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    rest.strip_prefix("://").filter(|_| valid && !is_shouted).map(|authority| (scheme, authority))
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

    /// The scheme without `://`; empty for [`NULL`].
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// Returns true if it is [`NULL`].
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.scheme.is_empty()
    }

    /// Returns true if it is not one site's own: every sandboxed frame and local file has it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.scheme, "" | "file")
    }

    /// Returns true if no page sends it: clients outside of browsers send their server's WebSocket
    /// URL as origin (Socket.IO's for Swift, old ones for Python).
    #[must_use]
    pub fn is_websocket(&self) -> bool {
        matches!(self.scheme, "ws" | "wss")
    }

    /// Returns true if it may have a KV key (`{"kv": "<prefix>"}`). KV is not asked about origins
    /// that no page sends or that are not one site's own.
    #[must_use]
    pub fn is_looked_up(&self) -> bool {
        !self.is_shared() && !self.is_websocket()
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
    fn splits_an_origin_into_scheme_host_and_port() {
        for (scheme, host, port) in [
            ("https", "example.com", ""),
            ("http", "localhost", ":3000"),
            ("http", "example.com", ":443"),
            ("http", "[::1]", ":8080"),
            ("http", "[::1]", ""),
            ("https", "xn--bcher-kva.example", ""),
            ("capacitor", "localhost", ""),
            ("chrome-extension", "abcdef", ""),
            ("safari-web-extension", "B4A6B6C4-1D5E-4A0B-8F3A-0D9C1B2E3F4A", ""),
            ("MyApp", "LocalHost", ":80"),
            ("app", ".", ""),
            ("wss", "api.example.com", ":8443"),
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
    fn null_and_file_origins_have_no_host() {
        for (text, scheme, is_null) in [(NULL, "", true), (FILE, "file", false)] {
            let origin = Origin::try_from(text).unwrap();
            assert_eq!(
                (origin.as_str(), origin.without_port(), origin.scheme()),
                (text, text, scheme)
            );
            assert_eq!((origin.host(), origin.authority()), ("", ""), "{text}");
            assert_eq!((origin.is_null(), origin.is_shared()), (is_null, true), "{text}");
        }
        for (text, is_looked_up) in [
            (NULL, false),
            (FILE, false),
            ("wss://a.example", false),
            ("https://a.example", true),
            ("capacitor://localhost", true),
        ] {
            assert_eq!(Origin::try_from(text).unwrap().is_looked_up(), is_looked_up, "{text}");
        }
        let other = Origin::try_from("https://a.example").unwrap();
        assert!(!other.is_null() && !other.is_shared() && !other.is_websocket());
    }

    #[test]
    fn rejects_texts_that_no_browser_sends() {
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
            "file:///",
            "file://:80",
            "FILE://",
            "NULL",
            "app://",
            "app://..",
            "app://./",
            "https://.",
            "WSS://example.com",
            "wSs://example.com",
            "wss://example.com/",
            "wss://EXAMPLE.com",
            "1http://example.com",
            long.as_str(),
        ] {
            assert_eq!(Origin::try_from(text), Err(OriginError), "{text:.60?}");
        }
    }
}
