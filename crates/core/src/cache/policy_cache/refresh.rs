//! A read of a host's policy, step by step: what KV is asked, and what follows from its answer.

use std::rc::Rc;

use super::{FetchResult, MAX_HOSTS, Next, PolicyCache, ReadTimes};
use crate::{
    cache::{lru_cache::LruCache, waiting::milliseconds},
    policy::{Diagnostic, DomainRules, Policy, Version, keys},
};

/// A read of the first of some KV keys that holds a document.
#[derive(Clone, Debug)]
pub struct PolicyRead {
    host: String,
    step: Step,
    keys: Vec<String>,
    /// The time at which the first step began.
    asked_at: f64,
}

/// The steps of a read. Most reads need only the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The document.
    Document,
    /// The last good document, to use instead of a faulty one.
    LastGood,
    /// The last good document, read because there is no document now.
    LastKnown,
}

/// The document that a read found.
pub struct Document<'t> {
    /// The position of its key among [`PolicyRead::keys`].
    pub index: usize,
    /// The version of its text.
    pub version: Version,
    /// Returns its text, or the beginning of a text that is too long. Called only if the text is
    /// not known yet.
    pub text: &'t dyn Fn() -> String,
}

/// An effect of an answer of KV, which the caller carries out.
#[derive(Debug)]
pub enum Effect {
    /// Write the text that was read to this key, unless the key has that text already.
    WriteLastGood(String),
    /// Log an event of the host.
    Log(PolicyEvent),
}

/// An event of a host's policy, for the log.
#[derive(Debug)]
pub enum PolicyEvent {
    /// KV gave no answer, with what went wrong.
    ReadFailed(String),
    /// A host is under another document from now on.
    Changed {
        /// Its key.
        key: String,
        /// The policy.
        policy: Rc<Policy>,
    },
    /// A document is faulty, and not used.
    Faulty {
        /// Its key.
        key: String,
        /// Its version.
        version: Version,
        /// Every fault.
        diagnostics: Vec<Diagnostic>,
    },
    /// There is no document.
    Missing,
    /// No last good document can be used in place of a faulty one.
    NoLastGood,
}

/// The text that a key had last, to recognise it when it is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LastText {
    version: Version,
    is_valid: bool,
}

/// The most keys whose last text is known: a host may have two of its own.
const MAX_LAST_TEXTS: usize = 2 * MAX_HOSTS;

/// The text that each key had last.
pub(super) const fn no_last_texts() -> LruCache<LastText> {
    LruCache::new(MAX_LAST_TEXTS)
}

/// The document that a read found.
struct Found {
    /// The rank of its key.
    rank: usize,
    /// The policy in it, if it is valid.
    parsed: Option<Parsed>,
}

/// A document that is valid.
struct Parsed {
    key: String,
    policy: Rc<Policy>,
    /// Its key had another text before, as far as this isolate knows.
    is_news: bool,
}

