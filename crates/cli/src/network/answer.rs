//! An answer of HTTP or of a WebSocket.

/// An answer, as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In order, with those that came twice.
    pub(crate) headers: Vec<(String, String)>,
    /// The start of the body, unpacked; of a WebSocket the messages, a line each.
    pub(crate) body: String,
    /// The body was gzip, and no header said so.
    pub(crate) is_undeclared_gzip: bool,
    /// A browser kept the body from the page, and so from the recording.
    pub(crate) is_body_kept: bool,
}
