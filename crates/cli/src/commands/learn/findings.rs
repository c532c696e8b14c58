//! The advice about each origin that was refused.

use std::collections::{BTreeMap, HashMap};

use socketio_cors_core::{
    origin::{
        Origin,
        pattern::{HostPattern, OriginPattern, OriginSet},
        split_port,
    },
    policy::{Access, DEFAULT_PREFIX, Listing, Policy, Rule},
};
use socketio_cors_explain::proposal::{Addition, Family, Judge, Objection, families};

use super::tally::{Seen, Tally};
use crate::terminal::check_text::counted;

/// Which of the origins are proposed.
#[derive(Debug)]
pub(super) struct Choice<'c> {
    /// `None` where a new policy is proposed.
    pub(super) policy: Option<&'c Policy>,
    pub(super) skipped: OriginSet,
    pub(super) at_least: u64,
    pub(super) limit: usize,
    /// A pattern takes the place of a family.
    pub(super) wildcards: bool,
    /// The day, for notes.
    pub(super) today: String,
}

/// The advice about all origins that were refused.
#[derive(Debug)]
pub(super) struct Findings<'t> {
    /// The most frequent origins first.
    pub(super) origins: Vec<Finding<'t>>,
    pub(super) families: Vec<Family>,
    /// The entries to add to the policy.
    pub(super) additions: Vec<Addition>,
    /// A rule of the policy has prefixes of tenants' keys.
    pub(super) are_tenants_looked_up: bool,
}

/// An origin that was refused.
#[derive(Debug)]
pub(super) struct Finding<'t> {
    pub(super) origin: &'t str,
    pub(super) seen: &'t Seen,
    pub(super) verdict: Verdict,
    /// The rules that do not list it.
    pub(super) rules: Vec<&'t str>,
}

/// The advice about an origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The policy lacks it.
    List,
    /// The policy allows it.
    Listed,
    /// It is left out, for this reason.
    LeftOut(&'static str),
    /// It should not be listed as it stands.
    Not(Objection),
}

pub(super) const SKIPPED: &str = "skipped";
pub(super) const RARE: &str = "rare";
pub(super) const LIMIT: &str = "limit";
pub(super) const UNCOVERED: &str = "uncovered";
pub(super) const UNKNOWN: &str = "unknown";

impl Verdict {
    /// Its name, in kebab case.
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Listed => "listed",
            Self::LeftOut(why) => why,
            Self::Not(_) => "not-as-it-stands",
        }
    }
}

impl<'t> Findings<'t> {
    pub(super) fn of(tally: &'t Tally, choice: &Choice<'_>) -> Self {
        let rules: HashMap<&str, &Rule> =
            choice.policy.into_iter().flat_map(Policy::rules).collect();
        let mut seen: Vec<_> = tally.origins.iter().collect();
        seen.sort_by_key(|(origin, seen)| (std::cmp::Reverse(seen.count), *origin));
        let patterns: Vec<_> = rules
            .values()
            .filter_map(|rule| rule.listed())
            .flat_map(|listed| listed.patterns.patterns())
            .collect();
        let own: Vec<_> = tally.hosts.iter().map(|host| format!("https://{host}")).collect();
        let mut judge = Judge::new(true);
        trust(&mut judge, &patterns, &own);
        for (origin, _) in &seen {
            judge.add(origin);
        }
        let mut left = choice.limit;
        let finding = |(origin, seen): (&'t String, &'t Seen)| {
            let found = Finding::of(origin, seen, tally, &rules, choice, &mut judge);
            // If two hosts look alike, the rarer one is the look-alike.
            if let Ok(parsed) = Origin::try_from(origin.as_str()) {
                judge.known.add_host(parsed.host());
            }
            if found.verdict == Verdict::List && left == 0 {
                return Finding { verdict: Verdict::LeftOut(LIMIT), ..found };
            }
            left = left.saturating_sub(usize::from(found.verdict == Verdict::List));
            found
        };
        let origins: Vec<_> = seen.into_iter().map(finding).collect();
        let families = families_of(&origins, &rules);
        let additions = additions(&origins, &families, choice);
        let families = families.into_values().flatten().collect();
        let has_prefixes = |rule: &&Rule| rule.listed().is_some_and(|it| !it.prefixes.is_empty());
        let are_tenants_looked_up = rules.values().any(has_prefixes);
        Self { origins, families, additions, are_tenants_looked_up }
    }

    /// The findings of a kind.
    pub(super) fn with(&self, is_one: fn(&Verdict) -> bool) -> Vec<&Finding<'t>> {
        self.origins.iter().filter(|finding| is_one(&finding.verdict)).collect()
    }
}

/// Adds what is listed, and the server's own origins.
fn trust<'j>(judge: &mut Judge<'j>, patterns: &'j [String], own: &'j [String]) {
    for text in patterns {
        let Ok(pattern) = OriginPattern::try_from(text.as_str()) else { continue };
        match pattern.host() {
            HostPattern::Exactly(_) if pattern.is_exact() => judge.trust(text),
            HostPattern::Exactly(host) | HostPattern::Below(host) => judge.known.trust(host),
            HostPattern::Between(_, after) => {
                let parent = after.split_once('.').map_or(after, |(_, parent)| parent);
                judge.known.trust(parent);
            }
            HostPattern::Every => {}
        }
    }
    for origin in own {
        judge.trust(origin);
        // On whatever port it is asked.
        let (host, _) = split_port(origin.trim_start_matches("https://"));
        judge.known.trust(host);
    }
}

