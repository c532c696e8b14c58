//! Regular expressions: what patterns can say, what is open to look-alikes, and what is left out.

use super::*;

/// A row's list of origins as a policy with credentials.
fn policy(origins: &str) -> String {
    if origins.is_empty() {
        return String::new();
    }
    format!("{{\"origin\": {origins}, \"credentials\": true}}")
}

#[test]
fn an_expression_that_patterns_can_express_is_imported() {
    for (regex, origins) in [
        (r"~^https://app\.example\.com$", r#""https://app.example.com""#),
        (
            r"~^https?://app\.example\.com$",
            r#"["https://app.example.com", "http://app.example.com"]"#,
        ),
        (
            r"~^(https|http)://app\.example\.com$",
            r#"["https://app.example.com", "http://app.example.com"]"#,
        ),
        (
            r#""~^https://(app|www)\.example\.com$""#,
            r#"["https://app.example.com", "https://www.example.com"]"#,
        ),
        (
            r"~^https://(www\.)?example\.com$",
            r#"["https://example.com", "https://www.example.com"]"#,
        ),
        (r"~^https://.*\.example\.com$", r#""https://*.example.com""#),
        (r"~^https://.+\.example\.com$", r#""https://*.example.com""#),
        (r"~^https://[^/]*\.example\.com$", r#""https://*.example.com""#),
        (r"~^https://(.*\.)?example\.com$", r#"["https://example.com", "https://*.example.com"]"#),
        (
            r"~^https://(.+\.)?example\.com(:[0-9]+)?$",
            r#"["https://example.com:*", "https://*.example.com:*"]"#,
        ),
        (
            r"~^https://([a-z0-9-]+\.)*example\.com$",
            r#"["https://example.com", "https://*.example.com"]"#,
        ),
        (r"~^https://([a-z0-9-]+\.)+example\.com$", r#""https://*.example.com""#),
        (r"~^http://localhost(:\d+)?$", r#""http://localhost:*""#),
        (r#""~^http://localhost(:[\d]{1,5})?$""#, r#""http://localhost:*""#),
        (
            r"~^http://(localhost|127\.0\.0\.1):300[01]$",
            r#"["http://localhost:3000", "http://localhost:3001", "http://127.0.0.1:3000", "http://127.0.0.1:3001"]"#,
        ),
        // Whatever follows the colon can be digits alone.
        (r"~^http://localhost:", r#""http://localhost:*""#),
        (r"~*^HTTPS://APP\.Example\.com$", r#""https://app.example.com""#),
        (r"~^https:\/\/app\.example\.com\/?$", r#""https://app.example.com""#),
        (r"~\.example\.com$", r#"["https://*.example.com", "http://*.example.com"]"#),
        (r"~^capacitor://localhost$", r#""capacitor://localhost""#),
        (
            r#""~(^(https?://)?(.*\.)?a\.example(:[0-9]{1,5})?$)""#,
            r#"["https://*.a.example:*", "https://a.example:*", "http://*.a.example:*", "http://a.example:*"]"#,
        ),
        (
            r"~^https://(?:de|fr)\.example\.(com|org)$",
            r#"["https://de.example.com", "https://de.example.org", "https://fr.example.com", "https://fr.example.org"]"#,
        ),
        (
            r"~^https://web[1-3]\.example\.com$",
            r#"["https://web1.example.com", "https://web2.example.com", "https://web3.example.com"]"#,
        ),
    ] {
        assert_map(&format!("{regex} $http_origin;"), &policy(origins), &[]);
    }
}

#[test]
fn an_open_part_of_one_label_becomes_a_wildcard() {
    for (regex, origins) in [
        (r"~^https://pr-[a-z0-9-]+\.example\.com$", r#""https://pr-*.example.com""#),
        (r"~^https://[a-z0-9-]+-web\.example\.com$", r#""https://*-web.example.com""#),
        (r"~^https://app\.[a-z0-9-]+\.example\.com$", r#""https://app.*.example.com""#),
        (
            r"~^https://app[a-z0-9-]*\.example\.com$",
            r#"["https://app.example.com", "https://app*.example.com"]"#,
        ),
        // Several labels are not taken there, whatever the expression takes.
        (r"~^https://pr-.*\.example\.com$", r#""https://pr-*.example.com""#),
    ] {
        assert_map(&format!("{regex} $http_origin;"), &policy(origins), &[]);
    }
    for regex in [r"~^https://pr-\d+\.example\.com$", r"~^https://pr-[0-9]+-[0-9]+\.example\.com$"]
    {
        let expected = policy(r#""https://pr-*.example.com""#);
        assert_map(&format!("{regex} $http_origin;"), &expected, &["1 changed: imported as"]);
    }
    // Anybody can have such a name.
    assert_map(
        r"~^https://deploy-preview-\d+--shop\.netlify\.app$ $http_origin; https://a.example 1;
          https://b.example $http_origin;",
        &policy(r#""https://b.example""#),
        &["1 left out: \"https://deploy-preview-*--shop.netlify.app\""],
    );
}

#[test]
fn a_pattern_that_allows_more_of_the_domain_is_reported() {
    for (regex, origins) in [
        (r"~^https://[a-z0-9-]+\.example\.com$", r#""https://*.example.com""#),
        (r"~^https://[^.]+\.example\.com$", r#""https://*.example.com""#),
        (r#""~^https://[0-9a-f]{8}\.example\.com$""#, r#""https://*.example.com""#),
        (r"~^https://\w+\.example\.com$", r#""https://*.example.com""#),
        (r"~^https://[a-z]+-[0-9]+\.example\.com$", r#""https://*.example.com""#),
        (r#""~^http://localhost:[0-9]{4,5}$""#, r#""http://localhost:*""#),
        (r"~^http://localhost:80\d\d$", r#""http://localhost:*""#),
    ] {
        let expected = policy(origins);
        assert_map(&format!("{regex} $http_origin;"), &expected, &["1 changed: imported as"]);
    }
}

#[test]
fn an_expression_that_is_open_to_look_alikes_is_imported_as_it_was_meant() {
    for (regex, origins, look_alike) in [
        // No `$`.
        (
            r"~^https://app\.example\.com",
            r#""https://app.example.com:*""#,
            "https://app.example.com.evil.example",
        ),
        (
            r"~^https://.*\.example\.com",
            r#""https://*.example.com:*""#,
            "https://www.example.com.evil.example",
        ),
        (r"~^http://localhost", r#""http://localhost:*""#, "http://localhost.evil.example"),
        (
            r"~^https://app\.example\.com.*$",
            r#""https://app.example.com:*""#,
            "https://app.example.com.evil.example",
        ),
        // Dots that are not escaped.
        (r"~^https://app.example.com$", r#""https://app.example.com""#, "https://appxexample.com"),
        (r"~^https://.*.example.com$", r#""https://*.example.com""#, "https://evilexample.com"),
        // Nothing before the domain.
        (
            r"~example\.com$",
            r#"["https://example.com", "http://example.com"]"#,
            "https://evilexample.com",
        ),
        (
            r"~^https://.*example\.com$",
            r#"["https://example.com", "https://*.example.com"]"#,
            "https://evilexample.com",
        ),
        (
            r"~*(https?://(www\.)?example\.com|https?://app\.example\.com)",
            r#"["https://example.com:*", "https://www.example.com:*", "https://app.example.com:*", "http://example.com:*", "http://www.example.com:*", "http://app.example.com:*"]"#,
            "https://example.com.evil.example",
        ),
        // One escape is missing among several.
        (
            r"~^https://(app\.example\.com|www.example\.org)$",
            r#"["https://app.example.com", "https://www.example.org"]"#,
            "https://wwwxexample.org",
        ),
    ] {
        let message = format!("1 changed: open to look-alikes: it matches {look_alike}");
        assert_map(&format!("{regex} $http_origin;"), &policy(origins), &[&message]);
    }
}

#[test]
fn an_expression_that_no_pattern_can_express_is_left_out() {
    let other = "https://other.example $http_origin;";
    for (regex, message) in [
        (r"~^https://(?!admin)[a-z]+\.example\.com$", "no pattern can express it: its syntax"),
        (r"~^https://(a|b", "no pattern can express it: its syntax"),
        (r"~\bexample\.com$", "no pattern can express it: it matches word or line"),
        (r"~^https://(ab|cd)+\.example\.com$", "no pattern can express it: it repeats"),
        (r"~^http://192\.168\.\d+\.\d+$", "no pattern can express all of it: several parts"),
        (r"~^http://10\.0\.0\.\d+$", "no pattern can express all of it: it leaves the domain open"),
        (
            r"~^https://example\.[a-z]+$",
            "no pattern can express all of it: it leaves the domain open",
        ),
        (r"~^https://app\..*$", "no pattern can express all of it: it leaves the domain open"),
        (
            r"~^https://[a-z]+\.api-[0-9]+\.example\.com$",
            "no pattern can express all of it: several parts",
        ),
        (r"~^[a-z]+example\.com$", "matches no origin"),
        (r"~^app\.example\.com$", "matches no origin"),
        (r"~^https://App\.example\.com$", "matches no origin"),
        (r"~^https://app\.example\.com/$", "matches no origin"),
    ] {
        let message = format!("1 left out: {message}");
        let lines = format!("{regex} $http_origin; {other}");
        assert_map(&lines, &policy(r#""https://other.example""#), &[&message]);
    }
}

#[test]
fn the_alternatives_that_patterns_can_express_are_imported() {
    assert_map(
        r"~^https?://(app\.example\.com|10\.0\.0\.\d+)$ $http_origin;",
        &policy(r#"["https://app.example.com", "http://app.example.com"]"#),
        &["1 left out: no pattern can express all of it"],
    );
}

#[test]
fn an_expression_that_matches_everything_allows_every_origin() {
    for regex in ["~.", "~.*", "~^https?://", r"~^https?://[^/]+$", "~*^https://.*$"] {
        assert_map(&format!("{regex} $http_origin;"), &policy("true"), &[]);
    }
}

#[test]
fn a_wildcard_with_exceptions_is_left_out() {
    assert_map(
        r#"https://bad.example.com ""; ~^https://.*\.example\.com$ $http_origin;
           https://a.example $http_origin;"#,
        &policy(r#""https://a.example""#),
        &[
            "1 left out: https://*.example.com is not imported, as nginx refuses https://bad.example.com",
        ],
    );
}
