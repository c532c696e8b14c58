use super::*;
use crate::{policy::DomainRules, request::Url};

const HOST: &str = "api.example.com";
const FRESH_SECONDS: u32 = 30;

/// A step in the history of a host.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A request comes, and reads KV if that is due.
    Request,
    /// A request has waited for two seconds.
    GaveUp,
    /// A read that began a moment ago gives the document that allows `https://<this>.example`,
    /// of the most specific key.
    Valid(&'static str),
    /// The same of a less specific key.
    LessSpecific(&'static str),
    Invalid,
    /// The same of a less specific key.
    LessSpecificInvalid,
    Missing,
    Failed,
    LastGood(Option<&'static str>),
    LastKnown(Option<&'static str>),
}
use Step::{
    Failed, GaveUp, Invalid, LastGood, LastKnown, LessSpecific, LessSpecificInvalid, Missing,
    Request, Valid,
};

fn just_come(now: f64) -> Times {
    Times { now, arrived_at: now }
}

/// The times of a request that has waited for two seconds.
fn waited(now: f64) -> Times {
    Times { now, arrived_at: now - 2000.0 }
}

fn policy(name: &str) -> Rc<Policy> {
    Rc::new(Policy::parse(&format!(r#"{{"origin": "https://{name}.example"}}"#)).unwrap())
}

/// One in which `host` went through `steps`, each at a time in seconds.
fn after(host: &str, steps: &[(f64, Step)]) -> PolicyCache {
    let mut cache = PolicyCache::new();
    take(&mut cache, host, steps);
    cache
}

fn take(cache: &mut PolicyCache, host: &str, steps: &[(f64, Step)]) {
    for (seconds, step) in steps {
        let now = seconds * 1000.0;
        let result = match step {
            Request => {
                let _ = cache.look_up(host, just_come(now), FRESH_SECONDS);
                continue;
            }
            GaveUp => {
                cache.give_up(host, waited(now));
                continue;
            }
            Valid(name) => FetchResult::Valid(policy(name), 0),
            LessSpecific(name) => FetchResult::Valid(policy(name), 1),
            Invalid => FetchResult::Invalid(0),
            LessSpecificInvalid => FetchResult::Invalid(1),
            Missing => FetchResult::Missing,
            Failed => FetchResult::Failed,
            LastGood(name) => FetchResult::LastGood(name.map(policy), 0),
            LastKnown(name) => FetchResult::LastKnown(name.map(policy)),
        };
        cache.apply(host, ReadTimes::at(now), now, FRESH_SECONDS, result);
    }
}

/// The answer for a request that comes at that time: "a, reads, waits if covered".
fn look_up(cache: &mut PolicyCache, host: &str, seconds: f64) -> String {
    let now = seconds * 1000.0;
    let lookup = cache.look_up(host, just_come(now), FRESH_SECONDS);
    let reads = if lookup.read.is_some() { ", reads" } else { "" };
    let waits = match lookup.waits {
        Waits::Never => "",
        Waits::IfRefused => ", waits if refused",
        Waits::IfCovered => ", waits if covered",
        Waits::Always => ", waits",
    };
    format!("{}{reads}{waits}", name(&lookup.state))
}

fn name(state: &PolicyState) -> String {
    let name = |policy: &Rc<Policy>| {
        let names = ["a", "b"].into_iter();
        names.into_iter().find(|name| self::policy(name).version() == policy.version()).unwrap()
    };
    match state {
        PolicyState::InForce(policy) => name(policy).to_owned(),
        PolicyState::Missing { last_known: Some(policy) } => {
            format!("closed after {}", name(policy))
        }
        PolicyState::Missing { last_known: None } => "closed".to_owned(),
        PolicyState::Unavailable { last_known: Some(policy) } => {
            format!("unavailable after {}", name(policy))
        }
        PolicyState::Unavailable { last_known: None } => "unavailable".to_owned(),
    }
}

/// Steps, a time in seconds after them, and what a look-up says then.
type Row<'a> = (&'a [(f64, Step)], f64, &'a str);

#[track_caller]
fn assert_looked_up(rows: &[Row<'_>]) {
    for (steps, at, expected) in rows {
        let mut cache = after(HOST, steps);
        assert_eq!(look_up(&mut cache, HOST, *at), *expected, "at {at} after {steps:?}");
    }
}

#[test]
fn a_fresh_policy_is_used_a_stale_one_revalidated_in_the_background_an_old_one_first() {
    assert_looked_up(&[
        (&[(0.0, Valid("a"))], 0.0, "a"),
        (&[(0.0, Valid("a"))], 29.999, "a"),
        (&[(0.0, Valid("a"))], 30.0, "a, reads"),
        (&[(0.0, Valid("a"))], 59.999, "a, reads"),
        (&[(0.0, Valid("a"))], 60.0, "a, reads, waits if covered"),
        (&[(0.0, Valid("a"))], 6000.0, "a, reads, waits if covered"),
        (&[(0.0, Valid("a")), (40.0, Valid("b"))], 69.999, "b"),
        (&[(0.0, Valid("a")), (40.0, Valid("b"))], 99.999, "b, reads"),
        // The same text confirmed is as good as a new one.
        (&[(0.0, Valid("a")), (50.0, Valid("a"))], 79.999, "a"),
    ]);
}

#[test]
fn the_first_requests_share_one_read_until_it_takes_too_long() {
    assert_looked_up(&[
        (&[], 0.0, "unavailable, reads, waits"),
        (&[(0.0, Request)], 0.0, "unavailable, waits"),
        (&[(0.0, Request)], 0.499, "unavailable, waits"),
        (&[(0.0, Request)], 0.5, "unavailable, reads, waits"),
        (&[(0.0, Request), (0.5, Request)], 0.999, "unavailable, waits"),
        (&[(0.0, Request), (0.5, Request)], 1.0, "unavailable, reads, waits"),
        (&[(0.0, Request), (0.1, Valid("a"))], 0.1, "a"),
    ]);
}

#[test]
fn a_stale_policy_has_one_reader_and_an_old_one_another_if_that_takes_too_long() {
    let stale = (31.0, Request);
    assert_looked_up(&[
        (&[(0.0, Valid("a")), stale], 31.0, "a"),
        (&[(0.0, Valid("a")), stale], 59.999, "a"),
        (&[(0.0, Valid("a")), stale], 60.0, "a, reads, waits if covered"),
        (&[(0.0, Valid("a")), (60.0, Request)], 60.499, "a, waits if covered"),
        (&[(0.0, Valid("a")), (60.0, Request)], 60.5, "a, reads, waits if covered"),
    ]);
}

#[test]
fn a_request_waits_until_a_read_has_ended_that_began_before_or_with_it() {
    let mut cache = after(HOST, &[(0.0, Request)]);
    let waits = |cache: &mut PolicyCache, now, arrived_at| {
        cache.look_up(HOST, Times { now, arrived_at }, FRESH_SECONDS).waits
    };
    assert_eq!(waits(&mut cache, 100.0, 0.0), Waits::Always);
    assert_eq!(waits(&mut cache, 1999.0, 0.0), Waits::Always);
    // As long as it may.
    assert_eq!(waits(&mut cache, 2000.0, 0.0), Waits::Never);
    assert_eq!(waits(&mut cache, 2000.0, 1.0), Waits::Always);
    // The read failed: whoever waited for it is answered, and who comes later waits for the next.
    cache.apply(HOST, ReadTimes::at(0.0), 2100.0, FRESH_SECONDS, FetchResult::Failed);
    assert_eq!(waits(&mut cache, 2100.0, 1000.0), Waits::Never);
    assert_eq!(waits(&mut cache, 3100.0, 1000.0), Waits::Never);
    assert_eq!(waits(&mut cache, 3200.0, 3200.0), Waits::IfRefused);
}

#[test]
fn a_request_waits_two_seconds_at_most_though_made_up_hosts_evict_its_entry() {
    let mut cache = after(HOST, &[(0.0, Request)]);
    for number in 0..=MAX_HOSTS_WITHOUT_POLICY {
        take(&mut cache, &format!("{number}.example"), &[(1.0, Request)]);
    }
    let waits = cache.look_up(HOST, waited(2000.0), FRESH_SECONDS).waits;
    assert_eq!(waits, Waits::Never);
}

#[test]
fn after_a_failed_or_late_read_no_request_with_a_policy_waits_until_one_succeeds() {
    for bad in [Failed, GaveUp] {
        let old = [(0.0, Valid("a")), (60.0, Request), (62.0, bad)];
        let then = |at, step| [old[0], old[1], old[2], (at, step)];
        assert_looked_up(&[
            (&old, 63.0, "a, reads"),
            (&then(62.0, Request), 62.999, "a"),
            (&then(62.0, Request), 63.0, "a, reads"),
            (&then(6000.0, Request), 6000.5, "a"),
            (&then(6000.0, Request), 6001.0, "a, reads"),
            (&then(6000.0, Valid("b")), 6029.0, "b"),
            (&then(6000.0, Valid("b")), 6060.0, "b, reads, waits if covered"),
            (&then(6000.0, Invalid), 6060.0, "a, reads, waits if covered"),
        ]);
    }
}

#[test]
fn giving_up_is_reported_once() {
    let mut cache = after(HOST, &[(0.0, Request)]);
    assert!(cache.give_up(HOST, Times { now: 1999.0, arrived_at: 0.0 }).is_none());
    assert!(cache.give_up(HOST, waited(2000.0)).is_some());
    assert!(cache.give_up(HOST, waited(2000.0)).is_none());
    take(&mut cache, HOST, &[(3.0, Valid("a"))]);
    assert!(cache.give_up(HOST, waited(3100.0)).is_none());
    assert!(cache.give_up("other.example", waited(3100.0)).is_none());
    assert_eq!(look_up(&mut cache, HOST, 3.2), "a");
}

#[test]
fn after_a_kv_failure_without_a_policy_only_requests_that_would_be_refused_wait() {
    for bad in [Failed, GaveUp, LastGood(None)] {
        let steps = [(0.0, Request), (0.1, bad)];
        let then = |at, step| [steps[0], steps[1], (at, step)];
        assert_looked_up(&[
            (&steps, 1.1, "unavailable, reads, waits if refused"),
            (&then(1.1, Request), 1.6, "unavailable, waits if refused"),
            (&then(1.1, Request), 2.1, "unavailable, reads, waits if refused"),
            (&then(1.0, Valid("a")), 1.0, "a"),
            (&then(1.0, LastKnown(None)), 1.0, "closed"),
        ]);
    }
    assert_looked_up(&[(&[(0.0, Failed)], 0.999, "unavailable")]);
}

#[test]
fn a_faulty_document_leaves_the_policy_in_force() {
    assert_looked_up(&[
        (&[(0.0, Valid("a")), (31.0, Invalid)], 60.999, "a"),
        (&[(0.0, Valid("a")), (31.0, Invalid)], 61.0, "a, reads"),
        (&[(0.0, Valid("a")), (31.0, Invalid)], 91.0, "a, reads, waits if covered"),
        (&[(0.0, Valid("a")), (31.0, Invalid), (61.0, Valid("b"))], 61.0, "b"),
    ]);
}

#[test]
fn the_last_good_document_replaces_a_faulty_one_if_no_policy_is_cached() {
    let read = |step| [(0.0, Request), (0.1, Invalid), (0.1, step)];
    assert_looked_up(&[
        (&read(Request), 0.2, "unavailable, waits"),
        (&read(LastGood(Some("a"))), 30.0, "a"),
        (&read(LastGood(Some("a"))), 30.1, "a, reads"),
        (&read(LastGood(None)), 0.2, "unavailable"),
        // The answer that another request got in the meantime is newer.
        (&[(0.2, Valid("b")), (0.1, LastGood(Some("a")))], 0.2, "b"),
    ]);
}

#[test]
fn the_last_good_document_is_read_only_if_no_policy_is_cached() {
    for (before, invalid, missing) in [
        (None, Next::ReadLastGood(1), Next::ReadLastKnown),
        (Some(Failed), Next::ReadLastGood(1), Next::ReadLastKnown),
        (Some(LastKnown(None)), Next::ReadLastGood(1), Next::Done),
        (Some(Valid("a")), Next::Done, Next::Done),
        (Some(LastGood(Some("a"))), Next::Done, Next::Done),
    ] {
        for (result, next) in [(FetchResult::Invalid(1), invalid), (FetchResult::Missing, missing)]
        {
            let mut cache = after(HOST, before.map(|step| (0.0, step)).as_slice());
            assert_eq!(
                cache.apply(HOST, ReadTimes::at(1.0), 1.0, FRESH_SECONDS, result),
                next,
                "{before:?}"
            );
        }
    }
}

#[test]
fn a_missing_key_drops_the_policy_after_a_second_read_confirms_it() {
    let a = (0.0, Valid("a"));
    assert_looked_up(&[
        (&[a, (31.0, Missing)], 31.0, "a"),
        (&[a, (31.0, Missing), (65.999, Missing)], 65.999, "a"),
        (&[a, (31.0, Missing), (66.0, Missing)], 66.0, "closed after a"),
        // In between it is revalidated as ever.
        (&[a, (31.0, Missing)], 61.0, "a, reads"),
        (&[a, (31.0, Missing)], 91.0, "a, reads, waits if covered"),
        (&[a, (31.0, Missing), (50.0, Failed), (66.0, Missing)], 66.0, "closed after a"),
        // A key that is there again has to go missing twice again, faulty or not.
        (&[a, (31.0, Missing), (40.0, Valid("a")), (66.0, Missing)], 66.0, "a"),
        (&[a, (31.0, Missing), (40.0, Invalid), (66.0, Missing)], 66.0, "a"),
        (&[a, (31.0, Missing), (40.0, Valid("b")), (75.0, Missing)], 75.0, "b"),
        (&[a, (31.0, Missing), (66.0, Missing), (70.0, Valid("b"))], 70.0, "b"),
    ]);
}

#[test]
fn a_less_specific_key_takes_over_when_the_other_is_missing_twice() {
    let a = (0.0, Valid("a"));
    let b = LessSpecific("b");
    assert_looked_up(&[
        (&[a, (31.0, b)], 31.0, "a"),
        (&[a, (31.0, b), (65.999, b)], 65.999, "a"),
        (&[a, (31.0, b), (66.0, b)], 66.0, "b"),
        (&[a, (31.0, b), (66.0, Missing)], 66.0, "closed after a"),
        (&[a, (31.0, b), (40.0, Valid("a")), (66.0, b)], 66.0, "a"),
        // The way back takes one read.
        (&[(0.0, b), (31.0, Valid("a"))], 31.0, "a"),
        (&[(0.0, b), (31.0, LessSpecific("a"))], 31.0, "a"),
    ]);
}

#[test]
fn a_faulty_less_specific_document_does_not_keep_a_policy_whose_key_is_missing_twice() {
    let a = (0.0, Valid("a"));
    let faulty = LessSpecificInvalid;
    let dropped = [a, (31.0, faulty), (66.0, faulty)];
    let then = |step| [dropped[0], dropped[1], dropped[2], (66.0, step)];
    assert_looked_up(&[
        (&[a, (31.0, faulty)], 31.0, "a"),
        (&[a, (31.0, faulty), (65.999, faulty)], 65.999, "a"),
        (&[a, (31.0, Missing), (40.0, faulty), (66.0, Missing)], 66.0, "closed after a"),
        (&then(LastGood(Some("b"))), 66.0, "b"),
        (&then(LastGood(None)), 66.0, "unavailable after a"),
        (&[(0.0, LessSpecific("a")), (31.0, faulty), (66.0, faulty)], 66.0, "a"),
    ]);
    let mut cache = after(HOST, &dropped[..2]);
    let next = cache.apply(
        HOST,
        ReadTimes::at(66_000.0),
        66_000.0,
        FRESH_SECONDS,
        FetchResult::Invalid(1),
    );
    assert_eq!(next, Next::ReadLastGood(1));
}

#[test]
fn the_routes_of_the_last_known_policy_stay_known() {
    let closed = (0.0, LastKnown(Some("a")));
    assert_looked_up(&[
        (&[closed, (31.0, Invalid), (31.0, LastGood(None))], 31.0, "unavailable after a"),
        (&[closed, (31.0, LastGood(None)), (33.0, Failed)], 33.0, "unavailable after a"),
        (&[closed, (31.0, LastGood(None)), (33.0, LastKnown(None))], 33.0, "closed after a"),
        (&[closed, (31.0, LastGood(None)), (33.0, LastKnown(Some("b")))], 33.0, "closed after b"),
    ]);
}

#[test]
fn a_late_last_good_document_replaces_no_policy() {
    let a = (0.0, Valid("a"));
    assert_looked_up(&[
        (&[a, (0.0, LastGood(None))], 0.0, "a"),
        (&[a, (0.0, LastGood(Some("b")))], 0.0, "a"),
        (&[a, (0.0, LastKnown(None))], 0.0, "a"),
        (&[a, (31.0, LastKnown(None)), (66.0, Missing)], 66.0, "closed after a"),
    ]);
}

#[test]
fn a_missing_key_is_confirmed_after_one_freshness_if_that_is_longer() {
    for (fresh_seconds, confirmed_after) in [(1, 35.0), (30, 35.0), (36, 36.0), (300, 300.0)] {
        let dropped = |after: f64| {
            let mut cache = PolicyCache::new();
            let mut update = |seconds: f64, result| {
                let now = seconds * 1000.0;
                cache.apply(HOST, ReadTimes::at(now), now, fresh_seconds, result)
            };
            update(0.0, FetchResult::Valid(policy("a"), 0));
            update(10.0, FetchResult::Missing);
            update(10.0 + after, FetchResult::Missing) == Next::Dropped
        };
        assert!(!dropped(confirmed_after - 0.001) && dropped(confirmed_after), "{fresh_seconds}");
    }
}

#[test]
fn while_no_document_exists_kv_is_read_again_after_each_freshness() {
    let none = [(0.0, Missing), (0.0, LastKnown(None))];
    let then = |at, step| [none[0], none[1], (at, step)];
    assert_looked_up(&[
        (&none, 29.999, "closed"),
        (&none, 30.0, "closed, reads, waits if refused"),
        (&none, 60.0, "closed, reads, waits"),
        (&then(31.0, Failed), 32.0, "closed, reads, waits if refused"),
        (&then(31.0, Failed), 320.0, "closed, reads, waits if refused"),
        (&then(31.0, Valid("a")), 31.0, "a"),
        (&[(0.0, LastKnown(Some("a")))], 0.0, "closed after a"),
        (&[(0.0, LastKnown(Some("a"))), (31.0, Missing)], 31.0, "closed after a"),
        (&[(0.0, LastKnown(Some("a"))), (31.0, Failed)], 31.0, "closed after a"),
    ]);
}

#[test]
fn freshness_is_as_long_as_the_variable_says() {
    let mut cache = after(HOST, &[(0.0, Valid("a"))]);
    let mut at = |now| {
        let lookup = cache.look_up(HOST, just_come(now), 1);
        (lookup.read.is_some(), lookup.waits)
    };
    assert_eq!(at(999.0), (false, Waits::Never));
    assert_eq!(at(1000.0), (true, Waits::Never));
    assert_eq!(at(2000.0), (true, Waits::IfCovered));
}

#[test]
fn the_result_of_an_earlier_read_is_ignored() {
    let mut cache = after(HOST, &[(5.0, Valid("b"))]);
    for result in [FetchResult::Valid(policy("a"), 0), FetchResult::Missing, FetchResult::Failed] {
        assert_eq!(
            cache.apply(HOST, ReadTimes::at(4999.0), 6000.0, FRESH_SECONDS, result),
            Next::Done
        );
        assert_eq!(look_up(&mut cache, HOST, 6.0), "b");
    }
    cache.apply(
        HOST,
        ReadTimes::at(5000.0),
        6000.0,
        FRESH_SECONDS,
        FetchResult::Valid(policy("a"), 0),
    );
    assert_eq!(look_up(&mut cache, HOST, 6.0), "a");
}

#[test]
fn age_is_measured_from_the_start_of_the_read() {
    let mut cache = PolicyCache::new();
    cache.apply(
        HOST,
        ReadTimes::at(0.0),
        20_000.0,
        FRESH_SECONDS,
        FetchResult::Valid(policy("a"), 0),
    );
    assert_eq!(look_up(&mut cache, HOST, 29.0), "a");
    assert_eq!(look_up(&mut cache, HOST, 30.0), "a, reads");
}

fn poll<'a>(path_and_query: &'a str, origin: &'a str) -> RequestHead<'a> {
    let url = Url { origin: "https://api.example.com", path_and_query };
    RequestHead { method: "GET", url, origin: Some(origin), ..RequestHead::default() }
}

#[test]
fn a_request_waits_only_if_a_newer_policy_may_decide_otherwise() {
    let (covered, uncovered) = ("/socket.io/?EIO=4", "/other");
    let (good, evil) = ("https://a.example", "https://evil.example");
    let in_force = PolicyState::InForce(policy("a"));
    let missing = PolicyState::Missing { last_known: None };
    for (state, waits, path, origin, expected) in [
        (&in_force, Waits::Never, covered, evil, false),
        (&in_force, Waits::IfCovered, covered, good, true),
        (&in_force, Waits::IfCovered, covered, evil, true),
        (&in_force, Waits::IfCovered, uncovered, evil, false),
        (&missing, Waits::Never, covered, evil, false),
        (&missing, Waits::IfRefused, covered, evil, true),
        (&missing, Waits::IfRefused, covered, "https://api.example.com", false),
        (&missing, Waits::IfRefused, uncovered, evil, false),
        (&missing, Waits::Always, uncovered, evil, true),
        (&PolicyState::UNKNOWN, Waits::IfRefused, "/ws/?EIO=4", evil, true),
        (&PolicyState::UNKNOWN, Waits::IfRefused, uncovered, evil, false),
    ] {
        let lookup = Lookup { state: state.clone(), read: None, waits };
        assert_eq!(lookup.makes_wait(&poll(path, origin)), expected, "{lookup:?} {path} {origin}");
    }
}

#[test]
fn hosts_do_not_share_their_policies() {
    let mut cache = PolicyCache::new();
    take(&mut cache, "a.example", &[(0.0, Valid("a"))]);
    take(&mut cache, "b.example", &[(10.0, Valid("b"))]);
    take(&mut cache, "c.example", &[(0.0, LastKnown(None))]);
    assert_eq!(look_up(&mut cache, "a.example", 30.0), "a, reads");
    assert_eq!(look_up(&mut cache, "b.example", 30.0), "b");
    assert_eq!(look_up(&mut cache, "c.example", 0.0), "closed");
    assert_eq!(look_up(&mut cache, "d.example", 0.0), "unavailable, reads, waits");
}

#[test]
fn versions_are_whole_digests() {
    let mut digest = [7; 32];
    let text = r#"{"origin": false}"#;
    let one = Policy::read(text, Version::new(digest), &DomainRules::NONE).unwrap();
    let mut cache = PolicyCache::new();
    let one = Rc::new(one);
    cache.apply(
        HOST,
        ReadTimes::at(0.0),
        0.0,
        FRESH_SECONDS,
        FetchResult::Valid(Rc::clone(&one), 0),
    );
    assert_eq!(cache.version_of(HOST, 0.0), Some(Version::new(digest)));
    // The same eight digits are shown of it.
    digest[31] = 8;
    assert_eq!(Version::new(digest).to_string(), one.version().to_string());
    let mut updated = |version| {
        let document = Document { index: 0, version, text: &|| text.to_owned() };
        let read = PolicyRead::new(HOST, 1.0);
        drop(cache.update(&read, Ok(Some(document)), 1.0, FRESH_SECONDS, &DomainRules::NONE));
        cache.version_of(HOST, 1.0)
    };
    assert_eq!(updated(Version::new(digest)), Some(Version::new(digest)));
}
