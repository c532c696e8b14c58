//! Text from elsewhere that may be shown on a terminal.

use std::borrow::Cow;

/// `text` without what a terminal obeys or what hides: control characters (C0, C1)
/// and those that turn the direction of writing, each as `\u{…}`.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
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

/// `words` as a command that a person can type into a shell.
pub(super) fn typed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    // What no shell can take is shown as it is.
    let quoted = words.map(|word| shlex::try_quote(word).unwrap_or(word.into()));
    quoted.map(|word| printable(&word).into_owned()).collect::<Vec<_>>().join(" ")
}

fn is_obeyed(char: char) -> bool {
    // Unicode Standard Annex 9, "Directional Formatting Characters".
    let turns = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    char.is_control() || turns
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
    fn shows_what_a_terminal_would_obey() {
        for (text, shown) in [
            ("b\u{fc}cher", "b\u{fc}cher"),
            ("\u{1b}[2J\u{7}", "\\u{1b}[2J\\u{7}"),
            ("\u{9b}31m\n\u{7f}", "\\u{9b}31m\\u{a}\\u{7f}"),
            ("a\u{202e}b", "a\\u{202e}b"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
