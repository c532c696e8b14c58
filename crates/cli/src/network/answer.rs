//! An answer of HTTP or of a WebSocket.

/// An answer, as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In order, with those that came twice.
    pub(crate) headers: Vec<(String, String)>,
    /// The start of the body, unpacked; of a WebSocket the messages, a line each.
    pub(crate) body: String,
    /// How the body was compressed, where no header said so.
    pub(crate) undeclared_coding: Option<&'static str>,
    /// How the body is compressed, as a header says, where only browsers unpack that.
    pub(crate) unread_coding: Option<String>,
    /// A browser kept the body from the page, and so from the recording.
    pub(crate) is_body_kept: bool,
}
