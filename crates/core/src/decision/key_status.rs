//! The status of an origin's KV key, as far as an isolate knows it.

/// The status of an origin's KV key. Where a rule has several prefixes, an origin may have a key
/// under each: the status that is last in this order decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyStatus {
    /// It is not there.
    Missing,
    /// KV was not asked, as the limit of look-ups is reached.
    RateLimited,
    /// KV gave no answer.
    Failed,
    /// KV has not been asked yet.
    Unknown,
    /// It is there.
    Present,
}
