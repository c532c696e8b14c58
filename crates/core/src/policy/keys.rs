//! The KV keys of policy documents.

use crate::origin;

/// The KV namespace's binding.
pub const BINDING: &str = "POLICY";

/// The key of the document for every host.
pub const EVERY_HOST: &str = "policy";

/// The key of the document for `host`, in the form of [`crate::request::Url::policy_host`].
#[must_use]
pub fn of_host(host: &str) -> String {
    [EVERY_HOST, ":", host].concat()
}

/// The keys that may have the document for `host`, the most specific first: that of its host and
/// port (if the port is not the scheme's default), that of the host, and that of every host.
#[must_use]
pub fn candidates(host: &str) -> Vec<String> {
    let mut keys = vec![of_host(host)];
    if let (name, Some(_)) = origin::split_port(host) {
        keys.push(of_host(name));
    }
    keys.push(EVERY_HOST.to_owned());
    keys
}

/// The key under which the Worker keeps the newest valid text of `key`.
#[must_use]
pub fn last_good(key: &str) -> String {
    [key, LAST_GOOD].concat()
}

/// The beginning of the keys under which the command-line tool keeps the texts that it replaced under
/// `key`.
#[must_use]
pub fn history(key: &str) -> String {
    format!("{key}@history:")
}

/// The key under which older versions of the command-line tool kept the text that they replaced
/// under `key`.
#[must_use]
pub fn previous(key: &str) -> String {
    format!("{key}@previous")
}

/// The end of the key of a last good document. No host has an @.
pub const LAST_GOOD: &str = "@last-good";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_uses_the_document_of_its_port_then_of_its_name_then_of_every_host() {
        for (host, keys) in [
            ("api.example.com", &["policy:api.example.com", "policy"][..]),
            (
                "api.example.com:8443",
                &["policy:api.example.com:8443", "policy:api.example.com", "policy"],
            ),
            ("[::1]", &["policy:[::1]", "policy"]),
            ("[::1]:8787", &["policy:[::1]:8787", "policy:[::1]", "policy"]),
            ("", &["policy:", "policy"]),
        ] {
            assert_eq!(candidates(host), keys, "{host}");
        }
    }
}
