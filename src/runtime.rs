//! Values of JavaScript that several modules ask for.

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::js_sys::{Object, Reflect};
use worker::Env;

#[wasm_bindgen]
extern "C" {
    /// Waits for that long. It rejects where the request is over.
    #[wasm_bindgen(js_namespace = scheduler, catch)]
    pub(crate) async fn wait(milliseconds: f64) -> Result<JsValue, JsValue>;
}

/// The variable or binding of that name, if there is one. `Env`'s own getters refuse a value of
/// another type than they expect, as `POLICY_FRESH_SECONDS = 5` is.
pub(crate) fn binding(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &name.into()).ok().filter(|value| !value.is_undefined())
}

/// An error in words.
pub(crate) fn in_words(error: &JsValue) -> String {
    let error: &Object = error.unchecked_ref();
    error.to_string().into()
}
