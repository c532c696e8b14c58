//! The `auth` option of a Socket.IO client 3 or 4, which goes with the packet that connects to a namespace.

use serde_json::{Map, Value};

/// The shortest value that is hidden, in characters: a shorter one may stand anywhere by chance.
const MIN_HIDDEN_LEN: usize = 4;

/// The option's object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Auth(Map<String, Value>);

impl Auth {
    /// Reads an object of JSON or of JavaScript: `{"token":"abc"}`, `{ token: 'abc' }`.
    ///
    /// # Errors
    /// A clause, if the text is none.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        match jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()) {
            Ok(Some(Value::Object(auth))) => Ok(Self(auth)),
            _ => Err("is not an object: write it as in '{\"token\":\"abc\"}'".to_owned()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the packet ends with.
    pub(super) fn payload(&self) -> String {
        if self.is_empty() { String::new() } else { Value::from(self.0.clone()).to_string() }
    }

    /// `text` with `…` for each value in it, which may be a secret.
    pub(super) fn hidden(&self, text: &str) -> String {
        let texts = self.0.values().filter_map(Value::as_str);
        let secrets = texts.filter(|text| text.chars().count() >= MIN_HIDDEN_LEN);
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_as_people_write_it() {
        for (text, payload) in [
            (r#"{"token":"abc"}"#, r#"{"token":"abc"}"#),
            ("{ token: 'abc', user: 7 }", r#"{"token":"abc","user":7}"#),
            ("{}", ""),
        ] {
            assert_eq!(Auth::read(text).unwrap().payload(), payload, "{text}");
        }
        for text in ["", "abc", "token=abc", "[1]", "\"abc\"", "{token:"] {
            assert!(Auth::read(text).unwrap_err().contains("write it as in"), "{text}");
        }
    }

    #[test]
    fn values_are_hidden() {
        let auth = Auth::read(r#"{"token":"abcdef","room":"a","user":7}"#).unwrap();
        assert_eq!(auth.hidden("no abcdef in room a: 7"), "no … in room a: 7");
    }
}
