//! Values of JavaScript that several modules ask for.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::js_sys::{Object, Reflect};
use worker::Env;

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
