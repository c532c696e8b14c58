//! The versions of a policy that were live before, each under a KV key of its own.

use socketio_cors_core::policy::{MAX_DOCUMENT_LEN, Version, keys};

use super::{metadata::Metadata, wrangler::ListedKey};

/// The most versions that are kept.
const MAX_VERSIONS: usize = 50;
/// The most bytes of them.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The versions of a policy in KV.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// The metadata of the live one, which may be that of another text.
    live: Option<Metadata>,
    /// Those before it, the newest first.
    kept: Vec<KeptVersion>,
}

/// A version that is not live any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptVersion {
    pub(crate) key: String,
    /// When it was replaced, in milliseconds since 1970.
    pub(crate) replaced_at: u64,
    /// The first digits of its version, or all.
    pub(crate) digits: String,
    /// `None` if it is not this tool's.
    pub(crate) metadata: Option<Metadata>,
}

impl History {
    /// The prefix of the keys that [`History::of`] takes.
    pub(crate) fn prefix(policy_key: &str) -> &str {
        policy_key
    }

    /// The versions of the policy under `policy_key`, of all keys with its prefix.
    pub(crate) fn of(policy_key: &str, listed: &[ListedKey]) -> Self {
        let live = listed.iter().find(|it| it.name == policy_key);
        let live = live.and_then(|it| Metadata::parse(&it.metadata));
        let prefix = keys::history(policy_key);
        let mut kept: Vec<_> =
            listed.iter().filter_map(|key| KeptVersion::parse(&prefix, key)).collect();
        kept.sort_by(|a, b| (b.replaced_at, &b.key).cmp(&(a.replaced_at, &a.key)));
        Self { live, kept }
    }

    /// What is known of the live text. Metadata of another text is not believed: an edit in the
    /// dashboard keeps what was there.
    pub(crate) fn live(&self, text: &str) -> Metadata {
        let of_text = Metadata::of(text);
        self.live.clone().filter(|it| it.version == of_text.version).unwrap_or(of_text)
    }

    /// The newest first.
    pub(crate) fn kept(&self) -> &[KeptVersion] {
        &self.kept
    }

    /// The keys of the oldest versions, which are too many together with a new one of `new_bytes`.
    pub(crate) fn surplus(&self, new_bytes: usize) -> Vec<&str> {
        let mut bytes = new_bytes;
        let is_surplus = |(index, kept): &(usize, &KeptVersion)| {
            bytes = bytes.saturating_add(kept.bytes());
            *index >= MAX_VERSIONS - 1 || bytes > MAX_BYTES
        };
        let kept = self.kept.iter().enumerate();
        kept.filter(is_surplus).map(|(_, kept)| kept.key.as_str()).collect()
    }
}

impl KeptVersion {
    /// The key under which a text is kept that is replaced at `now`.
    pub(crate) fn key(policy_key: &str, now: u64, text: &str) -> String {
        format!("{}{now:013}-{}", keys::history(policy_key), Version::of(text))
    }

    fn parse(prefix: &str, listed: &ListedKey) -> Option<Self> {
        let (time, digits) = listed.name.strip_prefix(prefix)?.split_once('-')?;
        let is_digits = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let replaced_at = time.parse().ok().filter(|_| is_digits)?;
        let metadata = Metadata::parse(&listed.metadata);
        let metadata = metadata.filter(|metadata| metadata.version.starts_with(digits));
        let digits = metadata.as_ref().map_or(digits, |it| it.version.as_str()).to_owned();
        Some(Self { key: listed.name.clone(), replaced_at, digits, metadata })
    }

    /// The first eight digits of its version.
    pub(crate) fn version(&self) -> &str {
        self.digits.get(..8).unwrap_or(&self.digits)
    }

    /// `text` is the one that it is named after.
    pub(crate) fn is_of(&self, text: &str) -> bool {
        Version::of(text).digits().starts_with(&self.digits)
    }

    /// The length of its text. Where it is not known, the longest that there may be.
    pub(crate) fn bytes(&self) -> usize {
        self.metadata.as_ref().and_then(|it| it.bytes).unwrap_or(MAX_DOCUMENT_LEN)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn listed(name: &str, metadata: Value) -> ListedKey {
        ListedKey { name: name.to_owned(), metadata, expiration: None }
    }

    #[test]
    fn the_versions_of_one_policy_are_listed_newest_first() {
        let key = |now, text| KeptVersion::key("policy", now, text);
        let (old, new) = (key(1_732_000_000_000, "a"), key(1_764_000_000_000, "b"));
        let history = History::of(
            "policy",
            &[
                listed("policy", Metadata::of("live").json()),
                listed("policy:a.example", Value::Null),
                listed(&KeptVersion::key("policy:a.example", 1, "c"), Value::Null),
                listed("policy@last-good", Value::Null),
                listed("policy@previous", Value::Null),
                listed("policy@history:x-01234567", Value::Null),
                listed("policy@history:1-xyz", Value::Null),
                listed(&old, json!({ "version": "0".repeat(64), "by": "Mallory" })),
                listed(&new, Metadata { by: Some("Ann".into()), ..Metadata::of("b") }.json()),
            ],
        );
        let found: Vec<_> = history.kept().iter().map(|it| (&it.key, it.is_of("a"))).collect();
        assert_eq!(found, [(&new, false), (&old, true)]);
        let by = |kept: &KeptVersion| kept.metadata.as_ref().and_then(|it| it.by.clone());
        assert_eq!(history.kept().iter().map(by).collect::<Vec<_>>(), [Some("Ann".into()), None]);
        assert_eq!(history.live("live"), Metadata::of("live"));
    }

    #[test]
    fn metadata_of_another_text_is_ignored() {
        let signed = Metadata { by: Some("Ann".into()), ..Metadata::of("a") };
        let history = History::of("policy", &[listed("policy", signed.json())]);
        assert_eq!(history.live("a"), signed);
        assert_eq!(history.live("b"), Metadata::of("b"));
    }

    #[test]
    fn fifty_versions_of_64_mib_are_kept() {
        let history = |count: u64, bytes: Option<usize>| {
            let kept = |now| {
                let metadata = Metadata { bytes, ..Metadata::of("a") };
                listed(&KeptVersion::key("policy", now, "a"), metadata.json())
            };
            History::of("policy", &(1..=count).map(kept).collect::<Vec<_>>())
        };
        let surplus = |count, bytes, new| history(count, bytes).surplus(new).len();
        assert_eq!(surplus(49, Some(10), 10), 0);
        assert_eq!(surplus(52, Some(10), 10), 3);
        assert_eq!(surplus(9, Some(8 << 20), 8 << 20), 2);
        assert_eq!(surplus(9, None, 10), 2);
        assert_eq!(surplus(7, Some(8 << 20), 8 << 20), 0);
        let oldest = KeptVersion::key("policy", 1, "a");
        assert_eq!(history(50, Some(1)).surplus(1), [oldest]);
    }
}
