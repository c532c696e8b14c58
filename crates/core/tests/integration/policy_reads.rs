//! The reads, writes and log lines for a host's policy, step by step.

use std::cell::Cell;

use socketio_cors_core::{
    cache::{
        policy_cache::{
            Document, Effect, PolicyCache, PolicyEvent, PolicyRead, PolicyState, Waits,
        },
        waiting::Times,
    },
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
    let read = PolicyRead::new(HOST, now);
    assert_eq!(read.host(), HOST);
    answer(cache, read, kv, now)
}

/// KV's answer to `read` at `now`, and what happens then.
fn answer(cache: &mut PolicyCache, read: PolicyRead, kv: Kv<'_>, now: f64) -> Vec<String> {
    let mut happened = Vec::new();
    let mut next = Some(read);
    while let Some(read) = next.take() {
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
        let (effects, further) =
            cache.update(&read, answer, now, FRESH_SECONDS, &DomainRules::NONE);
        let parses = if is_parsed.get() { ", parses" } else { "" };
        happened.push(format!("reads {}{parses}", read.keys().join(" ")));
        happened.extend(effects.into_iter().map(|effect| match effect {
            Effect::WriteLastGood(key) => format!("writes {key}"),
            Effect::Log(event) => format!("logs {}", name(&event)),
        }));
        next = further;
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
fn the_most_specific_document_is_used_and_kept_as_the_last_good_one() {
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
fn a_known_text_is_not_parsed_written_or_logged_again() {
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
fn a_faulty_document_is_logged_once_and_replaced_by_the_last_good_one_if_none_is_cached() {
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
fn a_faulty_document_does_not_replace_the_policy_in_force() {
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
fn without_a_document_the_last_good_one_is_read() {
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
fn a_missing_document_is_logged_after_a_second_read_confirms_it() {
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
fn a_less_specific_document_that_takes_over_is_logged_as_changed_not_as_missing() {
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
fn the_result_of_a_later_read_is_not_replaced_by_an_earlier_one() {
    let mut cache = PolicyCache::new();
    read(&mut cache, Some(&[("policy", GOOD)]), 10.0);
    let happened = read(&mut cache, Some(&[("policy", OTHER)]), 5.0);
    assert!(!happened.contains(&"logs policy changed".to_owned()), "{happened:?}");
}

/// A request for `host` comes at that time in seconds: its read of KV, and the names of its keys.
fn ask(cache: &mut PolicyCache, host: &str, seconds: f64) -> (Option<PolicyRead>, String) {
    let now = seconds * 1000.0;
    let lookup = cache.look_up(host, Times { now, arrived_at: now }, FRESH_SECONDS);
    let state = if matches!(lookup.state, PolicyState::InForce(_)) { "in force" } else { "none" };
    let waits = if lookup.waits == Waits::Never { "" } else { ", waits" };
    let keys = lookup.read.as_ref().map(|read| format!(", reads {}", read.keys().join(" ")));
    (lookup.read, format!("{state}{waits}{}", keys.unwrap_or_default()))
}

/// The same, with the answer to its read: the state of the request, then the events.
fn ask_and_read(cache: &mut PolicyCache, host: &str, kv: Kv<'_>, seconds: f64) -> Vec<String> {
    let (read, told) = ask(cache, host, seconds);
    let happened = read.map(|read| answer(cache, read, kv, seconds * 1000.0 + 1.0));
    [told].into_iter().chain(happened.unwrap_or_default()).collect()
}

const SHARED: Kv<'_> = Some(&[("policy", GOOD)]);

#[test]
fn a_fresh_document_for_every_host_is_not_read_again_for_another_host() {
    let mut cache = PolicyCache::new();
    ask_and_read(&mut cache, "a.example", SHARED, 0.0);
    assert_eq!(
        ask_and_read(&mut cache, "b.example", SHARED, 20.0),
        ["none, waits, reads policy:b.example", "reads policy:b.example"]
    );
    // It is as old as the read that found it.
    assert_eq!(ask(&mut cache, "b.example", 29.0).1, "in force");
    let (_, told) = ask(&mut cache, "b.example", 30.0);
    assert_eq!(told, "in force, reads policy:b.example policy");
}

#[test]
fn a_host_uses_its_own_document_before_the_shared_one() {
    let own: Kv<'_> = Some(&[("policy", GOOD), ("policy:b.example", OTHER)]);
    let mut cache = PolicyCache::new();
    ask_and_read(&mut cache, "a.example", own, 0.0);
    let happened = ask_and_read(&mut cache, "b.example", own, 1.0);
    assert!(happened.contains(&"logs policy:b.example changed".to_owned()), "{happened:?}");
    // While that goes missing, too, and until a second read 35 s later says so.
    assert_eq!(ask_and_read(&mut cache, "a.example", SHARED, 31.0).len(), 2);
    for (seconds, is_changed) in [(32.0, false), (62.0, false), (93.0, true)] {
        let happened = ask_and_read(&mut cache, "b.example", SHARED, seconds);
        let changed = "logs policy changed".to_owned();
        assert_eq!(happened.contains(&changed), is_changed, "{seconds}: {happened:?}");
    }
}

#[test]
fn one_of_many_new_hosts_reads_the_shared_document_for_all() {
    let mut cache = PolicyCache::new();
    let (first, told) = ask(&mut cache, "a.example", 0.0);
    assert_eq!(told, "none, waits, reads policy:a.example policy");
    let others = ["b.example", "c.example"];
    for host in others {
        let own = format!("reads policy:{host}");
        let happened = ask_and_read(&mut cache, host, SHARED, 0.01);
        assert_eq!(happened, [format!("none, waits, {own}"), own]);
        assert_eq!(ask(&mut cache, host, 0.1).1, "none, waits");
    }
    answer(&mut cache, first.expect("a read"), SHARED, 200.0);
    for host in others {
        let own = format!("reads policy:{host}");
        let happened = ask_and_read(&mut cache, host, SHARED, 0.3);
        assert_eq!(happened, [format!("none, waits, {own}"), own]);
        assert_eq!(ask(&mut cache, host, 0.4).1, "in force");
    }
}

#[test]
fn each_host_reads_for_itself_without_a_good_shared_document() {
    for kv in [None, Some(&[][..]), Some(&[("policy", FAULTY)][..])] {
        let mut cache = PolicyCache::new();
        let (first, _) = ask(&mut cache, "a.example", 0.0);
        ask_and_read(&mut cache, "b.example", SHARED, 0.01);
        answer(&mut cache, first.expect("a read"), kv, 200.0);
        let (_, told) = ask(&mut cache, "b.example", 0.3);
        assert_eq!(told, "none, waits, reads policy:b.example policy", "{kv:?}");
    }
    // Nor for longer than another reader may take.
    let mut cache = PolicyCache::new();
    let _ = ask(&mut cache, "a.example", 0.0);
    ask_and_read(&mut cache, "b.example", SHARED, 0.01);
    assert_eq!(ask(&mut cache, "b.example", 0.49).1, "none, waits");
    let (_, told) = ask(&mut cache, "b.example", 0.5);
    assert_eq!(told, "none, waits, reads policy:b.example policy");
}

#[test]
fn a_shared_document_that_a_host_with_a_port_reads_serves_the_others() {
    let mut cache = PolicyCache::new();
    ask_and_read(&mut cache, "a.example:8443", SHARED, 0.0);
    assert_eq!(ask(&mut cache, "b.example", 1.0).1, "none, waits, reads policy:b.example");
}

#[test]
fn a_read_that_fails_does_not_outdo_an_earlier_one_that_is_answered_later() {
    let mut cache = PolicyCache::new();
    let (first, _) = ask(&mut cache, "a.example", 0.0);
    let (second, told) = ask(&mut cache, "b.example", 0.5);
    assert_eq!(told, "none, waits, reads policy:b.example policy");
    answer(&mut cache, second.expect("a read"), None, 600.0);
    answer(&mut cache, first.expect("a read"), SHARED, 700.0);
    assert_eq!(ask(&mut cache, "c.example", 0.8).1, "none, waits, reads policy:c.example");
}
