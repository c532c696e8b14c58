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
fn origins_of_the_same_owner_are_no_look_alikes() {
    let regex = Regex::read(r"www\.example\.com$", false).unwrap();
    let patterns = Translation::of(&regex).patterns;
    assert!(regex.is_match("https://evilwww.example.com"));
    assert_eq!(look_alike(&regex, &patterns), None);
}
