//! The Worker's `fetch`.

use socketio_cors_core::{
    cache::tenants::KeyStatus,
    decision::Decision,
    request::RequestHead,
    response::{Action, Answer, act},
    settings::Service,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use crate::{
    answer,
    event::{FetchEvent, Incoming, OwnedHead},
    forward, log, metrics, policies, tenants, variables,
};

/// Answers a request: a `Response`, or a promise of one; of nothing where the request
/// `is_answered` already.
///
/// The headers are those that most decisions depend on, and the URL is the one that is forwarded,
/// unless `UPSTREAM` replaces its origin. `arrived_at` is the time in milliseconds at which the
/// request came, if it has waited for KV.
#[wasm_bindgen]
#[must_use]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn fetch(
    event: &FetchEvent,
    method: String,
    url: String,
    origin: Option<String>,
    upgrade: Option<String>,
    arrived_at: Option<f64>,
    is_answered: bool,
) -> JsValue {
    let head = OwnedHead { method, url, origin, upgrade, ..OwnedHead::default() };
    serve(&Incoming::new(event, head, arrived_at, is_answered))
}

fn serve(incoming: &Incoming) -> JsValue {
    let Incoming { event, times, .. } = incoming;
    let head = incoming.head();
    let service = variables::service(event);
    let Some(settings) = service.settings() else {
        return answer::respond(event, &Answer::unavailable(head.kind())).into();
    };
    #[cfg(feature = "panic-on-request")]
    policies::panic_if_asked(head.url.path());
    log::next_minute(times.now);

    let host = head.url.policy_host();
    let (policy, reading) = policies::look_up(event, &host, *times, settings.fresh_seconds);
    let is_held_back =
        |is_blocked: bool| incoming.is_answered || is_blocked && !settings.report_only;
    let (decision, reading) = if policy.makes_wait(&head) {
        if is_held_back(true) {
            return incoming.serve_again(&reading, incoming.is_answered);
        }
        (policy.state.decide(&head, |_| KeyStatus::Unknown), Some(reading))
    } else {
        tenants::decide(event, &head, &policy.state, *times, settings.fresh_seconds)
    };
    if let Some(reading) = reading {
        if is_held_back(decision.blocks()) {
            return incoming.serve_again(&reading, incoming.is_answered);
        }
        let recording = incoming.serve_again(&reading, true);
        event.keep_alive(recording.unchecked_ref());
    } else {
        record(event, &head, &host, &decision, service);
        if incoming.is_answered {
            return JsValue::UNDEFINED;
        }
    }
    match act(&head, &decision, service) {
        Action::Answer(answer) => answer::respond(event, &answer).into(),
        Action::ForwardUntouched(explanation) => {
            forward::untouched(incoming, &head, settings, explanation.as_ref())
        }
        Action::ForwardWithCors { answer, removed } => {
            forward::with_cors(incoming, &head, settings, &answer, removed)
        }
    }
}

/// Records a decision on a covered route.
fn record(
    event: &FetchEvent,
    head: &RequestHead<'_>,
    host: &str,
    decision: &Decision<'_>,
    service: &Service,
) {
    // A bad variable closes every covered route: no rule has decided.
    let Service::Full(settings) = service else { return };
    let Some(route) = decision.route else { return };
    if decision.is_refusal() {
        log::refusal(head, host, decision, settings);
    }
    if settings.has_dataset {
        metrics::write(event, head, host, route, decision, settings);
    }
}
