use super::*;
use crate::origin::Origin;

fn set(patterns: &[&str]) -> OriginSet {
    patterns.iter().map(|text| OriginPattern::try_from(*text).unwrap()).collect()
}

fn allows(patterns: &[&str], origin: &str) -> bool {
    Origin::try_from(origin).is_ok_and(|origin| set(patterns).contains(&origin))
}

#[test]
fn prints_as_it_was_written() {
    for text in [
        "https://example.com",
        "http://localhost:3000",
        "http://localhost:*",
        "https://*.example.com",
        "https://*.example.com:8443",
        "https://*.example.com:*",
        "http://127.0.0.1:5173",
        "http://[::1]:*",
        "capacitor://localhost",
        "MyApp://LocalHost",
        "app://.",
        "file://",
        "null",
        "https://pr-*.example.com",
        "https://*-web.example.com:8443",
        "https://deploy-preview-*--site.netlify.app",
        "https://app.*.example.com:*",
        "https://a*b.c.d.example.com",
        "app://App-*.Example.com",
        "moz-extension://*",
        "My+Ext.1://*",
    ] {
        assert_eq!(OriginPattern::try_from(text).unwrap().to_string(), text);
    }
}

#[test]
fn matches_its_own_origins_and_no_near_miss() {
    let rows: &[(&str, &[&str], &[&str])] = &[
        (
            "https://good.com",
            &["https://good.com"],
            &[
                "http://good.com",
                "https://good.com:8443",
                "https://www.good.com",
                "https://good.com.evil.com",
                "https://evilgood.com",
                "https://good.co",
                "https://xn--good-epa.com",
            ],
        ),
        (
            "https://*.good.com",
            &["https://a.good.com", "https://a.b.c.good.com"],
            &[
                "https://good.com",
                "http://a.good.com",
                "https://a.good.com:8443",
                "https://evilgood.com",
                "https://a.evilgood.com",
                "https://a.good.com.evil.com",
            ],
        ),
        (
            "http://localhost:*",
            &["http://localhost", "http://localhost:3000", "http://localhost:443"],
            &["https://localhost", "https://localhost:3000", "http://a.localhost:3000"],
        ),
        (
            "https://*.good.com:8443",
            &["https://a.good.com:8443"],
            &["https://a.good.com", "https://a.good.com:8444", "https://good.com:8443"],
        ),
        (
            "https://*.good.com:*",
            &["https://a.good.com", "https://a.b.good.com:1"],
            &["https://good.com", "https://good.com:8443", "http://a.good.com"],
        ),
        (
            "https://pr-*.good.com",
            &["https://pr-1.good.com", "https://pr-a-b.good.com", "https://pr--.good.com"],
            &[
                "https://pr-.good.com",
                "https://pr.good.com",
                "https://pr-1.2.good.com",
                "https://a.pr-1.good.com",
                "https://pr-1.a.good.com",
                "https://pr-_.good.com",
                "https://xpr-1.good.com",
                "https://pr-1.good.com.evil.com",
                "https://pr-1.evilgood.com",
                "https://pr-1.good.com:8443",
                "http://pr-1.good.com",
            ],
        ),
        (
            "https://*-my-slug.good.com:8443",
            &["https://a-my-slug.good.com:8443", "https://a-my-slug-my-slug.good.com:8443"],
            &[
                "https://-my-slug.good.com:8443",
                "https://my-slug.good.com:8443",
                "https://a-my-slug.good.com",
                "https://a.b-my-slug.good.com:8443",
                "https://a-my-slugx.good.com:8443",
            ],
        ),
        (
            "https://a-*-a.good.com",
            &["https://a-b-a.good.com", "https://a---a.good.com"],
            // Beginning and end may not overlap.
            &["https://a-a.good.com", "https://a--a.good.com", "https://a-.-a.good.com"],
        ),
        (
            "https://app.*.good.com:*",
            &["https://app.eu.good.com", "https://app.eu-1.good.com:9"],
            &[
                "https://app.good.com",
                "https://app..good.com",
                "https://app.eu.1.good.com",
                "https://xapp.eu.good.com",
                "https://a.app.eu.good.com",
                "https://app.e_u.good.com",
            ],
        ),
        (
            "app://App-*.good.com",
            &["app://App-1.good.com"],
            &["app://app-1.good.com", "app://App-A.good.com", "App://App-1.good.com"],
        ),
        (
            "moz-extension://*",
            &["moz-extension://b4a6b6c4-1d5e", "moz-extension://A.B:1", "moz-extension://."],
            &[
                "moz-extension://",
                "moz-extension:///",
                "Moz-extension://b4a6b6c4",
                "chrome-extension://b4a6b6c4",
                "https://b4a6b6c4",
            ],
        ),
        (
            "capacitor://LocalHost",
            &["capacitor://LocalHost"],
            &["capacitor://localhost", "Capacitor://LocalHost"],
        ),
        ("app://.", &["app://."], &["app://", "app://-", "app://./", "App://."]),
        ("file://", &["file://"], &["null", "file://a.example", "file:///", "http://a.example"]),
        ("null", &["null"], &["file://", "https://null"]),
        ("http://[::1]:3000", &["http://[::1]:3000"], &["http://[::1]", "http://[::2]:3000"]),
        (
            "http://[::1]:*",
            &["http://[::1]", "http://[::1]:9"],
            &["http://[::1:9]", "https://[::1]"],
        ),
    ];
    for (pattern, matching, others) in rows {
        for origin in *matching {
            assert!(allows(&[pattern], origin), "{pattern} should allow {origin}");
        }
        for origin in *others {
            assert!(!allows(&[pattern], origin), "{pattern} should not allow {origin}");
        }
    }
}

