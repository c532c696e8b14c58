//! Which origins are allowed, through the public API: the rule's, the request's own, no odd one.

use socketio_cors_core::{
    origin::{MAX_SCHEME_LEN, host::MAX_HOST_LEN},
    request::{RequestHead, Url},
};

use crate::common::{EVERY, GOOD, LISTED, POLL, WILDCARD, decided, from, policy, preflight_from};

#[test]
fn an_origin_is_allowed_only_if_the_rule_allows_it_and_malformed_ones_only_by_a_wildcard() {
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
    let no_page = "allow no-page";
    let null = "refuse null-origin";
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
        ("wss://good.com", no_page, no_page),
        ("ws://api.example.com:8080", no_page, no_page),
        ("WSS://good.com", malformed, malformed),
        ("wss://GOOD.com", malformed, malformed),
        ("wss://good.com/socket.io/", malformed, malformed),
        ("wss://good.com:443x", malformed, malformed),
        ("capacitor://localhost", unlisted, allow),
        ("chrome-extension://abcdef", unlisted, allow),
        ("MyApp://LocalHost", unlisted, allow),
        ("app://.", unlisted, allow),
        ("app://", malformed, malformed),
        ("file://", unlisted, allow),
        ("file://evil.com", unlisted, allow),
        ("FILE://", malformed, malformed),
        ("file:///etc/passwd", malformed, malformed),
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
        ("null", null, allow),
        ("NULL", malformed, malformed),
        ("null, null", malformed, "allow two-origins"),
        ("*", malformed, malformed),
        ("https://good.com, https://good.com", "allow two-origins", "allow two-origins"),
        ("https://good.com,https://evil.com", malformed, "allow two-origins"),
        ("https://good.com https://evil.com", malformed, malformed),
        ("https://good.com, https://good.com, https://good.com", malformed, malformed),
        ("https://good.com,", malformed, malformed),
        (",https://good.com", malformed, malformed),
        ("wss://good.com, wss://good.com", malformed, malformed),
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
        let every = decided(from(origin), &policy(EVERY));
        assert_eq!(every, under_every, "{origin:.80?}");
        // Whatever stands there.
        let is_ws = under_every == no_page;
        let wildcard = decided(from(origin), &policy(WILDCARD));
        assert_eq!(wildcard, if is_ws { no_page } else { allow }, "{origin:.80?}");
        // With credentials, the origins that belong to nobody (null, file://) are not allowed.
        let credentialed =
            decided(from(origin), &policy(r#"{"origin": true, "credentials": true}"#));
        let expected = match origin {
            "null" => null,
            "null, null" => malformed,
            "file://" | "file://evil.com" => unlisted,
            _ => under_every,
        };
        assert_eq!(credentialed, expected, "{origin:.80?}");
        let closed = decided(from(origin), &policy(r#"{"origin": false}"#));
        assert_eq!(closed.starts_with("allow "), is_ws, "{origin:.80?}: {closed}");
    }
}

#[test]
fn a_page_of_the_requests_own_origin_is_allowed_under_every_rule() {
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