impl<'t> Finding<'t> {
    fn of<'j>(
        origin: &'t str,
        seen: &'t Seen,
        tally: &'t Tally,
        rules: &HashMap<&str, &Rule>,
        choice: &Choice<'_>,
        judge: &mut Judge<'j>,
    ) -> Self {
        let new = |verdict, rules| Self { origin, seen, verdict, rules };
        let Ok(parsed) = Origin::try_from(origin) else {
            return new(Verdict::Not(Objection::malformed()), Vec::new());
        };
        let covering: Vec<_> = tally.rules_of(seen).collect();
        let lacks = |prefix: &&str| rules.get(prefix).is_none_or(|rule| !allows(rule, &parsed));
        let lacking: Vec<_> = covering.iter().copied().filter(lacks).collect();
        if covering.is_empty() {
            return new(Verdict::LeftOut(UNCOVERED), lacking);
        }
        if lacking.is_empty() {
            return new(Verdict::Listed, lacking);
        }
        judge.credentialed =
            lacking.iter().any(|prefix| rules.get(prefix).is_none_or(|rule| is_credentialed(rule)));
        if let Some(objection) = judge.objection(&parsed) {
            return new(Verdict::Not(objection), lacking);
        }
        let reasons = tally.named(&seen.reasons);
        let verdict = if choice.skipped.contains(&parsed) {
            Verdict::LeftOut(SKIPPED)
        } else if reasons.iter().all(|(reason, _)| KV_REASONS.contains(reason)) {
            Verdict::LeftOut(UNKNOWN)
        } else if seen.count < choice.at_least {
            Verdict::LeftOut(RARE)
        } else {
            Verdict::List
        };
        new(verdict, lacking)
    }
}

/// The reasons of refusals without an answer of KV, which may have the origin's key.
const KV_REASONS: [&str; 3] = ["unasked-origin", "lookup-failed", "lookup-limited"];

fn allows(rule: &Rule, origin: &Origin<'_>) -> bool {
    matches!(rule.listing(origin), Listing::Every | Listing::Pattern)
}

fn is_credentialed(rule: &Rule) -> bool {
    matches!(rule.access, Access::Echoed { credentials: true, .. })
}

/// The families among the origins that each rule lacks.
fn families_of<'t>(
    origins: &[Finding<'t>],
    rules: &HashMap<&str, &Rule>,
) -> BTreeMap<&'t str, Vec<Family>> {
    let mut by_rule: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for finding in origins.iter().filter(|finding| finding.verdict == Verdict::List) {
        for rule in &finding.rules {
            by_rule.entry(*rule).or_default().push(finding.origin);
        }
    }
    let of_rule = |(prefix, origins): (&'t str, Vec<&str>)| {
        let credentialed = rules.get(prefix).is_none_or(|rule| is_credentialed(rule));
        (prefix, families(origins, credentialed))
    };
    by_rule.into_iter().map(of_rule).collect()
}

fn additions(
    origins: &[Finding<'_>],
    families: &BTreeMap<&str, Vec<Family>>,
    choice: &Choice<'_>,
) -> Vec<Addition> {
    let mut additions = Vec::new();
    let usable = |prefix: &str| {
        let families = families.get(prefix).into_iter().flatten();
        families.filter(|family| choice.wildcards && family.objection.is_none())
    };
    for finding in origins.iter().filter(|finding| finding.verdict == Verdict::List) {
        for prefix in &finding.rules {
            let is_member = |family: &&Family| family.members.iter().any(|it| it == finding.origin);
            let (origin, what) = match usable(prefix).find(is_member) {
                Some(family) => (
                    family.pattern.clone(),
                    format!("for {}", counted(family.members.len(), "origin")),
                ),
                None => (finding.origin.to_owned(), format!("{} refused", finding.seen.count)),
            };
            let note = format!("learned on {}: {what}", choice.today);
            let addition = Addition { prefix: (*prefix).to_owned(), origin, note };
            if !additions.contains(&addition) {
                additions.push(addition);
            }
        }
    }
    additions
}

/// The prefix of the rule for a path: that of the policy, or of a new one.
pub(super) fn rule_of(policy: Option<&Policy>, path: &str) -> Option<String> {
    let Some(policy) = policy else { return Some(DEFAULT_PREFIX.to_owned()) };
    let variants = socketio_cors_core::request::path::PathVariants::of(path);
    let by_path = policy.routes_for(&variants).next().map(|route| route.prefix().to_owned());
    // The dataset has the prefix, which need not be a path below itself.
    by_path.or_else(|| {
        policy.rules().map(|(prefix, _)| prefix).find(|prefix| *prefix == path).map(str::to_owned)
    })
}
