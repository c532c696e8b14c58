//! Unicode host names and the Public Suffix List, which are too large for the Worker.

use idna::AsciiDenyList;
use socketio_cors_core::{
    origin::pattern::{HostPattern, OriginPattern},
    policy::DomainRules,
};
use structured_public_domains::lookup;

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
    if !is_public_suffix(domain) {
        return None;
    }
    let (_, port) = pattern.as_str().rsplit_once(domain)?;
    let authority = format!("{domain}{port}");
    let list = if FLAT.contains(&domain) {
        format!("list your own sites, as in \"{scheme}://yours.{authority}\"")
    } else {
        format!(
            "write your own names, as in \"{scheme}://yours.{authority}\" or \
             \"{scheme}://*.yours.{authority}\""
        )
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

/// True if the list has `domain`, or every domain below it (`*.ck`). Domains that only its default rule
/// matches (`localhost`, `internal`) are not public suffixes.
fn is_public_suffix(domain: &str) -> bool {
    let is_listed = |domain: &str| {
        lookup(&unicode(domain))
            .is_some_and(|it| it.is_known() && it.registrable_domain().is_none())
    };
    is_listed(domain) || is_listed(&format!("below.{domain}"))
}

/// The domain that somebody registered, of `host`: "example.co.uk" of "a.b.example.co.uk". `None` if it is a
/// public suffix itself.
#[must_use]
pub fn registrable_domain(host: &str) -> Option<&str> {
    let found = lookup(&unicode(host))?;
    let dots = found.registrable_domain()?.matches('.').count();
    let start =
        host.rmatch_indices('.').nth(dots).map_or(0, |(at, dot)| at.saturating_add(dot.len()));
    host.get(start..)
}

/// The names of the list are in Unicode.
fn unicode(host: &str) -> String {
    idna::domain_to_unicode(host).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_public_suffixes() {
        let listed =
            ["com", "co.uk", "ck", "x.ck", "xn--55qx5d.cn", "workers.dev", "compute.estate"];
        for domain in listed.iter().chain(FLAT) {
            assert!(is_public_suffix(domain), "{domain}");
        }
        for domain in ["example.com", "a.github.io", "www.ck", "localhost", "internal", "a.co.uk"] {
            assert!(!is_public_suffix(domain), "{domain}");
        }
    }

    #[test]
    fn knows_what_somebody_registered() {
        for (host, domain) in [
            ("a.b.example.co.uk", Some("example.co.uk")),
            ("example.co.uk", Some("example.co.uk")),
            ("yours.github.io", Some("yours.github.io")),
            ("a.xn--bcher-kva.xn--55qx5d.cn", Some("xn--bcher-kva.xn--55qx5d.cn")),
            ("a.www.ck", Some("www.ck")),
            ("a.b.internal", Some("b.internal")),
            ("co.uk", None),
            ("localhost", None),
            ("", None),
            ("a..b", None),
        ] {
            assert_eq!(registrable_domain(host), domain, "{host}");
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
                format!(
                    r#"write your own names, as in "https://yours.co.uk" or "https://*.yours.co.uk"{MEANT}"#
                ),
            ),
            (
                "http://app.*.co.uk:*",
                format!(
                    r#"write your own names, as in "http://yours.co.uk:*" or "http://*.yours.co.uk:*"{MEANT}"#
                ),
            ),
            (
                "https://*.pages.dev",
                format!(
                    "write your own names, as in \"https://yours.pages.dev\" or \
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
