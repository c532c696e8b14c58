//! Hosts and ports as browsers serialise them in an `Origin` header.
//!
//! Source: WHATWG URL, "host serializing" and "IPv6 serializer".

mod ipv6;

pub use ipv6::canonical_ipv6;

use std::net::Ipv4Addr;

/// The longest domain name that DNS allows, without its trailing dot (RFC 1035, 2.3.4).
pub const MAX_HOST_LEN: usize = 253;

const MAX_LABEL_LEN: usize = 63;

/// Returns true if `host` is a domain, an IPv4 address or a bracketed IPv6 address in
/// the one form that a browser gives it: lower case, punycode, no trailing
/// dot, addresses in canonical form.
///
/// Labels take letters, digits, `-` and `_`. What WHATWG also lets through
/// (`!`, `$`, `~` and the like) names no host in DNS and is left out.
#[must_use]
pub fn is_canonical(host: &str) -> bool {
    canonical_len(host) == Some(host.len())
}

/// The length of the host that `text` begins with, in bytes, up to the first character that cannot be
/// part of it; `None` if that is not [canonical](is_canonical).
#[must_use]
pub fn canonical_len(text: &str) -> Option<usize> {
    len(text, false)
}

/// The same for a scheme of an app's or a browser's own, whose hosts keep their letter case (WHATWG
/// URL, "opaque-host parser"); `.` is one too, as in Electron's `app://.`.
#[must_use]
pub fn opaque_len(text: &str) -> Option<usize> {
    if text.starts_with('.') { Some(1) } else { len(text, true) }
}

fn len(text: &str, keeps_case: bool) -> Option<usize> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, _) = rest.split_once(']')?;
        let is_canonical = canonical_ipv6(address).is_some_and(|canonical| canonical == address);
        return is_canonical.then_some(address.len().saturating_add("[]".len()));
    }
    let len = domain_len(text, keeps_case)?;
    let host = text.get(..len)?;
    (!ends_in_number(host) || is_canonical_ipv4(host)).then_some(len)
}

/// Returns true if the URL parser would read `host` as an IPv4 address: its last label
/// is a number (WHATWG URL, "ends in a number checker").
#[must_use]
pub fn ends_in_number(host: &str) -> bool {
    // Hardly any top-level domain ends like that.
    let may_be = |byte: u8| byte.is_ascii_hexdigit() || byte == b'x';
    if !host.bytes().next_back().is_some_and(may_be) {
        return false;
    }
    let last = last_label(host);
    !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) || is_hexadecimal(last)
}

/// The part after the last dot.
pub(crate) fn last_label(host: &str) -> &str {
    let dot = host.bytes().rposition(|byte| byte == b'.');
    dot.and_then(|dot| host.get(dot.saturating_add(1)..)).unwrap_or(host)
}

fn is_hexadecimal(label: &str) -> bool {
    label.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_canonical_ipv4(host: &str) -> bool {
    host.split('.').count() == 4 && host.split('.').all(|part| parse_octet(part).is_some())
}

/// A part of an IPv4 address: 0 to 255 in its only serialisation.
fn parse_octet(text: &str) -> Option<u8> {
    if text == "0" { Some(0) } else { parse_port(text)?.try_into().ok() }
}

/// The length of the domain that `text` begins with, in bytes.
fn domain_len(text: &str, keeps_case: bool) -> Option<usize> {
    let mut len = 0_usize;
    loop {
        let label = label_len(text.as_bytes().get(len..)?, keeps_case);
        if !(1..=MAX_LABEL_LEN).contains(&label) {
            return None;
        }
        len = len.saturating_add(label);
        if text.as_bytes().get(len) != Some(&b'.') {
            return (len <= MAX_HOST_LEN).then_some(len);
        }
        len = len.saturating_add(1);
    }
}

/// The number of bytes up to the first that cannot be in a label.
fn label_len(text: &[u8], keeps_case: bool) -> usize {
    let is_in_label = |byte: &&u8| {
        IN_LABEL.get(usize::from(**byte)) == Some(&true) || keeps_case && byte.is_ascii_uppercase()
    };
    text.iter().take_while(is_in_label).count()
}

/// True at each byte that may be in a label. A list of 100,000 origins has millions to look up.
#[expect(clippy::indexing_slicing, reason = "the compiler computes it")]
static IN_LABEL: [bool; 256] = {
    let mut are_in_label = [false; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        are_in_label[byte as usize] = matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        byte += 1;
    }
    are_in_label
};

/// A port of 1 to 65535 in its only serialisation: decimal, no sign, no leading zero.
#[must_use]
pub fn parse_port(text: &str) -> Option<u16> {
    let canonical = !text.starts_with(['0', '+']);
    text.parse::<u32>().ok().filter(|_| canonical).and_then(|port| port.try_into().ok())
}

/// The port that `scheme` implies, and which browsers therefore leave out.
#[must_use]
pub fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Returns true if `host`, in the form of an origin, is always the client's own machine (Secure
/// Contexts, "potentially trustworthy origin").
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_hosts_as_browsers_serialise_them() {
        for host in [
            "localhost",
            "example.com",
            "a.b-c.example.com",
            "xn--bcher-kva.example",
            "under_score.example",
            "127.0.0.1",
            "[::1]",
            "[2001:db8::1]",
            "[::ffff:c0a8:1]",
            "1.example",
        ] {
            assert!(is_canonical(host), "{host}");
        }
    }

    #[test]
    fn rejects_every_other_spelling() {
        let too_long = format!("{}.example", "a.".repeat(130));
        for host in [
            "",
            ".",
            "Example.com",
            "example.com.",
            ".example.com",
            "a..example.com",
            "bücher.example",
            "b%C3%BCcher.example",
            "*.example.com",
            "exa mple.com",
            "127.1",
            "127.0.0.01",
            "0x7f.0.0.1",
            "2130706433",
            "0x7f000001",
            "a.0x",
            "1.2.3.4.5",
            "::1",
            "[::1",
            "[0:0:0:0:0:0:0:1]",
            "[2001:DB8::1]",
            "[::ffff:192.168.0.1]",
            "[::1%25eth0]",
            too_long.as_str(),
        ] {
            assert!(!is_canonical(host), "{host}");
        }
    }

    #[test]
    fn hosts_of_apps_keep_their_letter_case() {
        for (text, len) in [
            (".", Some(1)),
            (".:80", Some(1)),
            ("LocalHost:80", Some(9)),
            ("B4A6-c.D_e", Some(10)),
            ("[::1]:80", Some(5)),
            ("[::A]", None),
            ("A..b", None),
            ("A.", None),
            ("A.1", None),
            ("", None),
        ] {
            assert_eq!(opaque_len(text), len, "{text}");
        }
        assert_eq!(canonical_len("LocalHost"), None);
        assert_eq!(canonical_len("."), None);
    }

    #[test]
    fn ports_have_one_spelling() {
        assert_eq!(parse_port("8080"), Some(8080));
        assert_eq!(parse_port("65535"), Some(65535));
        for text in ["", "0", "080", "+80", "-1", "65536", "80a", " 80", "*"] {
            assert_eq!(parse_port(text), None, "{text:?}");
        }
    }
}
