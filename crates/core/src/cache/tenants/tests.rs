use std::rc::Rc;

use super::*;
use crate::{
    cache::policy_cache::PolicyState,
    policy::Policy,
    request::{RequestHead, Url},
};

const FRESH_SECONDS: u32 = 30;
const KEY: &str = "tenant:https://a.example";

const PRESENT: Cached = Cached::Hit(KeyStatus::Present);
const MISSING: Cached = Cached::Hit(KeyStatus::Missing);

/// A step in the life of [`KEY`], at a time in seconds.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// KV is asked at that time, and says at once whether the key is there, or fails.
    Says(f64, Option<bool>),
    /// The same of another key.
    SaysOfAnother(f64, Option<bool>),
    /// A request comes.
    Request(f64),
}
use Step::{Request, Says, SaysOfAnother};

fn look_up(tenants: &mut Tenants, key: &str, seconds: f64) -> Cached {
    tenants.look_up(key, seconds * 1000.0, FRESH_SECONDS)
}

/// Updates `tenants`, outside of the limits, with `key` being there, or not, or KV failing.
fn update(tenants: &mut Tenants, key: &str, seconds: f64, found: Option<bool>) {
    let lookup = Lookup::refresh(vec![key.to_owned()], seconds * 1000.0);
    answer(tenants, &lookup, seconds, found);
}

/// The same by the answer to a look-up of one key.
fn answer(tenants: &mut Tenants, lookup: &Lookup, seconds: f64, found: Option<bool>) {
    let present = found.map(|found| if found { lookup.keys() } else { &[] });
    tenants.update(lookup, seconds * 1000.0, present);
}

fn start(tenants: &mut Tenants, key: &str, source: u32, seconds: f64) -> Start {
    tenants.start(&[key.to_owned()], || Source::V4(source), seconds * 1000.0)
}

#[track_caller]
fn read(start: Start) -> Lookup {
    let Start::Read(lookup) = start else { panic!("{start:?}") };
    lookup
}

fn after(steps: &[Step]) -> Tenants {
    let mut tenants = Tenants::default();
    for step in steps {
        match *step {
            Says(at, found) => update(&mut tenants, KEY, at, found),
            SaysOfAnother(at, found) => update(&mut tenants, "another", at, found),
            Request(at) => drop(look_up(&mut tenants, KEY, at)),
        }
    }
    tenants
}

#[test]
fn a_cached_key_is_a_hit_a_stale_hit_or_a_miss_by_its_age() {
    for (steps, at, expected) in [
        (&[][..], 0.0, Cached::Miss),
        (&[Says(0.0, Some(true))], 29.9, PRESENT),
        (&[Says(0.0, Some(true))], 30.0, Cached::StaleHit),
        (&[Says(0.0, Some(true))], 59.9, Cached::StaleHit),
        (&[Says(0.0, Some(true))], 60.0, Cached::Miss),
        (&[Says(100.0, Some(true))], 130.0, Cached::StaleHit),
        (&[Says(0.0, Some(false))], 29.9, MISSING),
        (&[Says(0.0, Some(false))], 30.0, Cached::Miss),
        // That KV was asked behind a request makes a key no younger.
        (&[Says(0.0, Some(true)), Request(40.0)], 59.9, PRESENT),
        (&[Says(0.0, Some(true)), Request(40.0)], 60.0, Cached::Miss),
        // An edit takes effect, either way.
        (&[Says(0.0, Some(true)), Says(31.0, Some(false))], 32.0, MISSING),
        (&[Says(0.0, Some(false)), Says(31.0, Some(true))], 32.0, PRESENT),
        // Of two reads that began at the same time, the later answer is used.
        (&[Says(0.0, Some(true)), Says(0.0, Some(false))], 0.0, MISSING),
        (&[Says(0.0, Some(false)), Says(0.0, Some(true))], 0.0, PRESENT),
        // A failure says nothing of what was unknown, or not there.
        (&[Says(0.0, None)], 0.1, Cached::Miss),
        (&[Says(0.0, Some(false)), Says(31.0, None)], 31.1, Cached::Miss),
    ] {
        assert_eq!(look_up(&mut after(steps), KEY, at), expected, "{steps:?} at {at}");
    }
}

