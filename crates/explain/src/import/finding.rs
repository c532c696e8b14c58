//! Findings: what an import leaves out, and what it imports in another form.

use std::{collections::BTreeMap, ops::Range};

use socketio_cors_core::policy::{Diagnostic, Lines};

use crate::written_fault::WrittenFault;

/// One thing that is not as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The policy has something in its place.
    pub is_imported: bool,
    /// Its place in the file, and what to do. It has no pointer and no value.
    pub diagnostic: Diagnostic,
}

/// The findings of a file, each once.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: BTreeMap<(usize, usize, String), (bool, String)>,
}

impl Findings {
    /// Adds that what is written at `span` is not in the policy.
    pub(super) fn left_out(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(span, false, message.into(), help.into());
    }

    /// Adds that what is written at `span` is in the policy in another form.
    pub(super) fn changed(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(span, true, message.into(), help.into());
    }

    /// Adds that nothing after a fault of the syntax is read.
    pub(super) fn fault(&mut self, fault: &WrittenFault) {
        self.left_out(fault.span.clone(), fault.message(), fault.help());
    }

    fn add(&mut self, span: Range<usize>, is_imported: bool, message: String, help: String) {
        self.found.entry((span.start, span.end, message)).or_insert((is_imported, help));
    }

    /// All of them, in the order of the file `text`.
    pub(super) fn into_list(self, text: &str) -> Vec<Finding> {
        let mut lines = Lines::of(text);
        let finding = |((start, end, message), (is_imported, help))| {
            let (line, column) = lines.position(start);
            let (pointer, value) = (String::new(), String::new());
            let help = Some(help);
            let diagnostic =
                Diagnostic { pointer, line, column, span: start..end, value, message, help };
            Finding { is_imported, diagnostic }
        };
        self.found.into_iter().map(finding).collect()
    }
}
