//! IPv6 addresses in the one form that URLs have.

use std::net::Ipv6Addr;

/// The form without brackets in which WHATWG URL serialises the address `text`.
/// It differs from the standard library's for IPv4-mapped addresses, which have no
/// dotted form in URLs.
#[must_use]
pub fn canonical_ipv6(text: &str) -> Option<String> {
    let address: Ipv6Addr = text.parse().ok()?;
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => format!("::ffff:{high:x}:{low:x}"),
        _ => address.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        for (text, canonical) in [
            ("::", Some("::")),
            ("0:0::1", Some("::1")),
            ("::FFFF:1.2.3.4", Some("::ffff:102:304")),
            ("1:0:0:2:0:0:0:3", Some("1:0:0:2::3")),
            ("1:0:0:2:3:0:0:4", Some("1::2:3:0:0:4")),
            ("1:0:2:3:4:5:6:7", Some("1:0:2:3:4:5:6:7")),
            ("1:2:3:4:5:6:7::", Some("1:2:3:4:5:6:7:0")),
            ("1:2:3:4:5:6:7::8", None),
            ("1.2.3.4::", None),
            ("::1.2.3.256", None),
            ("::1.2.3.04", None),
            ("1::2::3", None),
            ("::1%eth0", None),
            ("[::1]", None),
            ("12345::", None),
            ("+1::", None),
            ("", None),
        ] {
            assert_eq!(canonical_ipv6(text).as_deref(), canonical, "{text}");
        }
    }
}
