//! The documents under the keys of a policy.

use super::Change;
use crate::kv::wrangler::KvValues;

/// The live document, and the text that is kept of the one that it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contents<'v> {
    pub(super) policy: Option<&'v str>,
    pub(super) kept: Option<&'v str>,
}

impl Change<'_> {
    /// Those of `values`, where the text before it is kept under `kept_key`.
    pub(super) fn contents<'v>(&self, values: &'v KvValues, kept_key: &str) -> Contents<'v> {
        Contents { policy: values.get(&self.slot.keys.policy), kept: values.get(kept_key) }
    }
}
