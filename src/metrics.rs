//! A point for each decision on a covered route in the Analytics Engine dataset bound as
//! `DECISIONS`.

use serde::Serialize;
use socketio_cors_core::{
    decision::Decision, policy::Route, request::RequestHead, settings::Settings,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::js_sys::JSON;

use crate::{
    event::FetchEvent,
    log,
    runtime::{binding, in_words},
};

/// The dataset's binding.
pub(crate) const BINDING: &str = "DECISIONS";

/// The longest index of a data point, in bytes (Analytics Engine, "Limits").
const MAX_INDEX_LEN: usize = 96;

// `worker::AnalyticsEngineDataset` would do the same with 2 KiB (gzip) more of the upload.
#[wasm_bindgen]
extern "C" {
    type Dataset;

    #[wasm_bindgen(method, catch, js_name = writeDataPoint)]
    fn write_data_point(this: &Dataset, point: &JsValue) -> Result<(), JsValue>;
}

#[derive(Serialize)]
struct DataPoint<'a> {
    indexes: [&'a str; 1],
    blobs: [&'a str; 8],
}

/// Writes a point for `decision`, which `route` led to.
#[inline(never)] // V8 compiles a function as a whole, when it is first called.
pub(crate) fn write(
    event: &FetchEvent,
    head: &RequestHead<'_>,
    host: &str,
    route: &Route,
    decision: &Decision<'_>,
    settings: &Settings,
) {
    let index = host.get(..host.floor_char_boundary(MAX_INDEX_LEN)).unwrap_or_default();
    let mode = if decision.is_enforced(settings) { "enforced" } else { "report-only" };
    // In this order they are blob1, blob2, … to a query.
    let blobs = [
        decision.verdict.as_str(),
        decision.reason.as_str(),
        log::cut(head.origin.unwrap_or_default()),
        head.transport(),
        head.method,
        route.prefix(),
        mode,
        &decision.version.to_string(),
    ];
    let point = serde_json::to_string(&DataPoint { indexes: [index], blobs });
    let point = JSON::parse(&point.unwrap_or_default());
    let Some(dataset) = binding(&event.env(), BINDING) else { return };
    let dataset: Dataset = dataset.unchecked_into();
    if let Err(error) = point.and_then(|point| dataset.write_data_point(&point)) {
        log::metrics_write_failed(&in_words(&error));
    }
}
