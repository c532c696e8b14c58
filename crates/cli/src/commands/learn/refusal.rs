//! A refusal, as the log or the dataset has it.

/// Requests that were refused, or would have been but for `reportOnly`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) host: String,
    /// `None` where the request had none.
    pub(super) origin: Option<String>,
    pub(super) reason: String,
    pub(super) transport: String,
    /// The path that was asked for, or the prefix of the route that covers it.
    pub(super) path: String,
    /// They were forwarded all the same.
    pub(super) report_only: bool,
    /// When, in milliseconds since 1970: the first and the last of them.
    pub(super) time: Option<(i64, i64)>,
    /// Their number.
    pub(super) count: u64,
}
