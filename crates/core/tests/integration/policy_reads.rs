//! What is read of KV for a host's policy, written to it and logged, step by step.

use std::cell::Cell;

use socketio_cors_core::{
    cache::policy_cache::{Document, Effect, PolicyCache, PolicyEvent, PolicyRead},
    policy::{DomainRules, Version},
};

const HOST: &str = "a.example:8443";
const FRESH_SECONDS: u32 = 30;
const GOOD: &str = r#"{"origin": "https://good.example"}"#;
const OTHER: &str = r#"{"origin": "https://other.example"}"#;
const FAULTY: &str = r#"{"origin": "good.example"}"#;

/// The keys of a namespace with their texts; `None` for a KV that fails.
type Kv<'a> = Option<&'a [(&'a str, &'a str)]>;

/// Reads the policy of [`HOST`] at that time in seconds. Returns what happens, one after another.
fn read(cache: &mut PolicyCache, kv: Kv<'_>, seconds: f64) -> Vec<String> {
    let now = seconds * 1000.0;
    let mut happened = Vec::new();
    let mut next = Some(PolicyRead::new(HOST, now));
    while let Some(read) = next.take() {
        assert_eq!(read.host(), HOST);
        let is_parsed = Cell::new(false);
        let found = kv.map(|kv| {
            let value = |wanted: &String| kv.iter().find(|(key, _)| key == wanted);
            let mut found = read.keys().iter().enumerate();
            found.find_map(|(index, key)| value(key).map(|(_, text)| (index, *text)))
        });
        let text = || {
            is_parsed.set(true);
            found.flatten().map(|(_, text)| text.to_owned()).unwrap_or_default()
        };
        let document = |(index, found): (usize, &str)| Document {
            index,
            version: Version::of(found),
            text: &text,
        };
        let answer = found.map(|found| found.map(document)).ok_or("KV is down".to_owned());
        let effects = cache.update(&read, answer, now, FRESH_SECONDS, &DomainRules::NONE);
        let parses = if is_parsed.get() { ", parses" } else { "" };
        happened.push(format!("reads {}{parses}", read.keys().join(" ")));
        for effect in effects {
            happened.push(match effect {
                Effect::Read(further) => {
                    next = Some(further);
                    continue;
                }
                Effect::WriteLastGood(key) => format!("writes {key}"),
                Effect::Log(event) => format!("logs {}", name(&event)),
            });
        }
    }
    happened
}

fn name(event: &PolicyEvent) -> String {
    match event {
        PolicyEvent::ReadFailed(error) => format!("read failed: {error}"),
        PolicyEvent::Changed { key, .. } => format!("{key} changed"),
        PolicyEvent::Faulty { key, diagnostics, .. } => format!("{key}: {}", diagnostics.len()),
        PolicyEvent::Missing => "missing".to_owned(),
        PolicyEvent::NoLastGood => "no last good".to_owned(),
    }
}

/// The keys of [`HOST`], the most specific first.
const OWN: &str = "policy:a.example:8443";
const KEYS: &str = "policy:a.example:8443 policy:a.example policy";
const LAST_GOODS: &str =
    "policy:a.example:8443@last-good policy:a.example@last-good policy@last-good";

fn parsed(keys: &str) -> String {
    format!("reads {keys}, parses")
}

#[test]
fn the_first_document_that_is_there_is_used_and_kept_as_the_last_good_one() {
    for key in ["policy", "policy:a.example", OWN] {
        let mut cache = PolicyCache::new();
        let happened = read(&mut cache, Some(&[(key, GOOD)]), 0.0);
        let written = format!("writes {key}@last-good");
        assert_eq!(happened, [parsed(KEYS), written, format!("logs {key} changed")]);
    }
    let both: Kv<'_> = Some(&[("policy", OTHER), (OWN, GOOD)]);
    let happened = read(&mut PolicyCache::new(), both, 0.0);
    assert!(happened.contains(&format!("logs {OWN} changed")), "{happened:?}");
}

#[test]
fn a_text_that_is_known_is_neither_parsed_nor_written_nor_logged_again() {
    let mut cache = PolicyCache::new();
    read(&mut cache, Some(&[("policy", GOOD)]), 0.0);
    assert_eq!(read(&mut cache, Some(&[("policy", GOOD)]), 31.0), [format!("reads {KEYS}")]);
    // Another text is.
    let happened = read(&mut cache, Some(&[("policy", OTHER)]), 62.0);
    assert_eq!(happened.len(), 3, "{happened:?}");
    // And the one before once more, as it is news again.
    let happened = read(&mut cache, Some(&[("policy", GOOD)]), 93.0);
    assert_eq!(happened.len(), 3, "{happened:?}");
}

