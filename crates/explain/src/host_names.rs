//! Unicode host names and the Public Suffix List, which are too large for the Worker.

use idna::AsciiDenyList;
use socketio_cors_core::policy::DomainRules;

/// Unicode host names (UTS 46), and the Public Suffix List.
pub const DOMAIN_RULES: DomainRules = DomainRules { to_ascii, is_public_suffix };

fn to_ascii(host: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL);
    ascii.ok().map(std::borrow::Cow::into_owned)
}

/// The list has `domain`, or every domain below it (`*.ck`). Domains that only its default rule
/// matches (`localhost`, `internal`) are not public suffixes.
fn is_public_suffix(domain: &str) -> bool {
    let is_listed = |domain: &str| {
        psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == domain)
    };
    is_listed(domain) || is_listed(&format!("below.{domain}"))
}

/// The domain that somebody registered, of `host`: "example.co.uk" of "a.b.example.co.uk". `None` if it is a
/// public suffix itself.
///
/// Not inlined: each crate that asks the list would have a copy of it, of half a megabyte.
#[inline(never)]
#[must_use]
pub fn registrable_domain(host: &str) -> Option<&str> {
    psl::domain_str(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_public_suffixes() {
        for domain in ["com", "co.uk", "github.io", "workers.dev", "ck", "x.ck", "compute.estate"] {
            assert!(is_public_suffix(domain), "{domain}");
        }
        for domain in ["example.com", "a.github.io", "www.ck", "localhost", "internal", "a.co.uk"] {
            assert!(!is_public_suffix(domain), "{domain}");
        }
    }

    #[test]
    fn knows_the_ascii_form_of_a_host() {
        for (host, ascii) in [
            ("b\u{fc}cher.example", Some("xn--bcher-kva.example")),
            ("B\u{dc}CHER.Example", Some("xn--bcher-kva.example")),
            ("fa\u{df}.de", Some("xn--fa-hia.de")),
            ("\u{ff21}.example", Some("a.example")),
            ("a b", None),
            ("\u{fffd}", None),
        ] {
            assert_eq!(to_ascii(host).as_deref(), ascii, "{host}");
        }
    }
}
