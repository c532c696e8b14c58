//! Which origins are allowed, through the public API: the rule's, the request's own, no odd one.

use socketio_cors_core::{
    host::MAX_HOST_LEN,
    origin::MAX_SCHEME_LEN,
    request::{RequestHead, Url},
};

use crate::common::{EVERY, GOOD, LISTED, POLL, WILDCARD, decided, from, policy, preflight_from};

#[test]
fn an_origin_is_allowed_as_the_rule_says_and_no_odd_one_under_any_rule() {
    let long = format!("https://{}.apps.com", "a".repeat(1_000_000));
    let scheme = "a".repeat(MAX_SCHEME_LEN);
    let label = "a".repeat(63);
    let host = format!("{label}.{label}.{label}.{}", "a".repeat(MAX_HOST_LEN - 3 * 64));
    let longest = format!("{scheme}://{host}:65535");
    let longer_scheme = format!("a{scheme}://{host}");
    let longer_host = format!("{scheme}://a{host}");
    let allow = "allow every-origin";
    let malformed = "refuse malformed-origin";
    let unlisted = "refuse unlisted-origin";
    for (origin, under_listed, under_every) in [
        (GOOD, "allow listed-origin", allow),
        ("https://a.apps.com", "allow listed-origin", allow),
        // Near misses
        ("https://good.com.evil.com", unlisted, allow),
        ("https://evilgood.com", unlisted, allow),
        ("https://www.good.com", unlisted, allow),
        ("https://good.co", unlisted, allow),
        ("https://good.com:8443", unlisted, allow),
        ("https://apps.com", unlisted, allow),
        ("https://evilapps.com", unlisted, allow),
        ("https://a.apps.com.evil.com", unlisted, allow),
        ("https://api.example.com:8443", unlisted, allow),
        // Other schemes
        ("http://good.com", unlisted, allow),
        ("http://api.example.com", unlisted, allow),
        ("wss://good.com", unlisted, allow),
        ("capacitor://localhost", unlisted, allow),
        ("chrome-extension://abcdef", unlisted, allow),
        ("file://", malformed, malformed),
        ("data:text/html,x", malformed, malformed),
        // Other hosts
        ("https://xn--gd-eka.com", unlisted, allow),
        ("http://127.0.0.1:3000", unlisted, allow),
        ("http://[::1]", unlisted, allow),
        ("http://[::1]:3000", unlisted, allow),
        ("http://[0:0::1]", malformed, malformed),
        ("http://::1", malformed, malformed),
        ("https://127.1", malformed, malformed),
        // None, or several
        ("", malformed, malformed),
        (" ", malformed, malformed),
        ("null", "refuse null-origin", "refuse null-origin"),
        ("NULL", malformed, malformed),
        ("null, null", malformed, malformed),
        ("*", malformed, malformed),
        ("https://good.com, https://good.com", malformed, malformed),
        ("https://good.com,https://evil.com", malformed, malformed),
        ("https://good.com https://evil.com", malformed, malformed),
        ("https://api.example.com, https://api.example.com", malformed, malformed),
        // Not as a browser spells it
        ("https://Good.com", malformed, malformed),
        ("HTTPS://good.com", malformed, malformed),
        ("https://API.example.com", malformed, malformed),
        ("https://good.com/", malformed, malformed),
        ("https://good.com/path", malformed, malformed),
        ("https://good.com?x", malformed, malformed),
        ("https://good.com#x", malformed, malformed),
        ("https://good.com.", malformed, malformed),
        ("https://good.com:443", malformed, malformed),
        ("http://good.com:80", malformed, malformed),
        ("https://good.com:", malformed, malformed),
        ("https://good.com:0", malformed, malformed),
        ("https://good.com:65536", malformed, malformed),
        ("https://user@good.com", malformed, malformed),
        ("https://good.com:x@evil.com", malformed, malformed),
        ("https://g%6fod.com", malformed, malformed),
        ("https://good.com%2eevil.com", malformed, malformed),
        ("https://evil.com\\@good.com", malformed, malformed),
        ("https://evil.com\\.apps.com", malformed, malformed),
        ("https://g\u{f6}\u{f6}d.com", malformed, malformed),
        ("https://\u{ff47}ood.com", malformed, malformed),
        ("https://good.com\0", malformed, malformed),
        ("https://good.com\n", malformed, malformed),
        (" https://good.com", malformed, malformed),
        ("https://good.com ", malformed, malformed),
        ("good.com", malformed, malformed),
        ("//good.com", malformed, malformed),
        ("https:good.com", malformed, malformed),
        ("https://*.apps.com", malformed, malformed),
        ("https://.apps.com", malformed, malformed),
        (&longest, unlisted, allow),
        (&longer_scheme, malformed, malformed),
        (&longer_host, malformed, malformed),
        (&long, malformed, malformed),
    ] {
        assert_eq!(decided(from(origin), &policy(LISTED)), under_listed, "{origin:.80?}");
        for document in [EVERY, WILDCARD, r#"{"origin": true, "credentials": true}"#] {
            let expected = decided(from(origin), &policy(document));
            assert_eq!(expected, under_every, "{origin:.80?} under {document}");
        }
        let closed = decided(from(origin), &policy(r#"{"origin": false}"#));
        assert!(closed.starts_with("refuse "), "{origin:.80?}: {closed}");
    }
}

#[test]
fn a_page_of_the_origin_that_the_request_goes_to_is_allowed_under_every_rule() {
    for (own, origin, same) in [
        ("https://api.example.com", "https://api.example.com", true),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787", true),
        ("http://[::1]:8787", "http://[::1]:8787", true),
        // Whatever a browser sent a request to, it also sends as an origin.
        ("http://a~b.example", "http://a~b.example", true),
        ("https://api.example.com", "https://example.com", false),
        ("https://api.example.com", "http://api.example.com", false),
        ("https://api.example.com:8443", "https://api.example.com", false),
        ("https://api.example.com", "https://api.example.com:8443", false),
        ("https://api.example.com", "https://api.example.co", false),
    ] {
        let url = Url { origin: own, ..POLL.url };
        for document in
            [r#"{"origin": false}"#, LISTED, r#"{"origin": false, "missingOrigin": "deny"}"#]
        {
            let policy = policy(document);
            let expected = if same { "allow same-origin" } else { "refuse unlisted-origin" };
            assert_eq!(decided(RequestHead { url, ..from(origin) }, &policy), expected);
            let expected = if same { "preflight same-origin" } else { "refuse unlisted-origin" };
            assert_eq!(decided(RequestHead { url, ..preflight_from(origin) }, &policy), expected);
        }
    }
}