#[test]
fn while_kv_fails_a_known_key_is_used_and_one_request_a_second_asks_again() {
    const KNOWN: Step = Says(0.0, Some(true));
    for (steps, at, expected) in [
        (&[KNOWN, Says(31.0, None)][..], 31.9, PRESENT),
        (&[KNOWN, Says(31.0, None)], 32.0, Cached::StaleHit),
        (&[KNOWN, SaysOfAnother(20.0, None)], 29.9, PRESENT),
        (&[KNOWN, Says(400.0, None)], 400.9, PRESENT),
        (&[KNOWN, Says(400.0, None)], 401.0, Cached::StaleHit),
        (&[KNOWN, Says(400.0, None), Request(401.0)], 401.9, PRESENT),
        (&[KNOWN, Says(400.0, None), Request(401.0)], 402.0, Cached::StaleHit),
        // It is one of all keys.
        (&[KNOWN, SaysOfAnother(400.0, None)], 400.9, PRESENT),
        (&[KNOWN, SaysOfAnother(400.0, None)], 401.0, Cached::StaleHit),
        // Once a read succeeds, of any key, the bound holds again.
        (&[KNOWN, Says(400.0, None), SaysOfAnother(400.5, Some(false))], 400.6, Cached::Miss),
        (&[KNOWN, Says(31.0, None), SaysOfAnother(59.0, Some(false))], 60.0, Cached::Miss),
    ] {
        assert_eq!(look_up(&mut after(steps), KEY, at), expected, "{steps:?} at {at}");
    }
}

#[test]
fn while_kv_fails_one_request_a_second_looks_up_an_unknown_key() {
    let mut tenants = after(&[Says(0.0, None)]);
    let failed = |start| matches!(start, Start::GiveUp(KeyStatus::Failed));
    assert!(failed(start(&mut tenants, "b", 1, 0.9)));
    let lookup = read(start(&mut tenants, "b", 1, 1.0));
    assert!(failed(start(&mut tenants, "c", 1, 1.9)));
    answer(&mut tenants, &lookup, 1.95, Some(false));
    assert_eq!(look_up(&mut tenants, "b", 1.95), MISSING);
    read(start(&mut tenants, "c", 1, 2.0));
}

#[test]
fn a_failed_read_that_began_before_a_successful_one_is_ignored() {
    let mut tenants = Tenants::default();
    let late = read(start(&mut tenants, "late", 1, 0.0));
    update(&mut tenants, KEY, 1.0, Some(true));
    answer(&mut tenants, &late, 2.0, None);
    assert_eq!(look_up(&mut tenants, KEY, 61.0), Cached::Miss);
}

#[test]
fn a_stale_key_is_read_again_by_one_request_alone() {
    let mut tenants = after(&[Says(0.0, Some(true))]);
    assert_eq!(look_up(&mut tenants, KEY, 30.0), Cached::StaleHit);
    assert_eq!(look_up(&mut tenants, KEY, 30.0), PRESENT);
    assert_eq!(look_up(&mut tenants, KEY, 59.9), PRESENT);
}

#[test]
fn the_answer_to_an_earlier_read_does_not_replace_that_to_a_later_one() {
    for (then, now, expected) in [(true, false, MISSING), (false, true, PRESENT)] {
        let mut tenants = Tenants::default();
        let slow = Lookup::refresh(vec![KEY.to_owned()], 0.0);
        update(&mut tenants, KEY, 10.0, Some(now));
        answer(&mut tenants, &slow, 20.0, Some(then));
        assert_eq!(look_up(&mut tenants, KEY, 20.0), expected);
    }
}

#[test]
fn age_is_measured_from_the_start_of_the_read() {
    let mut tenants = Tenants::default();
    let slow = Lookup::refresh(vec![KEY.to_owned()], 0.0);
    answer(&mut tenants, &slow, 20.0, Some(true));
    assert_eq!(look_up(&mut tenants, KEY, 30.0), Cached::StaleHit);
    assert_eq!(look_up(&mut tenants, KEY, 60.0), Cached::Miss);
}

