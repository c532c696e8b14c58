//! Recovery after a panic, which would otherwise leave the isolate's Wasm broken
//! for every request to come: the next call from JavaScript starts a new instance.

use std::panic;

use wasm_bindgen::{handler, prelude::wasm_bindgen};

#[wasm_bindgen(module = "edge/instance.js")]
extern "C" {
    fn began();
}

#[wasm_bindgen(start, private)]
fn start() {
    panic::set_hook(Box::new(console_error_panic_hook::hook));
    handler::set_on_abort(handler::schedule_reinit);
    began();
}

/// Does nothing, but any call starts a new instance where a panic ended the last.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn revive() {}
