//! A fault of a text that is not yet JSON.

use std::ops::Range;

use socketio_cors_core::policy::{Diagnostic, Lines};

/// A fault at a place of the text as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrittenFault {
    /// In bytes.
    pub(crate) span: Range<usize>,
    message: String,
    help: String,
    /// `socketio-cors import` can read what is there.
    is_importable: bool,
    document: Option<String>,
}

/// The end of the help if `import` can read the text.
const IMPORT: &str =
    "; or run `socketio-cors import FILE`, which reads variables and regular expressions";

impl WrittenFault {
    pub(crate) fn new(
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { span, message, help, is_importable: false, document: None }
    }

    /// The same, where an import can read the text.
    pub(crate) fn importable(self) -> Self {
        Self { is_importable: true, ..self }
    }

    /// The same, where `document` is what to write instead.
    pub(crate) fn with_document(self, document: String) -> Self {
        Self { document: Some(document), ..self }
    }

    /// The message: a clause that says what is wrong.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The advice: the text to write instead.
    pub(crate) fn help(&self) -> &str {
        &self.help
    }

    /// The whole document to write instead, if it is known.
    pub(crate) fn document(&self) -> Option<&str> {
        self.document.as_deref()
    }

    /// As a diagnostic of the whole document, which is written `text`.
    pub(crate) fn diagnostic(&self, text: &str) -> Diagnostic {
        let (line, column) = Lines::of(text).position(self.span.start);
        let import = if self.is_importable { IMPORT } else { "" };
        Diagnostic {
            pointer: String::new(),
            line,
            column,
            span: self.span.clone(),
            value: String::new(),
            message: self.message.clone(),
            help: Some(format!("{}{import}", self.help)),
        }
    }
}
