//! The policies in KV, and those that this isolate holds.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::JsValue;

use super::{
    log,
    shell::{self, Document, Event, Reading, Then},
};
use crate::{
    held::{Held, Lookup, MAX_HOSTS, News, Outcome, Standing},
    keys,
    policy::{Policy, Version},
    recent::Recent,
};

thread_local! {
    static HELD: RefCell<Held> = const { RefCell::new(Held::new()) };
    /// What each key had last.
    static SEEN: RefCell<Recent<Seen>> = const { RefCell::new(Recent::new(2 * MAX_HOSTS)) };
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
        HELD.with_borrow_mut(|_| panic!("as asked"));
    }
}

/// What to use for `host` at `now`, without asking KV.
pub(super) fn look_up(host: &str, now: f64, fresh_seconds: u32) -> Lookup {
    HELD.with_borrow_mut(|held| held.look_up(host, now, fresh_seconds))
}

/// Asks KV for the policy of `host` and gives it to `then`. Returns a promise of
/// what `then` returns, the calling request's own: an isolate may not await one
/// request's I/O in another.
pub(super) fn ask(event: &Event, reading: Reading, host: String, then: Then<Standing>) -> JsValue {
    let keys = keys_of(&host).into();
    let asked_at = shell::now();
    let asking = event.clone();
    let learned = move |read: Result<Option<Document>, String>| {
        if let Some(standing) = newer_than(asked_at, &host) {
            return then(standing);
        }
        let news = match read {
            Ok(Some(document)) => match read_policy(&asking, &host, &document) {
                Some(policy) => News::Valid(policy),
                None => News::Invalid(document.key),
            },
            Ok(None) => {
                log::no_policy(&host);
                forget(&host);
                News::Missing
            }
            Err(error) => {
                read_failed(&asking, reading, &host, asked_at, &error);
                News::Failed
            }
        };
        match learn(&host, asked_at, news) {
            Outcome::Use(standing) => then(standing),
            Outcome::AskLastGood(key) => ask_last_good(asking, reading, host, &key, asked_at, then),
        }
    };
    shell::read_first(event, reading, keys, reading.timeout(), Box::new(learned))
}

/// The keys that the document of `host` may have, of which the first counts.
fn keys_of(host: &str) -> [String; 2] {
    [keys::of_host(host), keys::EVERY_HOST.to_owned()]
}

/// Forgets the texts that the keys of `host` had, as they are gone.
fn forget(host: &str) {
    SEEN.with_borrow_mut(|seen| keys_of(host).iter().for_each(|key| seen.remove(key)));
}

/// The same with the last good document of `key`, as a part of the question that
/// was asked at `asked_at`.
fn ask_last_good(
    event: Event,
    reading: Reading,
    host: String,
    key: &str,
    asked_at: f64,
    then: Then<Standing>,
) -> JsValue {
    let keys = vec![keys::last_good(key)];
    let left = asked_at + reading.timeout() - shell::now();
    let asking = event.clone();
    let learned = move |read: Result<Option<Document>, String>| {
        if let Some(standing) = newer_than(asked_at, &host) {
            return then(standing);
        }
        let policy = match read {
            Ok(document) => document.and_then(|document| read_policy(&event, &host, &document)),
            Err(error) => {
                read_failed(&event, reading, &host, asked_at, &error);
                None
            }
        };
        if policy.is_none() {
            log::no_last_good(&host);
        }
        match learn(&host, asked_at, News::LastGood(policy)) {
            Outcome::Use(standing) => then(standing),
            Outcome::AskLastGood(_) => then(Standing::Unavailable),
        }
    };
    shell::read_first(&asking, reading, keys, left, Box::new(learned))
}

/// Logs it. What comes late counts for the requests after this one.
fn read_failed(event: &Event, reading: Reading, host: &str, asked_at: f64, error: &str) {
    log::read_failed(host, error);
    if reading.is_late(asked_at) {
        shell::wait_until(event, &refresh(event, host.to_owned()));
    }
}

/// Asks KV behind a request that is served without it. Returns a promise.
pub(super) fn refresh(event: &Event, host: String) -> JsValue {
    HELD.with_borrow_mut(|held| held.refreshing(&host, shell::now()));
    ask(event, Reading::Behind, host, Box::new(|_| JsValue::UNDEFINED))
}

fn newer_than(asked_at: f64, host: &str) -> Option<Standing> {
    HELD.with_borrow_mut(|held| held.newer_than(asked_at, host, shell::now()))
}

fn learn(host: &str, asked_at: f64, news: News) -> Outcome {
    HELD.with_borrow_mut(|held| held.learn(host, asked_at, shell::now(), news))
}

/// The policy that `document` is, if it is valid. The text that its key had last
/// is not read again, nor does the log repeat what it said of it.
fn read_policy(event: &Event, host: &str, document: &Document) -> Option<Rc<Policy>> {
    let Document { key, version, .. } = document;
    let before = SEEN.with_borrow_mut(|seen| seen.get_mut(key, shell::now()).copied());
    let held = HELD.with_borrow(|held| held.with_version(*version));
    // One text may stand under several keys, and one key serve many hosts.
    let read = match (held, before) {
        (Some(policy), _) => Ok(policy),
        (None, Some(before)) if before == (Seen { version: *version, valid: false }) => {
            return None;
        }
        _ => Policy::read(&document.text(), *version, &shell::KNOWLEDGE).map(Rc::new),
    };
    let seen = Seen { version: *version, valid: read.is_ok() };
    SEEN.with_borrow_mut(|known| known.insert(key, shell::now(), seen));
    let is_news = before != Some(seen);
    match read {
        Ok(policy) => {
            let replaced = HELD.with_borrow_mut(|held| held.version_of(host, shell::now()));
            if is_news || replaced.is_some_and(|replaced| replaced != *version) {
                log::changed(host, key, &policy);
            }
            if is_news && !keys::is_last_good(key) {
                let last_good = keys::last_good(key);
                shell::wait_until(event, &document.keep(event, &last_good));
            }
            Some(policy)
        }
        Err(faults) => {
            if is_news {
                log::faults(host, key, *version, &faults);
            }
            None
        }
    }
}
