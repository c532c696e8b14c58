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
    document: Option<String>,
}

impl WrittenFault {
    pub(crate) fn new(
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self { span, message: message.into(), help: help.into(), document: None }
    }

    /// The same, where `document` is what to write instead.
    pub(crate) fn with_document(self, document: String) -> Self {
        Self { document: Some(document), ..self }
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// What to write instead.
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
        Diagnostic {
            pointer: String::new(),
            line,
            column,
            span: self.span.clone(),
            value: String::new(),
            message: self.message.clone(),
            help: Some(self.help.clone()),
        }
    }
}
