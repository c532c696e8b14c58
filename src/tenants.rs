//! The origins that have a KV key each, as far as this isolate knows them.

use std::cell::RefCell;

use socketio_cors_core::{
    cache::{
        policy_cache::PolicyState,
        tenants::{Lookup, Pending, Tenants},
        waiting::{NO_ANSWER, Times},
    },
    decision::Decision,
    request::RequestHead,
};
use web_sys::js_sys::Promise;

use crate::{
    event::{FetchEvent, Reading, now},
    kv, log,
};

thread_local! {
    static TENANTS: RefCell<Tenants> = const { RefCell::new(Tenants::new()) };
}

/// The decision on `head` by `state`, and the read of KV that a better one waits for. Keys that have
/// to be asked for are read behind the request.
pub(crate) fn decide<'a>(
    event: &FetchEvent,
    head: &RequestHead<'a>,
    state: &'a PolicyState,
    times: Times,
    fresh_seconds: u32,
) -> (Decision<'a>, Option<Reading>) {
    let source = || event.source();
    let taken = TENANTS
        .with_borrow_mut(|tenants| tenants.decide(head, state, times, fresh_seconds, source));
    if taken.gave_up {
        log::lookup_failed(NO_ANSWER);
    }
    if let Some(lookup) = taken.refresh {
        drop(start(event, lookup));
    }
    let waiting = taken.pending.map(|pending| match pending {
        Pending::Read(lookup) => Reading::Own(start(event, lookup)),
        Pending::Wait => Reading::Others,
    });
    (taken.decision, waiting)
}

/// Returns a promise that the read of `lookup` has ended.
#[inline(never)] // Many policies have no tenants.
fn start(event: &FetchEvent, lookup: Lookup) -> Promise {
    event.wait_until(read(event.clone(), lookup))
}

/// Asks KV for keys, and takes in what it says.
async fn read(event: FetchEvent, lookup: Lookup) {
    let present = kv::present_of(&event, lookup.keys()).await;
    if let Err(error) = &present {
        log::lookup_failed(error);
    }
    TENANTS.with_borrow_mut(|tenants| tenants.update(&lookup, now(), present.ok().as_deref()));
}
