//! What is logged: one JSON line an event, with `event`, `detail` and `host`.

use super::shell::{Level, log};
use crate::{policy::Fault, settings::BadVariable};

/// The most faults of one document that are logged.
const MAX_FAULTS: usize = 20;

pub(super) fn bad_variable(bad: &BadVariable) {
    log(Level::Error, "bad-variable", &bad.to_string(), None);
}

pub(super) fn faults(host: &str, faults: &[Fault]) {
    let shown: Vec<String> = faults
        .iter()
        .take(MAX_FAULTS)
        .map(|fault| format!("{}:{}: {fault}", fault.line, fault.column))
        .collect();
    let detail = format!("faults: {}\n{}", faults.len(), shown.join("\n"));
    log(Level::Error, "policy-faulty", &detail, Some(host));
}

pub(super) fn read_failed(host: &str, error: &str) {
    log(Level::Error, "policy-unread", error, Some(host));
}

pub(super) fn lookup_failed(error: &str) {
    log(Level::Error, "lookup-failed", error, None);
}

pub(super) fn no_policy(host: &str) {
    let detail = "KV holds no policy, so other origins are refused on /socket.io; set one: \
                  npx wrangler kv key put --binding POLICY --remote policy --path policy.json";
    log(Level::Warn, "policy-missing", detail, Some(host));
}
