//! A text that may be a document: its size, its encoding, its JSON.

use std::ops::Range;

use super::{
    MAX_DOCUMENT_LEN,
    diagnostic::{Diagnostics, Reported},
    json::Json,
};

/// The value that `document` is.
///
/// # Errors
/// The fault that keeps it from being one has been reported.
pub(super) fn read<'t>(
    document: &'t str,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Json<'t>, Reported> {
    if document.len() > MAX_DOCUMENT_LEN {
        let message = format!("larger than {MAX_DOCUMENT_LEN} bytes");
        return Err(diagnostics.add_text(0..0, message, "shorten the list of origins"));
    }
    if document.trim_ascii().is_empty() {
        let help = "write a policy, as in {\"origin\": \"https://example.com\"}";
        return Err(diagnostics.add_text(0..0, "empty document", help));
    }
    if document.starts_with('\u{feff}') {
        let message = "byte order mark, which JSON does not have";
        return Err(diagnostics.add_text(0..0, message, "save it as UTF-8 without one"));
    }
    // KV and the command-line tool put U+FFFD in place of what they cannot decode.
    if !document.is_ascii()
        && let Some(at) = document.find(char::REPLACEMENT_CHARACTER)
    {
        let help = "save it as UTF-8, with the right character";
        let message = "invalid UTF-8";
        return Err(diagnostics.add_text(char_at(document, at), message, help));
    }
    Json::read(document).map_err(|error| add_error(&error, document, diagnostics))
}

#[cold]
fn add_error(
    error: &serde_json::Error,
    document: &str,
    diagnostics: &mut Diagnostics<'_>,
) -> Reported {
    let at = if error.is_eof() { document.len() } else { offset(document, error) };
    let (before, rest) = document.split_at_checked(at).unwrap_or((document, ""));
    let (message, help) = explain(error, before, rest);
    diagnostics.add_text(char_at(document, at), message, help)
}

/// The place of a syntax error, in bytes.
fn offset(document: &str, error: &serde_json::Error) -> usize {
    let lines = document.split_inclusive('\n').take(error.line().saturating_sub(1));
    let line: usize = lines.map(str::len).sum();
    // serde_json refuses a control character before it counts it.
    let counted = usize::from(!error.to_string().starts_with("control character"));
    let at = line.saturating_add(error.column().saturating_sub(counted));
    document.floor_char_boundary(at)
}

fn char_at(document: &str, at: usize) -> Range<usize> {
    at..document.ceil_char_boundary(at.saturating_add(1)).min(document.len())
}

/// The help for what the tool reads and JSON does not have: comments, trailing commas, single quotes,
/// names without quotes.
const PUBLISH: &str = "write strict JSON, or use `socketio-cors publish`, which converts this";

/// The message and the help for an `error` between `before` and `rest`.
fn explain(error: &serde_json::Error, before: &str, rest: &str) -> (String, &'static str) {
    let mut chars = rest.chars();
    let (first, second) = (chars.next(), chars.next());
    let message = error.to_string();
    let message = message.split_once(" at line ").map_or(&*message, |(message, _)| message);
    let help = match first {
        None => "complete the document",
        Some('\n' | '\r') if message.starts_with("control") => "close the quotes on the same line",
        Some(_) if message.starts_with("control") => "remove that character",
        Some(_) if message.starts_with("invalid escape") => "write \\\\ for a backslash",
        Some(_) if message == "expected `:`" => "write a colon between name and value",
        Some('/') if !matches!(second, Some('/' | '*')) => {
            "write origins as strings, as in \"https://*.example.com\": JSON has no regular expressions"
        }
        Some('/' | '\'') => PUBLISH,
        Some('}' | ']') if before.trim_ascii_end().ends_with(',') => PUBLISH,
        Some('#') => "remove the comment: JSON has none",
        Some('`') => "write names and strings in double quotes",
        Some(char) if char.is_control() && !char.is_ascii_whitespace() => "remove that character",
        Some(char) if is_in_name(char) && message.starts_with("key must be") => PUBLISH,
        Some(char) if is_in_name(char) => {
            "write names and strings in double quotes; only numbers, true, false and null need none"
        }
        Some(_) => "fix the syntax there",
    };
    let found = match first {
        Some(char) if char.is_control() => format!(", at U+{:04X}", u32::from(char)),
        Some(char) => format!(", at {char}"),
        None => String::new(),
    };
    (format!("invalid JSON: {message}{found}"), help)
}

fn is_in_name(char: char) -> bool {
    let is_foreign = !char.is_ascii() && !char.is_whitespace();
    is_foreign || char.is_ascii_alphabetic() || matches!(char, '_' | '$')
}
