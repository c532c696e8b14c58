//! The refusals of an origin each, counted in bounded memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use socketio_cors_core::origin::Origin;

use super::refusal::Refusal;

/// The most origins that are kept once there were too many.
const KEPT: usize = 20_000;
/// The most origins that are counted at once.
const MAX_ORIGINS: usize = 2 * KEPT;
/// The most of what else there may be many of: reasons, hosts, paths, texts that are no origin.
const MAX_NAMES: usize = 50;
/// The Worker cuts an origin here, in characters: of a longer one the end is not known.
const CUT_LEN: usize = 256;
/// The most rules that are kept for an origin.
const MAX_RULES: usize = 16;

/// The refusals, counted by origin.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// By origin.
    pub(super) origins: HashMap<String, Seen>,
    /// Requests without an origin, by reason.
    pub(super) without_origin: BTreeMap<String, Seen>,
    /// Requests whose origin is none, and some of what they had in its place.
    pub(super) malformed: Seen,
    pub(super) malformed_texts: BTreeSet<String>,
    /// The hosts that were asked.
    pub(super) hosts: BTreeSet<String>,
    /// The total of all requests.
    pub(super) total: Seen,
    /// Requests that were really refused.
    pub(super) enforced: u64,
    /// Requests for paths that no rule covers.
    pub(super) uncovered: u64,
    /// The origins that were given up, as they were the rarest, and their requests.
    pub(super) dropped: Dropped,
    /// The rules by which requests were refused.
    rules: Vec<String>,
    names: Names,
    paths: HashMap<String, Option<usize>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dropped {
    /// At least so many, as one that comes again is new.
    pub(super) origins: u64,
    pub(super) requests: u64,
}

/// The requests of some kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) count: u64,
    pub(super) reasons: Counts,
    pub(super) transports: Counts,
    /// The first and the last time, in milliseconds since 1970.
    pub(super) time: Option<(i64, i64)>,
    /// The positions of the rules that refused them.
    rules: Vec<usize>,
    /// Its position in the order in which the origins came.
    nth: u64,
}

/// Names by their number in [`Names`], and how often each came.
pub(super) type Counts = Vec<(usize, u64)>;

/// Names that come again and again, each kept once.
#[derive(Debug, Default)]
struct Names(Vec<String>);

/// A refusal's names by number.
#[derive(Clone, Copy, Debug)]
struct Place {
    reason: usize,
    transport: usize,
    rule: Option<usize>,
}

impl Tally {
    /// Counts a refusal. `rule_of` gives the prefix of the route that covers a path.
    pub(super) fn add(&mut self, refusal: &Refusal, rule_of: impl Fn(&str) -> Option<String>) {
        let place = Place {
            reason: self.names.number(&refusal.reason),
            transport: self.names.number(&refusal.transport),
            rule: self.rule(&refusal.path, rule_of),
        };
        self.total.add(refusal, place);
        if place.rule.is_none() {
            self.uncovered = self.uncovered.saturating_add(refusal.count);
        }
        if !refusal.report_only {
            self.enforced = self.enforced.saturating_add(refusal.count);
        }
        if self.hosts.len() < MAX_NAMES && !self.hosts.contains(&refusal.host) {
            self.hosts.insert(refusal.host.clone());
        }
        let nth = self.total.count;
        match &refusal.origin {
            None => {
                if self.without_origin.len() < MAX_NAMES
                    || self.without_origin.contains_key(&refusal.reason)
                {
                    let seen = self.without_origin.entry(refusal.reason.clone()).or_default();
                    seen.add(refusal, place);
                }
            }
            Some(origin)
                if origin.len() >= CUT_LEN || Origin::try_from(origin.as_str()).is_err() =>
            {
                self.malformed.add(refusal, place);
                if self.malformed_texts.len() < MAX_NAMES {
                    self.malformed_texts.insert(origin.clone());
                }
            }
            Some(origin) => {
                if let Some(seen) = self.origins.get_mut(origin) {
                    seen.add(refusal, place);
                    return;
                }
                if self.origins.len() >= MAX_ORIGINS {
                    self.drop_the_rarest();
                }
                let mut seen = Seen { nth, ..Seen::default() };
                seen.add(refusal, place);
                self.origins.insert(origin.clone(), seen);
            }
        }
    }

    /// Gives up the rarest half of the origins; of those that are as rare as each other, the last.
    fn drop_the_rarest(&mut self) {
        let mut ranks: Vec<_> = self
            .origins
            .values()
            .map(|seen| (seen.count, u64::MAX.saturating_sub(seen.nth)))
            .collect();
        let (_, least, _) = ranks.select_nth_unstable(MAX_ORIGINS.saturating_sub(KEPT));
        let least = *least;
        let dropped = &mut self.dropped;
        self.origins.retain(|_, seen| {
            let is_kept = (seen.count, u64::MAX.saturating_sub(seen.nth)) >= least;
            if !is_kept {
                dropped.origins = dropped.origins.saturating_add(1);
                dropped.requests = dropped.requests.saturating_add(seen.count);
            }
            is_kept
        });
    }

