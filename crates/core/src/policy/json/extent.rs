//! The length of a JSON value at the start of a text that is valid JSON.

/// The length of the value that `text` begins with, in bytes, and true if it is a string without an
/// escape; `None` if there is no value.
pub(super) fn extent(text: &str) -> Option<(usize, bool)> {
    match text.as_bytes().first()? {
        b'"' => string_extent(text),
        b'[' | b'{' => Some((container_len(text)?, false)),
        _ => {
            let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
            Some((text.bytes().position(ends).unwrap_or(text.len()), false))
        }
    }
}

/// The same of a string, with its quotes.
fn string_extent(text: &str) -> Option<(usize, bool)> {
    let bytes = text.as_bytes();
    let (mut len, mut is_plain) = (1_usize, true);
    loop {
        len = len.saturating_add(plain_len(bytes.get(len..)?));
        if bytes.get(len)? == &b'"' {
            return Some((len.saturating_add(1), is_plain));
        }
        // A backslash, and what it escapes.
        len = len.saturating_add(2);
        is_plain = false;
    }
}

/// The number of bytes up to the first quote or backslash, or of all.
fn plain_len(bytes: &[u8]) -> usize {
    // Eight at a time, as a list of 100,000 origins has millions.
    let (words, rest) = bytes.as_chunks();
    let mut len = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c));
        if found != 0 {
            return len.saturating_add(found.trailing_zeros() as usize / 8);
        }
        len = len.saturating_add(8);
    }
    let plain = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\'));
    len.saturating_add(plain.count())
}

/// One in each byte.
const ONES: u64 = u64::from_ne_bytes([1; 8]);

/// The highest bit of the first byte that is zero; none if none is. Bits above it mean nothing.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

/// The length of an array or an object: up to the bracket that closes the first.
fn container_len(text: &str) -> Option<usize> {
    let (mut depth, mut len) = (0_usize, 0_usize);
    while let Some(byte) = text.as_bytes().get(len) {
        match byte {
            b'[' | b'{' => depth = depth.saturating_add(1),
            b']' | b'}' if depth == 1 => return Some(len.saturating_add(1)),
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                len = len.saturating_add(string_extent(text.get(len..)?)?.0);
                continue;
            }
            _ => {}
        }
        len = len.saturating_add(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_serde_json_ends_it() {
        for value in [
            "null",
            "-1.5e3",
            r#""""#,
            r#""a\"b""#,
            r#""a\\""#,
            r#""\\\"\\""#,
            r#""\"\\\\""#,
            r#""1234567\"89abcdef\\""#,
            r#""0123456789abcdef0123456789abcdef0123456789\"""#,
            "\"\u{fc}\u{1f600}\"",
            "[]",
            r#"[1, "]", {"}": "["}, [[]]]"#,
            r#"{"a\"}": {"b": []}, "c": "\\"}"#,
        ] {
            assert!(serde_json::from_str::<serde_core::de::IgnoredAny>(value).is_ok(), "{value}");
            for after in ["", ",", " ,\"x\"", "\n]", "}", "\t: 1"] {
                let is_plain = value.starts_with('"') && !value.contains('\\');
                assert_eq!(
                    extent(&format!("{value}{after}")),
                    Some((value.len(), is_plain)),
                    "{value}{after}"
                );
            }
        }
    }

    #[test]
    fn quotes_and_backslashes_are_found_wherever_they_are() {
        for len in 0..40 {
            for special in ["\"", "\\"] {
                for before in ["a", "\u{fc}", "!", "#", "]", "["] {
                    let plain = before.repeat(len);
                    assert_eq!(plain_len(plain.as_bytes()), plain.len());
                    let text = format!("{plain}{special}\"\\{plain}");
                    assert_eq!(plain_len(text.as_bytes()), plain.len(), "{text}");
                }
            }
        }
    }

    #[test]
    fn an_empty_text_has_no_extent() {
        assert_eq!(extent(""), None);
    }
}
