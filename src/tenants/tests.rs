use super::*;

const FRESH_SECONDS: u32 = 30;
const KEY: &str = "tenant:https://a.example";

fn question(key: &str) -> Question {
    Question::again(key.to_owned())
}

fn look_up(tenants: &mut Tenants, key: &str, seconds: f64) -> Lookup {
    tenants.look_up(key, seconds * 1000.0, FRESH_SECONDS)
}

/// What is known of [`KEY`] after KV said these things of it, each at a time in seconds.
fn after(steps: &[(f64, Option<bool>)]) -> Tenants {
    let mut tenants = Tenants::default();
    for (seconds, found) in steps {
        tenants.learn(&question(KEY), seconds * 1000.0, *found);
    }
    tenants
}

#[test]
fn each_row_of_the_table_holds() {
    const THERE: Lookup = Lookup::Use(Tenancy::Present);
    const NOT_THERE: Lookup = Lookup::Use(Tenancy::Absent);
    for (steps, at, expected) in [
        (&[][..], 0.0, Lookup::Ask),
        (&[(0.0, Some(true))], 29.9, THERE),
        (&[(0.0, Some(true))], 30.0, Lookup::UseAndRefresh),
        (&[(0.0, Some(true))], 299.9, Lookup::UseAndRefresh),
        (&[(0.0, Some(true))], 300.0, Lookup::Ask),
        (&[(0.0, Some(false))], 29.9, NOT_THERE),
        (&[(0.0, Some(false))], 30.0, Lookup::Ask),
        // What was there is kept while KV fails, and not asked for at each request.
        (&[(0.0, Some(true)), (31.0, None)], 60.9, THERE),
        (&[(0.0, Some(true)), (31.0, None)], 61.0, Lookup::UseAndRefresh),
        (&[(0.0, Some(true)), (400.0, None)], 429.9, THERE),
        (&[(0.0, Some(true)), (400.0, None)], 430.0, Lookup::Ask),
        // An edit counts, either way.
        (&[(0.0, Some(true)), (31.0, Some(false))], 32.0, NOT_THERE),
        (&[(0.0, Some(false)), (31.0, Some(true))], 32.0, THERE),
        // A failure says nothing of what was unknown, or not there.
        (&[(0.0, None)], 0.1, Lookup::Ask),
        (&[(0.0, Some(false)), (31.0, None)], 31.1, Lookup::Ask),
    ] {
        assert_eq!(look_up(&mut after(steps), KEY, at), expected, "{steps:?} at {at}");
    }
}

#[test]
fn kv_is_asked_once_behind_the_requests_that_a_stale_key_serves() {
    let mut tenants = after(&[(0.0, Some(true))]);
    assert_eq!(look_up(&mut tenants, KEY, 30.0), Lookup::UseAndRefresh);
    assert_eq!(look_up(&mut tenants, KEY, 30.0), Lookup::Use(Tenancy::Present));
    assert_eq!(look_up(&mut tenants, KEY, 60.0), Lookup::UseAndRefresh);
}

#[test]
fn what_kv_said_is_what_the_request_is_told() {
    let mut tenants = Tenants::default();
    assert_eq!(tenants.learn(&question(KEY), 0.0, None), Tenancy::Failed);
    assert_eq!(tenants.learn(&question(KEY), 0.0, Some(false)), Tenancy::Absent);
    assert_eq!(tenants.learn(&question(KEY), 0.0, Some(true)), Tenancy::Present);
    assert_eq!(tenants.learn(&question(KEY), 0.0, None), Tenancy::Present);
    assert_eq!(tenants.learn(&question(KEY), 0.0, Some(false)), Tenancy::Absent);
}

/// How many of `origins` unknown origins, one each millisecond, KV is asked for,
/// if it says `found` of each.
fn reads(tenants: &mut Tenants, origins: u32, found: Option<bool>) -> usize {
    let asked = (0..origins).filter(|number| {
        let (key, now) = (format!("tenant:https://{number}.example"), f64::from(*number));
        if tenants.look_up(&key, now, FRESH_SECONDS) != Lookup::Ask {
            return false;
        }
        let question = tenants.question(&key, now);
        question.is_some_and(|question| {
            tenants.learn(&question, now, found);
            true
        })
    });
    asked.count()
}

#[test]
fn a_flood_of_strangers_makes_few_reads_and_displaces_no_tenant() {
    let mut tenants = Tenants::default();
    assert!(tenants.question(KEY, 0.0).is_some());
    tenants.learn(&question(KEY), 0.0, Some(true));
    // 200 at once, and 2 a second for 100 seconds.
    let few = reads(&mut tenants, 100_000, Some(false));
    assert!((390..=400).contains(&few), "{few}");
    assert_eq!(tenants.absent.values().count(), few);
    assert_eq!(look_up(&mut tenants, KEY, 100.0), Lookup::UseAndRefresh);
    // Nor is one that was not seen for long refused for want of a budget.
    assert_eq!(look_up(&mut tenants, KEY, 1000.0), Lookup::Ask);
    for _ in 0..1000 {
        assert!(tenants.question(KEY, 100_000.0).is_some());
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
    let crowd: Vec<_> = (0..150).map(|_| tenants.question(KEY, 0.0).unwrap()).collect();
    for question in &crowd {
        assert_eq!(tenants.learn(question, 0.0, Some(true)), Tenancy::Present);
    }
    assert_eq!(tenants.budget.left.total_cmp(&MAX_MISSES), std::cmp::Ordering::Equal);
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut tenants = Tenants::default();
    for number in 0..MAX_PRESENT + 10 {
        tenants.learn(&question(&number.to_string()), 0.0, Some(true));
    }
    assert_eq!(tenants.present.values().count(), MAX_PRESENT);
    for number in 0..MAX_ABSENT + 10 {
        tenants.learn(&question(&format!("x{number}")), 0.0, Some(false));
    }
    assert_eq!(tenants.absent.values().count(), MAX_ABSENT);
}

#[test]
fn of_several_prefixes_the_one_that_is_known_to_hold_the_origin_decides() {
    use Tenancy::{Absent, Failed, Limited, Present, Unasked};
    for (known, decides) in [
        ([Absent, Present], Present),
        ([Unasked, Present], Present),
        ([Absent, Unasked], Unasked),
        ([Failed, Unasked], Unasked),
        ([Absent, Failed], Failed),
        ([Limited, Absent], Limited),
    ] {
        assert_eq!(known.into_iter().max(), Some(decides), "{known:?}");
    }
}
