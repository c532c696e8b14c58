//! Adding and removing keys: which, where, if the user agrees, and how far it got.

use super::{
    key_verb::Verb,
    origin_list::{MAX_TOLD, OriginArguments, OriginList, Tenant, shortened},
    prefix::TenantKeys,
    stored_keys::{StoredKey, StoredKeys},
};
use crate::{
    kv::{
        WranglerError,
        change::{PolicySlot, WHEN_LOCAL},
        policy_options::Consent,
        wrangler::{KvEntry, Unfinished},
    },
    report::{CommandError, Report, WrongUsage},
    system::System,
    terminal::{check_text::counted, print, print_error, printable::printable},
};

/// Adding or removing keys, as a command has it.
pub(super) struct KeyChange<'c> {
    pub(super) system: &'c dyn System,
    pub(super) verb: Verb,
    pub(super) origins: &'c OriginArguments,
    pub(super) keys: &'c TenantKeys,
    pub(super) consent: &'c Consent,
    /// Keys that need no change are skipped.
    pub(super) resumes: bool,
}

/// The keys that one call of wrangler changes. wrangler sends 1,000 at once, and starts in a
/// second.
const KEYS_A_CALL: usize = 20_000;

/// With `--resume`, a key of the earlier run is kept if it expires at most so many seconds earlier
/// than a new one would.
const MAX_RESUMED_AFTER: u64 = 3600;

