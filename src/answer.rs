//! The edge's own answers.

use std::cell::RefCell;

use socketio_cors_core::response::{
    Answer, EXPLAIN_HEADER, RequestHeader, TemplateId, UPSTREAM_CORS_HEADERS, UpstreamFailure,
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::{Response, js_sys::Array};

use crate::{event::FetchEvent, log};

/// The most templates that are kept. A policy needs a few for each route.
const MAX_TEMPLATES: usize = 256;

#[wasm_bindgen(module = "js/answer.js")]
extern "C" {
    /// A template, ready for the runtime.
    #[derive(Clone)]
    pub(crate) type JsTemplate;

    fn template(
        status: u16,
        body: Option<&str>,
        headers: &Array,
        repeated: &Array,
        replaced: Option<&str>,
    ) -> JsTemplate;
    fn answer(event: &FetchEvent, template: &JsTemplate) -> Response;
}

thread_local! {
    static TEMPLATES: RefCell<Vec<(TemplateId, bool, JsTemplate)>> =
        const { RefCell::new(Vec::new()) };
}

/// The `Response`.
pub(crate) fn respond(event: &FetchEvent, response: &Answer<'_>) -> Response {
    answer(event, &template_of(event, response))
}

/// The template of `answer`. What an answer repeats is in `event` from then on.
pub(crate) fn template_of(event: &FetchEvent, answer: &Answer<'_>) -> JsTemplate {
    if let Some(names) = answer.allowed_headers.as_ref().filter(|it| it.as_requested().is_none()) {
        event.set_requested_headers(names.as_str());
    }
    let explanation = answer.explanation.as_ref().and_then(|value| value.to_str().ok());
    if let Some(explanation) = explanation {
        event.set_explanation(explanation);
    }
    let (id, is_explained) = (answer.template.id(), explanation.is_some());
    TEMPLATES.with_borrow_mut(|templates| {
        let mut kept = templates.iter();
        if let Some((.., kept)) = kept.find(|kept| (kept.0, kept.1) == (id, is_explained)) {
            return kept.clone();
        }
        let made = make_template(answer, is_explained);
        if templates.len() >= MAX_TEMPLATES {
            templates.clear();
        }
        templates.push((id, is_explained, made.clone()));
        made
    })
}

/// The template that adds nothing but an explanation to an answer.
pub(crate) fn explanation_template(event: &FetchEvent, explanation: &str) -> JsTemplate {
    event.set_explanation(explanation);
    template(200, None, &Array::new(), &Array::of1(&explanation_pair()), None)
}

fn make_template(answer: &Answer<'_>, is_explained: bool) -> JsTemplate {
    let headers = answer.template.headers();
    let pairs = headers.iter().filter_map(|(name, value)| Some(pair(name, value.to_str().ok()?)));
    let repeated = answer.template.repeated().iter().map(|(name, header)| {
        let field = match header {
            RequestHeader::Origin => "origin",
            RequestHeader::RequestedHeaders => "requestedHeaders",
        };
        pair(name, field)
    });
    let explanation = is_explained.then(explanation_pair);
    let (status, body) = (answer.status().as_u16(), answer.body());
    let repeated = repeated.chain(explanation).collect();
    template(status, body, &pairs.collect(), &repeated, Some(UPSTREAM_CORS_HEADERS))
}

/// [`EXPLAIN_HEADER`], and where its value is in the event.
fn explanation_pair() -> Array {
    pair(EXPLAIN_HEADER, "explanation")
}

fn pair(name: &str, value: &str) -> Array {
    Array::of2(&name.into(), &value.into())
}

/// The edge's own answer where the origin server did not begin its in time.
#[wasm_bindgen(js_name = gatewayTimeout)]
#[must_use]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn gateway_timeout(event: &FetchEvent) -> JsValue {
    let detail = "504: the origin server did not begin its answer in time";
    failed(event, UpstreamFailure::TimedOut, detail)
}

/// The edge's own answer where the origin server gave no usable one; `error` says why.
#[wasm_bindgen(js_name = badGateway)]
#[must_use]
#[expect(unreachable_pub, reason = "exported to JavaScript")]
pub fn bad_gateway(event: &FetchEvent, error: &str) -> JsValue {
    let detail = format!("502: the origin server gave no usable answer: {error}");
    failed(event, UpstreamFailure::NoAnswer, &detail)
}

fn failed(event: &FetchEvent, failure: UpstreamFailure, detail: &str) -> JsValue {
    log::upstream_failed(detail);
    respond(event, &failure.answer()).into()
}
