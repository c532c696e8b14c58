//! `tenants remove`.

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
pub(crate) struct Remove {
    #[command(flatten)]
    origins: OriginArguments,
    /// Skip keys that KV no longer has, to continue where wrangler failed
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    keys: TenantKeys,
}

impl Remove {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        KeyChange {
            system,
            verb: Verb::Remove,
            origins: &self.origins,
            keys: &self.keys,
            consent: &self.consent,
            resumes: self.resume,
        }
        .run()
    }
}