#[test]
fn a_key_is_read_by_one_request_and_by_another_after_half_a_second() {
    let mut tenants = Tenants::default();
    let waits = |start| matches!(start, Start::Wait);
    let first = read(start(&mut tenants, KEY, 1, 0.0));
    for crowd in 2..200 {
        assert!(waits(start(&mut tenants, KEY, crowd, 0.4)));
    }
    read(start(&mut tenants, KEY, 2, 0.5));
    assert!(waits(start(&mut tenants, KEY, 1, 0.9)));
    // A request that takes over pays the ceiling alone: each source still has what it had.
    read(start(&mut tenants, "b", 1, 0.9));
    read(start(&mut tenants, "c", 2, 0.9));
    read(start(&mut tenants, "d", 2, 0.9));
    let limited = start(&mut tenants, "e", 1, 0.9);
    assert!(matches!(limited, Start::GiveUp(KeyStatus::RateLimited)));
    answer(&mut tenants, &first, 1.0, Some(true));
    assert_eq!(look_up(&mut tenants, KEY, 1.0), PRESENT);
}

#[test]
fn taking_over_a_read_waits_for_the_ceiling_and_is_a_new_lookup_after_two_seconds() {
    let mut tenants = Tenants::default();
    for key in [KEY, "b"] {
        read(start(&mut tenants, key, 1, 0.0));
    }
    while tenants.limits.take_over(600.0).is_some() {}
    assert!(matches!(start(&mut tenants, KEY, 2, 0.6), Start::Wait));
    let limited = start(&mut tenants, KEY, 1, 2.0);
    assert!(matches!(limited, Start::GiveUp(KeyStatus::RateLimited)), "{limited:?}");
}

#[test]
fn a_known_key_is_read_even_if_its_source_has_no_lookups_left() {
    let mut tenants = after(&[Says(0.0, Some(true))]);
    for stranger in ["b", "c"] {
        let lookup = read(start(&mut tenants, stranger, 1, 0.0));
        answer(&mut tenants, &lookup, 0.0, Some(false));
    }
    assert!(matches!(start(&mut tenants, "d", 1, 60.0), Start::GiveUp(KeyStatus::RateLimited)));
    let lookup = read(start(&mut tenants, KEY, 1, 60.0));
    answer(&mut tenants, &lookup, 60.0, Some(true));
    assert_eq!(look_up(&mut tenants, KEY, 60.0), PRESENT);
}

#[test]
fn an_origin_that_retries_each_minute_is_looked_up_until_its_key_exists() {
    let mut tenants = Tenants::default();
    // Somebody's page tries for an hour, until the key is put.
    for minute in 0..60 {
        let lookup = read(start(&mut tenants, KEY, 1, f64::from(minute) * 60.0));
        answer(&mut tenants, &lookup, f64::from(minute) * 60.0, Some(false));
    }
    let lookup = read(start(&mut tenants, KEY, 1, 3600.0));
    answer(&mut tenants, &lookup, 3600.0, Some(true));
    assert_eq!(look_up(&mut tenants, KEY, 3600.0), PRESENT);
}

#[test]
fn the_number_of_cached_keys_is_bounded() {
    let mut tenants = Tenants::default();
    for number in 0..MAX_PRESENT + 10 {
        update(&mut tenants, &number.to_string(), 0.0, Some(true));
    }
    assert_eq!(tenants.present.values().count(), MAX_PRESENT);
    for number in 0..MAX_MISSING + 10 {
        update(&mut tenants, &format!("x{number}"), 0.0, Some(false));
    }
    assert_eq!(tenants.missing.values().count(), MAX_MISSING);
    for source in 0..2000 {
        read(start(&mut tenants, &format!("y{source}"), source, 0.0));
    }
    assert_eq!(tenants.reading.values().count(), MAX_MISSING);
}

#[test]
fn one_lookup_covers_any_number_of_prefixes() {
    let keys = |name: &str| -> Vec<String> {
        (0..8).map(|prefix| format!("{prefix}:https://{name}.example")).collect()
    };
    let mut tenants = Tenants::default();
    for tenant in 0..1000 {
        let (keys, now) = (keys(&tenant.to_string()), f64::from(tenant));
        let lookup = read(tenants.start(&keys, || Source::V4(1), now));
        tenants.update(&lookup, now, keys.get(7..));
        let cached = keys.iter().map(|key| tenants.look_up(key, now, FRESH_SECONDS));
        assert_eq!(cached.collect::<Vec<_>>(), [[MISSING; 7].as_slice(), &[PRESENT]].concat());
    }
    // A stranger's two are as many.
    let mut stranger = |number: u32| {
        let start = tenants.start(&keys(&format!("evil-{number}")), || Source::V4(1), 0.0);
        let reads = matches!(start, Start::Read(_));
        if let Start::Read(lookup) = start {
            tenants.update(&lookup, 0.0, Some(&[]));
        }
        reads
    };
    assert_eq!([0, 1, 2].map(&mut stranger), [true, true, false]);
}

