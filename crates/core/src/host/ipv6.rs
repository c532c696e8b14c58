//! IPv6 addresses in the one spelling that URLs have.
//!
//! The standard library reads and writes them too, in 2 KB (gzip) of the upload.

use crate::text::{rsplit_once, split_once};

/// The form without brackets in which WHATWG URL serialises the address `text`.
/// It differs from the standard library's for IPv4-mapped addresses, which have no
/// dotted form in URLs.
#[must_use]
pub fn canonical_ipv6(text: &str) -> Option<String> {
    parse(text).map(|pieces| serialise(&pieces))
}

/// The eight pieces of an address (RFC 4291, 2.2).
fn parse(text: &str) -> Option<Vec<u32>> {
    if let Some((before, dotted)) = rsplit_once(text, b':').filter(|(_, last)| last.contains('.')) {
        let bytes: Option<Vec<u8>> = dotted.split('.').map(super::parse_octet).collect();
        let [a, b, c, d] = bytes?.try_into().ok()?;
        return parse(&format!("{before}:{a:x}{b:02x}:{c:x}{d:02x}"));
    }
    let Some((head, tail)) = split_once(text, "::") else {
        return pieces(text).filter(|pieces| pieces.len() == 8);
    };
    let (mut pieces, tail) = (pieces(head)?, pieces(tail)?);
    let zeros = 8_usize.checked_sub(pieces.len())?.checked_sub(tail.len())?;
    pieces.extend([0; 8].iter().take(zeros).chain(&tail));
    (zeros > 0).then_some(pieces)
}

fn pieces(text: &str) -> Option<Vec<u32>> {
    let piece = |digits: &str| {
        let fits = digits.len() <= 4 && !digits.starts_with('+');
        u32::from_str_radix(digits, 16).ok().filter(|_| fits)
    };
    text.split(':').filter(|_| !text.is_empty()).map(piece).collect()
}

/// WHATWG URL, "IPv6 serializer": the first longest run of zeros is left out.
fn serialise(pieces: &[u32]) -> String {
    let zeros_from = |at: &usize| pieces.iter().skip(*at).take_while(|piece| **piece == 0).count();
    let start = (0..pieces.len()).rev().max_by_key(zeros_from).unwrap_or_default();
    let len = zeros_from(&start);
    let spell = |pieces: &[u32]| {
        pieces.iter().map(|piece| format!("{piece:x}")).collect::<Vec<_>>().join(":")
    };
    let (head, rest) = pieces.split_at_checked(start).unwrap_or_default();
    match rest.split_at_checked(len) {
        Some((_, tail)) if len > 1 => format!("{}::{}", spell(head), spell(tail)),
        _ => spell(pieces),
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// What the standard library makes of `text`, in the form that URLs have.
    fn known_to_std(text: &str) -> Option<String> {
        let address: Ipv6Addr = text.parse().ok()?;
        Some(match address.segments() {
            [0, 0, 0, 0, 0, 0xffff, high, low] => format!("::ffff:{high:x}:{low:x}"),
            _ => address.to_string(),
        })
    }

    fn piece() -> impl Strategy<Value = u16> {
        prop_oneof![3 => Just(0), 1 => any::<u16>(), 1 => Just(0xffff)]
    }

    /// What is much like an address, as it is made of pieces of such.
    fn address_like() -> impl Strategy<Value = String> {
        const PARTS: &[&str] = &[
            "0", "1", "ffff", "00ab", "F", "12345", "::", ":", "g", "+1", "1.2.3.4", "256",
            "0.0.0.0", ".", "%", "-",
        ];
        vec(proptest::sample::select(PARTS), 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn an_address_is_serialised_as_std_does_it(pieces in vec(piece(), 8)) {
            let text = pieces.iter().map(|piece| format!("{piece:04X}")).collect::<Vec<_>>().join(":");
            prop_assert_eq!(canonical_ipv6(&text), known_to_std(&text), "{}", text);
        }

        #[test]
        fn what_is_an_address_is_one_to_std_too(
            text in prop_oneof![address_like(), vec(address_like(), 1..9).prop_map(|parts| parts.join(":"))],
        ) {
            prop_assert_eq!(canonical_ipv6(&text), known_to_std(&text), "{}", text);
        }
    }

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
            ("", None),
        ] {
            assert_eq!(canonical_ipv6(text).as_deref(), canonical, "{text}");
            assert_eq!(known_to_std(text).as_deref(), canonical, "{text}");
        }
    }
}
