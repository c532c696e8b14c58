use super::*;

const FRESH_SECONDS: u32 = 30;
const KEY: &str = "tenant:https://a.example";

fn look_up(tenants: &mut Tenants, key: &str, seconds: f64) -> Cached {
    tenants.look_up(key, seconds * 1000.0, FRESH_SECONDS)
}

/// Has `tenants` learn, out of the budget, that `key` is there, or not, or that KV failed.
fn learn(tenants: &mut Tenants, key: &str, seconds: f64, found: Option<bool>) -> KeyStatus {
    let lookup = Lookup::again(vec![key.to_owned()]);
    answer(tenants, &lookup, seconds * 1000.0, found)
}

/// The same as the answer to a lookup for one key, at a time in milliseconds.
fn answer(tenants: &mut Tenants, lookup: &Lookup, now: f64, found: Option<bool>) -> KeyStatus {
    let found = found.map(|found| if found { &[0][..] } else { &[] });
    tenants.learn(lookup, now, found).remove(0).1
}

/// What is known of [`KEY`] after KV said these things of it, each at a time in seconds.
fn after(steps: &[(f64, Option<bool>)]) -> Tenants {
    let mut tenants = Tenants::default();
    for (seconds, found) in steps {
        learn(&mut tenants, KEY, *seconds, *found);
    }
    tenants
}

#[test]
fn each_row_of_the_table_holds() {
    const THERE: Cached = Cached::Hit(KeyStatus::Present);
    const NOT_THERE: Cached = Cached::Hit(KeyStatus::Missing);
    for (steps, at, expected) in [
        (&[][..], 0.0, Cached::Miss),
        (&[(0.0, Some(true))], 29.9, THERE),
        (&[(0.0, Some(true))], 30.0, Cached::StaleHit),
        (&[(0.0, Some(true))], 299.9, Cached::StaleHit),
        (&[(0.0, Some(true))], 300.0, Cached::Miss),
        (&[(0.0, Some(false))], 29.9, NOT_THERE),
        (&[(0.0, Some(false))], 30.0, Cached::Miss),
        // What was there is kept while KV fails, and not asked for at each request.
        (&[(0.0, Some(true)), (31.0, None)], 60.9, THERE),
        (&[(0.0, Some(true)), (31.0, None)], 61.0, Cached::StaleHit),
        (&[(0.0, Some(true)), (400.0, None)], 429.9, THERE),
        (&[(0.0, Some(true)), (400.0, None)], 430.0, Cached::Miss),
        // An edit counts, either way.
        (&[(0.0, Some(true)), (31.0, Some(false))], 32.0, NOT_THERE),
        (&[(0.0, Some(false)), (31.0, Some(true))], 32.0, THERE),
        // A failure says nothing of what was unknown, or not there.
        (&[(0.0, None)], 0.1, Cached::Miss),
        (&[(0.0, Some(false)), (31.0, None)], 31.1, Cached::Miss),
    ] {
        assert_eq!(look_up(&mut after(steps), KEY, at), expected, "{steps:?} at {at}");
    }
}

#[test]
fn kv_is_asked_once_behind_the_requests_that_a_stale_key_serves() {
    let mut tenants = after(&[(0.0, Some(true))]);
    assert_eq!(look_up(&mut tenants, KEY, 30.0), Cached::StaleHit);
    assert_eq!(look_up(&mut tenants, KEY, 30.0), Cached::Hit(KeyStatus::Present));
    assert_eq!(look_up(&mut tenants, KEY, 60.0), Cached::StaleHit);
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

/// How many of `origins` unknown origins, one each millisecond, KV is asked for,
/// if it says `found` of each.
fn reads(tenants: &mut Tenants, origins: u32, found: Option<bool>) -> usize {
    let asked = (0..origins).filter(|number| {
        let (key, now) = (format!("tenant:https://{number}.example"), f64::from(*number));
        if tenants.look_up(&key, now, FRESH_SECONDS) != Cached::Miss {
            return false;
        }
        let lookup = tenants.start(vec![key], now);
        lookup.is_some_and(|lookup| {
            answer(tenants, &lookup, now, found);
            true
        })
    });
    asked.count()
}

#[test]
fn a_flood_of_strangers_makes_few_reads_and_displaces_no_tenant() {
    let mut tenants = Tenants::default();
    assert!(tenants.start(vec![KEY.to_owned()], 0.0).is_some());
    learn(&mut tenants, KEY, 0.0, Some(true));
    // 200 at once, and 2 a second for 100 seconds.
    let few = reads(&mut tenants, 100_000, Some(false));
    assert!((390..=400).contains(&few), "{few}");
    assert_eq!(tenants.missing.values().count(), few);
    assert_eq!(look_up(&mut tenants, KEY, 100.0), Cached::StaleHit);
    // Nor is one that was not seen for long refused for want of a budget.
    assert_eq!(look_up(&mut tenants, KEY, 1000.0), Cached::Miss);
    for _ in 0..1000 {
        assert!(tenants.start(vec![KEY.to_owned()], 100_000.0).is_some());
    }
}

#[test]
fn failures_take_from_the_budget_and_tenants_do_not() {
    assert_eq!(reads(&mut Tenants::default(), 1000, None), 201);
    assert_eq!(reads(&mut Tenants::default(), 5000, Some(true)), 5000);
}

#[test]
fn a_crowd_of_one_new_tenant_gives_back_all_that_it_took() {
    let mut tenants = Tenants::default();
    let crowd: Vec<_> =
        (0..150).map(|_| tenants.start(vec![KEY.to_owned()], 0.0).unwrap()).collect();
    for lookup in &crowd {
        assert_eq!(answer(&mut tenants, lookup, 0.0, Some(true)), KeyStatus::Present);
    }
    assert_eq!(tenants.budget.left.total_cmp(&MAX_MISSES), std::cmp::Ordering::Equal);
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
}

#[test]
fn an_origin_with_several_keys_gives_back_what_it_took_for_those_that_are_not_there() {
    let mut tenants = Tenants::default();
    for tenant in 0..1000 {
        let keys = (0..8).map(|prefix| format!("{prefix}:https://{tenant}.example")).collect();
        let lookup = tenants.start(keys, 0.0).unwrap();
        let learned = tenants.learn(&lookup, 0.0, Some(&[7]));
        let present = learned.iter().map(|(_, key_status)| *key_status == KeyStatus::Present);
        assert_eq!(present.collect::<Vec<_>>(), [[false; 7].as_slice(), &[true]].concat());
    }
    // Strangers pay for each of theirs.
    let strangers = (0..1000).filter(|stranger| {
        let keys = (0..8).map(|prefix| format!("{prefix}:https://evil-{stranger}.example"));
        tenants.start(keys.collect(), 0.0).is_some()
    });
    assert_eq!(strangers.count(), 25);
}
