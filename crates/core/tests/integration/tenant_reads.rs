//! Which request reads a tenant's key, and what a read that is repeated costs.

use socketio_cors_core::{
    policy_cache::TAKEOVER_AFTER,
    tenants::{Cached, KeyStatus, Lookup, Source, Start, Tenants},
};

const FRESH_SECONDS: u32 = 30;
const PRESENT: Cached = Cached::Hit(KeyStatus::Present);

/// What a request of one source does at `now` about a key that is not known.
fn start(tenants: &mut Tenants, key: &str, now: f64) -> Start {
    tenants.start(&[key.to_owned()], || Source::V4(1), now)
}

fn read(tenants: &mut Tenants, key: &str, now: f64) -> Lookup {
    let Start::Read(lookup) = start(tenants, key, now) else { panic!("{key} is not read") };
    lookup
}

#[test]
fn a_request_waits_for_a_read_that_has_just_begun_and_takes_over_a_late_one() {
    let mut tenants = Tenants::new();
    let begun_at = 10_000.0;
    read(&mut tenants, "a", begun_at);
    assert!(matches!(start(&mut tenants, "a", begun_at + TAKEOVER_AFTER - 1.0), Start::Wait));
    read(&mut tenants, "a", begun_at + TAKEOVER_AFTER);
}

#[test]
fn a_key_is_asked_for_again_once_it_was_not_for_a_freshness() {
    let mut tenants = Tenants::new();
    let lookup = read(&mut tenants, "a", 10_000.0);
    tenants.learn(&lookup, 10_000.0, Some(&[0]));
    for (now, cached) in [
        (39_000.0, PRESENT),
        (45_000.0, Cached::StaleHit),
        // Behind the request before.
        (46_000.0, PRESENT),
    ] {
        assert_eq!(tenants.look_up("a", now, FRESH_SECONDS), cached, "at {now}");
    }
}

#[test]
fn a_read_that_is_repeated_gives_its_sources_token_back_once() {
    let mut tenants = Tenants::new();
    // All the tokens of the source.
    let late = read(&mut tenants, "a", 1000.0);
    read(&mut tenants, "b", 1000.0);
    let again = tenants.start_again(&late, 3000.0).unwrap();
    tenants.learn(&late, 3500.0, None);
    tenants.learn(&again, 3600.0, Some(&[0]));
    read(&mut tenants, "c", 3700.0);
    let next = start(&mut tenants, "d", 3800.0);
    assert!(matches!(next, Start::GiveUp(KeyStatus::RateLimited)), "{next:?}");
}

#[test]
fn a_read_that_is_repeated_is_of_the_same_keys_at_a_later_time() {
    let mut tenants = Tenants::new();
    let late = read(&mut tenants, "a", 1000.0);
    let again = tenants.start_again(&late, 3000.0).unwrap();
    assert_eq!(again.keys(), ["a"]);
    assert!(again.asked_at().total_cmp(&3000.0).is_eq());
    // A key's age counts from when KV was asked.
    tenants.learn(&again, 3500.0, Some(&[0]));
    assert_eq!(tenants.look_up("a", 32_900.0, FRESH_SECONDS), PRESENT);
}

#[test]
fn a_read_of_a_known_key_is_repeated_though_the_ceiling_is_reached() {
    let mut tenants = Tenants::new();
    let mut source = 0;
    let mut one_more = || {
        source += 1;
        tenants.start(&[source.to_string()], || Source::V4(source), 0.0)
    };
    while matches!(one_more(), Start::Read(_)) {}
    let known = Lookup::refresh(vec!["known".to_owned()], 0.0);
    assert!(tenants.start_again(&known, 0.0).is_some());
}