fn head(origin: &str) -> RequestHead<'_> {
    RequestHead {
        url: Url::split("https://api.example.com/socket.io/"),
        origin: Some(origin),
        ..RequestHead::default()
    }
}

/// A policy under which each origin has two keys.
fn two_prefixes() -> PolicyState {
    let document = r#"{"origin": [{"kv": "tenant:"}, {"kv": "b:"}]}"#;
    PolicyState::InForce(Rc::new(Policy::parse(document).unwrap()))
}

/// Decides at `now` on a request of KEY's origin that came at `arrived_at`, both in seconds.
/// Returns the reason, and what the request does: "reads", "waits", "refreshes", "gives up".
fn decide(tenants: &mut Tenants, arrived_at: f64, now: f64) -> (String, Option<Lookup>) {
    let state = two_prefixes();
    let times = Times { now: now * 1000.0, arrived_at: arrived_at * 1000.0 };
    let taken = tenants.decide(&head("https://a.example"), &state, times, 30, || Source::V4(1));
    let mut said = taken.decision.reason.to_string();
    let (pending, lookup) = match taken.pending {
        Some(Pending::Read(lookup)) => (", reads", Some(lookup)),
        Some(Pending::Wait) => (", waits", None),
        None => ("", None),
    };
    said += pending;
    said += if taken.refresh.is_some() { ", refreshes" } else { "" };
    said += if taken.gave_up { ", gives up" } else { "" };
    (said, lookup.or(taken.refresh))
}

#[test]
fn a_request_reads_its_origins_keys_and_is_decided_by_what_kv_says() {
    for (found, expected) in [
        (Some(&["tenant:https://a.example".to_owned()][..]), "tenant-origin"),
        (Some(&["b:https://a.example".to_owned()]), "tenant-origin"),
        (Some(&[]), "unlisted-origin"),
        (None, "lookup-failed"),
    ] {
        let mut tenants = Tenants::default();
        let (said, lookup) = decide(&mut tenants, 0.0, 0.0);
        let lookup = lookup.unwrap();
        assert_eq!(said, "unasked-origin, reads");
        assert_eq!(lookup.keys(), ["tenant:https://a.example", "b:https://a.example"]);
        assert_eq!(decide(&mut tenants, 0.1, 0.1).0, "unasked-origin, waits");
        tenants.update(&lookup, 200.0, found);
        assert_eq!(decide(&mut tenants, 0.0, 0.2).0, expected, "{found:?}");
        assert_eq!(decide(&mut tenants, 0.1, 0.2).0, expected, "{found:?}");
    }
}

#[test]
fn a_request_waits_for_its_origins_keys_for_two_seconds_at_most() {
    let mut tenants = Tenants::default();
    decide(&mut tenants, 0.0, 0.0);
    assert_eq!(decide(&mut tenants, 0.0, 0.5).0, "unasked-origin, reads");
    assert_eq!(decide(&mut tenants, 0.0, 0.9).0, "unasked-origin, waits");
    assert_eq!(decide(&mut tenants, 0.0, 2.0).0, "lookup-failed, gives up");
    // That is news once, and nobody waits after that.
    assert_eq!(decide(&mut tenants, 0.1, 2.1).0, "lookup-failed");
    assert_eq!(decide(&mut tenants, 2.2, 2.2).0, "lookup-failed");
}

#[test]
fn a_key_that_existed_is_treated_as_present_while_kv_fails_and_is_read_in_the_background() {
    let mut tenants = after(&[Says(0.0, Some(true))]);
    assert_eq!(decide(&mut tenants, 1.0, 1.0).0, "tenant-origin");
    let (said, lookup) = decide(&mut tenants, 31.0, 31.0);
    assert_eq!((said.as_str(), lookup.unwrap().keys().len()), ("tenant-origin, refreshes", 1));
    assert_eq!(decide(&mut tenants, 60.0, 60.0).0, "unasked-origin, reads");
    assert_eq!(decide(&mut tenants, 60.0, 62.0).0, "tenant-origin, gives up");
    assert_eq!(decide(&mut tenants, 62.1, 62.1).0, "tenant-origin");
}
