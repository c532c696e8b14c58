use super::*;

#[test]
fn a_sample_matches_its_pattern() {
    for (pattern, expected) in [
        ("https://app.example.com", "https://app.example.com"),
        ("https://*.example.com:*", "https://www.example.com"),
        ("https://pr-*.example.com", "https://pr-x1.example.com"),
        ("http://localhost:*", "http://localhost"),
        ("https://app.*.example.com", "https://app.x1.example.com"),
    ] {
        assert_eq!(sample(pattern), expected);
    }
}

#[test]
fn origins_of_the_same_owner_are_not_look_alikes() {
    let regex = Regex::read(r"www\.example\.com$", false).unwrap();
    let patterns = Translation::of(&regex).patterns;
    assert!(regex.is_match("https://evilwww.example.com"));
    assert_eq!(look_alike(&regex, &patterns), None);
}

/// Origins that match `pattern`, which may have a `*` in its host and one for its port.
fn samples(pattern: &str) -> Vec<String> {
    let (host, ports): (_, &[&str]) = match pattern.strip_suffix(":*") {
        Some(host) => (host, &[":8080", ":3"]),
        None => (pattern, &[""]),
    };
    let labels: &[&str] =
        if host.contains("://*.") { &["www", "a.b", "x-9"] } else { &["x1", "a-b"] };
    let hosts = labels.iter().map(|label| host.replace('*', label));
    hosts.flat_map(|host| ports.iter().map(move |port| format!("{host}{port}"))).collect()
}

#[test]
fn no_pattern_allows_more_than_its_expression_unless_marked_as_wider() {
    let schemes = ["^https://", "^https?://", "https://", "^.*", "^(https?://)?", "", "^\\w+://"];
    let hosts = [
        r"example\.com",
        r"example.com",
        r"(www\.)?example\.com",
        r".*\.example\.com",
        r".*example\.com",
        r"([a-z0-9-]+\.)*example\.com",
        r"[a-z]+\.example\.com",
        r"\.example\.com",
        r"pr-[0-9]+\.example\.com",
        r"pr-.*\.example\.com",
        r"app[12]\.example\.(com|org)",
        r"(a|b)-[^.]+\.example\.com",
        r"localhost",
        r"127\.0\.0\.1",
        r"10\.0\.0\.\d+",
        r"example\.[a-z]+",
    ];
    let ends = ["$", "", "(:[0-9]+)?$", r":\d+$", ".*$", ":3000$", ":3000", "/?$"];
    let mut count = 0;
    for scheme in schemes {
        for host in hosts {
            for end in ends {
                let text = format!("{scheme}{host}{end}");
                let regex = Regex::read(&text, true).unwrap();
                for pattern in Translation::of(&regex).patterns.iter().filter(|it| !it.is_wider) {
                    for sample in samples(&pattern.text) {
                        assert!(regex.is_match(&sample), "{text}: {} {sample}", pattern.text);
                        count += 1;
                    }
                }
            }
        }
    }
    assert!(count > 1000, "{count}");
}
