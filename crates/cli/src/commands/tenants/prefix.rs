//! The prefix of tenants' KV keys.

use clap::Args;
use socketio_cors_core::policy::{Policy, is_tenant_prefix};

use crate::{
    kv::{change::PolicySlot, policy_options::PolicyOptions},
    report::{CommandError, WrongUsage},
    terminal::printable::printable,
};

/// The keys that a command is about.
#[derive(Args, Debug)]
pub(super) struct TenantKeys {
    /// The prefix of their KV keys [default: the only one of the live policy]
    #[arg(long, value_name = "PREFIX")]
    prefix: Option<String>,
    #[command(flatten)]
    pub(super) policy: PolicyOptions,
}

impl TenantKeys {
    /// The prefix: what `--prefix` says, or that of the live policy, which is then read.
    ///
    /// # Errors
    /// The text is not a prefix; the live policy has none, or several; or wrangler failed.
    pub(super) fn prefix(&self, slot: &PolicySlot<'_>) -> Result<String, CommandError> {
        if let Some(prefix) = self.named()? {
            return Ok(prefix.to_owned());
        }
        let change = slot.read_values().map_err(|error| CommandError::Failed(error.0))?;
        Ok(self.of_policy(change.policy().as_ref())?)
    }

    /// Reads the value of `--prefix`.
    ///
    /// # Errors
    /// The text is not a prefix of KV keys.
    pub(super) fn named(&self) -> Result<Option<&str>, WrongUsage> {
        let Some(prefix) = &self.prefix else { return Ok(None) };
        let wrong = || {
            let prefix = printable(prefix);
            let rule = "write 1 to 128 ASCII characters without spaces, as in tenant:";
            WrongUsage(format!("--prefix {prefix} is not a prefix of KV keys: {rule}"))
        };
        is_tenant_prefix(prefix).then_some(Some(prefix.as_str())).ok_or_else(wrong)
    }

    /// The one prefix of `policy`.
    fn of_policy(&self, policy: Option<&Policy>) -> Result<String, WrongUsage> {
        let place = self.policy.wrangler.place();
        let Some(policy) = policy else {
            return Err(WrongUsage(format!(
                "{place} has no policy that names a prefix: publish one, or use --prefix"
            )));
        };
        match policy.tenant_prefixes().as_slice() {
            [prefix] => Ok((*prefix).to_owned()),
            [] => Err(WrongUsage(format!(
                "the policy in {place} looks up no origins in KV: publish one with \
                 {{\"kv\": \"tenant:\"}} in its origins, or use --prefix"
            ))),
            several => {
                let several = several.join(", ");
                Err(WrongUsage(format!(
                    "the policy in {place} has several prefixes: {several}; choose one with \
                     --prefix"
                )))
            }
        }
    }
}
