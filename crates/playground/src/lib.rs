//! The tool's `check` and `explain` for the page of `make dev`, on `wasm32`.
#![cfg(target_arch = "wasm32")]

use serde_json::{Value, json};
use socketio_cors_core::{cache::tenants::KeyStatus, policy::Version};
use socketio_cors_explain::{
    Explanation, PolicyDocument, page_request::RequestDescription, unexplained,
};
use wasm_bindgen::prelude::wasm_bindgen;

/// The name of the document in reports.
const NAME: &str = "the editor";

/// The document `text` as strict JSON, which the Worker reads; `text` itself where it cannot be read.
#[wasm_bindgen]
#[must_use]
pub fn json(text: &str) -> String {
    read(text).json().to_owned()
}

/// The strict JSON to write instead of `text`, where that is JavaScript or has something around the
/// policy; `undefined` where it is JSON already, or it is not known what is meant.
#[wasm_bindgen]
#[must_use]
pub fn rewritten(text: &str) -> Option<String> {
    read(text).rewritten().map(str::to_owned)
}

/// The version of the document `text`, as in `x-cors-decision`.
#[wasm_bindgen]
#[must_use]
pub fn version(text: &str) -> String {
    Version::of(read(text).json()).to_string()
}

/// The output of `socketio-cors check --json` for the document `text`.
#[wasm_bindgen]
#[must_use]
pub fn check(text: &str) -> String {
    let document = read(text);
    socketio_cors_explain::check(NAME, &document, &document.policy()).to_string()
}

/// The output of `socketio-cors explain --json` for a request under the document `text`, or
/// `{"error"}` if no browser could send the request. `asked` describes it: a JSON object with the names
/// of the options. Those that are missing, or of another type, have their defaults.
#[wasm_bindgen]
#[must_use]
pub fn explain(text: &str, asked: &str) -> String {
    let asked = serde_json::from_str(asked).unwrap_or(Value::Null);
    let request = match describe(&asked).request() {
        Ok(request) => request,
        Err(error) => return json!({ "error": error.to_string() }).to_string(),
    };
    let key_status = if is_set(&asked, "tenant") { KeyStatus::Present } else { KeyStatus::Missing };
    let document = read(text);
    let report = match document.policy() {
        Ok(policy) => Explanation::of(&request, &policy, &document, key_status).json(NAME),
        Err(faults) => unexplained(NAME, &faults),
    };
    report.to_string()
}

fn read(text: &str) -> PolicyDocument {
    PolicyDocument::read(text.to_owned())
}

fn describe(asked: &Value) -> RequestDescription {
    let text = |name| Some(asked.get(name)?.as_str()?.to_owned());
    let headers = asked.get("headers").and_then(Value::as_array).into_iter().flatten();
    RequestDescription {
        origin: text("origin"),
        embedded: is_set(asked, "embedded"),
        host: text("host"),
        path: text("path"),
        method: text("method").unwrap_or_else(|| "GET".to_owned()),
        headers: headers.filter_map(|name| name.as_str().map(str::to_owned)).collect(),
        credentials: is_set(asked, "credentials"),
        websocket: is_set(asked, "websocket"),
    }
}

fn is_set(asked: &Value, name: &str) -> bool {
    asked.get(name).and_then(Value::as_bool).unwrap_or_default()
}
