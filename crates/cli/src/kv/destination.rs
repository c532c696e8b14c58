//! The destination of a policy: account, Worker, environment and namespace, as text for people.

use super::{
    wrangler::Wrangler, wrangler_config::WranglerConfig, wrangler_options::WranglerOptions,
};
use crate::{system::System, terminal::printable::printable};

/// The destination of a policy.
#[derive(Debug)]
pub(crate) struct Destination<'o> {
    options: &'o WranglerOptions,
    config: Option<WranglerConfig>,
}

impl<'o> Destination<'o> {
    /// The one that `options` name.
    pub(crate) fn of(system: &dyn System, options: &'o WranglerOptions) -> Self {
        Self { options, config: options.wrangler_config(system) }
    }

    /// "To the live KV: account …, Worker …". Asks wrangler for the account where nobody names it.
    pub(crate) fn line(&self, system: &dyn System, wrangler: &Wrangler<'_>) -> String {
        let config = self.config.as_ref();
        let account = (!self.options.is_local()).then(|| self.account(system, wrangler));
        let worker = config.and_then(WranglerConfig::worker);
        let environment = config.and_then(|config| config.environment.as_deref());
        let namespace = config.and_then(WranglerConfig::namespace);
        let parts = [
            account.map(|account| format!("account {account}")),
            worker.map(|worker| format!("Worker {worker}")),
            environment.map(|name| format!("environment {name}")),
            Some(match namespace {
                Some(id) => format!("namespace {id}"),
                None => "the namespace that wrangler created".to_owned(),
            }),
        ];
        let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        printable(&format!("To {}: {parts}", self.options.place())).into_owned()
    }

    fn account(&self, system: &dyn System, wrangler: &Wrangler<'_>) -> String {
        let of_process = system.variable("CLOUDFLARE_ACCOUNT_ID").filter(|id| !id.is_empty());
        let of_config = || self.config.as_ref()?.account().map(str::to_owned);
        of_process.or_else(of_config).unwrap_or_else(|| match wrangler.only_account() {
            Some((name, id)) => format!("{name} ({id})"),
            None => "chosen by wrangler".to_owned(),
        })
    }

    /// A line that says that the configuration has environments, and none is named.
    pub(crate) fn warning(&self) -> Option<String> {
        let config = self.config.as_ref()?;
        let environments = config.unchosen_environments();
        let names = environments.join(", ");
        let warning = format!(
            "{} has environments ({names}), and this command uses the top level. Choose an \
             environment with --env NAME, or the top level with --env \"\".",
            config.path.to_string_lossy()
        );
        (!environments.is_empty()).then(|| printable(&warning).into_owned())
    }

    /// A line that says that the Worker enforces no policy, if the configuration says so.
    pub(crate) fn report_only_line(&self) -> Option<String> {
        let config = self.config.as_ref().filter(|config| config.is_report_only())?;
        Some(format!(
            "Nothing is enforced: {} has REPORT_ONLY = \"on\". Remove it and deploy to enforce the \
             policy.",
            printable(&config.path.to_string_lossy())
        ))
    }
}