#[test]
fn overlapping_patterns_give_the_same_answer_in_any_order() {
    let mut patterns = [
        "https://*.good.com",
        "https://a.good.com",
        "https://*.a.good.com:*",
        "https://a.good.com:*",
        "http://*.good.com:81",
        "https://b-*.good.com:8443",
        "https://b-*-x.good.com:*",
    ];
    for _ in 0..patterns.len() {
        patterns.rotate_left(1);
        for (origin, allowed) in [
            ("https://a.good.com", true),
            ("https://a.good.com:9", true),
            ("https://b.good.com", true),
            ("https://b.good.com:9", false),
            ("https://b.a.good.com:9", true),
            ("http://b.good.com:81", true),
            ("http://b.good.com", false),
            ("https://good.com", false),
            ("https://b-1.good.com:8443", true),
            ("https://b-1.good.com:8444", false),
            ("https://b-1-x.good.com:8444", true),
            ("https://b-x.good.com:8444", false),
        ] {
            assert_eq!(allows(&patterns, origin), allowed, "{origin} in {patterns:?}");
        }
    }
}

#[test]
fn an_empty_set_allows_nothing() {
    assert!(!allows(&[], "https://good.com"));
    assert!(set(&[]).is_empty() && !set(&["https://good.com"]).is_empty());
}

