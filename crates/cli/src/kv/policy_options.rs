//! The policy that a command changes: which KV keys it has, and how they are reached.

use clap::Args;
use socketio_cors_core::{origin::host, policy::keys, request};
use socketio_cors_explain::page_request::url_of_host;

use super::wrangler_options::WranglerOptions;
use crate::{
    report::{CommandError, WrongUsage},
    system::System,
    terminal::{
        TOOL, print,
        printable::{printable, typed},
    },
};

/// The policy that a command is about.
#[derive(Args, Debug)]
pub(crate) struct PolicyOptions {
    /// The host of the policy, as in api.example.com or api.example.com:8443
    /// [default: every host]
    #[arg(long, value_name = "H")]
    host: Option<String>,
    #[command(flatten)]
    pub(crate) wrangler: WranglerOptions,
}

/// The consent of the user to a change.
#[derive(Args, Debug)]
pub(crate) struct Consent {
    /// Do not ask before writing
    #[arg(short, long)]
    pub(crate) yes: bool,
}

impl Consent {
    /// Checks that it is given or can be asked for.
    ///
    /// # Errors
    /// Nobody can be asked, and `--yes` is not given.
    pub(crate) fn check(&self, system: &dyn System) -> Result<(), WrongUsage> {
        if self.yes || system.can_ask() {
            Ok(())
        } else {
            Err(WrongUsage("there is no terminal for the question; add --yes".to_owned()))
        }
    }

    /// Asks `question` on the terminal, which is answered with yes or no.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn ask(&self, system: &dyn System, question: &str) -> Result<bool, CommandError> {
        if self.yes {
            return Ok(true);
        }
        print(system, &format!("{question}? [y/N] "))?;
        let answer = system.read_answer().unwrap_or_default();
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }
}

/// The KV keys of a policy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PolicyKeys {
    /// The key of the document.
    pub(crate) policy: String,
    /// The key under which older versions of the tool kept the document before it.
    pub(crate) previous: String,
    /// The keys of the documents that the Worker looks for, this one first.
    pub(crate) candidates: Vec<String>,
}

impl PolicyOptions {
    /// The keys of the host's policy.
    ///
    /// # Errors
    /// `--host` is not a host.
    pub(crate) fn keys(&self) -> Result<PolicyKeys, WrongUsage> {
        let Some(host) = &self.host else {
            return Ok(PolicyKeys::of(keys::EVERY_HOST, vec![keys::EVERY_HOST.to_owned()]));
        };
        let host = policy_host(host)?;
        Ok(PolicyKeys::of(&keys::of_host(&host), keys::candidates(&host)))
    }

    /// The `command` of the tool about the policy, for people to type.
    pub(crate) fn command(&self, command: &str) -> String {
        let host = self.host.iter().flat_map(|host| ["--host", host]);
        let words = TOOL.split(' ').chain([command]).chain(host);
        typed(words.chain(self.wrangler.words()))
    }
}

impl PolicyKeys {
    fn of(policy: &str, candidates: Vec<String>) -> Self {
        Self { policy: policy.to_owned(), previous: keys::previous(policy), candidates }
    }

    /// Every key that is read.
    pub(crate) fn all(&self) -> impl Iterator<Item = String> {
        let each = self.candidates.iter().flat_map(|key| [key.clone(), keys::last_good(key)]);
        each.chain([self.previous.clone()])
    }
}

/// The host as KV's keys have it.
pub(crate) fn policy_host(text: &str) -> Result<String, WrongUsage> {
    let url = url_of_host(text, "/")?;
    let not_a_host = || WrongUsage(format!("--host {} is not a host name", printable(text)));
    let split = request::Url::split(url.as_str());
    let key = split.policy_host();
    let is_host = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && split.path_and_query == "/"
        && url.host_str().is_some_and(|host| host::is_canonical(host.trim_end_matches('.')));
    is_host.then_some(key).ok_or_else(not_a_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_key_however_it_is_written() {
        for (text, host) in [
            ("api.example.com", "api.example.com"),
            ("API.Example.com.", "api.example.com"),
            ("api.example.com:443", "api.example.com"),
            ("api.example.com:8443", "api.example.com:8443"),
            ("api.example.com:80", "api.example.com:80"),
            ("https://api.example.com", "api.example.com"),
            ("https://api.example.com/", "api.example.com"),
            ("http://api.example.com:80", "api.example.com"),
            ("b\u{fc}cher.example", "xn--bcher-kva.example"),
            ("localhost:8787", "localhost:8787"),
            ("[::1]:8787", "[::1]:8787"),
        ] {
            assert_eq!(policy_host(text).ok().as_deref(), Some(host), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_a_host_is_refused() {
        for text in [
            "",
            ".",
            "a b",
            "*.example.com",
            "policy:a.example",
            "a.example/socket.io",
            "a.example?x",
            "a.example#x",
            "user@a.example",
            "a.example:http",
            "ftp://a.example",
            "a.example@previous",
            "\u{1b}[2J",
        ] {
            assert!(policy_host(text).is_err(), "{text}");
        }
    }
}
