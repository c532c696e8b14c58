//! The documents under the keys of a policy.

use super::Change;
use crate::kv::wrangler::KvValues;

/// The live document and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Contents<'v> {
    pub(super) policy: Option<&'v str>,
    pub(super) previous: Option<&'v str>,
}

impl Change<'_> {
    pub(super) fn contents<'v>(&self, values: &'v KvValues) -> Contents<'v> {
        let keys = &self.slot.keys;
        Contents { policy: values.get(&keys.policy), previous: values.get(&keys.previous) }
    }
}
