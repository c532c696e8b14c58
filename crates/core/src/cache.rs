//! The caches of an isolate for policies and tenants' keys, and how long an entry is used.

pub mod lru_cache;
pub mod policy_cache;
pub mod tenants;
pub mod waiting;
