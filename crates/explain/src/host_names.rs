//! Unicode host names and the Public Suffix List, which are too large for the Worker.

use idna::AsciiDenyList;
use psl::Type;
use socketio_cors_core::{
    origin::pattern::{HostPattern, OriginPattern},
    policy::DomainRules,
};

/// Unicode host names (UTS 46), and the Public Suffix List.
pub const DOMAIN_RULES: DomainRules = DomainRules { to_ascii, own_names };

/// Platforms whose sites have no names below their own, so that a wildcard there would match nothing.
const FLAT: &[&str] = &[
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "herokuapp.com",
    "netlify.app",
    "onrender.com",
    "surge.sh",
    "up.railway.app",
    "vercel.app",
    "web.app",
];

fn to_ascii(host: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL);
    ascii.ok().map(std::borrow::Cow::into_owned)
}

fn own_names(pattern: &OriginPattern<'_>) -> Option<String> {
    let scheme = pattern.scheme();
    let (domain, is_whole) = match pattern.host() {
        HostPattern::Below(domain) => (domain, true),
        // The `*` is in the label below it.
        HostPattern::Between(_, after) => (after.split_once('.')?.1, false),
        HostPattern::Exactly(_) | HostPattern::Every => return None,
    };
    let suffix = public_suffix(domain)?;
    let (_, port) = pattern.as_str().rsplit_once(domain)?;
    let authority = format!("{domain}{port}");
    let list = match suffix {
        Type::Private if FLAT.contains(&domain) => {
            format!("list your own sites, as in \"{scheme}://yours.{authority}\"")
        }
        Type::Private => format!(
            "write your own sites, as in \"{scheme}://yours.{authority}\" or \
             \"{scheme}://*.yours.{authority}\""
        ),
        Type::Icann => {
            format!("write your own domains, as in \"{scheme}://*.yours.{authority}\"")
        }
    };
    let danger = "\"dangerouslyAllow\": [\"public-suffix\"]";
    Some(if is_whole && FLAT.contains(&domain) {
        format!(
            "{list}; or those of your team, though anyone can get such a name too, as in \
             \"{scheme}://yours-*-team.{authority}\" with {danger}"
        )
    } else {
        format!("{list}; or, if you mean all of them, add {danger}")
    })
}

/// The type of the public suffix `domain`, if the list has it, or every domain below it (`*.ck`). Domains
/// that only its default rule matches (`localhost`, `internal`) are not public suffixes.
fn public_suffix(domain: &str) -> Option<Type> {
    let listed =
        |domain: &str| psl::suffix(domain.as_bytes()).filter(|suffix| *suffix == domain)?.typ();
    listed(domain).or_else(|| listed(&format!("below.{domain}")))
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
        for domain in ["com", "co.uk", "ck", "x.ck"] {
            assert_eq!(public_suffix(domain), Some(Type::Icann), "{domain}");
        }
        for domain in ["workers.dev", "compute.estate"].iter().chain(FLAT) {
            assert_eq!(public_suffix(domain), Some(Type::Private), "{domain}");
        }
        for domain in ["example.com", "a.github.io", "www.ck", "localhost", "internal", "a.co.uk"] {
            assert_eq!(public_suffix(domain), None, "{domain}");
        }
    }

    #[test]
    fn a_wildcard_over_names_that_anyone_can_register_gets_advice() {
        const MEANT: &str =
            r#"; or, if you mean all of them, add "dangerouslyAllow": ["public-suffix"]"#;
        let help = |text: &str| own_names(&OriginPattern::try_from(text).unwrap());
        for (text, expected) in [
            (
                "https://*.co.uk",
                format!(r#"write your own domains, as in "https://*.yours.co.uk"{MEANT}"#),
            ),
            (
                "http://app.*.co.uk:*",
                format!(r#"write your own domains, as in "http://*.yours.co.uk:*"{MEANT}"#),
            ),
            (
                "https://*.pages.dev",
                format!(
                    "write your own sites, as in \"https://yours.pages.dev\" or \
                     \"https://*.yours.pages.dev\"{MEANT}"
                ),
            ),
            (
                "https://x-*-team.vercel.app",
                format!(r#"list your own sites, as in "https://yours.vercel.app"{MEANT}"#),
            ),
            (
                "https://*.vercel.app",
                "list your own sites, as in \"https://yours.vercel.app\"; or those of your team, \
                 though anyone can get such a name too, as in \"https://yours-*-team.vercel.app\" \
                 with \"dangerouslyAllow\": [\"public-suffix\"]"
                    .to_owned(),
            ),
        ] {
            assert_eq!(help(text), Some(expected), "{text}");
        }
        for text in [
            "https://*.example.com",
            "https://*.a.co.uk",
            "https://pr-*.a.co.uk",
            "https://*.yours.pages.dev",
            "https://a.vercel.app",
            "http://*.localhost",
            "moz-extension://*",
            "null",
        ] {
            assert_eq!(help(text), None, "{text}");
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
