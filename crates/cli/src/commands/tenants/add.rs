//! `tenants add`.

use clap::Args;

use super::{
    key_change::KeyChange, key_verb::Verb, origin_list::OriginArguments, prefix::TenantKeys,
};
use crate::{
    kv::policy_options::Consent,
    report::{CommandError, Report},
    system::System,
};

#[derive(Args, Debug)]
pub(crate) struct Add {
    #[command(flatten)]
    origins: OriginArguments,
    /// Allow them for this many seconds, at least 60: KV then deletes the keys by itself
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(60..))]
    ttl: Option<u32>,
    /// Skip keys that KV has already, to continue where wrangler failed
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    keys: TenantKeys,
}

impl Add {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        KeyChange {
            system,
            verb: Verb::Add { ttl: self.ttl },
            origins: &self.origins,
            keys: &self.keys,
            consent: &self.consent,
            resumes: self.resume,
        }
        .run()
    }
}
