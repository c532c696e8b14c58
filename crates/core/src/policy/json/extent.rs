//! Where a value ends in a text whose syntax is good.

/// The length of the value that `text` begins with, in bytes; `None` if there is none.
pub(super) fn value_len(text: &str) -> Option<usize> {
    match text.as_bytes().first()? {
        b'"' => string_len(text),
        b'[' | b'{' => container_len(text),
        _ => {
            let ends = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
            Some(text.bytes().position(ends).unwrap_or(text.len()))
        }
    }
}

/// The length of a string with its quotes: up to the first that no backslash escapes.
fn string_len(text: &str) -> Option<usize> {
    let mut len = 1;
    loop {
        let rest = text.get(len..)?;
        let quote = rest.find('"')?;
        let before = rest.as_bytes().get(..quote)?;
        let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
        len = len.saturating_add(quote).saturating_add(1);
        if backslashes % 2 == 0 {
            return Some(len);
        }
    }
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
                len = len.saturating_add(string_len(text.get(len..)?)?);
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
            "\"\u{fc}\u{1f600}\"",
            "[]",
            r#"[1, "]", {"}": "["}, [[]]]"#,
            r#"{"a\"}": {"b": []}, "c": "\\"}"#,
        ] {
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok(), "{value}");
            for after in ["", ",", " ,\"x\"", "\n]", "}", "\t: 1"] {
                assert_eq!(
                    value_len(&format!("{value}{after}")),
                    Some(value.len()),
                    "{value}{after}"
                );
            }
        }
    }

    #[test]
    fn nothing_has_no_length() {
        assert_eq!(value_len(""), None);
    }
}
