//! A point for each decision on a covered route in the Analytics Engine dataset bound as
//! `DECISIONS`.

use socketio_cors_core::{
    decision::Decision, policy::Route, request::RequestHead, settings::Settings,
};
use worker::AnalyticsEngineDataPointBuilder;

use crate::{event::FetchEvent, log};

/// The dataset's binding.
pub(crate) const BINDING: &str = "DECISIONS";

/// The longest index of a data point, in bytes (Analytics Engine, "Limits").
const MAX_INDEX_LEN: usize = 96;

/// Writes a point for `decision`, which `route` led to.
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
    let point = AnalyticsEngineDataPointBuilder::new().indexes([index]).blobs(blobs);
    let dataset = event.env().analytics_engine(BINDING);
    if let Err(error) = dataset.and_then(|dataset| point.write_to(&dataset)) {
        log::metrics_write_failed(&error.to_string());
    }
}
