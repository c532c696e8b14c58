//! Recovery after a panic, which would otherwise leave the isolate's Wasm broken
//! for every request to come.
//!
//! worker-build's entry point starts a new instance where it finds
//! `criticalError` set. This is the other half of that agreement, as the
//! `worker` crate of the same version has it (workers-rs, `worker/src/init.rs`).

use std::panic;

use wasm_bindgen::{JsValue, handler, prelude::wasm_bindgen};

#[wasm_bindgen(inline_js = "
export const state = globalThis.__worker_init_state = { criticalError: false, instanceId: 0 };
")]
extern "C" {
    type State;

    #[wasm_bindgen(thread_local_v2, js_name = state)]
    static STATE: State;

    #[wasm_bindgen(method, setter, js_name = criticalError)]
    fn set_critical_error(this: &State, value: bool);

    #[wasm_bindgen(method, getter, js_name = instanceId)]
    fn instance_id(this: &State) -> u32;

    #[wasm_bindgen(method, setter, js_name = instanceId)]
    fn set_instance_id(this: &State, value: u32);
}

#[wasm_bindgen(start, private)]
fn start() {
    panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        STATE.with(|state| state.set_critical_error(true));
    }));
    STATE.with(|state| {
        state.set_critical_error(false);
        state.set_instance_id(state.instance_id().wrapping_add(1));
    });
    handler::set_on_abort(handler::schedule_reinit);
}

/// The state that this module and worker-build's entry point share.
#[wasm_bindgen(js_name = "__worker_init_state")]
#[must_use]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn worker_init_state() -> JsValue {
    STATE.with(|state| state.into())
}
