//! Text from elsewhere, made safe for a terminal.

use std::{borrow::Cow, fmt::Write};

use serde_json::Value;

/// `text` with control characters (C0, DEL, C1), line separators and bidirectional controls escaped
/// as `\u{…}`, so that it can neither command the terminal nor hide.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_escaped) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if is_escaped(char) {
            shown.extend(char.escape_unicode());
        } else {
            shown.push(char);
        }
    }
    shown.into()
}

/// The same of a text of several lines, which stay what they are.
pub(crate) fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// `value` as JSON on several lines, with the characters escaped that [`printable`] escapes.
pub(crate) fn json(value: &Value) -> String {
    let mut shown = String::new();
    for char in format!("{value:#}").chars() {
        if char != '\n' && is_escaped(char) {
            // It is within a string, as no other part of JSON has such characters, and none is beyond
            // U+FFFF. Writing to a String does not fail.
            let _ = write!(shown, "\\u{:04x}", u32::from(char));
        } else {
            shown.push(char);
        }
    }
    shown
}

/// `words` as a command that a person can type into a shell.
pub(crate) fn typed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    // A word with a NUL, which no shell can take, is shown as it is.
    let quoted = words.map(|word| shlex::try_quote(word).unwrap_or(word.into()));
    quoted.map(|word| printable(&word).into_owned()).collect::<Vec<_>>().join(" ")
}

fn is_escaped(char: char) -> bool {
    // Unicode Standard Annex 9, "Directional Formatting Characters".
    let turns = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let separates = matches!(char, '\u{2028}' | '\u{2029}');
    char.is_control() || separates || turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_command_are_quoted() {
        let words = ["a", "--config", "my dir/it's", "$x", "\u{7}"];
        assert_eq!(typed(words.into_iter()), r#"a --config "my dir/it's" '$x' '\u{7}'"#);
    }

    #[test]
    fn printed_json_has_the_same_value_and_no_control_characters() {
        let text: String = ('\0'..='\u{9f}').chain('\u{200b}'..='\u{206f}').collect();
        let value = serde_json::json!({ "b\u{fc}cher\u{7f}": [text, "\u{61c}\u{9b}31m\u{1f600}"] });
        let shown = json(&value);
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
        assert!(!shown.chars().any(|char| char != '\n' && is_escaped(char)), "{shown}");
        assert!(shown.starts_with("{\n  \"b\u{fc}cher\\u007f\": [\n"), "{shown}");
        assert!(shown.contains("\"\\u061c\\u009b31m\u{1f600}\""), "{shown}");
    }

    #[test]
    fn escapes_control_characters() {
        for (text, shown) in [
            ("b\u{fc}cher", "b\u{fc}cher"),
            ("\u{1b}[2J\u{7}", "\\u{1b}[2J\\u{7}"),
            ("\u{9b}31m\n\u{7f}", "\\u{9b}31m\\u{a}\\u{7f}"),
            ("a\u{202e}b", "a\\u{202e}b"),
            ("a\u{2028}b", "a\\u{2028}b"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
