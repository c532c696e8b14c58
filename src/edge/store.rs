//! The policies in KV, and those that this isolate has cached.

use std::{cell::RefCell, rc::Rc};

use socketio_cors_core::{
    keys,
    lru_cache::LruCache,
    policy::{Diagnostic, Policy, Version},
    policy_cache::{FetchResult, Lookup, MAX_HOSTS, MAX_WAIT, Next, PolicyCache},
};

use super::{
    kv::{Document, PolicyRead, Stage},
    log,
    shell::{self, Event},
};

thread_local! {
    static POLICIES: RefCell<PolicyCache> = const { RefCell::new(PolicyCache::new()) };
    /// What each key had last.
    static SEEN: RefCell<LruCache<Seen>> = const { RefCell::new(LruCache::new(2 * MAX_HOSTS)) };
}

/// What is known of a key's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    version: Version,
    valid: bool,
}

/// Panics where `path` asks for it, while the policies are borrowed: nobody could use
/// them again but for a new instance.
#[cfg(feature = "panic-on-request")]
#[expect(clippy::panic, reason = "what a test is about")]
pub(super) fn panic_if_asked(path: &str) {
    if path == "/panic" {
        POLICIES.with_borrow_mut(|_| panic!("as asked"));
    }
}

/// What decides a request to `host` at `now` that came at `arrived_at`.
pub(super) fn look_up(host: &str, now: f64, arrived_at: f64, fresh_seconds: u32) -> Lookup {
    POLICIES.with_borrow_mut(|policies| {
        if now - arrived_at >= MAX_WAIT && policies.give_up(host, now) {
            log::read_failed(host, "KV gave no answer within two seconds");
        }
        policies.look_up(host, now, arrived_at, fresh_seconds)
    })
}

/// Takes in what KV says to `read`, and has it go on where more has to be read.
pub(super) fn take_in(
    event: &Event,
    read: &PolicyRead,
    answer: &Result<Option<Document>, String>,
    fresh_seconds: u32,
) {
    let (host, stage) = (read.host(), read.stage());
    let candidates = keys::candidates(&host);
    if let Err(error) = answer {
        log::read_failed(&host, error);
    }
    let document = answer.as_ref().ok().and_then(Option::as_ref);
    let rank = document.map_or(0, |document| {
        let key = document.key.strip_suffix(keys::LAST_GOOD).unwrap_or(&document.key);
        candidates.iter().position(|candidate| candidate == key).unwrap_or_default()
    });
    let parsed = document.and_then(|document| match stage {
        Stage::Policy | Stage::LastGood => parse(event, &host, document),
        Stage::LastKnown => parse_last_known(document),
    });
    let policy = parsed.as_ref().map(|parsed| Rc::clone(&parsed.policy));
    let result = match (stage, answer) {
        (Stage::Policy | Stage::LastKnown, Err(_)) => FetchResult::Failed,
        (Stage::Policy, Ok(None)) => {
            forget(&candidates);
            FetchResult::Missing
        }
        (Stage::Policy, Ok(Some(_))) => match policy {
            Some(policy) => FetchResult::Valid(policy, rank),
            None => FetchResult::Invalid(rank),
        },
        (Stage::LastGood, _) => {
            if policy.is_none() {
                log::no_last_good(&host);
            }
            FetchResult::LastGood(policy, rank)
        }
        (Stage::LastKnown, Ok(_)) => {
            log::no_policy(&host);
            FetchResult::LastKnown(policy)
        }
    };
    let now = shell::now();
    let (before, next, after) = POLICIES.with_borrow_mut(|policies| {
        let before = policies.version_of(&host, now);
        let next = policies.update(&host, read.asked_at(), now, fresh_seconds, result);
        (before, next, policies.version_of(&host, now))
    });
    if let (Some(document), Some(Parsed { policy, is_news })) = (document, parsed) {
        let version = policy.version();
        let is_another = before.is_some_and(|before| before != version);
        if after == Some(version) && (is_news || is_another) {
            log::changed(&host, &document.key, &policy);
        }
    }
    let last_good = |keys: &[String]| keys.iter().map(|key| keys::last_good(key)).collect();
    match next {
        Next::Done => {}
        Next::Dropped => {
            if after.is_none() {
                log::no_policy(&host);
            }
        }
        Next::ReadLastGood(rank) => {
            let key = candidates.get(rank..).and_then(|keys| keys.get(..1)).unwrap_or_default();
            read.go_on(Stage::LastGood, last_good(key));
        }
        Next::ReadLastKnown => read.go_on(Stage::LastKnown, last_good(&candidates)),
    }
}

/// Forgets the texts that `keys` had, as they are gone.
fn forget(keys: &[String]) {
    SEEN.with_borrow_mut(|seen| keys.iter().for_each(|key| seen.remove(key)));
}

/// A document that is valid.
struct Parsed {
    policy: Rc<Policy>,
    /// Whether its key had another text before, as far as this isolate knows.
    is_news: bool,
}

/// The policy that `document` is, if it is valid. The text that its key had last
/// is not parsed again, nor does the log repeat what it said of it.
fn parse(event: &Event, host: &str, document: &Document) -> Option<Parsed> {
    let Document { key, version, .. } = document;
    let before = SEEN.with_borrow_mut(|seen| seen.get_mut(key, shell::now()).copied());
    if before == Some(Seen { version: *version, valid: false }) {
        return None;
    }
    let read = policy_of(document);
    let seen = Seen { version: *version, valid: read.is_ok() };
    SEEN.with_borrow_mut(|known| known.insert(key, shell::now(), seen));
    let is_news = before != Some(seen);
    match read {
        Ok(policy) => {
            if is_news && !key.ends_with(keys::LAST_GOOD) {
                let last_good = keys::last_good(key);
                shell::wait_until(event, &document.keep(event, &last_good));
            }
            Some(Parsed { policy, is_news })
        }
        Err(faults) => {
            log::faults(host, key, *version, &faults);
            None
        }
    }
}

/// The same of a document that is not in force any more, without a word in the log.
fn parse_last_known(document: &Document) -> Option<Parsed> {
    let policy = policy_of(document).ok()?;
    Some(Parsed { policy, is_news: false })
}

/// The policy that `document` is: the one that is cached, as one text may stand under
/// several keys, and one key serve many hosts.
fn policy_of(document: &Document) -> Result<Rc<Policy>, Vec<Diagnostic>> {
    let cached = POLICIES.with_borrow(|policies| policies.with_version(document.version));
    cached.map_or_else(
        || Policy::read(&document.text(), document.version, &shell::DOMAIN_RULES).map(Rc::new),
        Ok,
    )
}
