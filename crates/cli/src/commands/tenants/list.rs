//! `tenants list`.

use clap::Args;
use serde_json::{Value, json};
use socketio_cors_explain::{NoTenant, TenantOrigin};

use super::{
    prefix::TenantKeys,
    stored_keys::{StoredKey, StoredKeys},
};
use crate::{
    kv::{author::time, change::PolicySlot},
    report::{CommandError, Report, Status},
    system::System,
    terminal::{
        check_text::counted,
        printable::{self, printable},
    },
};

#[derive(Args, Debug)]
pub(crate) struct List {
    /// Print one JSON object instead of text
    ///
    /// {"prefix", "tenants", "unmatchable"}; tenants have "origin", "key", "note" and
    /// "expires"; keys that no origin can match have "key", "message" and "help".
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    keys: TenantKeys,
}

/// A key that no origin can match.
struct Unmatchable {
    key: String,
    fault: NoTenant,
}

impl List {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let slot = PolicySlot::open(system, &self.keys.policy)?;
        let prefix = self.keys.prefix(&slot)?;
        let stored = StoredKeys::list(slot.wrangler(), &[&prefix])
            .map_err(|error| CommandError::Failed(error.0))?;
        let (mut tenants, mut unmatchable) = (Vec::new(), Vec::new());
        for (key, stored) in stored.into_sorted() {
            match fault_of(key.strip_prefix(&prefix).unwrap_or(&key)) {
                None => tenants.push((key, stored)),
                Some(fault) => unmatchable.push(Unmatchable { key, fault }),
            }
        }
        let text = if self.json {
            json(&prefix, &tenants, &unmatchable)
        } else {
            self.text(&slot, &prefix, &tenants, &unmatchable)
        };
        Ok(Report { text, status: Status::good_if(unmatchable.is_empty()) })
    }

    fn text(
        &self,
        slot: &PolicySlot<'_>,
        prefix: &str,
        tenants: &[(String, StoredKey)],
        unmatchable: &[Unmatchable],
    ) -> String {
        let place = self.keys.policy.wrangler.place();
        let heading = format!("\"{prefix}\" in {place}: {}", counted(tenants.len(), "origin"));
        let tenants = tenants.iter().map(|(key, stored)| {
            let origin = key.strip_prefix(prefix).unwrap_or(key);
            let until = stored.expiration.map(|it| format!("  until {}", until(it)));
            let note = stored.note.as_ref().map(|note| format!("  {note}"));
            let line = [Some(format!("  {origin}")), until, note];
            printable(&line.into_iter().flatten().collect::<String>()).into_owned()
        });
        let lines = [heading].into_iter().chain(tenants);
        let Some(first) = unmatchable.first() else {
            return lines.collect::<Vec<_>>().join("\n");
        };
        let count = counted(unmatchable.len(), "key");
        let unmatchable = unmatchable.iter().map(|Unmatchable { key, fault }| {
            printable(&format!("  {key}  {}: {}", fault.message, fault.help)).into_owned()
        });
        let delete = slot.wrangler().key_command("delete", &first.key);
        let advice = format!("Add the right origin, and delete the key: {delete}");
        let heading = format!("{count} that no origin can match:");
        let lines = lines.chain([heading]).chain(unmatchable).chain([advice]);
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The reason why the key of `text` can never match, which somebody may have written by hand.
fn fault_of(text: &str) -> Option<NoTenant> {
    match TenantOrigin::read(text) {
        Ok(origin) if origin.as_str() == text => None,
        Ok(origin) => Some(NoTenant {
            message: "is not in the form that browsers send".to_owned(),
            help: format!("they send {origin}"),
        }),
        Err(fault) => Some(fault),
    }
}

fn until(seconds: u64) -> String {
    time(seconds.saturating_mul(1000))
}

fn json(prefix: &str, tenants: &[(String, StoredKey)], unmatchable: &[Unmatchable]) -> String {
    let tenants = tenants.iter().map(|(key, stored)| {
        let origin = key.strip_prefix(prefix).unwrap_or(key);
        let expires = stored.expiration.map(until);
        json!({ "origin": origin, "key": key, "note": stored.note, "expires": expires })
    });
    let unmatchable = unmatchable.iter().map(|Unmatchable { key, fault }| {
        json!({ "key": key, "message": fault.message, "help": fault.help })
    });
    printable::json(&json!({
        "prefix": prefix,
        "tenants": tenants.collect::<Value>(),
        "unmatchable": unmatchable.collect::<Value>(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_no_origin_can_match_are_reported() {
        for text in ["https://shop.example", "http://localhost:3000", "capacitor://localhost"] {
            assert_eq!(fault_of(text), None, "{text}");
        }
        for (text, help) in [
            ("https://Shop.example", "they send https://shop.example"),
            ("https://shop.example/", "they send https://shop.example"),
            (" https://shop.example", "they send https://shop.example"),
            ("https://shop.example/cart", "write \"https://shop.example\""),
            ("shop.example", "write \"https://shop.example\""),
            ("null", "if you want it, list \"null\" in the policy"),
        ] {
            assert_eq!(fault_of(text).map(|fault| fault.help).as_deref(), Some(help), "{text}");
        }
    }
}