#[test]
fn a_faulty_document_is_logged_once_and_replaced_by_the_last_good_one_where_nothing_is_cached() {
    let mut cache = PolicyCache::new();
    let kv: Kv<'_> = Some(&[("policy", FAULTY), ("policy@last-good", GOOD)]);
    let logged = "logs policy: 1".to_owned();
    let last_good = "policy@last-good";
    let changed = format!("logs {last_good} changed");
    assert_eq!(
        read(&mut cache, kv, 0.0),
        [parsed(KEYS), logged.clone(), parsed(last_good), changed]
    );
    // It is in force now, and the faulty text is known.
    assert_eq!(read(&mut cache, kv, 31.0), [format!("reads {KEYS}")]);

    let mut cache = PolicyCache::new();
    let happened = read(&mut cache, Some(&[("policy", FAULTY)]), 0.0);
    let read_more = format!("reads {last_good}");
    assert_eq!(happened, [parsed(KEYS), logged, read_more, "logs no last good".to_owned()]);
}

#[test]
fn a_faulty_document_replaces_nothing_that_is_in_force() {
    let mut cache = PolicyCache::new();
    read(&mut cache, Some(&[("policy", GOOD)]), 0.0);
    let happened = read(&mut cache, Some(&[("policy", FAULTY)]), 31.0);
    assert_eq!(happened, [parsed(KEYS), "logs policy: 1".to_owned()]);
    // Put right, it is news.
    let happened = read(&mut cache, Some(&[("policy", GOOD)]), 62.0);
    let expected = ["writes policy@last-good", "logs policy changed"];
    assert_eq!(happened.get(1..), Some(&expected.map(str::to_owned)[..]), "{happened:?}");
}

#[test]
fn where_there_is_no_document_the_last_good_one_tells_what_is_closed() {
    let missing = "logs missing".to_owned();
    for (kv, last_good) in [
        (&[][..], format!("reads {LAST_GOODS}")),
        (&[("policy@last-good", GOOD)][..], parsed(LAST_GOODS)),
        (&[("policy:a.example@last-good", FAULTY)], parsed(LAST_GOODS)),
    ] {
        let mut cache = PolicyCache::new();
        let happened = read(&mut cache, Some(kv), 0.0);
        assert_eq!(happened, [format!("reads {KEYS}"), last_good, missing.clone()], "{kv:?}");
    }
}

#[test]
fn a_document_that_goes_missing_is_reported_when_that_is_confirmed() {
    let mut cache = PolicyCache::new();
    read(&mut cache, Some(&[("policy", GOOD)]), 0.0);
    let reads = format!("reads {KEYS}");
    assert_eq!(read(&mut cache, Some(&[]), 31.0), std::slice::from_ref(&reads));
    assert_eq!(read(&mut cache, Some(&[]), 66.0), [reads, "logs missing".to_owned()]);
    // The same text is news once it is there again.
    let happened = read(&mut cache, Some(&[("policy", GOOD)]), 97.0);
    assert!(happened.contains(&"logs policy changed".to_owned()), "{happened:?}");
}

#[test]
fn a_less_specific_document_that_takes_over_is_a_change_and_nothing_is_missing() {
    let mut cache = PolicyCache::new();
    read(&mut cache, Some(&[(OWN, GOOD)]), 0.0);
    let kv: Kv<'_> = Some(&[("policy", OTHER)]);
    read(&mut cache, kv, 31.0);
    assert_eq!(read(&mut cache, kv, 66.0), [parsed(KEYS), "logs policy changed".to_owned()]);
}

#[test]
fn a_kv_that_fails_is_logged_and_nothing_else_is_read() {
    let mut cache = PolicyCache::new();
    let failed = [format!("reads {KEYS}"), "logs read failed: KV is down".to_owned()];
    assert_eq!(read(&mut cache, None, 0.0), failed);
    read(&mut cache, Some(&[("policy", GOOD)]), 2.0);
    assert_eq!(read(&mut cache, None, 33.0), failed);
}

#[test]
fn one_text_under_two_keys_is_parsed_once() {
    let mut cache = PolicyCache::new();
    read(&mut cache, Some(&[("policy", GOOD)]), 0.0);
    let happened = read(&mut cache, Some(&[(OWN, GOOD)]), 31.0);
    let expected =
        [format!("reads {KEYS}"), format!("writes {OWN}@last-good"), format!("logs {OWN} changed")];
    assert_eq!(happened, expected);
}

#[test]
fn what_a_later_read_has_said_is_not_undone_by_an_earlier_one() {
    let mut cache = PolicyCache::new();
    read(&mut cache, Some(&[("policy", GOOD)]), 10.0);
    let happened = read(&mut cache, Some(&[("policy", OTHER)]), 5.0);
    assert!(!happened.contains(&"logs policy changed".to_owned()), "{happened:?}");
}
