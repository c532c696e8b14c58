//! What is known of an origin's KV key.

/// What is known of an origin's key, in ascending order of what it decides where
/// a rule has several prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyStatus {
    /// It is not there.
    Missing,
    /// It was not asked for, as the limit of look-ups is reached.
    RateLimited,
    /// KV gave no answer.
    Failed,
    /// It has to be asked for.
    Unknown,
    /// It is there.
    Present,
}
