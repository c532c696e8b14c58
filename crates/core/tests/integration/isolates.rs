//! How often many isolates read KV, by the state machine that each of them runs,
//! and whether `docs/cost.md` says so.

use std::{array, collections::VecDeque};

use socketio_cors_core::{
    cache::{
        policy_cache::{Document, PolicyCache, PolicyRead, Waits},
        tenants::{CEILING, MAX_SOURCES, SOURCE},
        waiting::Times,
    },
    policy::{DomainRules, Version},
};

const DOCUMENT: &str = include_str!("../../../../docs/cost.md");
/// Repeats one figure of it.
const DEPLOYING: &str = include_str!("../../../../docs/deploying.md");

const HOST: &str = "api.example.com";
const DAY: f64 = 86_400.0;
/// The keys of one read: `policy:<host>` and `policy`. Each is billed.
const KEYS: f64 = 2.0;
/// The latency of KV, in seconds.
const LATENCY: f64 = 0.05;

/// The isolates that are simulated in place of all. Requests that come at random,
/// to any isolate, come at random to each.
const SAMPLE: u8 = 4;

#[test]
fn the_documented_reads_match_the_formula_and_a_simulation() {
    let (columns, rows) = table("requests a second");
    assert_eq!((columns.len(), rows.len()), (6, 6), "{columns:?} {rows:?}");
    for row in rows {
        let numbers: Vec<_> = row.iter().map(|cell| number(cell)).collect();
        let (rate, fresh) = (numbers[0], numbers[1]);
        for (column, documented) in columns.iter().zip(&numbers).skip(2) {
            let isolates = number(column);
            let computed = formula(rate, isolates, fresh);
            let simulated = simulate(rate, isolates, fresh);
            let context = format!(
                "{rate} requests a second, {isolates} isolates, fresh for {fresh} s: the document \
                 says {documented}, the formula {computed:.0}, the simulation {simulated:.0}"
            );
            assert!((computed / simulated - 1.0).abs() < 0.01, "{context}");
            assert!((documented - three_digits(computed)).abs() < 0.5, "{context}");
            assert!((documented / simulated - 1.0).abs() < 0.015, "{context}");
        }
    }
}

#[test]
fn the_documented_bill_follows_from_the_documented_prices() {
    let (_, prices) = table("counted");
    let charge = |counted: &str, amount: f64| {
        let price = prices.iter().find(|price| price[0] == counted).expect(counted);
        (amount - number(price[1])).max(0.0) * number(price[2])
    };
    let (rates, bill) = table("a month");
    for (column, rate) in rates.iter().enumerate().skip(1) {
        let rate = number(rate);
        let millions = rate * 30.0 * DAY / 1e6;
        let keys =
            |isolates| charge("million keys read", formula(rate, isolates, 30.0) * 30.0 / 1e6);
        // 2 KB a line is 2 GB a million; a line is kept for 7 days of the 30.
        let gigabytes = 2.0 * millions;
        let expected = [
            5.0,
            charge("million requests", millions),
            charge("million ms of CPU", millions),
            keys(100.0),
            keys(1000.0),
            keys(10_000.0),
            charge("million log events", millions),
            charge("GB of logs taken in", gigabytes)
                + charge("GB-months of logs kept", gigabytes * 7.0 / 30.0),
            charge("million data points", millions),
        ];
        assert_eq!(bill.len(), expected.len(), "{bill:?}");
        for (row, expected) in bill.iter().zip(expected) {
            let documented = number(row[column]);
            let context = format!("{} at {rate} requests a second: {expected:.4}", row[0]);
            assert!((documented - expected).abs() < 0.0051, "{context}, not {documented}");
        }
    }
}

#[test]
fn the_documented_price_of_a_million_requests_follows_from_the_documented_prices() {
    let (_, prices) = table("counted");
    let price =
        |counted: &str| number(prices.iter().find(|price| price[0] == counted).expect(counted)[2]);
    let requests = price("million requests") + price("million ms of CPU");
    let sentence = format!("**a million requests are ${requests:.2}**, with 1 ms of CPU each");
    assert!(DOCUMENT.contains(&sentence), "{sentence}");
    let repeated = format!("[A million requests are ${requests:.2}](cost.md)");
    assert!(DEPLOYING.contains(&repeated), "{repeated}");
    let keys = format!("never more than ${:.2}.", KEYS * price("million keys read"));
    assert!(DOCUMENT.contains(&keys), "{keys}");
}

/// `tenant_floods.rs` sees to it that an isolate reads no more than its limits say.
#[test]
fn the_documented_cost_of_a_flood_of_origins_follows_from_the_limits_and_the_prices() {
    let (_, prices) = table("counted");
    let price = prices.iter().find(|price| price[0] == "million keys read").expect("its price");
    let a_second = 1000.0 / CEILING.period;
    let lookups = |days: f64| CEILING.burst + a_second * DAY * days;
    let dollars = |days| lookups(days) / 1e6 * number(price[2]);
    let addresses = a_second * SOURCE.period / 1000.0;
    assert!(addresses < f64::from(u32::try_from(MAX_SOURCES).unwrap_or_default()));
    let document = DOCUMENT.split_whitespace().collect::<Vec<_>>().join(" ");
    for figure in [
        format!("at most {} at once", thousands(CEILING.burst)),
        format!("and {a_second:.0} more a second"),
        format!("{} a day", thousands(lookups(1.0))),
        format!("**${:.2} a day and isolate**, or ${:.2} a month", dollars(1.0), dollars(30.0)),
        format!("A single address gets {}, then one in ten minutes", SOURCE.burst),
        format!("a flood from {} addresses", thousands(addresses)),
    ] {
        assert!(document.contains(&figure), "{figure}");
    }
}

