//! The warning that a policy leaves origins to KV keys which KV does not have.

use socketio_cors_core::{
    origin::Origin,
    policy::{Listing, Policy},
};

use super::Change;
use crate::{
    kv::wrangler::WranglerError,
    terminal::{TOOL, printable::printable},
};

/// The most keys that are read by their names, in one call (Cloudflare, "Read multiple keys").
const MAX_READ: usize = 100;

impl Change<'_> {
    /// A line about origins that the policy before listed, that `new` leaves to KV keys, and that have
    /// none; `None` if there are none. No more than a hundred keys are read.
    ///
    /// # Errors
    /// wrangler failed.
    pub(super) fn missing_keys(&self, new: &Policy) -> Result<Option<String>, WranglerError> {
        let keys = self.policy().map(|old| moved_to_keys(&old, new)).unwrap_or_default();
        if keys.is_empty() {
            return Ok(None);
        }
        let values = self.slot.wrangler.read(keys.iter().cloned())?;
        let missing = keys.iter().find(|key| values.get(key).is_none());
        let place = self.slot.options.wrangler.place();
        Ok(missing.map(|key| {
            let key = printable(key);
            format!(
                "warning: {place} has no key \"{key}\", so the Worker will refuse that origin. Add it: \
                 {TOOL} tenants add"
            )
        }))
    }
}

/// The keys of origins that a rule of `old` lists, and that the rule of the same route in `new` leaves
/// to keys. With several prefixes, nobody knows which one an origin's key has.
fn moved_to_keys(old: &Policy, new: &Policy) -> Vec<String> {
    let mut keys = Vec::new();
    for (route, rule) in new.rules() {
        let before = old.rules().find(|(its, _)| *its == route);
        let Some(listed) = before.and_then(|(_, rule)| rule.listed()) else { continue };
        for text in listed.patterns.patterns() {
            // A pattern with a `*` is not an origin.
            let Ok(origin) = Origin::try_from(&*text) else { continue };
            if let Listing::Tenant([prefix]) = rule.listing(&origin)
                && !listed.prefixes.contains(prefix)
                && keys.len() < MAX_READ
            {
                keys.push(format!("{prefix}{text}"));
            }
        }
    }
    keys
}
