//! The tenants' keys that KV has.

use std::collections::HashMap;

use serde_json::Value;

use super::origin_list::NO_NOTE;
use crate::kv::{
    WranglerError,
    wrangler::{ListedKey, Wrangler},
};

/// The most keys that are read by their names, in one call (Cloudflare, "Read multiple keys"). More are
/// listed.
const MAX_READ: usize = 100;

/// Keys that KV has, by their names.
#[derive(Debug)]
pub(super) struct StoredKeys(HashMap<String, StoredKey>);

/// A key in KV, with its note and expiry.
#[derive(Debug)]
pub(super) struct StoredKey {
    /// The note about the tenant. In a list of keys, only notes that this tool wrote are known.
    pub(super) note: Option<String>,
    /// The metadata; only in a list of keys.
    pub(super) metadata: Value,
    /// The time at which KV deletes it, in seconds since 1970; only in a list of keys.
    pub(super) expiration: Option<u64>,
}

impl StoredKeys {
    /// Those of `keys`, each with one of the `prefixes`, that KV has. It may have others.
    ///
    /// # Errors
    /// wrangler failed.
    pub(super) fn read(
        wrangler: &Wrangler<'_>,
        prefixes: &[&str],
        keys: Vec<String>,
    ) -> Result<Self, WranglerError> {
        if keys.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        if keys.len() > MAX_READ {
            return Self::list(wrangler, prefixes);
        }
        let values = wrangler.read(keys.iter().cloned())?;
        let stored = keys.into_iter().filter_map(|key| {
            let value = values.get(&key)?;
            let note = (value != NO_NOTE).then(|| value.to_owned());
            Some((key, StoredKey { note, metadata: Value::Null, expiration: None }))
        });
        Ok(Self(stored.collect()))
    }

    /// All that begin with one of the `prefixes`.
    ///
    /// # Errors
    /// wrangler failed.
    pub(super) fn list(wrangler: &Wrangler<'_>, prefixes: &[&str]) -> Result<Self, WranglerError> {
        let mut stored = HashMap::new();
        for prefix in prefixes {
            let listed = wrangler.list(prefix)?;
            stored.extend(listed.into_iter().map(StoredKey::of));
        }
        Ok(Self(stored))
    }

    /// The entry of `key`; `None` if KV does not have it.
    pub(super) fn get(&self, key: &str) -> Option<&StoredKey> {
        self.0.get(key)
    }

    /// Each, in the order of their names.
    pub(super) fn into_sorted(self) -> Vec<(String, StoredKey)> {
        let mut keys: Vec<_> = self.0.into_iter().collect();
        keys.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        keys
    }
}

impl StoredKey {
    fn of(listed: ListedKey) -> (String, Self) {
        let ListedKey { name, metadata, expiration } = listed;
        let note = metadata.get("note").and_then(Value::as_str).map(str::to_owned);
        (name, Self { note, metadata, expiration })
    }
}
