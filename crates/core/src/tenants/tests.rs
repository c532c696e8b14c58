use super::*;

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

/// Has `tenants` learn, outside of the limits, that `key` is there, or not, or that KV failed.
fn learn(tenants: &mut Tenants, key: &str, seconds: f64, found: Option<bool>) -> KeyStatus {
    let lookup = Lookup::refresh(vec![key.to_owned()], seconds * 1000.0);
    answer(tenants, &lookup, seconds, found)
}

/// The same by the answer to a look-up of one key.
fn answer(tenants: &mut Tenants, lookup: &Lookup, seconds: f64, found: Option<bool>) -> KeyStatus {
    let found = found.map(|found| if found { &[0][..] } else { &[] });
    tenants.learn(lookup, seconds * 1000.0, found).remove(0).1
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
            Says(at, found) => drop(learn(&mut tenants, KEY, at, found)),
            SaysOfAnother(at, found) => drop(learn(&mut tenants, "another", at, found)),
            Request(at) => drop(look_up(&mut tenants, KEY, at)),
        }
    }
    tenants
}

#[test]
fn each_row_of_the_table_holds() {
    for (steps, at, expected) in [
        (&[][..], 0.0, Cached::Miss),
        (&[Says(0.0, Some(true))], 29.9, PRESENT),
        (&[Says(0.0, Some(true))], 30.0, Cached::StaleHit),
        (&[Says(0.0, Some(true))], 59.9, Cached::StaleHit),
        (&[Says(0.0, Some(true))], 60.0, Cached::Miss),
        (&[Says(0.0, Some(false))], 29.9, MISSING),
        (&[Says(0.0, Some(false))], 30.0, Cached::Miss),
        // That KV was asked behind a request makes a key no younger.
        (&[Says(0.0, Some(true)), Request(40.0)], 59.9, PRESENT),
        (&[Says(0.0, Some(true)), Request(40.0)], 60.0, Cached::Miss),
        // An edit takes effect, either way.
        (&[Says(0.0, Some(true)), Says(31.0, Some(false))], 32.0, MISSING),
        (&[Says(0.0, Some(false)), Says(31.0, Some(true))], 32.0, PRESENT),
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
fn while_kv_fails_one_request_a_second_looks_up_what_is_unknown() {
    let mut tenants = after(&[Says(0.0, None)]);
    let failed = |start| matches!(start, Start::GiveUp(KeyStatus::Failed));
    assert!(failed(start(&mut tenants, "b", 1, 0.9)));
    let lookup = read(start(&mut tenants, "b", 1, 1.0));
    assert!(failed(start(&mut tenants, "c", 1, 1.9)));
    assert_eq!(answer(&mut tenants, &lookup, 1.95, Some(false)), KeyStatus::Missing);
    read(start(&mut tenants, "c", 1, 2.0));
}

#[test]
fn a_failure_that_began_before_a_success_is_none() {
    let mut tenants = Tenants::default();
    let late = read(start(&mut tenants, "late", 1, 0.0));
    learn(&mut tenants, KEY, 1.0, Some(true));
    answer(&mut tenants, &late, 2.0, None);
    assert_eq!(look_up(&mut tenants, KEY, 61.0), Cached::Miss);
}

#[test]
fn kv_is_asked_once_behind_the_requests_that_a_stale_key_serves() {
    let mut tenants = after(&[Says(0.0, Some(true))]);
    assert_eq!(look_up(&mut tenants, KEY, 30.0), Cached::StaleHit);
    assert_eq!(look_up(&mut tenants, KEY, 30.0), PRESENT);
    assert_eq!(look_up(&mut tenants, KEY, 59.9), PRESENT);
}

#[test]
fn what_kv_said_is_what_the_request_is_told() {
    let mut tenants = Tenants::default();
    assert_eq!(learn(&mut tenants, KEY, 0.0, None), KeyStatus::Failed);
    assert_eq!(learn(&mut tenants, KEY, 0.0, Some(false)), KeyStatus::Missing);
    assert_eq!(learn(&mut tenants, KEY, 0.0, Some(true)), KeyStatus::Present);
    assert_eq!(learn(&mut tenants, KEY, 0.0, None), KeyStatus::Present);
    assert_eq!(learn(&mut tenants, KEY, 0.0, Some(false)), KeyStatus::Missing);
}

#[test]
fn an_answer_to_an_earlier_question_does_not_undo_a_later_one() {
    for (then, now, expected) in [(true, false, MISSING), (false, true, PRESENT)] {
        let mut tenants = Tenants::default();
        let slow = Lookup::refresh(vec![KEY.to_owned()], 0.0);
        learn(&mut tenants, KEY, 10.0, Some(now));
        let told = answer(&mut tenants, &slow, 20.0, Some(then));
        assert_eq!(Cached::Hit(told), expected);
        assert_eq!(look_up(&mut tenants, KEY, 20.0), expected);
    }
}

#[test]
fn age_counts_from_the_question() {
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
    read(start(&mut tenants, KEY, 1, 0.5));
    // Its two tokens are taken, yet it may wait for what they bought.
    assert!(waits(start(&mut tenants, KEY, 1, 1.1)));
    assert!(matches!(start(&mut tenants, KEY, 1, 2.5), Start::GiveUp(KeyStatus::RateLimited)));
    assert_eq!(answer(&mut tenants, &first, 2.6, Some(true)), KeyStatus::Present);
    assert_eq!(look_up(&mut tenants, KEY, 2.6), PRESENT);
}

#[test]
fn whoever_has_waited_too_long_goes_by_what_is_known() {
    let mut tenants = after(&[Says(0.0, Some(true))]);
    read(start(&mut tenants, KEY, 1, 60.0));
    let keys = vec![KEY.to_owned(), "b".to_owned()];
    let told = tenants.give_up(keys.clone(), 60_000.0, 62_000.0);
    let statuses = [KeyStatus::Present, KeyStatus::Failed];
    assert_eq!(told, keys.into_iter().zip(statuses).collect::<Vec<_>>());
    // Nobody waits after that.
    assert_eq!(look_up(&mut tenants, KEY, 62.0), PRESENT);
}

#[test]
fn a_known_key_is_read_whatever_its_source_has_used_up() {
    let mut tenants = after(&[Says(0.0, Some(true))]);
    for stranger in ["b", "c"] {
        let lookup = read(start(&mut tenants, stranger, 1, 0.0));
        answer(&mut tenants, &lookup, 0.0, Some(false));
    }
    assert!(matches!(start(&mut tenants, "d", 1, 60.0), Start::GiveUp(KeyStatus::RateLimited)));
    let lookup = read(start(&mut tenants, KEY, 1, 60.0));
    assert_eq!(answer(&mut tenants, &lookup, 60.0, Some(true)), KeyStatus::Present);
}

#[test]
fn an_origin_whose_key_was_missing_is_looked_up_again_for_who_waits_for_it() {
    let mut tenants = Tenants::default();
    // Somebody's page tries for an hour, until the key is put.
    for minute in 0..60 {
        let lookup = read(start(&mut tenants, KEY, 1, f64::from(minute) * 60.0));
        answer(&mut tenants, &lookup, f64::from(minute) * 60.0, Some(false));
    }
    let lookup = read(start(&mut tenants, KEY, 1, 3600.0));
    assert_eq!(answer(&mut tenants, &lookup, 3600.0, Some(true)), KeyStatus::Present);
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut tenants = Tenants::default();
    for number in 0..MAX_PRESENT + 10 {
        learn(&mut tenants, &number.to_string(), 0.0, Some(true));
    }
    assert_eq!(tenants.present.values().count(), MAX_PRESENT);
    for number in 0..MAX_MISSING + 10 {
        learn(&mut tenants, &format!("x{number}"), 0.0, Some(false));
    }
    assert_eq!(tenants.missing.values().count(), MAX_MISSING);
    for source in 0..2000 {
        read(start(&mut tenants, &format!("y{source}"), source, 0.0));
    }
    assert_eq!(tenants.reading.values().count(), MAX_MISSING);
}

#[test]
fn a_look_up_is_one_however_many_prefixes_are_read() {
    let keys = |name: &str| -> Vec<String> {
        (0..8).map(|prefix| format!("{prefix}:https://{name}.example")).collect()
    };
    let mut tenants = Tenants::default();
    for tenant in 0..1000 {
        let lookup = tenants.start(&keys(&tenant.to_string()), || Source::V4(1), 0.0);
        let learned = tenants.learn(&read(lookup), 0.0, Some(&[7]));
        let present = learned.iter().map(|(_, status)| *status == KeyStatus::Present);
        assert_eq!(present.collect::<Vec<_>>(), [[false; 7].as_slice(), &[true]].concat());
    }
    // A stranger's two are as many.
    let mut stranger = |number: u32| {
        let start = tenants.start(&keys(&format!("evil-{number}")), || Source::V4(1), 0.0);
        let reads = matches!(start, Start::Read(_));
        if let Start::Read(lookup) = start {
            tenants.learn(&lookup, 0.0, Some(&[]));
        }
        reads
    };
    assert_eq!([0, 1, 2].map(&mut stranger), [true, true, false]);
}

#[test]
fn a_late_read_is_repeated_within_the_ceiling() {
    let mut tenants = Tenants::default();
    let late = read(start(&mut tenants, KEY, 1, 0.0));
    let again = tenants.start_again(&late, 2000.0).unwrap();
    answer(&mut tenants, &late, 2.0, None);
    assert_eq!(answer(&mut tenants, &again, 5.0, Some(true)), KeyStatus::Present);
}
