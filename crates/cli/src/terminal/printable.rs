//! Text from elsewhere that may be shown on a terminal.

use std::{borrow::Cow, fmt::Write};

use serde_json::Value;

/// `text` without what a terminal obeys or what hides: control characters (C0, DEL, C1), line
/// separators, and those that turn the direction of writing, each as `\u{…}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if is_obeyed(char) {
            shown.extend(char.escape_unicode());
        } else {
            shown.push(char);
        }
    }
    shown.into()
}

/// `value` as JSON on several lines, which a terminal may show as well: it escapes what
/// [`printable`] does.
pub(crate) fn json(value: &Value) -> String {
    let mut shown = String::new();
    for char in format!("{value:#}").chars() {
        if char != '\n' && is_obeyed(char) {
            // Within a string, as no other part of JSON has any, and none is beyond U+FFFF.
            // A String takes whatever is written.
            let _ = write!(shown, "\\u{:04x}", u32::from(char));
        } else {
            shown.push(char);
        }
    }
    shown
}

/// `words` as a command that a person can type into a shell.
pub(crate) fn typed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    // What no shell can take is shown as it is.
    let quoted = words.map(|word| shlex::try_quote(word).unwrap_or(word.into()));
    quoted.map(|word| printable(&word).into_owned()).collect::<Vec<_>>().join(" ")
}

fn is_obeyed(char: char) -> bool {
    // Unicode Standard Annex 9, "Directional Formatting Characters".
    let turns = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let separates = matches!(char, '\u{2028}' | '\u{2029}');
    char.is_control() || separates || turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_be_typed_is_quoted() {
        let words = ["a", "--config", "my dir/it's", "$x", "\u{7}"];
        assert_eq!(typed(words.into_iter()), r#"a --config "my dir/it's" '$x' '\u{7}'"#);
    }

    #[test]
    fn json_is_the_same_and_has_nothing_that_a_terminal_would_obey() {
        let text: String = ('\0'..='\u{9f}').chain('\u{200b}'..='\u{206f}').collect();
        let value = serde_json::json!({ "b\u{fc}cher\u{7f}": [text, "\u{61c}\u{9b}31m\u{1f600}"] });
        let shown = json(&value);
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
        assert!(!shown.chars().any(|char| char != '\n' && is_obeyed(char)), "{shown}");
        assert!(shown.starts_with("{\n  \"b\u{fc}cher\\u007f\": [\n"), "{shown}");
        assert!(shown.contains("\"\\u061c\\u009b31m\u{1f600}\""), "{shown}");
    }

    #[test]
    fn shows_what_a_terminal_would_obey() {
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