#[test]
fn one_request_of_an_isolate_reads_for_the_following_ones() {
    let mut isolate = Isolate::default();
    let mut reads = |millisecond| isolate.takes(f64::from(millisecond) / 1000.0, 30);
    assert!(
        [0, 10, 49, 51, 60, 30_000].map(&mut reads) == [true, false, false, false, false, true]
    );
    assert!([30_010, 30_100, 60_099].map(reads) == [false, false, true]);
}

/// The keys that are read in a day, as the document has it.
fn formula(rate: f64, isolates: f64, fresh: f64) -> f64 {
    KEYS * isolates * DAY / (fresh + isolates / rate)
}

/// The same by sending requests to isolates.
fn simulate(rate: f64, isolates: f64, fresh: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "30 or 300")]
    let fresh_seconds = fresh as u32;
    let rate = rate / isolates;
    // The more requests come between two reads, the less does the time between them
    // vary, and the fewer have to be seen: these give 0.6 per cent.
    let enough = (10_000.0 / (1.0 + rate * fresh).powi(2)).max(1.0);
    let mut sample: [Isolate; SAMPLE as usize] = array::from_fn(|_| Isolate::with_policy());
    let mut random = Random(1);
    let mut now = 0.0;
    while sample.iter().any(|isolate| isolate.reads < enough) {
        now += random.gap(rate * f64::from(SAMPLE));
        let Some(isolate) = random.one_of(&mut sample) else { continue };
        if isolate.takes(now, fresh_seconds) && isolate.reads < enough {
            isolate.reads += 1.0;
            isolate.read_at = now;
        }
    }
    let reads: f64 = sample.iter().map(|isolate| isolate.reads).sum();
    let seconds: f64 = sample.iter().map(|isolate| isolate.read_at).sum();
    KEYS * isolates * DAY * reads / seconds
}

#[derive(Default)]
struct Isolate {
    cache: PolicyCache,
    /// The reads that are under way, each with the time in seconds at which KV answers it.
    reading: VecDeque<(f64, PolicyRead)>,
    reads: f64,
    /// The time at which it read last.
    read_at: f64,
}

impl Isolate {
    /// One that has just read its policy.
    fn with_policy() -> Self {
        let mut isolate = Self::default();
        isolate.update(&PolicyRead::new(HOST, 0.0), 0.0);
        isolate
    }

    /// Takes a request at `now`, in seconds. Returns whether it reads KV, as
    /// `src/handler.rs` does. One that waits is held back no longer than KV takes.
    fn takes(&mut self, now: f64, fresh_seconds: u32) -> bool {
        while self.reading.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((at, read)) = self.reading.pop_front() {
                self.update(&read, at);
            }
        }
        let times = Times { now: now * 1000.0, arrived_at: now * 1000.0 };
        let lookup = self.cache.look_up(HOST, times, fresh_seconds);
        let is_read = !self.reading.is_empty() || lookup.read.is_some();
        assert!(lookup.waits == Waits::Never || is_read);
        let reads = lookup.read.map(|read| (now + LATENCY, read));
        self.reading.extend(reads.clone());
        reads.is_some()
    }

    /// KV answers `read` at `now`, in seconds.
    fn update(&mut self, read: &PolicyRead, now: f64) {
        let text = || r#"{"origin": "https://a.example"}"#.to_owned();
        let document = Document { index: 0, version: Version::of(&text()), text: &text };
        let answer = Ok(Some(document));
        drop(self.cache.update(read, answer, now * 1000.0, 30, &DomainRules::NONE));
    }
}

/// Steele, Lea and Flood's `SplitMix64`: the same numbers each time.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed >> 32) as u32
    }

    /// The time to the next of what happens `rate` times a second, independently.
    fn gap(&mut self, rate: f64) -> f64 {
        -((f64::from(self.bits()) + 0.5) / 2_f64.powi(32)).ln() / rate
    }

    fn one_of<'a, T>(&mut self, items: &'a mut [T]) -> Option<&'a mut T> {
        items.get_mut((self.bits() as usize).checked_rem(items.len())?)
    }
}

/// The heading cells and the rows of the document's table that starts with `heading`.
fn table(heading: &str) -> (Vec<&'static str>, Vec<Vec<&'static str>>) {
    let start = format!("| {heading} |");
    let mut rows = DOCUMENT
        .lines()
        .skip_while(|line| !line.starts_with(&start))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let headings = rows.next().unwrap_or_default();
    (headings, rows.skip(1).collect())
}

/// The number in "$1,234.56", "10 million" or "100 isolates".
#[track_caller]
fn number(cell: &str) -> f64 {
    let digits = cell.chars().filter(|letter| letter.is_ascii_digit() || *letter == '.');
    digits.collect::<String>().parse().expect(cell)
}

fn three_digits(amount: f64) -> f64 {
    let unit = 10_f64.powf(amount.log10().floor() - 2.0);
    (amount / unit).round() * unit
}

/// "262,200".
fn thousands(count: f64) -> String {
    format!("{:.0},{:03.0}", (count / 1000.0).floor(), count % 1000.0)
}
