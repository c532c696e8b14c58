//! The source of a request, by which the limits of look-ups tell visitors apart.

use std::net::IpAddr;

/// An address of which a visitor cannot easily have many: an IPv4 address, or an IPv6 network of
/// 64 bits, which is the least that a site is given (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// An IPv4 address.
    V4(u32),
    /// The first 64 bits of an IPv6 address.
    V6(u64),
    /// The address is missing or unreadable. All such requests are one source.
    Unknown,
}

impl Source {
    /// The source of a request with that `CF-Connecting-IP`, which Cloudflare sets and no
    /// visitor can. `X-Forwarded-For` is the visitor's to write, so it is not read.
    #[must_use]
    pub fn of(connecting_ip: Option<&str>) -> Self {
        let address = connecting_ip.and_then(|text| text.parse::<IpAddr>().ok());
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => Self::V4(address.to_bits()),
            Some(IpAddr::V6(address)) => {
                Self::V6(u64::try_from(address.to_bits() >> 64).unwrap_or_default())
            }
            None => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_prefix() {
        for (one, other, same) in [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8:0:1::1", "2001:0DB8::1:ffff:0:0:2", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
            // All texts that are not an address are one source.
            ("", "192.0.2.1, 192.0.2.2", true),
            ("192.0.2.1:80", "fe80::1%eth0", true),
            ("192.0.2.01", "[2001:db8::1]", true),
            ("", "0.0.0.0", false),
            ("", "::", false),
        ] {
            let is_same = Source::of(Some(one)) == Source::of(Some(other));
            assert_eq!(is_same, same, "{one} and {other}");
        }
        assert_eq!(Source::of(None), Source::of(Some("x")));
    }
}
