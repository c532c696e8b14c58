//! Floods of made-up origins, by the state machine that an isolate runs, over simulated time.

use std::{collections::VecDeque, rc::Rc};

use socketio_cors_core::{
    cache::{
        policy_cache::PolicyState,
        tenants::{CEILING, Lookup, Pending, Source, Tenants},
        waiting::Times,
    },
    decision::Reason,
    policy::Policy,
    request::{RequestHead, Url},
};

const FRESH_SECONDS: u32 = 30;
/// The latency of KV, in milliseconds.
const LATENCY: f64 = 50.0;
const SECOND: f64 = 1000.0;
const HOUR: f64 = 3600.0 * SECOND;

/// An isolate, and the KV that it asks.
struct Isolate {
    tenants: Tenants,
    policy: PolicyState,
    /// The look-ups that are under way, each with the time at which KV answers it, and whether
    /// the key is there.
    reading: VecDeque<(f64, Lookup, bool)>,
}

impl Isolate {
    fn new() -> Self {
        let policy = Policy::parse(r#"{"origin": {"kv": "tenant:"}}"#).unwrap();
        Self {
            tenants: Tenants::default(),
            policy: PolicyState::InForce(Rc::new(policy)),
            reading: VecDeque::new(),
        }
    }

    /// Returns true if a request of `origin` is decided by the answer of KV about its key.
    fn looks_up(&mut self, origin: &str, is_tenant: bool, source: Source, now: f64) -> bool {
        while self.reading.front().is_some_and(|(at, ..)| *at <= now) {
            if let Some((_, lookup, is_present)) = self.reading.pop_front() {
                let present = if is_present { lookup.keys() } else { &[] };
                self.tenants.update(&lookup, now, Some(present));
            }
        }
        let url = Url::split("https://api.example.com/socket.io/");
        let head = RequestHead { url, origin: Some(origin), ..RequestHead::default() };
        let times = Times { now, arrived_at: now };
        let taken = self.tenants.decide(&head, &self.policy, times, FRESH_SECONDS, || source);
        if let Some(Pending::Read(lookup)) = taken.pending {
            self.reading.push_back((now + LATENCY, lookup, is_tenant));
        }
        match taken.decision.reason {
            Reason::UnaskedOrigin | Reason::TenantOrigin | Reason::UnlistedOrigin => true,
            reason => {
                assert_eq!(reason, Reason::LookupLimited);
                false
            }
        }
    }
}

/// How many of the first requests of tenants pass, each from an address of its own, one every
/// half second, during some minutes of `rate` made-up origins a second from a thousand addresses.
fn share_that_passes(rate: u32, minutes: u32) -> f64 {
    let mut isolate = Isolate::new();
    let (mut passed, mut tenants) = (0.0, 0.0);
    for number in 0..rate.saturating_mul(60).saturating_mul(minutes) {
        let now = f64::from(number) / f64::from(rate) * SECOND;
        if number.is_multiple_of(rate / 2) {
            let source = Source::V6(u64::from(number));
            let origin = format!("https://{number}.example");
            tenants += 1.0;
            passed += f64::from(u8::from(isolate.looks_up(&origin, true, source, now)));
        }
        let origin = format!("https://evil-{number}.example");
        isolate.looks_up(&origin, false, Source::V4(number % 1000), now);
    }
    passed / tenants
}

#[test]
fn a_flood_from_a_thousand_addresses_does_not_keep_tenants_out() {
    // An address may ask again after ten minutes.
    for (rate, minutes) in [(20, 20), (200, 20), (2000, 1)] {
        let share = share_that_passes(rate, minutes);
        assert!(share >= 0.9, "{rate} a second: {share}");
    }
}

#[test]
fn a_flood_from_any_number_of_addresses_makes_no_more_reads_than_the_ceiling_says() {
    let mut isolate = Isolate::new();
    let mut number = 0;
    let mut now = 0.0;
    let mut read = |now: f64| {
        number += 1;
        let origin = format!("https://{number}.example");
        isolate.looks_up(&origin, false, Source::V6(number), now)
    };
    let mut reads = 0.0;
    while now < HOUR {
        while read(now) {
            reads += 1.0;
        }
        now += 250.0;
    }
    let most = CEILING.burst + HOUR / CEILING.period;
    assert!((most - 1.0..=most).contains(&reads), "{reads} reads, and not {most}");
}
