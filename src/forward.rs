//! Requests that are forwarded, and their answers.

use http::HeaderValue;
use socketio_cors_core::{
    request::RequestHead,
    response::{Answer, CREDENTIALS_PATTERN, vary},
    settings::Settings,
    upstream::{self, UpstreamRequest},
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::Headers;

use crate::{
    answer::{self, JsTemplate},
    event::{FetchEvent, Incoming},
    log,
};

#[wasm_bindgen(module = "js/forward.js")]
extern "C" {
    #[wasm_bindgen(js_name = forwardUntouched)]
    fn forward_untouched(event: &FetchEvent, template: Option<&JsTemplate>) -> JsValue;
    #[wasm_bindgen(js_name = forwardWithCors)]
    fn forward_with_cors(event: &FetchEvent, template: &JsTemplate, timeout: f64) -> JsValue;
    #[wasm_bindgen(js_name = replaceRequest)]
    fn replace_request(event: &FetchEvent, url: Option<&str>) -> Headers;
    #[wasm_bindgen(js_name = removeNamed)]
    fn remove_named(headers: &Headers, pattern: &str);
    #[wasm_bindgen(js_name = clientAcceptEncoding)]
    fn client_accept_encoding(event: &FetchEvent) -> Option<String>;
}

/// A promise of the origin server's answer as it comes, with `explanation`.
#[inline(never)] // V8 compiles a function as a whole, when it is first called.
pub(crate) fn untouched(
    incoming: &Incoming,
    head: &RequestHead<'_>,
    settings: &Settings,
    explanation: Option<&HeaderValue>,
) -> JsValue {
    prepare(incoming, head, settings, &[]);
    let explanation = explanation.and_then(|value| value.to_str().ok());
    let event = &incoming.event;
    let template = explanation.map(|text| answer::explanation_template(event, text));
    forward_untouched(event, template.as_ref())
}

/// A promise of the origin server's answer with the headers of `answer` in place of its CORS
/// headers, or of a 502 or 504 with them. The request is sent on without the headers `removed`.
#[inline(never)] // V8 compiles a function as a whole, when it is first called.
pub(crate) fn with_cors(
    incoming: &Incoming,
    head: &RequestHead<'_>,
    settings: &Settings,
    answer: &Answer<'_>,
    removed: &[&str],
) -> JsValue {
    prepare(incoming, head, settings, removed);
    let event = &incoming.event;
    let template = answer::template_of(event, answer);
    let timeout = f64::from(settings.timeout_seconds) * 1000.0;
    forward_with_cors(event, &template, timeout)
}

/// Puts another request in place of the one that came, where the one that is sent on differs from it.
fn prepare(incoming: &Incoming, head: &RequestHead<'_>, settings: &Settings, removed: &[&str]) {
    let upstream = settings.upstream.as_deref();
    if let Some(upstream) = upstream {
        log::warn_of_own_origin(&head.url, upstream);
    }
    let event = &incoming.event;
    let of_client = || client_accept_encoding(event);
    let accepted = event.header("accept-encoding");
    let accepts_none = upstream::accepts_no_encoding(accepted.as_deref(), of_client);
    let request = UpstreamRequest::new(head, upstream, accepts_none);
    if request == UpstreamRequest::default() && removed.is_empty() {
        return;
    }
    let headers = replace_request(event, request.url.as_deref());
    for (name, value) in &request.headers {
        // Name and value are both valid for a header.
        let _ = headers.set(name, value);
    }
    if !removed.is_empty() {
        remove_named(&headers, CREDENTIALS_PATTERN);
    }
}

/// The `Vary` that says what `theirs` and `ours` say.
#[wasm_bindgen(js_name = mergeVary)]
#[must_use]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn merge_vary(theirs: &str, ours: &str) -> String {
    vary::merge(theirs, ours)
}
