//! Recovery from a panic, which ends the instance of Wasm: a new one serves all that comes after.
//!
//! The hook that the crate `worker` installs has the new instance begin with the next call from
//! JavaScript. That call may be a closure of the old instance, which then runs on the memory of
//! the new one. So this hook begins it at once: closures of the old instance are refused then.

use std::panic;

use wasm_bindgen::{handler, prelude::wasm_bindgen};

#[wasm_bindgen(module = "js/entry.js")]
extern "C" {
    #[wasm_bindgen(js_name = beginAnew)]
    fn begin_anew();
}

/// Installs the hooks, in place of those of the crate `worker`.
pub(crate) fn install() {
    panic::set_hook(Box::new(console_error_panic_hook::hook));
    handler::set_on_abort(begin_anew);
}
