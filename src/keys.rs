//! The KV keys of policy documents.

/// The KV namespace's binding.
pub const BINDING: &str = "POLICY";

/// The key of the document for every host.
pub const EVERY_HOST: &str = "policy";

/// The key of the document for `host`, as [`crate::request::Url::policy_host`] spells it.
#[must_use]
pub fn of_host(host: &str) -> String {
    format!("{EVERY_HOST}:{host}")
}

/// Where the Worker keeps the newest text of `key` that was valid.
#[must_use]
pub fn last_good(key: &str) -> String {
    format!("{key}{LAST_GOOD}")
}

/// Whether `key` is one of [`last_good`].
#[must_use]
pub fn is_last_good(key: &str) -> bool {
    key.ends_with(LAST_GOOD)
}

/// Where the command-line tool keeps the text that it replaced under `key`.
#[must_use]
pub fn previous(key: &str) -> String {
    format!("{key}@previous")
}

// No host has an @.
const LAST_GOOD: &str = "@last-good";