impl KeyChange<'_> {
    pub(super) fn run(&self) -> Result<Report, CommandError> {
        let slot = PolicySlot::open(self.system, &self.keys.policy)?;
        self.consent.check(self.system)?;
        if self.origins.are_on_standard_input() && !self.consent.yes {
            return Err(WrongUsage("with - for the file, add --yes".to_owned()).into());
        }
        let list = match self.origins.read(self.system)? {
            Ok(list) => list,
            Err(faults) => return Ok(Report::bad(format!("{faults}\n{}", self.verb.nothing()))),
        };
        let prefix = self.keys.prefix(&slot)?;
        let failed = |error| Ok(slot.wrangler_failed(error, self.verb.nothing()));
        let stored = match self.stored(&slot, &prefix, &list) {
            Ok(stored) => stored,
            Err(error) => return failed(&error),
        };
        let is_left_out = |tenant: &&Tenant| {
            let stored = stored.as_ref().filter(|_| self.resumes);
            stored.is_some_and(|it| self.is_done(tenant, it.get(&tenant.origin.key(&prefix))))
        };
        let tenants: Vec<_> = list.tenants.iter().filter(|it| !is_left_out(it)).collect();
        if tenants.is_empty() {
            let all = counted(list.tenants.len(), "origin");
            let (has, place) = (self.verb.has(), self.keys.policy.wrangler.place());
            return Ok(Report::good(format!("Nothing to do: {place} {has} the {all}.")));
        }
        self.show(&slot, &prefix, &list, &tenants, stored.as_ref())?;
        let question = self.verb.question(self.keys.policy.wrangler.place());
        if !self.consent.ask(self.system, &question)? {
            return Ok(Report::bad("Nothing was changed."));
        }
        Ok(self.carry_out(&slot, &prefix, &tenants))
    }

    /// The keys that KV has, if the command needs to know them.
    fn stored(
        &self,
        slot: &PolicySlot<'_>,
        prefix: &str,
        list: &OriginList,
    ) -> Result<Option<StoredKeys>, WranglerError> {
        let wrangler = slot.wrangler();
        match self.verb {
            _ if self.resumes => StoredKeys::list(wrangler, &[prefix]).map(Some),
            Verb::Add { .. } => Ok(None),
            Verb::Remove => {
                let keys = list.tenants.iter().map(|tenant| tenant.origin.key(prefix)).collect();
                StoredKeys::read(wrangler, &[prefix], keys).map(Some)
            }
        }
    }

    /// Returns true if the key of `tenant` needs no change. `stored` is what KV has.
    fn is_done(&self, tenant: &Tenant, stored: Option<&StoredKey>) -> bool {
        match (self.verb, stored) {
            (Verb::Remove, stored) => stored.is_none(),
            (Verb::Add { .. }, None) => false,
            (Verb::Add { ttl }, Some(stored)) => {
                let wanted = ttl.map(|ttl| {
                    let ttl = u64::from(ttl);
                    let now = self.system.now().saturating_div(1000);
                    now.saturating_add(ttl).saturating_sub(MAX_RESUMED_AFTER.min(ttl.div_ceil(2)))
                });
                let stays = match (wanted, stored.expiration) {
                    (None, None) => true,
                    (Some(wanted), Some(expiration)) => expiration >= wanted,
                    _ => false,
                };
                stays && stored.metadata == tenant.metadata()
            }
        }
    }

    /// Shows what is changed, and where.
    fn show(
        &self,
        slot: &PolicySlot<'_>,
        prefix: &str,
        list: &OriginList,
        tenants: &[&Tenant],
        stored: Option<&StoredKeys>,
    ) -> Result<(), CommandError> {
        let sign = self.verb.sign();
        let line = |tenant: &&Tenant| {
            let key = tenant.origin.key(prefix);
            let is_missing = stored.is_some_and(|stored| stored.get(&key).is_none());
            let note = match (self.verb, &tenant.note) {
                (Verb::Remove, _) if is_missing => "  (KV does not have it)".to_owned(),
                (Verb::Add { .. }, Some(note)) => format!("  {note}"),
                _ => String::new(),
            };
            printable(&format!("  {sign} {key}{note}")).into_owned()
        };
        let changes = shortened(tenants.iter().map(line));
        let left_out = list.tenants.len().saturating_sub(tenants.len());
        let left_out = (left_out > 0).then(|| {
            format!("{} left out: KV {} them", counted(left_out, "origin"), self.verb.has())
        });
        let missing = self.missing_line(prefix, tenants, stored);
        let lines: Vec<_> = list.remarks().into_iter().chain(left_out).collect();
        let remarks = if lines.is_empty() { String::new() } else { lines.join("\n") + "\n\n" };
        let changes: Vec<_> = changes.chain(missing).collect();
        let (destination, changes) = (slot.destination_text(), changes.join("\n"));
        print(self.system, &format!("{remarks}{destination}\n\n{changes}\n\n"))
    }

    /// A line that says how many of many keys KV does not have.
    fn missing_line(
        &self,
        prefix: &str,
        tenants: &[&Tenant],
        stored: Option<&StoredKeys>,
    ) -> Option<String> {
        let stored = stored.filter(|_| tenants.len() > MAX_TOLD)?;
        let is_missing = |tenant: &&&Tenant| stored.get(&tenant.origin.key(prefix)).is_none();
        let missing = tenants.iter().filter(is_missing).count();
        let is_told = matches!(self.verb, Verb::Remove) && missing > 0;
        is_told.then(|| format!("KV does not have {missing} of these {}", tenants.len()))
    }

    fn carry_out(&self, slot: &PolicySlot<'_>, prefix: &str, tenants: &[&Tenant]) -> Report {
        let mut done = 0_usize;
        for some in tenants.chunks(KEYS_A_CALL) {
            if let Err(Unfinished { error, done: of_some }) = self.change(slot, prefix, some) {
                print_error(self.system, &error.0);
                return Report::failed(self.got_to(tenants, done.saturating_add(of_some)));
            }
            done = done.saturating_add(some.len());
            if tenants.len() > KEYS_A_CALL {
                self.system.print_error(&format!("{done} of {}\n", tenants.len()));
            }
        }
        self.done(slot, prefix, tenants)
    }

    /// Changes the keys of `tenants`, in one call of wrangler.
    fn change(
        &self,
        slot: &PolicySlot<'_>,
        prefix: &str,
        tenants: &[&Tenant],
    ) -> Result<(), Unfinished> {
        let keys: Vec<_> = tenants.iter().map(|tenant| tenant.origin.key(prefix)).collect();
        match self.verb {
            Verb::Add { ttl } => {
                let pairs = tenants.iter().zip(&keys);
                let entries = pairs.map(|(tenant, key)| KvEntry {
                    key,
                    value: tenant.value(),
                    metadata: tenant.metadata(),
                    ttl,
                });
                let entries: Vec<_> = entries.collect();
                slot.wrangler().write(&entries)
            }
            Verb::Remove => {
                slot.wrangler().delete(&keys.iter().map(String::as_str).collect::<Vec<_>>())
            }
        }
    }

    /// Says how far it got: at least the first `done` of `tenants`.
    fn got_to(&self, tenants: &[&Tenant], done: usize) -> String {
        let (all, place) = (tenants.len(), self.keys.policy.wrangler.place());
        let state = self.verb.state();
        let last = done.checked_sub(1).and_then(|index| tenants.get(index));
        let known = match (last, tenants) {
            (None, [tenant]) => {
                format!("It is unknown if {} is {state} {place}.", tenant.origin)
            }
            (None, _) => {
                format!("It is unknown how many of {all} origins are {state} {place}.")
            }
            (Some(last), _) => {
                let line = last.line.map(|line| {
                    format!(" ({}:{line})", self.origins.file_name().unwrap_or_default())
                });
                format!(
                    "{done} of {all} origins are {state} {place}, up to {}{}. Some after it may \
                     be, too.",
                    last.origin,
                    line.unwrap_or_default()
                )
            }
        };
        format!("{known}\nTo continue, run the same command with --resume.")
    }

    /// Says that it is done, and when that takes effect.
    fn done(&self, slot: &PolicySlot<'_>, prefix: &str, tenants: &[&Tenant]) -> Report {
        let options = &self.keys.policy.wrangler;
        let (place, state) = (options.place(), self.verb.state());
        let what = match tenants {
            [tenant] => format!("\"{}\" is {state} {place}.", tenant.origin.key(prefix)),
            _ => format!("{} origins are {state} {place}, under \"{prefix}\".", tenants.len()),
        };
        let expires = match self.verb {
            Verb::Add { ttl: Some(ttl) } => {
                let them = if tenants.len() == 1 { "it" } else { "them" };
                Some(format!("KV forgets {them} after {ttl} seconds."))
            }
            _ => None,
        };
        let when = if options.is_local() { WHEN_LOCAL } else { self.verb.when() };
        let lines = [Some(what), expires, Some(when.to_owned()), slot.report_only_line()];
        Report::good(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }
}
