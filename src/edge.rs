//! The shell: the Worker's `fetch`, on workerd.
//!
//! It takes a request's facts from JavaScript in one call, has the core decide,
//! and has JavaScript answer or forward in another. Bodies and WebSocket frames
//! stay in the runtime. While a policy is held, an answer needs no promise.

mod log;
mod record;
mod recovery;
mod shell;
mod store;
mod template;
mod tenants;

use std::cell::OnceCell;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    action::{Action, Context, Health, act},
    decision::{Decision, Reason, decide},
    held::{Lookup, Standing},
    policy::Policy,
    request::RequestHead,
    settings::{Settings, Upstream},
};
use shell::{Event, Facts, Reading};
use tenants::Findings;

thread_local! {
    static SETTINGS: OnceCell<Settings> = const { OnceCell::new() };
}

/// Answers one request: a `Response`, or a promise of one.
#[wasm_bindgen]
#[must_use]
pub fn fetch(event: Event) -> JsValue {
    let facts = Facts::of(&event);
    let head = facts.head();
    let now = shell::now();
    log::left_out(now);
    let host = head.url.policy_host();
    let fresh_seconds = with_settings(&event, |settings| settings.fresh_seconds);
    match store::look_up(&host, now, fresh_seconds) {
        Lookup::Use(standing) => respond(&event, &facts, head, standing, Findings::default()),
        Lookup::UseAndRefresh(standing) => {
            shell::wait_until(&event, &store::refresh(&event, host));
            respond(&event, &facts, head, standing, Findings::default())
        }
        Lookup::Ask => {
            let asking = event.clone();
            let then = move |standing| {
                respond(&event, &facts, facts.head(), standing, Findings::default())
            };
            store::ask(&asking, Reading::First, host, Box::new(then))
        }
    }
}

/// Decides on `head`, which `facts` say, and does so.
fn respond(
    event: &Event,
    facts: &Facts,
    head: RequestHead<'_>,
    standing: Standing,
    mut findings: Findings,
) -> JsValue {
    with_settings(event, |settings| {
        #[cfg(feature = "panic-on-request")]
        store::panic_if_asked(head.url.path());
        let policy = standing.policy();
        let context = context(settings, &standing);
        let decision = decide_and_record(event, &head, &policy, settings, context, &mut findings);
        if decision.reason == Reason::UnaskedOrigin {
            let (asking, facts) = (event.clone(), facts.clone());
            if decision.blocks() {
                let then =
                    move |findings| respond(&asking, &facts, facts.head(), standing, findings);
                return findings.ask(event, Reading::First, Box::new(then));
            }
            // What is only reported on waits for nothing.
            let then = move |mut findings| {
                with_settings(&asking, |settings| {
                    let policy = standing.policy();
                    let head = facts.head();
                    decide_and_record(&asking, &head, &policy, settings, context, &mut findings);
                });
                JsValue::UNDEFINED
            };
            shell::wait_until(event, &findings.ask(event, Reading::Behind, Box::new(then)));
        }
        match act(&head, &decision, context) {
            Action::Answer(answer) => shell::answer(event, &head, &answer),
            Action::Forward { owned, explain, removed } => {
                shell::forward(event, &head, settings, owned, explain, removed)
            }
        }
    })
}

/// The decision, which is recorded unless KV has to be asked first.
fn decide_and_record<'a>(
    event: &Event,
    head: &RequestHead<'a>,
    policy: &'a Policy,
    settings: &Settings,
    context: Context,
    findings: &mut Findings,
) -> Decision<'a> {
    let decision = decide(head, policy, |key| findings.tenancy(key, settings.fresh_seconds));
    if let Some(stale) = findings.take_stale() {
        shell::wait_until(event, &tenants::refresh(event, stale));
    }
    if decision.reason != Reason::UnaskedOrigin {
        record::record(event, head, policy, &decision, context, settings.has_dataset);
    }
    decision
}

fn context(settings: &Settings, standing: &Standing) -> Context {
    Context {
        version: standing.policy().version(),
        explain: settings.explain,
        health: health(settings, standing),
    }
}

fn health(settings: &Settings, standing: &Standing) -> Health {
    match standing {
        _ if settings.upstream == Upstream::Unknown => Health::NoUpstream,
        _ if !settings.bad.is_empty() => Health::BadVariable,
        Standing::Unavailable => Health::PolicyUnavailable,
        Standing::Policy(_) | Standing::NoPolicy => Health::Good,
    }
}

/// The variables, read once: they are the same for an isolate's whole life.
fn with_settings<T>(event: &Event, use_it: impl FnOnce(&Settings) -> T) -> T {
    SETTINGS.with(|settings| {
        use_it(settings.get_or_init(|| {
            let settings = Settings::read(shell::variables(event));
            settings.bad.iter().for_each(log::bad_variable);
            settings
        }))
    })
}
