//! The policies of hosts: cached, and read from KV by one request for all.

use std::cell::RefCell;

use socketio_cors_core::{
    cache::{
        policy_cache::{Document, Effect, Lookup, PolicyCache, PolicyRead},
        waiting::Times,
    },
    policy::DomainRules,
};
use web_sys::Url;

use crate::{
    event::{FetchEvent, Reading, now},
    kv, log, runtime,
};

thread_local! {
    static POLICIES: RefCell<PolicyCache> = const { RefCell::new(PolicyCache::new()) };
}

/// The runtime knows in which form browsers send a host, and nothing of public suffixes.
pub(crate) const DOMAIN_RULES: DomainRules = DomainRules { to_ascii, ..DomainRules::NONE };

fn to_ascii(host: &str) -> Option<String> {
    Url::new(&format!("https://{host}")).ok().map(|url| url.hostname())
}

/// The cache's answer for a request to `host`, and the read of KV to wait for if it has to wait.
pub(crate) fn look_up(
    event: &FetchEvent,
    host: &str,
    times: Times,
    fresh_seconds: u32,
) -> (Lookup, Reading) {
    let mut lookup = POLICIES.with_borrow_mut(|policies| {
        if let Some(failure) = policies.give_up(host, times) {
            log::policy(host, &failure);
        }
        policies.look_up(host, times, fresh_seconds)
    });
    let reading = match lookup.read.take() {
        Some(read) => Reading::Own(event.wait_until(refresh(event.clone(), read, fresh_seconds))),
        None => Reading::Others,
    };
    (lookup, reading)
}

/// Reads a host's policy from KV into the cache.
async fn refresh(event: FetchEvent, read: PolicyRead, fresh_seconds: u32) {
    let mut next = Some(read);
    while let Some(read) = next.take() {
        let answer = kv::first_of(&event, read.keys()).await;
        let found = answer.as_ref().ok().and_then(Option::as_ref);
        let text = || found.map(kv::Found::text).unwrap_or_default();
        let document = found.map(|found| Document {
            index: found.index(),
            version: found.version(),
            text: &text,
        });
        let document = answer.as_ref().map(|_| document).map_err(Clone::clone);
        let (effects, further) = POLICIES.with_borrow_mut(|policies| {
            policies.update(&read, document, now(), fresh_seconds, &DOMAIN_RULES)
        });
        next = further;
        if !effects.is_empty() {
            let found = answer.ok().flatten();
            drop(event.wait_until(carry_out(event.clone(), read, effects, found)));
        }
    }
}

/// Carries out the effects of a read, once the requests that waited for it have their answers.
async fn carry_out(
    event: FetchEvent,
    read: PolicyRead,
    effects: Vec<Effect>,
    found: Option<kv::Found>,
) {
    // The end of this turn, in which they are given.
    let _ = runtime::wait(0.0).await;
    for effect in effects {
        match effect {
            Effect::Log(event) => log::policy(read.host(), &event),
            Effect::WriteLastGood(key) => {
                let Some(found) = &found else { continue };
                drop(event.wait_until(kv::write_last_good(event.clone(), key, found.clone())));
            }
        }
    }
}

/// Panics if `path` asks for it, while the policies are borrowed: only a new instance can use them
/// again.
#[cfg(feature = "panic-on-request")]
#[expect(clippy::panic, reason = "what a test is about")]
pub(crate) fn panic_if_asked(path: &str) {
    if path == "/panic" {
        POLICIES.with_borrow_mut(|_| panic!("as asked"));
    }
}
