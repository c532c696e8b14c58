//! What an isolate remembers of KV, and for how long: policies, and tenants' keys.

pub mod lru_cache;
pub mod policy_cache;
pub mod tenants;
pub mod waiting;
