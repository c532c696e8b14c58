//! The Worker's variables.

use std::cell::OnceCell;

use socketio_cors_core::settings::{Service, Settings, Variables};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use worker::Env;

use crate::{event::FetchEvent, log, metrics, recovery, runtime::binding};

#[wasm_bindgen]
extern "C" {
    /// JavaScript's `String(value)`, so that a number is read like its text.
    #[wasm_bindgen(js_name = String)]
    fn to_text(value: &JsValue) -> String;
}

thread_local! {
    static SERVICE: OnceCell<&'static Service> = const { OnceCell::new() };
}

/// The service that the variables allow. They are read once, as an isolate has the same ones for
/// its whole life.
pub(crate) fn service(event: &FetchEvent) -> &'static Service {
    SERVICE.with(|service| {
        *service.get_or_init(|| {
            recovery::install();
            Box::leak(Box::new(read(&event.env())))
        })
    })
}

fn read(env: &Env) -> Service {
    let settings = Settings::read(Variables {
        upstream: variable(env, "UPSTREAM"),
        fresh_seconds: variable(env, "POLICY_FRESH_SECONDS"),
        timeout_seconds: variable(env, "UPSTREAM_TIMEOUT_SECONDS"),
        explain: variable(env, "EXPLAIN"),
        report_only: variable(env, "REPORT_ONLY"),
        has_dataset: binding(env, metrics::BINDING).is_some(),
    });
    if let Err(bad) = &settings {
        bad.bad.iter().for_each(log::bad_variable);
    }
    let service = Service::from(settings);
    if service.settings().is_some_and(|settings| settings.report_only) {
        log::report_only();
    }
    service
}

/// The variable of that name, if it is set.
fn variable(env: &Env, name: &str) -> Option<String> {
    binding(env, name).as_ref().map(to_text)
}
