//! `token`: what the name of a header or a method may be (RFC 9110, 5.6.2).
//!
//! The `http` crate's types check the same, with 28 KB of tables for the names
//! that it knows: a tenth of the upload.

/// Whether `text` is a token.
#[must_use]
pub fn is_token(text: &str) -> bool {
    let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(is_tchar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_characters_of_a_token_and_no_others() {
        for byte in 0..=0x7f_u8 {
            let text = char::from(byte).to_string();
            let known_to_http = http::Method::from_bytes(&[byte]).is_ok();
            assert_eq!(is_token(&text), known_to_http, "{text:?}");
        }
        for text in ["", "a b", "a,b", "caf\u{e9}"] {
            assert!(!is_token(text), "{text:?}");
        }
    }
}
