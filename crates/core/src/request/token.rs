//! `token` (RFC 9110, 5.6.2): a method is one, and so is the name of a header.

use http::Method;

/// Returns true if `text` is a token. `HeaderName` can tell as well, but its table of common names
/// adds 16 KB to the Worker's Wasm.
#[must_use]
pub(crate) fn is_token(text: &str) -> bool {
    text.parse::<Method>().is_ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    #[test]
    fn a_header_name_is_a_token_and_every_token_is_a_header_name() {
        for byte in 0..=0x7f_u8 {
            let text = char::from(byte).to_string();
            assert_eq!(is_token(&text), text.parse::<HeaderName>().is_ok(), "{text:?}");
        }
        for text in ["", "a b", "a,b", "caf\u{e9}"] {
            assert!(!is_token(text), "{text:?}");
        }
    }
}
