//! The options that say which KV namespace is used, and how wrangler is run.

use clap::Args;
use socketio_cors_core::policy::keys;

use super::{wrangler::Wrangler, wrangler_config::WranglerConfig};
use crate::{report::WrongUsage, system::System};

#[derive(Args, Debug)]
pub(crate) struct WranglerOptions {
    /// Use the local KV of `wrangler dev`
    #[arg(long, conflicts_with = "remote")]
    local: bool,
    /// Use the live KV; the default
    #[arg(long)]
    remote: bool,
    /// wrangler's configuration [default: the wrangler.toml found from here]
    #[arg(short, long, value_name = "FILE")]
    config: Option<String>,
    /// The environment in wrangler's configuration
    #[arg(short, long, value_name = "NAME")]
    env: Option<String>,
    /// The directory of `wrangler dev`'s local KV, if you chose one
    #[arg(long, value_name = "DIR", requires = "local")]
    persist_to: Option<String>,
    /// The command that runs wrangler [default: npx --no-install wrangler, or else the PATH's]
    #[arg(long, value_name = "COMMAND")]
    wrangler: Option<String>,
}

impl WranglerOptions {
    /// A wrangler that reaches this KV.
    ///
    /// # Errors
    /// `--wrangler` is empty.
    pub(crate) fn wrangler<'s>(&self, system: &'s dyn System) -> Result<Wrangler<'s>, WrongUsage> {
        let mut options = vec!["--binding", keys::BINDING];
        if self.local {
            options.push("--local");
        } else {
            // Without it wrangler may take the namespace of previews, or refuse to choose.
            options.extend(["--remote", "--preview=false"]);
        }
        options.extend(self.passed_on());
        Wrangler::new(system, self.wrangler.as_deref(), &options)
            .ok_or_else(|| WrongUsage("--wrangler is empty".to_owned()))
    }

    /// The options that wrangler has as well.
    fn passed_on(&self) -> impl Iterator<Item = &str> {
        [("--config", &self.config), ("--env", &self.env), ("--persist-to", &self.persist_to)]
            .into_iter()
            .flat_map(|(name, value)| value.iter().flat_map(move |value| [name, value]))
    }

    /// The options as they are typed.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let wrangler = self.wrangler.iter().flat_map(|command| ["--wrangler", command]);
        self.local.then_some("--local").into_iter().chain(self.passed_on()).chain(wrangler)
    }

    pub(crate) fn is_local(&self) -> bool {
        self.local
    }

    /// "the live KV".
    pub(crate) fn place(&self) -> &'static str {
        if self.local { "the local KV of wrangler dev" } else { "the live KV" }
    }

    /// wrangler's configuration, with the environment.
    pub(crate) fn wrangler_config(&self, system: &dyn System) -> Option<WranglerConfig> {
        WranglerConfig::read(system, self.config.as_deref(), self.env.as_deref())
    }
}
