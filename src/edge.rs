//! The shell: the Worker's `fetch`, on workerd.
//!
//! It takes a request's facts from JavaScript in one call, has the core decide,
//! and has JavaScript answer or forward in another. Bodies and WebSocket frames
//! stay in the runtime. While a policy is held, an answer needs no promise.

mod log;
mod recovery;
mod shell;
mod store;

use std::cell::OnceCell;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{
    action::{Action, Context, Health, act},
    decision::decide,
    held::{Lookup, Standing},
    request::RequestHead,
    settings::{Settings, Upstream},
};
use shell::{ExecutionContext, Facts};

thread_local! {
    static SETTINGS: OnceCell<Settings> = const { OnceCell::new() };
}

/// Answers one request: a `Response`, or a promise of one. worker-build's entry
/// point calls it with the bindings and the execution context.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "what crosses from JavaScript is owned")]
pub fn fetch(request: web_sys::Request, env: JsValue, ctx: ExecutionContext) -> JsValue {
    let facts = Facts::of(&request);
    let head = facts.head();
    let host = head.url.policy_host();
    let fresh_seconds = with_settings(&env, |settings| settings.fresh_seconds);
    match store::look_up(&host, fresh_seconds) {
        Lookup::Use(standing) => respond(&request, &env, &head, &standing),
        Lookup::UseAndRefresh(standing) => {
            ctx.wait_until(&store::refresh(&env, host));
            respond(&request, &env, &head, &standing)
        }
        Lookup::Ask => {
            let bindings = env.clone();
            store::ask(&bindings, host, move |standing| {
                respond(&request, &env, &facts.head(), &standing)
            })
        }
    }
}

fn respond(
    request: &web_sys::Request,
    env: &JsValue,
    head: &RequestHead<'_>,
    standing: &Standing,
) -> JsValue {
    with_settings(env, |settings| {
        let policy = standing.policy();
        let decision = decide(head, &policy);
        let context = Context {
            version: policy.version(),
            explain: settings.explain,
            health: health(settings, standing),
        };
        match act(head, &decision, context) {
            Action::Answer(answer) => shell::answer(&answer),
            Action::Forward { owned, explain } => {
                shell::forward(request, head, settings, owned.as_ref(), explain.as_deref())
            }
        }
    })
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
fn with_settings<T>(env: &JsValue, use_it: impl FnOnce(&Settings) -> T) -> T {
    SETTINGS.with(|settings| {
        use_it(settings.get_or_init(|| {
            let settings = Settings::read(shell::variables(env));
            settings.bad.iter().for_each(log::bad_variable);
            settings
        }))
    })
}
