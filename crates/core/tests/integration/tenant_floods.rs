//! Floods of made-up origins, by the state machine that an isolate runs, over simulated time.

use std::collections::VecDeque;

use socketio_cors_core::tenants::{CEILING, Cached, KeyStatus, Lookup, Source, Start, Tenants};

const FRESH_SECONDS: u32 = 30;
/// How long KV takes to answer, in milliseconds.
const LATENCY: f64 = 50.0;
const SECOND: f64 = 1000.0;
const HOUR: f64 = 3600.0 * SECOND;

/// An isolate, and the KV that it asks.
#[derive(Default)]
struct Isolate {
    tenants: Tenants,
    /// When KV answers what, and whether the key is there.
    answers: VecDeque<(f64, Lookup, bool)>,
}

impl Isolate {
    /// Whether a request of the origin that `key` belongs to gets what KV says of it.
    fn looks_up(&mut self, key: &str, is_tenant: bool, source: Source, now: f64) -> bool {
        while let Some((_, lookup, found)) = self.answers.front().filter(|(at, ..)| *at <= now) {
            self.tenants.learn(lookup, now, Some(if *found { &[0] } else { &[] }));
            self.answers.pop_front();
        }
        match self.tenants.look_up(key, now, FRESH_SECONDS) {
            Cached::Hit(status) => return status != KeyStatus::Present || is_tenant,
            Cached::StaleHit | Cached::Miss => {}
        }
        match self.tenants.start(&[key.to_owned()], || source, now) {
            Start::Read(lookup) => {
                self.answers.push_back((now + LATENCY, lookup, is_tenant));
                true
            }
            Start::Wait => true,
            Start::GiveUp(status) => {
                assert_eq!(status, KeyStatus::RateLimited);
                false
            }
        }
    }
}

/// How many of the first requests of tenants pass, each from an address of its own, one every
/// half second, during ten minutes of `rate` made-up origins a second from a thousand addresses.
fn share_that_passes(rate: u32) -> f64 {
    let mut isolate = Isolate::default();
    let (mut passed, mut tenants) = (0.0, 0.0);
    for number in 0..rate.saturating_mul(600) {
        let now = f64::from(number) / f64::from(rate) * SECOND;
        if number.is_multiple_of(rate / 2) {
            let source = Source::V6(u64::from(number));
            let key = format!("tenant:https://{number}.example");
            tenants += 1.0;
            passed += f64::from(u8::from(isolate.looks_up(&key, true, source, now)));
        }
        let key = format!("tenant:https://evil-{number}.example");
        isolate.looks_up(&key, false, Source::V4(number % 1000), now);
    }
    passed / tenants
}

#[test]
fn a_flood_from_a_thousand_addresses_leaves_tenants_through() {
    for rate in [20, 200, 2000] {
        let share = share_that_passes(rate);
        assert!(share >= 0.9, "{rate} a second: {share}");
    }
}

#[test]
fn a_flood_from_any_number_of_addresses_makes_no_more_reads_than_the_ceiling_says() {
    let mut isolate = Isolate::default();
    let mut number = 0;
    let mut now = 0.0;
    let mut read = |now: f64| {
        number += 1;
        let key = format!("tenant:https://{number}.example");
        isolate.looks_up(&key, false, Source::V6(number), now)
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
