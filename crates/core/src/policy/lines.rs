//! Lines and columns of a document's text.

/// Counts lines and columns up to growing offsets, so that each part of the text
/// is looked at once.
#[derive(Debug)]
pub struct Lines<'d> {
    document: &'d str,
    offset: usize,
    line: usize,
    column: usize,
}

impl<'d> Lines<'d> {
    /// At the beginning of `document`.
    #[must_use]
    pub fn of(document: &'d str) -> Self {
        Self { document, offset: 0, line: 1, column: 1 }
    }

    /// The line of `offset`, in bytes, and the character of that line, both from
    /// 1. `offset` is at least the last one asked for.
    pub fn position(&mut self, offset: usize) -> (usize, usize) {
        let passed = self.document.get(self.offset..offset).unwrap_or_default();
        for char in passed.chars() {
            if char == '\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else {
                self.column = self.column.saturating_add(1);
            }
        }
        self.offset = offset;
        (self.line, self.column)
    }
}
