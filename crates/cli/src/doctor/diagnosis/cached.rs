//! Handshakes that a cache answers.

use super::{evidence::with_headers, remedy};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
};

/// Headers by which caches tell of themselves.
pub(super) const TELLING: &[&str] = &[
    "age",
    "akamai-cache-status",
    "cache-control",
    "cdn-cache",
    "cdn-cachedat",
    "cf-cache-status",
    "server",
    "via",
    "x-cache",
    "x-cache-status",
    "x-vercel-cache",
];

pub(super) fn finding(examination: &Examination) -> Option<Finding> {
    let opened = |exchange: &Exchange| exchange.opened().map(|open| open.sid);
    let handshakes: Vec<_> =
        examination.exchanges.iter().filter(|it| opened(it).is_some()).collect();
    let twice = handshakes.iter().enumerate().find_map(|(index, first)| {
        let mut later = handshakes.iter().skip(index.saturating_add(1));
        later.find(|later| opened(later) == opened(first)).map(|later| (*first, *later))
    });
    let hit = handshakes.iter().find(|exchange| is_hit(exchange));
    let (summary, first, second) = match (twice, hit) {
        (Some((first, second)), _) => {
            ("two clients get one session: a cache answers handshakes", first, Some(second))
        }
        (None, Some(hit)) => ("a cache answers handshakes: its headers say so", *hit, None),
        (None, None) => return None,
    };
    let finding =
        Finding::new(Code::CachedHandshake, Severity::Error, summary).seen(first, with_sid(first));
    let finding = match second {
        Some(second) => finding.seen(second, with_sid(second)),
        None => finding,
    };
    Some(
        finding
            .why([
                "A session belongs to one client. When two clients get the same session from the cache, \
                 they throw each other out (\"Session ID unknown\", again and again), and one may read \
                 what is meant for the other.",
            ])
            .fix(remedy::uncached(examination, first)),
    )
}

fn with_sid(exchange: &Exchange) -> Vec<String> {
    let mut lines = with_headers(exchange, TELLING);
    lines.extend(exchange.opened().map(|open| format!("  sid {}", open.sid)));
    lines
}

/// True if a cache says that the answer is one that it kept.
pub(super) fn is_hit(exchange: &Exchange) -> bool {
    let says = |name: &str| {
        let value = exchange.header(name).unwrap_or_default().to_ascii_lowercase();
        // "Hit from cloudfront", "HIT, MISS", "hit-stale", "TCP_MEM_HIT"; not "pass" or "miss".
        value.split([',', ' ', '-', '_']).any(|word| word == "hit" || word == "stale")
    };
    let named = [
        "akamai-cache-status",
        "cdn-cache",
        "cf-cache-status",
        "x-cache",
        "x-cache-status",
        "x-vercel-cache",
        "x-proxy-cache",
    ];
    let age = exchange.header("age").and_then(|age| age.parse::<u64>().ok());
    named.into_iter().any(says) || age.is_some_and(|age| age > 0)
}
