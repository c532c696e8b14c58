use super::*;

const HOST: &str = "api.example.com";
const FRESH_SECONDS: u32 = 30;

/// What happens to a host, one step after another.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// KV gives the document that allows `https://<this>.example`.
    Valid(&'static str),
    Invalid,
    Missing,
    Failed,
    /// The document is faulty; KV gives the last good one, or none.
    LastGood(Option<&'static str>),
    /// KV is asked behind a request, and has not answered yet.
    Asked,
}
use Step::{Asked, Failed, Invalid, LastGood, Missing, Valid};

fn policy(name: &str) -> Rc<Policy> {
    Rc::new(Policy::parse(&format!(r#"{{"origin": "https://{name}.example"}}"#)).unwrap())
}

fn invalid() -> News {
    News::Invalid("policy".to_owned())
}

/// What `held` has learned of `host` after `steps`, each at a time in seconds.
fn take(held: &mut Held, host: &str, steps: &[(f64, Step)]) {
    for (seconds, step) in steps {
        let news = match step {
            Valid(name) => News::Valid(policy(name)),
            Invalid => invalid(),
            Missing => News::Missing,
            Failed => News::Failed,
            LastGood(text) => News::LastGood(text.map(policy)),
            Asked => {
                held.refreshing(host, seconds * 1000.0);
                continue;
            }
        };
        held.learn(host, seconds * 1000.0, seconds * 1000.0, news);
    }
}

/// "use a", "use a and refresh", "ask", …
fn look_up(held: &mut Held, host: &str, seconds: f64) -> String {
    match held.look_up(host, seconds * 1000.0, FRESH_SECONDS) {
        Lookup::Use(standing) => format!("use {}", name(&standing)),
        Lookup::UseAndRefresh(standing) => format!("use {} and refresh", name(&standing)),
        Lookup::Ask => "ask".to_owned(),
    }
}

fn name(standing: &Standing) -> &'static str {
    match standing {
        Standing::NoPolicy => "no policy",
        Standing::Unavailable => "unavailable",
        Standing::Policy(held) => ["a", "b"]
            .into_iter()
            .find(|name| policy(name).version() == held.version())
            .unwrap_or("another"),
    }
}

/// Steps, a time in seconds after them, and what a look-up says then.
type Row<'a> = (&'a [(f64, Step)], f64, &'a str);

#[track_caller]
fn assert_looked_up(rows: &[Row<'_>]) {
    for (steps, at, expected) in rows {
        let mut held = Held::default();
        take(&mut held, HOST, steps);
        assert_eq!(look_up(&mut held, HOST, *at), *expected, "at {at} after {steps:?}");
    }
}

#[test]
fn a_fresh_policy_is_used_a_stale_one_refreshed_behind_the_request_an_old_one_before_it() {
    assert_looked_up(&[
        (&[], 0.0, "ask"),
        (&[(0.0, Valid("a"))], 0.0, "use a"),
        (&[(0.0, Valid("a"))], 29.999, "use a"),
        (&[(0.0, Valid("a"))], 30.0, "use a and refresh"),
        (&[(0.0, Valid("a"))], 299.999, "use a and refresh"),
        (&[(0.0, Valid("a"))], 300.001, "ask"),
        (&[(0.0, Valid("a")), (40.0, Valid("b"))], 69.999, "use b"),
        (&[(0.0, Valid("a")), (40.0, Valid("b"))], 339.999, "use b and refresh"),
        // The same text confirmed is as good as a new one.
        (&[(0.0, Valid("a")), (200.0, Valid("a"))], 301.0, "use a and refresh"),
    ]);
}

#[test]
fn while_kv_is_asked_behind_a_request_the_next_one_does_not_ask() {
    assert_looked_up(&[
        (&[(0.0, Valid("a")), (31.0, Asked)], 31.0, "use a"),
        (&[(0.0, Valid("a")), (31.0, Asked)], 60.999, "use a"),
        // No answer came: ask again.
        (&[(0.0, Valid("a")), (31.0, Asked)], 61.0, "use a and refresh"),
        // Being asked makes it no younger.
        (&[(0.0, Valid("a")), (31.0, Asked), (270.0, Asked)], 300.001, "ask"),
        (&[(31.0, Asked)], 31.0, "ask"),
    ]);
}

#[test]
fn a_faulty_document_and_a_failing_kv_leave_a_policy_in_force_but_make_it_no_younger() {
    for bad in [Invalid, Failed] {
        assert_looked_up(&[
            (&[(0.0, Valid("a")), (31.0, bad)], 31.0, "use a"),
            (&[(0.0, Valid("a")), (31.0, bad)], 60.999, "use a"),
            (&[(0.0, Valid("a")), (31.0, bad)], 61.0, "use a and refresh"),
            (&[(0.0, Valid("a")), (280.0, bad)], 310.0, "ask"),
            (&[(0.0, Valid("a")), (310.0, bad)], 310.0, "use a"),
            (&[(0.0, Valid("a")), (31.0, bad), (61.0, Valid("b"))], 61.0, "use b"),
        ]);
    }
}

#[test]
fn a_deleted_key_closes_everything() {
    assert_looked_up(&[
        (&[(0.0, Missing)], 29.999, "use no policy"),
        (&[(0.0, Missing)], 30.0, "ask"),
        (&[(0.0, Valid("a")), (31.0, Missing)], 31.0, "use no policy"),
        (&[(0.0, Valid("a")), (31.0, Missing)], 61.0, "ask"),
        (&[(0.0, Missing), (31.0, Valid("a"))], 31.0, "use a"),
    ]);
}

#[test]
fn where_nothing_is_held_a_failure_is_retried_after_a_second() {
    for bad in [Failed, LastGood(None)] {
        assert_looked_up(&[
            (&[(0.0, bad)], 0.0, "use unavailable"),
            (&[(0.0, bad)], 0.999, "use unavailable"),
            (&[(0.0, bad)], 1.0, "ask"),
            (&[(0.0, bad), (1.0, bad)], 1.999, "use unavailable"),
            (&[(0.0, bad), (1.0, bad)], 2.0, "ask"),
            (&[(0.0, bad), (1.0, Valid("a"))], 1.0, "use a"),
            (&[(0.0, bad), (1.0, Missing)], 1.0, "use no policy"),
            // A deleted key leaves nothing to keep.
            (&[(0.0, Missing), (31.0, bad)], 31.0, "use unavailable"),
        ]);
    }
}

#[test]
fn where_nothing_is_held_a_faulty_document_makes_the_last_good_one_count() {
    assert_looked_up(&[
        (&[(0.0, Invalid)], 0.0, "ask"),
        (&[(0.0, Invalid), (0.0, LastGood(Some("a")))], 29.999, "use a"),
        (&[(0.0, Invalid), (0.0, LastGood(Some("a")))], 30.0, "use a and refresh"),
        (&[(0.0, LastGood(Some("a"))), (31.0, Invalid)], 31.0, "use a"),
        (&[(0.0, LastGood(Some("a"))), (31.0, Valid("b"))], 31.0, "use b"),
        (&[(0.0, LastGood(Some("a"))), (31.0, Missing)], 31.0, "use no policy"),
        (&[(0.0, Failed), (1.0, LastGood(Some("a")))], 1.0, "use a"),
        (&[(0.0, Missing), (31.0, LastGood(Some("a")))], 31.0, "use a"),
        // What another request learned in the meantime is newer.
        (&[(0.0, Valid("b")), (0.0, LastGood(Some("a")))], 0.0, "use b"),
        (&[(0.0, Valid("b")), (0.0, LastGood(None))], 0.0, "use b"),
    ]);
}

#[test]
fn the_last_good_document_is_asked_for_only_where_nothing_is_held() {
    for (before, asks) in [
        (None, true),
        (Some(Failed), true),
        (Some(Missing), true),
        (Some(Valid("a")), false),
        (Some(LastGood(Some("a"))), false),
    ] {
        let mut held = Held::default();
        take(&mut held, HOST, before.map(|step| (0.0, step)).as_slice());
        let outcome = held.learn(HOST, 1.0, 1.0, invalid());
        let asked = matches!(outcome, Outcome::AskLastGood(key) if key == "policy");
        assert_eq!(asked, asks, "after {before:?}");
    }
}

#[test]
fn freshness_is_as_long_as_the_variable_says() {
    let mut held = Held::default();
    take(&mut held, HOST, &[(0.0, Valid("a"))]);
    let mut after = |milliseconds| held.look_up(HOST, milliseconds, 1);
    assert!(matches!(after(999.0), Lookup::Use(_)));
    assert!(matches!(after(1000.0), Lookup::UseAndRefresh(_)));
    assert!(matches!(after(10_001.0), Lookup::Ask));
}

#[test]
fn what_is_learned_is_in_force_at_once() {
    let mut held = Held::default();
    for (step, news, standing) in [
        (0.0, News::Failed, "unavailable"),
        (1.0, News::Valid(policy("a")), "a"),
        (2.0, invalid(), "a"),
        (3.0, News::Failed, "a"),
        (4.0, News::Valid(policy("b")), "b"),
        (5.0, News::Missing, "no policy"),
    ] {
        let Outcome::Use(learned) = held.learn(HOST, step, step, news) else { panic!("{step}") };
        assert_eq!(name(&learned), standing);
    }
}

#[test]
fn without_a_policy_the_closed_one_decides() {
    for standing in [Standing::NoPolicy, Standing::Unavailable] {
        assert_eq!(standing.policy().version(), Policy::closed().version());
    }
    let held = policy("a");
    assert!(Rc::ptr_eq(&Standing::Policy(Rc::clone(&held)).policy(), &held));
}

#[test]
fn hosts_do_not_share_what_is_in_force() {
    let mut held = Held::default();
    take(&mut held, "a.example", &[(0.0, Valid("a"))]);
    take(&mut held, "b.example", &[(0.0, Valid("b")), (1.0, Asked)]);
    take(&mut held, "c.example", &[(0.0, Missing)]);
    assert_eq!(look_up(&mut held, "a.example", 30.0), "use a and refresh");
    assert_eq!(look_up(&mut held, "b.example", 30.0), "use b");
    assert_eq!(look_up(&mut held, "c.example", 0.0), "use no policy");
    assert_eq!(look_up(&mut held, "d.example", 0.0), "ask");
}

#[test]
fn one_host_too_many_pushes_out_the_one_that_was_not_used_for_longest() {
    let host = |number: usize| format!("{number}.example");
    let mut held = Held::default();
    // The last comes first, so that neither order nor name decides.
    for (number, at) in (0..MAX_HOSTS).rev().zip(0_u32..) {
        take(&mut held, &host(number), &[(f64::from(at), Valid("a"))]);
    }
    // The oldest is used again, and is then no longer the oldest, though KV was
    // not asked for it since.
    assert_eq!(look_up(&mut held, &host(MAX_HOSTS - 1), 90.0), "use a and refresh");
    take(&mut held, &host(MAX_HOSTS), &[(91.0, Valid("b"))]);
    assert_eq!(held.hosts.values().count(), MAX_HOSTS);
    assert_eq!(look_up(&mut held, &host(MAX_HOSTS), 92.0), "use b");
    assert_eq!(look_up(&mut held, &host(MAX_HOSTS - 1), 92.0), "use a and refresh");
    assert_eq!(look_up(&mut held, &host(MAX_HOSTS - 2), 92.0), "ask");
}

#[test]
fn what_was_asked_earlier_counts_no_more() {
    let mut held = Held::default();
    assert!(held.newer_than(0.0, HOST, 5.0).is_none());
    held.learn(HOST, 1000.0, 3000.0, News::Missing);
    let newer = |held: &mut Held, asked_at| held.newer_than(asked_at, HOST, 3000.0);
    // A last good document that was asked for before the key was deleted.
    assert_eq!(newer(&mut held, 999.0).as_ref().map(name), Some("no policy"));
    assert!(newer(&mut held, 1000.0).is_none() && newer(&mut held, 1001.0).is_none());
    // What was not confirmed is no newer for having been asked for.
    held.learn(HOST, 4000.0, 4000.0, News::Valid(policy("a")));
    held.learn(HOST, 9000.0, 9000.0, News::Failed);
    assert_eq!(newer(&mut held, 3999.0).as_ref().map(name), Some("a"));
    assert!(newer(&mut held, 5000.0).is_none());
}

#[test]
fn age_counts_from_the_question() {
    let mut held = Held::default();
    held.learn(HOST, 0.0, 20_000.0, News::Valid(policy("a")));
    assert_eq!(look_up(&mut held, HOST, 29.0), "use a");
    assert_eq!(look_up(&mut held, HOST, 31.0), "use a and refresh");
    // A failure is retried a second after it came.
    held.learn("b.example", 0.0, 2000.0, News::Failed);
    assert_eq!(look_up(&mut held, "b.example", 2.9), "use unavailable");
    assert_eq!(look_up(&mut held, "b.example", 3.0), "ask");
}

#[test]
fn made_up_hosts_push_out_no_policy_while_kv_is_down() {
    let mut held = Held::default();
    take(&mut held, HOST, &[(0.0, Valid("a"))]);
    for number in 0..2 * MAX_HOSTS {
        take(&mut held, &format!("{number}.example"), &[(1.0, Failed)]);
    }
    assert_eq!(look_up(&mut held, HOST, 2.0), "use a");
    // They have no place where all hold policies, and their standing is told all the same.
    let mut full = Held::default();
    for number in 0..MAX_HOSTS {
        take(&mut full, &format!("{number}.example"), &[(0.0, Valid("a"))]);
    }
    let told = full.learn(HOST, 1.0, 1.0, News::Missing);
    assert!(matches!(told, Outcome::Use(Standing::NoPolicy)));
    assert_eq!(look_up(&mut full, HOST, 1.0), "ask");
    assert_eq!(look_up(&mut full, "0.example", 1.0), "use a");
}

#[test]
fn hosts_with_the_same_text_share_its_policy() {
    let mut held = Held::default();
    let (a, b) = (policy("a"), policy("b"));
    held.learn("x.example", 0.0, 0.0, News::Valid(Rc::clone(&a)));
    held.learn("y.example", 0.0, 0.0, News::Missing);
    assert!(held.with_version(a.version()).is_some_and(|found| Rc::ptr_eq(&found, &a)));
    assert!(held.with_version(b.version()).is_none());
    assert!(held.with_version(Policy::closed().version()).is_none());

    held.learn("x.example", 31_000.0, 31_000.0, News::Valid(b));
    assert!(held.with_version(a.version()).is_none());
}
