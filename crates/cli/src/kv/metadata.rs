//! The KV metadata of a policy: who published it, when and why.

use serde_json::{Map, Value};
use socketio_cors_core::policy::Version;

/// The most bytes of a key's metadata (Cloudflare, "Workers KV limits").
pub(crate) const MAX_METADATA_LEN: usize = 1024;
/// The most bytes of a name or a commit.
const MAX_NAME_LEN: usize = 200;

/// The metadata of a text in KV.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// The person who published it.
    pub(crate) by: Option<String>,
    /// When, in RFC 3339.
    pub(crate) at: Option<String>,
    /// Why.
    pub(crate) message: Option<String>,
    /// The commit that it was published from.
    pub(crate) commit: Option<String>,
    /// The SHA-256 of the text.
    pub(crate) version: String,
    /// The length of the text, as lists of keys do not have it.
    pub(crate) bytes: Option<usize>,
}

impl Metadata {
    /// The metadata of a text without an author, time, message or commit.
    pub(crate) fn of(text: &str) -> Self {
        Self { version: Version::of(text).digits(), ..Self::default() }
    }

    /// Reads a key's metadata. `None` if it is not this tool's.
    pub(crate) fn parse(value: &Value) -> Option<Self> {
        let text = |name| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let version = text("version").filter(|it| it.len() == 64 && it.bytes().all(is_digit))?;
        let bytes = value.get("bytes").and_then(Value::as_u64);
        Some(Self {
            by: text("by"),
            at: text("at"),
            message: text("message"),
            commit: text("commit"),
            version,
            bytes: bytes.and_then(|bytes| usize::try_from(bytes).ok()),
        })
    }

    /// As JSON of at most 1,024 bytes: the message is cut.
    pub(crate) fn json(&self) -> Value {
        let mut members = Map::new();
        members.insert("version".to_owned(), self.version.clone().into());
        members.extend(self.bytes.map(|bytes| ("bytes".to_owned(), bytes.into())));
        let texts = [("by", &self.by), ("at", &self.at), ("commit", &self.commit)];
        for (name, text) in texts {
            let text = text.as_deref().map(|text| cut(text, MAX_NAME_LEN));
            members.extend(text.map(|text| (name.to_owned(), text.into())));
        }
        let without = Value::Object(members.clone());
        if let Some(message) = &self.message {
            let fits = |message: &str| {
                let mut members = members.clone();
                members.insert("message".to_owned(), message.into());
                let value = Value::Object(members);
                (value.to_string().len() <= MAX_METADATA_LEN).then_some(value)
            };
            // Escapes make it longer than it is.
            let mut len = message.len();
            while len > 0 {
                if let Some(value) = fits(&cut(message, len)) {
                    return value;
                }
                len = len.min(MAX_METADATA_LEN).saturating_sub(16);
            }
        }
        without
    }
}

/// `text`, cut at `len` bytes with `…` in place of the rest.
pub(crate) fn cut(text: &str, len: usize) -> String {
    let end = text.floor_char_boundary(len);
    let mark = if end < text.len() { "…" } else { "" };
    format!("{}{mark}", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        Metadata {
            by: Some("Ann".into()),
            at: Some("2026-11-26T18:00:00Z".into()),
            message: Some("Add the shop".into()),
            commit: Some("3f2a".into()),
            bytes: Some(17),
            ..Metadata::of("{}")
        }
    }

    #[test]
    fn metadata_is_read_as_it_is_written() {
        for metadata in [metadata(), Metadata::of("")] {
            assert_eq!(Metadata::parse(&metadata.json()), Some(metadata));
        }
    }

    #[test]
    fn the_message_is_cut_so_that_the_metadata_fits() {
        for message in ["x".repeat(2000), "\u{fc}".repeat(900), "\"\n".repeat(500)] {
            let json = Metadata { message: Some(message.clone()), ..metadata() }.json();
            let len = json.to_string().len();
            assert!((900..=MAX_METADATA_LEN).contains(&len), "{len}");
            let kept = json["message"].as_str().unwrap();
            assert!(message.starts_with(kept.trim_end_matches('…')), "{kept}");
            assert_eq!((&json["by"], &json["commit"]), (&"Ann".into(), &"3f2a".into()));
        }
        let by = Some("y".repeat(5000));
        assert!(Metadata { by, ..metadata() }.json().to_string().len() <= MAX_METADATA_LEN);
    }

    #[test]
    fn metadata_in_another_format_is_ignored() {
        for json in ["null", "1", "[]", "{}", r#"{"version": "0a568b28"}"#, r#"{"version": 1}"#] {
            assert_eq!(Metadata::parse(&serde_json::from_str(json).unwrap()), None, "{json}");
        }
        let upper = serde_json::json!({ "version": "A".repeat(64) });
        assert_eq!(Metadata::parse(&upper), None);
    }
}
