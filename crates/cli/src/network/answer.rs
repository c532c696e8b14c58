//! An answer of HTTP or of a WebSocket.

use super::BodyCoding;

/// An answer, as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In order, with those that came twice.
    pub(crate) headers: Vec<(String, String)>,
    /// The start of the body, unpacked; of a WebSocket the messages, a line each.
    pub(crate) body: String,
    pub(crate) coding: BodyCoding,
    /// A browser kept the body from the page, and so from the recording.
    pub(crate) is_body_kept: bool,
}
