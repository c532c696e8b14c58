//! A policy document as its author wrote it: JSON, or what is read in its place.

use socketio_cors_core::policy::{self, Diagnostic, Lines, Policy, Source, Version};

use crate::{
    DOMAIN_RULES, causes,
    strict_json::{Extent, StrictJson},
    wrapped,
    written_fault::WrittenFault,
};

/// A policy document as its author wrote it.
///
/// Besides JSON, comments, trailing commas, single quotes and names without quotes are understood,
/// and so is a byte order mark. [`PolicyDocument::json`] is strict JSON, which the Worker reads. Every
/// position is one of the text as it is written.
#[derive(Debug)]
pub struct PolicyDocument {
    text: String,
    reading: Reading,
}

#[derive(Debug)]
enum Reading {
    /// It is JSON, or has faults that the policy's parser reports.
    Json,
    /// It is not JSON, but was converted to this.
    Converted(StrictJson),
    /// It cannot be converted.
    Faulty(WrittenFault),
}

impl PolicyDocument {
    /// Reads a text. If it is not a document, [`PolicyDocument::policy`] returns its faults.
    #[must_use]
    pub fn read(text: String) -> Self {
        let reading = Reading::of(&text);
        Self { text, reading }
    }

    /// The text as it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as strict JSON: itself where it is, or where it cannot be read.
    #[must_use]
    pub fn json(&self) -> &str {
        match &self.reading {
            Reading::Converted(json) => json.text(),
            Reading::Json | Reading::Faulty(_) => &self.text,
        }
    }

    /// The text is what the Worker reads, as far as it is a document.
    #[must_use]
    pub fn is_json(&self) -> bool {
        !matches!(self.reading, Reading::Converted(_))
    }

    /// The strict JSON to write instead of the text, where that is something else and it is known what
    /// is meant: JavaScript's spelling, or something around the policy.
    #[must_use]
    pub fn rewritten(&self) -> Option<&str> {
        match &self.reading {
            Reading::Json => None,
            Reading::Converted(json) => Some(json.text()).filter(|text| is_json(text)),
            Reading::Faulty(fault) => fault.document(),
        }
    }

    /// The policy that it describes, of the version of its JSON.
    ///
    /// # Errors
    /// Every fault of the document.
    pub fn policy(&self) -> Result<Policy, Vec<Diagnostic>> {
        if let Reading::Faulty(fault) = &self.reading {
            return Err(vec![fault.diagnostic(&self.text)]);
        }
        let json = self.json();
        Policy::read(json, Version::of(json), &DOMAIN_RULES).map_err(|mut faults| {
            for fault in &mut faults {
                causes::name(fault, json);
            }
            self.as_written(faults)
        })
    }

    /// The warnings about it, which may have faults.
    #[must_use]
    pub fn warnings(&self) -> Vec<Diagnostic> {
        match self.reading {
            Reading::Faulty(_) => Vec::new(),
            _ => self.as_written(policy::warnings(self.json())),
        }
    }

    /// The place of the rule of the route `prefix`, and in that rule the place of the first origin
    /// that is or contains `pattern`, or of the tenants' prefix that is `pattern`.
    #[must_use]
    pub fn locate(&self, prefix: &str, pattern: Option<&str>) -> Option<(Source, Option<Source>)> {
        let (rule, pattern) = policy::locate(self.json(), prefix, pattern)?;
        let as_written = |source: Source| {
            let Reading::Converted(json) = &self.reading else { return source };
            let offset = json.written(&(source.offset..source.offset)).start;
            let (line, column) = Lines::of(&self.text).position(offset);
            Source { offset, line, column, ..source }
        };
        Some((as_written(rule), pattern.map(as_written)))
    }

    /// Diagnostics of the JSON, in order, at the places where it is written.
    fn as_written(&self, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let Reading::Converted(json) = &self.reading else { return diagnostics };
        let mut lines = Lines::of(&self.text);
        for diagnostic in &mut diagnostics {
            diagnostic.span = json.written(&diagnostic.span);
            (diagnostic.line, diagnostic.column) = lines.position(diagnostic.span.start);
        }
        diagnostics
    }
}

impl Reading {
    fn of(text: &str) -> Self {
        if is_utf16(text) {
            let help = "save it as UTF-8; in PowerShell: Set-Content -Encoding utf8";
            return Self::Faulty(WrittenFault::new(0..0, "UTF-16, but JSON is UTF-8", help));
        }
        let is_too_large = text.len() > policy::MAX_DOCUMENT_LEN;
        let reading =
            if is_too_large || is_json(text) { Self::Json } else { Self::converted(text) };
        let json = match &reading {
            Self::Json => text,
            Self::Converted(json) => json.text(),
            Self::Faulty(_) => return reading,
        };
        wrapped::fault_of_json(json).map_or(reading, Self::Faulty)
    }

    /// The document in a text that is not strict JSON.
    fn converted(text: &str) -> Self {
        let converted = StrictJson::read(text, 0, Extent::All);
        let begins_with_object = text.trim_start().starts_with('{')
            || converted.as_ref().is_ok_and(|json| json.text().trim_start().starts_with('{'));
        if !begins_with_object && let Some(fault) = wrapped::fault_of_javascript(text) {
            return Self::Faulty(fault);
        }
        match converted {
            Ok(json) if json.text() == text => Self::Json,
            Ok(json) => Self::Converted(json),
            Err(fault) => Self::Faulty(fault),
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok()
}

/// The text was UTF-16, read as UTF-8: every other byte of its first characters is zero. A byte order
/// mark of UTF-16 is no UTF-8, and has become U+FFFD.
#[must_use]
pub fn is_utf16(text: &str) -> bool {
    let mut chars = text.trim_start_matches(char::REPLACEMENT_CHARACTER).chars().take(4);
    let zeros = [chars.next(), chars.next(), chars.next(), chars.next()].map(|it| it == Some('\0'));
    matches!(zeros, [true, false, true, false] | [false, true, false, true])
}