    /// The position of the rule for `path`.
    fn rule(&mut self, path: &str, rule_of: impl Fn(&str) -> Option<String>) -> Option<usize> {
        if let Some(rule) = self.paths.get(path) {
            return *rule;
        }
        let rule = rule_of(path).map(|prefix| {
            let known = self.rules.iter().position(|rule| *rule == prefix);
            known.unwrap_or_else(|| {
                self.rules.push(prefix);
                self.rules.len().saturating_sub(1)
            })
        });
        if self.paths.len() < MAX_NAMES {
            self.paths.insert(path.to_owned(), rule);
        }
        rule
    }

    /// Names, with how often each came: the most frequent first.
    pub(super) fn named<'t>(&'t self, counts: &Counts) -> Vec<(&'t str, u64)> {
        let name =
            |(number, count): &(usize, u64)| Some((self.names.0.get(*number)?.as_str(), *count));
        let mut named: Vec<_> = counts.iter().filter_map(name).collect();
        named.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        named
    }

    /// The prefixes of the rules that refused what was seen.
    pub(super) fn rules_of<'t>(&'t self, seen: &'t Seen) -> impl Iterator<Item = &'t str> {
        seen.rules.iter().filter_map(|rule| self.rules.get(*rule)).map(String::as_str)
    }
}

impl Seen {
    fn add(&mut self, refusal: &Refusal, Place { reason, transport, rule }: Place) {
        self.count = self.count.saturating_add(refusal.count);
        count(&mut self.reasons, reason, refusal.count);
        count(&mut self.transports, transport, refusal.count);
        self.time = match (self.time, refusal.time) {
            (Some((first, last)), Some((its_first, its_last))) => {
                Some((first.min(its_first), last.max(its_last)))
            }
            (known, new) => known.or(new),
        };
        if let Some(rule) = rule
            && self.rules.len() < MAX_RULES
            && !self.rules.contains(&rule)
        {
            self.rules.push(rule);
        }
    }
}

impl Names {
    /// The number of `name`; the same for all that come once there are too many.
    fn number(&mut self, name: &str) -> usize {
        let known = self.0.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            if self.0.len() < MAX_NAMES {
                self.0.push(name.to_owned());
            } else if self.0.len() == MAX_NAMES {
                self.0.push("other".to_owned());
            }
            self.0.len().saturating_sub(1)
        })
    }
}

fn count(counts: &mut Counts, name: usize, more: u64) {
    match counts.iter_mut().find(|(known, _)| *known == name) {
        Some((_, count)) => *count = count.saturating_add(more),
        None => counts.push((name, more)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(origin: &str) -> Refusal {
        Refusal { origin: Some(origin.to_owned()), count: 1, ..Refusal::default() }
    }

    #[test]
    fn a_flood_of_origins_does_not_displace_the_frequent_ones() {
        let mut tally = Tally::default();
        for nth in 0..200_000_u64 {
            tally.add(&refusal(&format!("https://{nth}.evil.example")), |_| None);
            if nth % 1000 == 0 {
                tally.add(&refusal("https://customer.example"), |_| None);
            }
        }
        assert_eq!(tally.origins["https://customer.example"].count, 200);
        // Of the origins that come only once, the first ones stay.
        assert!(tally.origins.contains_key("https://0.evil.example"));
        assert!(tally.origins.len() <= MAX_ORIGINS);
        let kept: u64 = tally.origins.values().map(|seen| seen.count).sum();
        assert_eq!(kept + tally.dropped.requests, tally.total.count);
        assert_eq!(tally.total.count, 200_200);
    }

    #[test]
    fn missing_and_malformed_origins_are_counted_apart() {
        let mut tally = Tally::default();
        tally.add(&Refusal { origin: None, reason: "jsonp".to_owned(), ..refusal("") }, |_| None);
        for nth in 0..1000 {
            tally.add(&refusal(&format!("https://a.example/{nth}")), |_| None);
        }
        let whole = format!("https://{}example", "a.".repeat(120));
        // As long as a host may be, and longer with its scheme than what the Worker logs.
        let cut = format!("https://{}{}", "a.".repeat(122), "a".repeat(4));
        for origin in [&whole, &cut] {
            assert!(Origin::try_from(origin.as_str()).is_ok());
            tally.add(&refusal(origin), |_| None);
        }
        assert_eq!((tally.malformed.count, tally.malformed_texts.len()), (1001, MAX_NAMES));
        assert_eq!(tally.origins.keys().collect::<Vec<_>>(), [&whole]);
        assert_eq!(tally.without_origin["jsonp"].count, 1);
    }

    #[test]
    fn the_first_and_last_time_cover_all_refusals() {
        let mut tally = Tally::default();
        for time in [None, Some((5, 9)), Some((3, 4)), None] {
            tally.add(&Refusal { time, ..refusal("https://a.example") }, |_| Some("/a".to_owned()));
        }
        let seen = &tally.origins["https://a.example"];
        assert_eq!((seen.count, seen.time), (4, Some((3, 9))));
        assert_eq!(tally.rules_of(seen).collect::<Vec<_>>(), ["/a"]);
    }
}
