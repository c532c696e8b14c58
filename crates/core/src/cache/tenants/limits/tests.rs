use super::*;

const MINUTE: f64 = 60_000.0;

/// Takes what a look-up costs that finds no key.
fn misses(limits: &mut LookupLimits, source: Source, now: f64) -> bool {
    limits.take(|| source, false, now).is_some()
}

fn number(source: usize) -> Source {
    Source::V6(source as u64)
}

#[test]
fn a_source_has_two_misses_and_one_more_every_ten_minutes() {
    let mut limits = LookupLimits::new();
    let mut misses = |minutes: f64| misses(&mut limits, Source::V4(1), minutes * MINUTE);
    assert_eq!([0.0, 0.0, 0.0, 9.9].map(&mut misses), [true, true, false, false]);
    assert_eq!([10.0, 10.0, 19.9, 20.0].map(&mut misses), [true, false, false, true]);
    // It saves up no more than two.
    assert_eq!([1000.0, 1000.0, 1000.0].map(&mut misses), [true, true, false]);
}

#[test]
fn a_lookup_that_finds_a_key_is_free_and_a_failed_one_is_not_charged_to_the_source() {
    let source = Source::V4(1);
    let mut limits = LookupLimits::new();
    for _ in 0..10_000 {
        let charge = limits.take(|| source, false, 0.0).unwrap();
        limits.give_back(charge, 0.0);
    }
    assert!(limits.sources.buckets.is_empty());
    // The ceiling bounds what is read while KV fails.
    let failures = (0..10_000).filter(|_| {
        let charge = limits.take(|| source, false, 0.0);
        charge.is_some_and(|charge| {
            limits.forgive(charge, 0.0);
            true
        })
    });
    assert_eq!(failures.count(), 3000);
}

#[test]
fn the_ceiling_bounds_all_sources_together() {
    let mut limits = LookupLimits::new();
    let mut misses_at =
        |now| (0..4000).filter(|source| misses(&mut limits, number(*source), now)).count();
    assert_eq!(misses_at(0.0), 3000);
    assert_eq!(misses_at(0.0), 0);
    assert_eq!(misses_at(1001.0), 3);
    // A source loses nothing where the ceiling refuses it.
    let mut limits = LookupLimits::new();
    while limits.ceiling.take(CEILING, 0.0) {}
    assert!(!misses(&mut limits, Source::Unknown, 0.0));
    assert_eq!(
        [1001.0; 3].map(|now| misses(&mut limits, Source::Unknown, now)),
        [true, true, false]
    );
}

#[test]
fn a_source_beyond_the_maximum_is_refused_until_a_bucket_is_full_again() {
    let mut sources = Sources { buckets: Vec::new() };
    // From more addresses than there are buckets, one after another, again and again.
    let took = (0..4 * 5000).filter(|at| sources.take(number(at % 5000), 0.0)).count();
    assert_eq!(took, 2 * MAX_SOURCES);
    assert!(!sources.take(Source::V4(1), 9.9 * MINUTE));
    assert!(sources.take(Source::V4(1), 10.0 * MINUTE));
    assert!(!sources.take(Source::V4(1), 10.0 * MINUTE));
    assert_eq!(sources.buckets.len(), MAX_SOURCES);
}

#[test]
fn a_source_whose_bucket_is_full_again_is_evicted_first() {
    let mut sources = Sources { buckets: Vec::new() };
    for source in 0..MAX_SOURCES {
        let now = if source == 7 { 0.0 } else { 15.0 * MINUTE };
        assert!(sources.take(number(source), now));
    }
    assert!(sources.take(Source::V4(1), 15.0 * MINUTE));
    assert!(sources.bucket_of(number(7)).is_none());
    assert!(sources.bucket_of(number(8)).is_some());
    // The bucket had two, and one is taken.
    assert!(sources.take(Source::V4(1), 15.0 * MINUTE));
    assert!(!sources.take(Source::V4(1), 15.0 * MINUTE));
}

#[test]
fn rechecks_use_their_own_budget_before_that_of_the_source() {
    let mut limits = LookupLimits::new();
    let source = Source::V4(1);
    let mut rechecks =
        |now| (0..1000).filter(|_| limits.take(|| source, true, now).is_some()).count();
    assert_eq!(rechecks(0.0), 62);
    assert_eq!(rechecks(3000.0), 3);
    // A look-up that finds the key gives its token back.
    let mut limits = LookupLimits::new();
    for _ in 0..1000 {
        let charge = limits.take(|| source, true, 0.0).unwrap();
        limits.give_back(charge, 0.0);
    }
}

#[test]
fn a_clock_that_goes_back_gives_no_tokens() {
    let mut limits = LookupLimits::new();
    for now in [1e6, 0.0] {
        misses(&mut limits, Source::Unknown, now);
    }
    assert!(!misses(&mut limits, Source::Unknown, 1e6));
}