impl PolicyRead {
    /// The read of the policy of `host` that begins at `now`.
    #[must_use]
    pub fn new(host: &str, now: f64) -> Self {
        Self {
            host: host.to_owned(),
            step: Step::Document,
            keys: keys::candidates(host),
            asked_at: now,
        }
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The keys to read in one call. The first one that exists has the document.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The same without the document for every host.
    pub(super) fn of_own_keys(mut self) -> Self {
        self.keys.retain(|key| key != keys::EVERY_HOST);
        self
    }

    /// Returns true if the document for every host is among what is read.
    fn includes_shared(&self) -> bool {
        self.keys.last().is_some_and(|key| key == keys::EVERY_HOST)
    }

    fn then(&self, step: Step, documents: &[String]) -> Self {
        let keys = documents.iter().map(|key| keys::last_good(key)).collect();
        Self { step, keys, ..self.clone() }
    }
}

impl PolicyCache {
    /// Updates the cache at `now` with KV's answer to `read`: the first document that is there,
    /// none, or an error. A policy is fresh for `fresh_seconds`. Returns the effects, in order, and
    /// the read to go on with, whose answer is to come back here as well.
    #[must_use]
    pub fn update(
        &mut self,
        read: &PolicyRead,
        answer: Result<Option<Document<'_>>, String>,
        now: f64,
        fresh_seconds: u32,
        domain_rules: &DomainRules,
    ) -> (Vec<Effect>, Option<PolicyRead>) {
        let mut effects = Vec::new();
        let candidates = keys::candidates(&read.host);
        let is_answered = answer.is_ok();
        let document = answer.unwrap_or_else(|error| {
            effects.push(Effect::Log(PolicyEvent::ReadFailed(error)));
            None
        });
        let mut found = document.and_then(|document| {
            let key = read.keys.get(document.index)?;
            let parsed = match read.step {
                Step::LastKnown => self.parse_last_known(key, &document, domain_rules),
                Step::Document | Step::LastGood => {
                    self.parse(key, &document, now, domain_rules, &mut effects)
                }
            };
            Some(Found { rank: rank(key, &candidates), parsed })
        });
        let mut times = ReadTimes::at(read.asked_at);
        match read.step {
            Step::Document if read.includes_shared() => {
                self.shared.end();
                let of_shared = found.as_ref().filter(|found| found.rank == last_rank(&candidates));
                if is_answered && (found.is_none() || of_shared.is_some()) {
                    let parsed = of_shared.and_then(|found| found.parsed.as_ref());
                    self.shared.update(parsed.map(|parsed| &parsed.policy), read.asked_at);
                }
            }
            Step::Document if is_answered && found.is_none() => {
                let fresh = milliseconds(fresh_seconds);
                let Some((policy, validated_at)) = self.shared.get_fresh(now, fresh) else {
                    if let Some(entry) = self.hosts.get_mut(&read.host, now) {
                        entry.awaits_shared = true;
                    }
                    return (effects, None);
                };
                times.validated_at = validated_at;
                let key = keys::EVERY_HOST.to_owned();
                let parsed = Some(Parsed { key, policy, is_news: false });
                found = Some(Found { rank: last_rank(&candidates), parsed });
            }
            Step::Document | Step::LastGood | Step::LastKnown => {}
        }
        let rank = found.as_ref().map_or(0, |found| found.rank);
        let is_found = found.is_some();
        let parsed = found.and_then(|found| found.parsed);
        let policy = parsed.as_ref().map(|parsed| Rc::clone(&parsed.policy));
        let result = match (read.step, policy) {
            (Step::Document | Step::LastKnown, _) if !is_answered => FetchResult::Failed,
            (Step::Document, Some(policy)) => FetchResult::Valid(policy, rank),
            (Step::Document, None) if is_found => FetchResult::Invalid(rank),
            (Step::Document, None) => {
                for key in &candidates {
                    self.last_texts.remove(key);
                }
                FetchResult::Missing
            }
            (Step::LastGood, policy) => {
                if policy.is_none() {
                    effects.push(Effect::Log(PolicyEvent::NoLastGood));
                }
                FetchResult::LastGood(policy, rank)
            }
            (Step::LastKnown, policy) => {
                effects.push(Effect::Log(PolicyEvent::Missing));
                FetchResult::LastKnown(policy)
            }
        };
        let before = self.version_of(&read.host, now);
        let next = self.apply(&read.host, times, now, fresh_seconds, result);
        let after = self.version_of(&read.host, now);
        if let Some(Parsed { key, policy, is_news }) = parsed {
            let is_another = before.is_some_and(|before| before != policy.version());
            if after == Some(policy.version()) && (is_news || is_another) {
                effects.push(Effect::Log(PolicyEvent::Changed { key, policy }));
            }
        }
        if next == Next::Dropped && after.is_none() {
            effects.push(Effect::Log(PolicyEvent::Missing));
        }
        let further = match next {
            Next::Done | Next::Dropped => None,
            Next::ReadLastGood(rank) => {
                let key = candidates.get(rank).map(std::slice::from_ref).unwrap_or_default();
                Some(read.then(Step::LastGood, key))
            }
            Next::ReadLastKnown => Some(read.then(Step::LastKnown, &candidates)),
        };
        (effects, further)
    }

    /// The policy of `document`, if it is valid. If its key had the same text before, that is
    /// neither parsed nor logged again.
    fn parse(
        &mut self,
        key: &str,
        document: &Document<'_>,
        now: f64,
        domain_rules: &DomainRules,
        effects: &mut Vec<Effect>,
    ) -> Option<Parsed> {
        let version = document.version;
        let before = self.last_texts.get_mut(key, now).copied();
        if before == Some(LastText { version, is_valid: false }) {
            return None;
        }
        let read = self.policy_of(document, domain_rules);
        let text = LastText { version, is_valid: read.is_ok() };
        self.last_texts.insert(key, now, text);
        let is_news = before != Some(text);
        match read {
            Ok(policy) => {
                if is_news && !key.ends_with(keys::LAST_GOOD) {
                    effects.push(Effect::WriteLastGood(keys::last_good(key)));
                }
                Some(Parsed { key: key.to_owned(), policy, is_news })
            }
            Err(diagnostics) => {
                let key = key.to_owned();
                let event = PolicyEvent::Faulty { key, version, diagnostics };
                effects.push(Effect::Log(event));
                None
            }
        }
    }

    /// The same for a document that is no longer in force. Logs nothing.
    fn parse_last_known(
        &self,
        key: &str,
        document: &Document<'_>,
        domain_rules: &DomainRules,
    ) -> Option<Parsed> {
        let policy = self.policy_of(document, domain_rules).ok()?;
        Some(Parsed { key: key.to_owned(), policy, is_news: false })
    }

    /// The policy of `document`: a cached one of this version, if there is one, as several keys may
    /// have the same text, and one key serves many hosts.
    fn policy_of(
        &self,
        document: &Document<'_>,
        domain_rules: &DomainRules,
    ) -> Result<Rc<Policy>, Vec<Diagnostic>> {
        let cached = self.hosts.policies().find(|policy| policy.version() == document.version);
        cached.map_or_else(
            || Policy::read(&(document.text)(), document.version, domain_rules).map(Rc::new),
            |policy| Ok(Rc::clone(policy)),
        )
    }
}

/// The rank of the document for every host, the least specific.
fn last_rank(candidates: &[String]) -> usize {
    candidates.len().saturating_sub(1)
}

/// The rank of `key`, or of the key whose last good text `key` has.
fn rank(key: &str, candidates: &[String]) -> usize {
    let document = key.strip_suffix(keys::LAST_GOOD).unwrap_or(key);
    candidates.iter().position(|candidate| candidate == document).unwrap_or_default()
}
