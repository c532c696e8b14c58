//! Origins, patterns, and sets of them.

use proptest::{collection::vec, prelude::*};
use socketio_cors_core::origin::{
    Origin,
    pattern::{OriginPattern, OriginSet},
};

use super::generators::{between, cases, filling, origin_like, origin_of, pattern};
use crate::common::invariants::{check_origin, check_set, stands_for};

/// A valid pattern without wildcards.
fn exact_pattern() -> impl Strategy<Value = String> {
    pattern()
        .prop_map(|pattern| pattern.replace("://*.", "://").replace(":*", "").replace('*', "x"))
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn a_pattern_is_an_origin_exactly_if_it_has_no_wildcard(text in origin_like()) {
        check_origin(&text);
    }

    #[test]
    fn the_patterns_that_the_tests_make_up_are_valid(text in pattern()) {
        prop_assert!(OriginPattern::try_from(text.as_str()).is_ok());
        check_origin(&text);
    }

    #[test]
    fn a_pattern_without_wildcards_stands_for_itself_alone(
        (text, other) in exact_pattern().prop_flat_map(|text| (Just(text.clone()), origin_of(Just(text)))),
    ) {
        let set: OriginSet = OriginPattern::try_from(text.as_str()).into_iter().collect();
        prop_assert!(set.contains(&Origin::try_from(text.as_str()).unwrap()));
        if let Ok(origin) = Origin::try_from(other.as_str()) {
            prop_assert_eq!(set.contains(&origin), other == text);
        }
    }

    #[test]
    fn a_star_inside_a_label_stands_for_some_letters_digits_and_hyphens_of_it(
        ((before, after), part) in (between(), filling()),
    ) {
        let pattern = format!("{before}*{after}");
        let set: OriginSet = OriginPattern::try_from(pattern.as_str()).into_iter().collect();
        prop_assert_eq!(set.len(), 1);
        let after = after.replace(":*", ":81");
        let origin = format!("{before}{part}{after}");
        let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let fits = !part.is_empty() && part.bytes().all(is_good);
        if let Ok(origin) = Origin::try_from(origin.as_str()) {
            prop_assert_eq!(set.contains(&origin), fits, "{} {}", pattern, origin.as_str());
            prop_assert_eq!(stands_for(&pattern, origin.as_str()), fits);
        } else {
            // No host has such a label.
            prop_assert!(!fits || part.len() > 50, "{}", origin);
        }
    }

    #[test]
    fn a_set_matches_an_origin_if_any_of_its_patterns_does(
        (patterns, origins) in vec(pattern(), 1..6).prop_flat_map(|patterns| {
            let origin = origin_of(proptest::sample::select(patterns.clone()));
            (Just(patterns), vec(origin, 1..6))
        }),
    ) {
        let patterns: Vec<_> = patterns.iter().map(String::as_str).collect();
        let origins: Vec<_> = origins.iter().map(String::as_str).collect();
        check_set(&patterns, &origins);
    }
}
