//! `tenants check`.

use clap::Args;
use serde_json::{Value, json};
use socketio_cors_core::{
    cache::tenants::KeyStatus,
    decision::{Reason, judge_page},
    policy::{Policy, Route},
};

use super::{
    origin_list::{OriginArguments, Tenant},
    prefix::TenantKeys,
    stored_keys::{StoredKey, StoredKeys},
};
use crate::{
    kv::{
        WranglerError,
        change::{PolicySlot, WHEN_LOCAL},
    },
    report::{CommandError, Report, Status},
    system::System,
    terminal::{
        check_text::counted,
        printable::{self, printable},
    },
};

#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    origins: OriginArguments,
    /// Print one JSON object instead of text
    ///
    /// {"policy", "origins"}; each has "origin", "allowed", "routes", each with "route",
    /// "allowed", "reason" and "reportOnly", and "keys", each with "key", "present" and "note".
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: TenantKeys,
}

/// An origin, and how the live policy decides about it.
struct Checked<'c> {
    tenant: &'c Tenant,
    /// Each with its reason, and if it lets the origin's pages through.
    routes: Vec<(&'c Route, bool, Reason)>,
    /// Each with what KV has of it.
    keys: Vec<(String, Option<&'c StoredKey>)>,
}

impl Check {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let slot = PolicySlot::open(system, &self.keys.policy)?;
        let named = self.keys.named()?;
        let list = match self.origins.read(system)? {
            Ok(list) => list,
            Err(faults) if self.json => {
                system.print_error(&format!("{faults}\n"));
                return Ok(Report::bad(""));
            }
            Err(faults) => return Ok(Report::bad(faults)),
        };
        let failed = |error: WranglerError| CommandError::Failed(error.0);
        let live = slot.read_values().map_err(failed)?.policy();
        let policy = live.as_ref().unwrap_or(Policy::closed());
        let prefixes = named.map_or_else(|| policy.tenant_prefixes(), |prefix| vec![prefix]);
        let keys_of = |tenant: &Tenant| {
            prefixes.iter().map(|prefix| tenant.origin.key(prefix)).collect::<Vec<_>>()
        };
        let keys = list.tenants.iter().flat_map(keys_of).collect();
        let stored = StoredKeys::read(slot.wrangler(), &prefixes, keys).map_err(failed)?;
        let checked = list.tenants.iter().map(|tenant| {
            let keys = keys_of(tenant).into_iter().map(|key| {
                let stored = stored.get(&key);
                (key, stored)
            });
            Checked { tenant, routes: judge(policy, tenant, &stored), keys: keys.collect() }
        });
        let checked: Vec<_> = checked.collect();
        let is_good = checked.iter().all(Checked::is_allowed);
        let text = if self.json {
            let version = live.as_ref().map(|policy| policy.version().to_string());
            let origins: Value = checked.iter().map(Checked::json).collect();
            printable::json(&json!({ "policy": version, "origins": origins }))
        } else {
            let remarks = list.remarks().into_iter();
            let lines = remarks.chain(self.lines(live.is_some(), &checked));
            lines.chain(slot.report_only_line()).collect::<Vec<_>>().join("\n")
        };
        Ok(Report { text, status: Status::good_if(is_good) })
    }

    fn lines(&self, is_policy: bool, checked: &[Checked<'_>]) -> Vec<String> {
        let place = self.keys.policy.wrangler.place();
        let none = format!("There is no policy in {place}: only same-origin pages are allowed.");
        let mut lines = Vec::from_iter((!is_policy).then_some(none));
        lines.extend(checked.iter().map(|it| it.text(place)));
        let refused = checked.iter().filter(|it| !it.is_allowed()).count();
        if checked.len() > 1 {
            lines.push(format!("{}, {refused} refused", counted(checked.len(), "origin")));
        }
        let is_local = self.keys.policy.wrangler.is_local();
        lines.push(if is_local { WHEN_LOCAL } else { WHEN_LIVE }.to_owned());
        lines
    }
}

/// How each route of `policy` decides about the pages of `tenant`, if KV has only the `stored`
/// keys.
fn judge<'p>(
    policy: &'p Policy,
    tenant: &Tenant,
    stored: &StoredKeys,
) -> Vec<(&'p Route, bool, Reason)> {
    let Some(origin) = tenant.origin.origin() else { return Vec::new() };
    let key_status = |key: &str| match stored.get(key) {
        Some(_) => KeyStatus::Present,
        None => KeyStatus::Missing,
    };
    let judged = policy.routes().iter().map(|route| {
        let (is_allowed, reason) = judge_page(&origin, &route.rule, key_status);
        (route, is_allowed, reason)
    });
    judged.collect()
}

impl Checked<'_> {
    fn is_allowed(&self) -> bool {
        self.routes.iter().any(|(_, is_allowed, _)| *is_allowed)
    }

    fn text(&self, place: &str) -> String {
        let keys = self.keys.iter().map(|(key, stored)| match stored {
            None => format!("  {place} does not have \"{key}\""),
            Some(StoredKey { note: None, .. }) => format!("  {place} has \"{key}\""),
            Some(StoredKey { note: Some(note), .. }) => format!("  {place} has \"{key}\": {note}"),
        });
        let routes = self.routes.iter().map(|(route, is_allowed, reason)| {
            let decision = if *is_allowed { "allowed" } else { "refused" };
            let reports = if route.rule.report_only { ", but only reported" } else { "" };
            format!("  {decision} under {} ({}){reports}", route.prefix(), reason.as_str())
        });
        let lines = [self.tenant.origin.to_string()].into_iter().chain(keys).chain(routes);
        lines.map(|line| printable(&line).into_owned()).collect::<Vec<_>>().join("\n")
    }

    fn json(&self) -> Value {
        let routes = self.routes.iter().map(|(route, is_allowed, reason)| {
            json!({
                "route": route.prefix(),
                "allowed": is_allowed,
                "reason": reason.as_str(),
                "reportOnly": route.rule.report_only,
            })
        });
        let keys = self.keys.iter().map(|(key, stored)| {
            let note = stored.and_then(|stored| stored.note.as_deref());
            json!({ "key": key, "present": stored.is_some(), "note": note })
        });
        json!({
            "origin": self.tenant.origin.as_str(),
            "allowed": self.is_allowed(),
            "routes": routes.collect::<Value>(),
            "keys": keys.collect::<Value>(),
        })
    }
}

const WHEN_LIVE: &str = "\
The Worker may see a new or deleted key only after about two minutes: KV takes 60 seconds or more to
show it around the world and remembers a missing key for 30 seconds, and an isolate asks KV again
after POLICY_FRESH_SECONDS (30 by default).";
