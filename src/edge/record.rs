//! What is kept of a decision on a covered route: a line of the log where it is a
//! refusal, and a point in the Analytics Engine dataset bound as `DECISIONS`.

use socketio_cors_core::{
    action::{Context, Health},
    decision::{Decision, Verdict},
    policy::DEFAULT_PREFIX,
    policy_cache::PolicyState,
    request::RequestHead,
};

use super::{
    log,
    shell::{self, Event},
};

/// The Analytics Engine dataset's binding.
pub(super) const BINDING: &str = "DECISIONS";

/// The longest index of a data point, in bytes (Analytics Engine, "Limits").
const MAX_INDEX_LEN: usize = 96;

/// Records `decision`, which `state` made about `head`.
pub(super) fn record(
    event: &Event,
    head: &RequestHead<'_>,
    state: &PolicyState,
    decision: &Decision<'_>,
    context: Context,
    has_dataset: bool,
) {
    let Some(rule) = decision.rule else { return };
    // What a bad variable closes is not for a rule to decide.
    if matches!(context.health, Health::BadVariable | Health::NoUpstream) {
        return;
    }
    if decision.verdict == Verdict::Refuse {
        log::refusal(head, decision, context);
    }
    if has_dataset {
        let host = head.url.policy_host();
        let index = host.get(..host.floor_char_boundary(MAX_INDEX_LEN)).unwrap_or_default();
        let mode = if context.only_reports(decision) { "report-only" } else { "enforced" };
        let route = state.policy().and_then(|policy| policy.prefix_of(rule));
        // In this order they are blob1, blob2, … to a query.
        let blobs = [
            decision.verdict.as_str(),
            context.reason(decision).as_str(),
            log::cut(head.origin.unwrap_or_default()),
            head.transport(),
            head.method,
            route.unwrap_or(DEFAULT_PREFIX),
            mode,
            &context.version.to_string(),
        ];
        let blobs = blobs.map(str::to_owned).into();
        if let Err(error) = shell::write_data_point(event, BINDING, index, blobs) {
            log::uncounted(&error);
        }
    }
}
