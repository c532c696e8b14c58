//! Which policy a command changes: its KV, its key, and the wrangler that gets there.

use clap::Args;
use socketio_cors_core::{host, keys, request};
use socketio_cors_explain::page_request::url_of_host;

use super::{wrangler::Wrangler, wrangler_config};
use crate::{
    WrongUsage,
    terminal::printable::{printable, typed},
};

#[derive(Args, Debug)]
pub(crate) struct Target {
    /// The host whose policy it is, as in api.example.com or api.example.com:8443
    /// [default: every host]
    #[arg(long, value_name = "H")]
    host: Option<String>,
    /// In the local KV of `wrangler dev`
    #[arg(long, conflicts_with = "remote")]
    local: bool,
    /// In the live KV; the default
    #[arg(long)]
    remote: bool,
    /// Do not ask before writing
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// wrangler's configuration [default: the wrangler.toml found from here]
    #[arg(short, long, value_name = "FILE")]
    config: Option<String>,
    /// The environment in wrangler's configuration
    #[arg(short, long, value_name = "NAME")]
    env: Option<String>,
    /// Where `wrangler dev` keeps its local KV, if told where
    #[arg(long, value_name = "DIR", requires = "local")]
    persist_to: Option<String>,
    /// The command that is wrangler [default: npx --no-install wrangler, or else the PATH's]
    #[arg(long, value_name = "COMMAND")]
    wrangler: Option<String>,
}

/// The KV keys of a policy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Keys {
    /// Of the document.
    pub(crate) policy: String,
    /// Of the document before it.
    pub(crate) previous: String,
    /// Of the documents that the Worker looks for, this one first.
    pub(crate) candidates: Vec<String>,
}

impl Target {
    /// The keys of the host's policy.
    ///
    /// # Errors
    /// The host is none.
    pub(crate) fn keys(&self) -> Result<Keys, WrongUsage> {
        let Some(host) = &self.host else {
            return Ok(Keys::of(keys::EVERY_HOST, vec![keys::EVERY_HOST.to_owned()]));
        };
        let host = policy_host(host)?;
        Ok(Keys::of(&keys::of_host(&host), keys::candidates(&host)))
    }

    /// The wrangler that reaches its KV.
    ///
    /// # Errors
    /// The command is empty.
    pub(crate) fn wrangler(&self) -> Result<Wrangler, WrongUsage> {
        let mut options = vec!["--binding", keys::BINDING];
        if self.local {
            options.push("--local");
        } else {
            // Without it wrangler may take the namespace of previews, or refuse to choose.
            options.extend(["--remote", "--preview=false"]);
        }
        options.extend(self.passed_on());
        Wrangler::new(self.wrangler.as_deref(), &options)
            .ok_or_else(|| WrongUsage("--wrangler is empty".to_owned()))
    }

    /// What is handed on to wrangler as it is.
    fn passed_on(&self) -> impl Iterator<Item = &str> {
        [("--config", &self.config), ("--env", &self.env), ("--persist-to", &self.persist_to)]
            .into_iter()
            .flat_map(|(name, value)| value.iter().flat_map(move |value| [name, value]))
    }

    /// "the live KV".
    pub(crate) fn place(&self) -> &'static str {
        if self.local { "the local KV of wrangler dev" } else { "the live KV" }
    }

    /// A line that says that no policy is enforced there, where wrangler's configuration has it so.
    pub(crate) fn enforcement(&self) -> Option<String> {
        let (config, env) = (self.config.as_deref(), self.env.as_deref());
        let path = wrangler_config::reporting_only(config, env)?;
        let path = path.to_string_lossy();
        Some(format!(
            "Nothing is enforced: {} has REPORT_ONLY = \"on\". Take it out and deploy to enforce \
             the policy.",
            printable(&path)
        ))
    }

    pub(crate) fn is_local(&self) -> bool {
        self.local
    }

    /// The command that rolls back, for people to type.
    pub(crate) fn rollback(&self) -> String {
        let host = self.host.iter().flat_map(|host| ["--host", host]);
        let options = host.chain(self.local.then_some("--local")).chain(self.passed_on());
        let wrangler = self.wrangler.iter().flat_map(|command| ["--wrangler", command]);
        let words = ["socketio-cors", "rollback"].into_iter().chain(options);
        typed(words.chain(wrangler))
    }
}

impl Keys {
    fn of(policy: &str, candidates: Vec<String>) -> Self {
        Self { policy: policy.to_owned(), previous: keys::previous(policy), candidates }
    }

    /// Every key that is read.
    pub(crate) fn all(&self) -> impl Iterator<Item = String> {
        let each = self.candidates.iter().flat_map(|key| [key.clone(), keys::last_good(key)]);
        each.chain([self.previous.clone()])
    }
}

/// The host in the spelling of KV's keys.
fn policy_host(text: &str) -> Result<String, WrongUsage> {
    let url = url_of_host(text, "/")?;
    let no_host = || WrongUsage(format!("--host {} is no host", printable(text)));
    let spelt = url.as_str();
    let split = request::Url::split(spelt);
    let key = split.policy_host();
    let is_host = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && split.path_and_query == "/"
        && url.host_str().is_some_and(|host| host::is_canonical(host.trim_end_matches('.')));
    is_host.then_some(key).ok_or_else(no_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_key_whatever_its_spelling() {
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
    fn what_is_no_host_has_no_key() {
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