#[test]
fn faults_say_what_is_wrong_and_what_to_write() {
    let example = r#"write an origin such as "https://example.com" or "http://localhost:3000""#;
    for (text, kind, help) in [
        ("https://a.example/", ErrorKind::Path, r#"write "https://a.example""#),
        ("https://a.example/app?x", ErrorKind::Path, r#"write "https://a.example""#),
        ("https://a.example.", ErrorKind::TrailingDot, r#"write "https://a.example""#),
        ("https://A.example", ErrorKind::UpperCase, r#"write "https://a.example""#),
        ("HTTPS://a.example", ErrorKind::UpperCase, r#"write "https://a.example""#),
        ("WSS://a.example", ErrorKind::UpperCase, r#"write "https://a.example""#),
        ("https://PR-*.a.example", ErrorKind::UpperCase, r#"write "https://pr-*.a.example""#),
        ("FILE://", ErrorKind::UpperCase, r#"write "file://""#),
        ("file:///android_asset/", ErrorKind::Path, r#"write "file://""#),
        ("file://*", ErrorKind::WildcardHost, r#"write "file://""#),
        ("app://./", ErrorKind::Path, r#"write "app://.""#),
        ("MyApp://LocalHost/", ErrorKind::Path, r#"write "MyApp://LocalHost""#),
        ("*://a.example", ErrorKind::Scheme, r#"write "https://a.example""#),
        ("https://*a.example", ErrorKind::WildcardDomain, r#"write "https://*.a.example""#),
        ("https://a.example:443", ErrorKind::DefaultPort, r#"write "https://a.example""#),
        ("http://a.example:80", ErrorKind::DefaultPort, r#"write "http://a.example""#),
        ("https://u:p@a.example", ErrorKind::Userinfo, r#"write "https://a.example""#),
        ("wss://a.example", ErrorKind::WebSocketScheme, r#"write "https://a.example""#),
        ("ws://localhost:3000", ErrorKind::WebSocketScheme, r#"write "http://localhost:3000""#),
        ("a.example", ErrorKind::NoScheme, r#"write "https://a.example""#),
        ("localhost:3000", ErrorKind::NoScheme, r#"write "http://localhost:3000""#),
        ("*.a.example", ErrorKind::NoScheme, r#"write "https://*.a.example""#),
        ("http://[0:0::1]", ErrorKind::Host, r#"write "http://[::1]""#),
        ("http://[::FFFF:1.2.3.4]", ErrorKind::UpperCase, r#"write "http://[::ffff:102:304]""#),
        ("true", ErrorKind::NoScheme, example),
        ("", ErrorKind::NoScheme, example),
        ("https://", ErrorKind::Host, example),
        ("https://a..example", ErrorKind::Host, example),
        ("https://127.1", ErrorKind::Host, example),
        ("https://a.example:0", ErrorKind::Port, example),
        ("https://a.example:", ErrorKind::Port, example),
        ("https://a.example:99999", ErrorKind::Port, example),
        ("1https://a.example", ErrorKind::Scheme, example),
    ] {
        let error = OriginPattern::try_from(text).unwrap_err();
        assert_eq!((error.0, error.help(text, |_| None).as_str()), (kind, help), "{text}");
    }
    for (text, kind) in [
        ("*", ErrorKind::Everything),
        ("*:*", ErrorKind::Everything),
        ("https://bücher.example", ErrorKind::Unicode),
        ("https://*", ErrorKind::WildcardHost),
        ("http://*:3000", ErrorKind::WildcardHost),
        ("https://a.*.example", ErrorKind::WildcardDomain),
        ("https://a*.example", ErrorKind::WildcardDomain),
        ("https://a.b.exam*", ErrorKind::WildcardDomain),
        ("https://example.*", ErrorKind::WildcardDomain),
        ("https://*-x.localhost", ErrorKind::WildcardDomain),
        ("https://*.*.example", ErrorKind::Wildcards),
        ("https://a-*-*.b.example", ErrorKind::Wildcards),
        ("https://*.a-*.b.example", ErrorKind::Wildcards),
        ("https://xn--*.b.example", ErrorKind::WildcardPunycode),
        ("https://a.xn--b-*.b.example", ErrorKind::WildcardPunycode),
        ("https://*.10.0.0.1", ErrorKind::WildcardAddress),
        ("https://10.*.0.1", ErrorKind::WildcardAddress),
        ("https://10.0.0.*", ErrorKind::WildcardAddress),
        ("https://10.0.*:81", ErrorKind::WildcardAddress),
        ("https://*.[::1]", ErrorKind::WildcardAddress),
        ("https://[::*]", ErrorKind::WildcardAddress),
        ("ws://*", ErrorKind::WebSocketScheme),
        ("moz-extension://*:80", ErrorKind::WildcardHost),
        ("moz-extension://*/", ErrorKind::Path),
        ("app://.a", ErrorKind::Host),
        ("https://a*.b..example", ErrorKind::Host),
    ] {
        assert_eq!(OriginPattern::try_from(text).unwrap_err().0, kind, "{text}");
    }
}

#[test]
fn a_wildcard_free_pattern_is_an_origin() {
    for text in [
        "https://a.example",
        "http://a.example:443",
        "http://[::1]:8080",
        "app://x",
        "App://X",
        "app://.:81",
        "file://",
        "null",
    ] {
        assert_eq!(OriginPattern::try_from(text).unwrap().to_string(), text);
        assert_eq!(Origin::try_from(text).unwrap().as_str(), text);
    }
}

#[test]
fn a_pattern_that_no_host_can_match_is_refused() {
    let label = "a".repeat(62);
    assert!(OriginPattern::try_from(&*format!("https://{label}*.b.example")).is_ok());
    let too_long = format!("https://a{label}*.b.example");
    assert_eq!(OriginPattern::try_from(&*too_long).unwrap_err().0, ErrorKind::Host);
    let host = format!("{label}.{label}.{label}.{}", "a".repeat(62));
    assert!(OriginPattern::try_from(&*format!("https://*.{host}")).is_ok());
    assert!(OriginPattern::try_from(&*format!("https://*.b{host}")).is_err());
    assert!(OriginPattern::try_from(&*format!("https://b*.{host}")).is_err());
}

#[test]
fn the_way_to_write_a_wildcard_is_shown() {
    for (text, help) in [
        ("https://*", r#"write "https://*.example.com", or "origin": true for every origin"#),
        (
            "https://*-*.a.example",
            r#"list each host, or use one *, as in "https://pr-*.example.com""#,
        ),
        ("http://10.0.0.*", "list each address"),
    ] {
        assert_eq!(OriginPattern::try_from(text).unwrap_err().help(text, |_| None), help, "{text}");
    }
}

#[test]
fn several_origins_in_one_text_are_distinguished_from_a_faulty_origin() {
    for (text, is_several) in [
        ("https://a.example, https://b.example", true),
        ("https://a b", true),
        ("https://A", false),
    ] {
        assert_eq!(OriginPattern::try_from(text).unwrap_err().is_several(), is_several, "{text}");
    }
}

#[test]
fn one_https_origin_is_the_same_pattern_by_the_shorter_way() {
    for text in ["https://app.example.com", "https://localhost", "https://xn--bcher-kva.example"] {
        let pattern = OriginPattern::of_one_site(text);
        assert_eq!(pattern, OriginPattern::try_from(text).ok(), "{text}");
        assert!(pattern.is_some(), "{text}");
    }
    for text in [
        "http://a.example",
        "https://a.example:8443",
        "https://*.a.example",
        "https://A.example",
        "null",
    ] {
        assert_eq!(OriginPattern::of_one_site(text), None, "{text}");
    }
}
