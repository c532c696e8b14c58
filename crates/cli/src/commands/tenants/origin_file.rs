//! A file of origins: one a line, or CSV.

use csv::{ReaderBuilder, StringRecord, Trim};

/// A record of the file: an origin as it is written there, and what is noted of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OriginRecord {
    /// From 1.
    pub(super) line: usize,
    pub(super) origin: String,
    pub(super) note: Option<String>,
}

/// The columns of the file.
#[derive(Clone, Copy)]
struct Columns {
    origin: usize,
    note: usize,
}

/// The records of `text`, in order. Commas, semicolons or tabs separate its fields, and quotes go around
/// a field that has one of those. Where the first record has a field `origin`, it is a heading: then the
/// column `note`, or else the one after the origin's, has the notes. Without one, the second has. Empty
/// lines, and those that begin with a #, are left out.
pub(super) fn records(text: &str) -> Vec<OriginRecord> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let mut lines = Lines { text, offset: 0, line: 1 };
    let mut columns = None;
    let mut found = Vec::new();
    let mut record = StringRecord::new();
    // The text is UTF-8, and records may be of any length.
    while reader.read_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, csv::Position::byte);
        let line = lines.of_record(usize::try_from(start).unwrap_or(usize::MAX));
        let is_heading = columns.is_none() && Columns::of_heading(&record).is_some();
        let columns = *columns.get_or_insert_with(|| Columns::of(&record));
        if !is_heading {
            found.extend(OriginRecord::of(&record, line, columns));
        }
    }
    found
}

/// The first of the characters that separate fields, in the first line that has any: no origin has one.
fn delimiter(text: &str) -> u8 {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .find_map(|line| line.bytes().find(|byte| matches!(byte, b',' | b';' | b'\t')))
        .unwrap_or(b',')
}

impl Columns {
    /// Those of a file whose first record is `record`.
    fn of(record: &StringRecord) -> Self {
        Self::of_heading(record).unwrap_or(Self { origin: 0, note: 1 })
    }

    /// Those that `record` names, if it is a heading.
    fn of_heading(record: &StringRecord) -> Option<Self> {
        let named = |name| record.iter().position(|field| field.eq_ignore_ascii_case(name));
        let origin = named("origin")?;
        Some(Self { origin, note: named("note").unwrap_or(origin.saturating_add(1)) })
    }
}

impl OriginRecord {
    /// `None` if all its fields are empty.
    fn of(record: &StringRecord, line: usize, columns: Columns) -> Option<Self> {
        if record.iter().all(str::is_empty) {
            return None;
        }
        let origin = record.get(columns.origin).unwrap_or_default().to_owned();
        let note = record.get(columns.note).filter(|note| !note.is_empty()).map(str::to_owned);
        Some(Self { line, origin, note })
    }
}

/// Counts lines. The `csv` crate gives the place where the record before ended.
struct Lines<'t> {
    text: &'t str,
    /// The place up to which lines are counted.
    offset: usize,
    /// The line there.
    line: usize,
}

impl Lines<'_> {
    /// The line of the record that is at `from`, or after the empty lines and comments that are there.
    fn of_record(&mut self, from: usize) -> usize {
        let mut rest = self.text.get(from..).unwrap_or_default();
        loop {
            rest = rest.trim_start_matches(['\r', '\n']);
            let Some(comment) = rest.strip_prefix('#') else { break };
            rest = comment.split_once('\n').map_or("", |(_, after)| after);
        }
        let offset = self.text.len().saturating_sub(rest.len());
        let passed = self.text.get(self.offset..offset).unwrap_or_default();
        self.line = self.line.saturating_add(passed.matches('\n').count());
        self.offset = offset;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_records(text: &str, expected: &[(usize, &str, Option<&str>)]) {
        let read = records(text);
        let read: Vec<_> =
            read.iter().map(|it| (it.line, it.origin.as_str(), it.note.as_deref())).collect();
        assert_eq!(read, expected, "{text:?}");
    }

    const A: &str = "https://a.example";
    const B: &str = "https://b.example";

    #[test]
    fn a_file_has_an_origin_a_line() {
        for text in [
            "https://a.example\nhttps://b.example\n",
            "https://a.example\r\nhttps://b.example\r\n",
            "\u{feff}https://a.example\r\nhttps://b.example",
            "\"https://a.example\"\n  https://b.example\t\n\n",
        ] {
            assert_records(text, &[(1, A, None), (2, B, None)]);
        }
        for text in ["", "\n\r\n", "# nothing\n", "\u{feff}", ",\n , \n"] {
            assert_records(text, &[]);
        }
    }

    #[test]
    fn the_second_column_is_read_as_notes() {
        for text in [
            "https://a.example,\"Ann, \"\"and\"\" Bob\"\nhttps://b.example,\n",
            "https://a.example;\"Ann, \"\"and\"\" Bob\"\nhttps://b.example;\n",
            "https://a.example\tAnn, \"and\" Bob\nhttps://b.example\n",
        ] {
            assert_records(text, &[(1, A, Some("Ann, \"and\" Bob")), (2, B, None)]);
        }
    }

    #[test]
    fn the_heading_says_which_columns_are_read() {
        for (text, note) in [
            ("Origin,Customer\nhttps://a.example,Ann\n", Some("Ann")),
            ("id;origin;plan\r\n7;https://a.example;Ann\r\n", Some("Ann")),
            ("\u{feff}\"note\",\"ORIGIN\",plan\nAnn,https://a.example,free\n", Some("Ann")),
            ("origin\nhttps://a.example\n", None),
            ("id,origin\n7,https://a.example\n", None),
        ] {
            assert_records(text, &[(2, A, note)]);
        }
    }

    #[test]
    fn a_record_is_on_the_line_where_it_begins() {
        assert_records(
            "# customers\r\n\r\nhttps://a.example,\"two\r\nlines\"\r\n\r\n# \"more\n\nhttps://b.example\r\n#",
            &[(3, A, Some("two\r\nlines")), (8, B, None)],
        );
        assert_records(
            "https://a.example\n,Ann\n\"https://b.example\nhttps://c.example\n",
            &[
                (1, A, None),
                (2, "", Some("Ann")),
                (3, "https://b.example\nhttps://c.example", None),
            ],
        );
    }
}
