//! The shell: the Worker's `fetch`, on workerd.
//!
//! It takes a request's facts from JavaScript in one call, has the core decide,
//! and has JavaScript answer or forward in another. Bodies and WebSocket frames
//! stay in the runtime. While a policy is cached, an answer needs no promise.

mod kv;
mod log;
mod record;
mod recovery;
mod shell;
mod store;
mod template;
mod tenants;

use std::cell::OnceCell;

use socketio_cors_core::{
    action::{Action, Context, Health, act},
    decision::{Decision, Reason},
    policy_cache::{MAX_WAIT, PolicyState},
    request::RequestHead,
    settings::{Settings, Upstream},
    tenants::KeyStatus,
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use kv::{Document, PolicyRead, Reading};
use shell::{Event, Facts};
use tenants::TenantLookups;

thread_local! {
    static SETTINGS: OnceCell<Settings> = const { OnceCell::new() };
}

/// Answers one request: a `Response`, or a promise of one. It came at `arrived_at`, in
/// milliseconds, if it has waited for KV already.
#[wasm_bindgen]
#[must_use]
pub fn fetch(event: &Event, arrived_at: Option<f64>) -> JsValue {
    with_settings(event, |settings| {
        let facts = Facts::of(event);
        let head = facts.head();
        let (state, waiting) = look_up(event, &head, settings, arrived_at, settings.report_only);
        match waiting {
            Some(later) if settings.report_only => {
                shell::wait_until(event, &later);
                let decision = state.decide(&head, |_| KeyStatus::Unknown);
                let context = context(settings, &state);
                carry_out(event, &head, &decision, settings, context)
            }
            Some(later) => later,
            None => respond(event, &facts, settings, &state, TenantLookups::since(arrived_at)),
        }
    })
}

/// Decides on a request that has been forwarded already, to record the decision. Returns a
/// promise, or nothing.
#[wasm_bindgen]
#[must_use]
pub fn record(event: &Event, arrived_at: f64) -> JsValue {
    with_settings(event, |settings| {
        let facts = Facts::of(event);
        match look_up(event, &facts.head(), settings, Some(arrived_at), true) {
            (_, Some(later)) => later,
            (state, None) => {
                let lookups = TenantLookups::since(Some(arrived_at));
                record_decision(event, &facts, settings, &state, lookups)
            }
        }
    })
}

/// What decides on `head`, or a promise of what is decided later, if it waits for KV.
fn look_up(
    event: &Event,
    head: &RequestHead<'_>,
    settings: &Settings,
    arrived_at: Option<f64>,
    only_records: bool,
) -> (PolicyState, Option<JsValue>) {
    let now = shell::now();
    let arrived_at = arrived_at.unwrap_or(now);
    log::left_out(now);
    let host = head.url.policy_host();
    let lookup = store::look_up(&host, now, arrived_at, settings.fresh_seconds);
    let reading = lookup.reads.then(|| kv::read_policy(event, &host));
    let later = lookup.makes_wait(head).then(|| {
        kv::serve_later(event, arrived_at, now - arrived_at, reading.as_ref(), only_records)
    });
    (lookup.state, later)
}

/// Decides on the request that `facts` say by `state`, and does so.
fn respond(
    event: &Event,
    facts: &Facts,
    settings: &Settings,
    state: &PolicyState,
    mut lookups: TenantLookups,
) -> JsValue {
    let head = facts.head();
    #[cfg(feature = "panic-on-request")]
    store::panic_if_asked(head.url.path());
    let context = context(settings, state);
    let decision = decide_and_record(event, &head, state, settings, context, &mut lookups);
    if decision.reason == Reason::UnaskedOrigin {
        let (asking, facts, state) = (event.clone(), facts.clone(), state.clone());
        if context.blocks(&decision) {
            let then = move |lookups| {
                with_settings(&asking, |settings| {
                    respond(&asking, &facts, settings, &state, lookups)
                })
            };
            return lookups.ask(event, Reading::First(MAX_WAIT), Box::new(then));
        }
        shell::wait_until(event, &ask_behind(event, facts, state, lookups));
    }
    carry_out(event, &head, &decision, settings, context)
}

/// Records the decision on a request that waits for nothing. Returns a promise, or nothing.
fn record_decision(
    event: &Event,
    facts: &Facts,
    settings: &Settings,
    state: &PolicyState,
    mut lookups: TenantLookups,
) -> JsValue {
    let head = facts.head();
    let context = context(settings, state);
    let decision = decide_and_record(event, &head, state, settings, context, &mut lookups);
    if decision.reason == Reason::UnaskedOrigin {
        return ask_behind(event, facts.clone(), state.clone(), lookups);
    }
    JsValue::UNDEFINED
}

/// Asks KV for the origin's keys behind the request, then records the decision.
fn ask_behind(event: &Event, facts: Facts, state: PolicyState, lookups: TenantLookups) -> JsValue {
    let asking = event.clone();
    let then = move |lookups| {
        with_settings(&asking, |settings| {
            record_decision(&asking, &facts, settings, &state, lookups)
        })
    };
    lookups.ask(event, Reading::Behind, Box::new(then))
}

fn carry_out(
    event: &Event,
    head: &RequestHead<'_>,
    decision: &Decision<'_>,
    settings: &Settings,
    context: Context,
) -> JsValue {
    match act(head, decision, context) {
        Action::Answer(answer) => shell::answer(event, head, &answer),
        Action::Forward { owned, explain, removed } => {
            shell::forward(event, head, settings, owned, explain, removed)
        }
    }
}

/// The decision, which is recorded unless KV has to be asked first.
fn decide_and_record<'a>(
    event: &Event,
    head: &RequestHead<'a>,
    state: &'a PolicyState,
    settings: &Settings,
    context: Context,
    lookups: &mut TenantLookups,
) -> Decision<'a> {
    let decision = state.decide(head, |key| lookups.key_status(key, settings.fresh_seconds));
    if let Some(stale) = lookups.take_stale() {
        shell::wait_until(event, &tenants::refresh(event, stale));
    }
    if decision.reason != Reason::UnaskedOrigin {
        record::record(event, head, state, &decision, context, settings.has_dataset);
    }
    decision
}

/// Takes in what KV says to `read`.
fn policy_read(event: &Event, read: &PolicyRead, answer: &Result<Option<Document>, String>) {
    with_settings(event, |settings| store::take_in(event, read, answer, settings.fresh_seconds));
}

fn context(settings: &Settings, state: &PolicyState) -> Context {
    Context {
        version: state.version(),
        explain: settings.explain,
        report_only: settings.report_only,
        health: health(settings, state),
    }
}

fn health(settings: &Settings, state: &PolicyState) -> Health {
    match state {
        _ if settings.upstream == Upstream::Unknown => Health::NoUpstream,
        _ if !settings.bad.is_empty() && !settings.report_only => Health::BadVariable,
        PolicyState::Unavailable { .. } => Health::PolicyUnavailable,
        PolicyState::InForce(_) | PolicyState::Missing { .. } => Health::Good,
    }
}

/// The variables, read once: they are the same for an isolate's whole life.
fn with_settings<T>(event: &Event, use_it: impl FnOnce(&Settings) -> T) -> T {
    SETTINGS.with(|settings| {
        use_it(settings.get_or_init(|| {
            let settings = Settings::read(shell::variables(event));
            settings.bad.iter().for_each(log::bad_variable);
            if settings.report_only {
                log::report_only();
            }
            settings
        }))
    })
}
