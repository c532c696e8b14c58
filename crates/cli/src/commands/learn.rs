//! `learn`: a policy from what a roll-out with `reportOnly` logged.

mod analytics;
mod findings;
mod inputs;
mod json_stream;
mod learn_json;
mod learn_text;
mod log_reader;
mod refusal;
mod tally;

use clap::{Args, value_parser};
use socketio_cors_core::{
    origin::pattern::{OriginPattern, OriginSet},
    policy::Policy,
};
use socketio_cors_explain::proposal::{Addition, add_origins, new_policy};

use self::{
    analytics::Dataset,
    findings::{Choice, Findings, rule_of},
    inputs::LogFacts,
    learn_text::{DatasetFacts, Sources},
    refusal::Refusal,
    tally::Tally,
};
use crate::{
    document::Document,
    kv::{author::time, policy_options::policy_host, wrangler_config::WranglerConfig},
    report::{CommandError, Report, Status, WrongUsage},
    system::System,
    terminal::{
        TOOL,
        check_text::{check_text, counted},
        print_error,
        printable::{self, printable},
    },
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors learn tail.json
  gunzip --stdout logs/*.gz | socketio-cors learn - > policy.json
  socketio-cors learn logs/*.log.gz --policy policy.json --write
  socketio-cors learn --analytics --days 7 --policy policy.json

With --policy the exit status is 1 if the policy lacks an origin, unless --write adds it.";

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub(crate) struct Learn {
    /// Logs, with or without gzip: from wrangler tail --format json, Workers Logs, Logpush, or the
    /// Worker's own lines; - for the standard input
    #[arg(value_name = "FILE", required_unless_present = "analytics")]
    files: Vec<String>,
    /// Read the Analytics Engine dataset that is bound as DECISIONS, with the account and the token
    /// of the environment (`CLOUDFLARE_ACCOUNT_ID`, `CLOUDFLARE_API_TOKEN`)
    #[arg(long)]
    analytics: bool,
    /// The dataset's name [default: the one in wrangler's configuration]
    #[arg(long, value_name = "NAME", requires = "analytics")]
    dataset: Option<String>,
    /// The number of days of the dataset to read
    #[arg(long, value_name = "N", requires = "analytics", default_value = "30")]
    #[arg(value_parser = value_parser!(u8).range(1..=92))]
    days: u8,
    /// wrangler's configuration [default: the wrangler.toml found from here]
    #[arg(short, long, value_name = "FILE", requires = "analytics")]
    config: Option<String>,
    /// The environment in wrangler's configuration
    #[arg(short, long, value_name = "NAME", requires = "analytics")]
    env: Option<String>,
    /// Say which origins this policy lacks, and propose it with them; - for the standard input
    #[arg(long, value_name = "FILE")]
    policy: Option<String>,
    /// Add the missing origins to the file of --policy, with notes
    #[arg(long, requires = "policy")]
    write: bool,
    /// Only requests to this host
    #[arg(long, value_name = "H")]
    host: Option<String>,
    /// List a wildcard instead of several origins of one owner, where that is safe
    #[arg(long)]
    wildcards: bool,
    /// Leave out this origin, or all that this pattern matches; may be repeated
    #[arg(long, value_name = "PATTERN")]
    skip: Vec<String>,
    /// Leave out origins that were refused less often
    #[arg(long, value_name = "N", default_value = "1")]
    at_least: u64,
    /// The most origins to propose; the most frequent come first
    #[arg(long, value_name = "N", default_value = "200")]
    limit: usize,
    /// Print one JSON object on the standard output, and nothing on the standard error
    ///
    /// {"log", "dataset", "refusals", "enforced", "hosts", "origins", "wildcards", "malformed",
    /// "withoutOrigin", "dropped", "uncovered", "policy"}; each origin has "origin", "count",
    /// "reasons", "transports", "first", "last", "verdict", "code", "why" and "routes".
    #[arg(long)]
    json: bool,
}

impl Learn {
    pub(crate) async fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        self.check()?;
        let host = self.host.as_deref().map(policy_host).transpose()?;
        let skipped = self.skipped()?;
        let document =
            self.policy.as_deref().map(|path| Document::read(system, path)).transpose()?;
        let policy = match &document {
            None => None,
            Some(document) => match document.policy.policy() {
                Ok(policy) => Some(policy),
                faults => return Ok(Report::bad(check_text(document, &faults, &[]))),
            },
        };
        let mut tally = Tally::default();
        let log = self.read_logs(system, policy.as_ref(), host.as_deref(), &mut tally)?;
        if let Some(lines) = log.as_ref().and_then(LogFacts::no_log) {
            let lines = counted(usize::try_from(lines).unwrap_or(usize::MAX), "line");
            print_error(system, &format!("found no log entries, only {lines} of other text"));
            return Ok(Report::bad(""));
        }
        let dataset =
            self.ask_dataset(system, policy.as_ref(), host.as_deref(), &mut tally).await?;
        let choice = Choice {
            policy: policy.as_ref(),
            skipped,
            at_least: self.at_least,
            limit: self.limit,
            wildcards: self.wildcards,
            today: time(system.now()).chars().take_while(|char| *char != 'T').collect(),
        };
        let findings = Findings::of(&tally, &choice);
        let name = document.as_ref().map(|document| document.name.clone());
        let sources = Sources { log, dataset, policy: name };
        self.report(system, &sources, &tally, &findings, document.as_ref())
    }

    /// Checks what clap cannot.
    fn check(&self) -> Result<(), WrongUsage> {
        let of_policy = self.policy.iter().filter(|path| *path == "-").count();
        let of_files = self.files.iter().filter(|path| *path == "-").count();
        if of_policy.saturating_add(of_files) > 1 {
            return Err(WrongUsage("only one argument can be -, the standard input".to_owned()));
        }
        if self.write && of_policy > 0 {
            return Err(WrongUsage("--write needs a file as --policy, not -".to_owned()));
        }
        Ok(())
    }

    fn skipped(&self) -> Result<OriginSet, WrongUsage> {
        let pattern = |text| {
            OriginPattern::try_from(text).map_err(|error| {
                WrongUsage(format!("--skip {} {}", printable(text), error.message()))
            })
        };
        self.skip.iter().map(String::as_str).map(pattern).collect()
    }

    /// Counts the refusals in the files, if there are any.
    fn read_logs(
        &self,
        system: &dyn System,
        policy: Option<&Policy>,
        host: Option<&str>,
        tally: &mut Tally,
    ) -> Result<Option<LogFacts>, CommandError> {
        if self.files.is_empty() {
            return Ok(None);
        }
        let mut facts = LogFacts::default();
        for file in &self.files {
            inputs::read(system, file, &mut facts, |refusal| count(tally, &refusal, policy, host))?;
        }
        Ok(Some(facts))
    }

    /// Counts the refusals in the dataset, if an option asks for it.
    async fn ask_dataset(
        &self,
        system: &dyn System,
        policy: Option<&Policy>,
        host: Option<&str>,
        tally: &mut Tally,
    ) -> Result<Option<DatasetFacts>, CommandError> {
        if !self.analytics {
            return Ok(None);
        }
        let config = WranglerConfig::read(system, self.config.as_deref(), self.env.as_deref());
        let dataset = Dataset::find(system, self.dataset.as_deref(), config.as_ref())?;
        let sampled = dataset.read(self.days, host).await?;
        let (is_sampled, is_cut) = (sampled.is_sampled, sampled.is_cut);
        sampled.refusals.into_iter().for_each(|refusal| count(tally, &refusal, policy, host));
        Ok(Some(DatasetFacts { name: dataset.name().to_owned(), is_sampled, is_cut }))
    }

    /// Says what was found, and prints or writes the policy.
    fn report(
        &self,
        system: &dyn System,
        sources: &Sources,
        tally: &Tally,
        findings: &Findings<'_>,
        document: Option<&Document>,
    ) -> Result<Report, CommandError> {
        if !self.json {
            system.print_error(&learn_text::report(sources, tally, findings));
        }
        let additions = &findings.additions;
        let proposed = match document {
            None if additions.is_empty() => None,
            None => Some(new_policy(additions)),
            Some(document) => match add_origins(&document.policy, additions) {
                Ok(proposed) => Some(proposed),
                Err(error) => {
                    print_error(system, &format!("{} {}", document.name, error.message()));
                    return Ok(Report::bad(""));
                }
            },
        };
        let target = document.filter(|_| self.write).zip(proposed.as_deref());
        let written = target.map(|(document, text)| self.write(system, document, text, additions));
        let written = written.transpose()?;
        let is_complete = additions.is_empty() || written.is_some() || document.is_none();
        let text = if self.json {
            printable::json(&learn_json::report(sources, tally, findings, proposed.as_deref()))
        } else if let Some(line) = written {
            system.print_error(&format!("\n{line}\n"));
            String::new()
        } else {
            proposed.as_deref().map(shown).unwrap_or_default()
        };
        Ok(Report { text, status: Status::good_if(is_complete) })
    }

    /// Writes the policy to its file. Returns what there is to say of it.
    fn write(
        &self,
        system: &dyn System,
        document: &Document,
        proposed: &str,
        additions: &[Addition],
    ) -> Result<String, CommandError> {
        let name = &document.name;
        let path = self.policy.as_deref().unwrap_or_default();
        if additions.is_empty() {
            return Ok(format!("{name} is unchanged"));
        }
        // Reading the log may have taken a while.
        if Document::read(system, path)?.policy.text() != document.policy.text() {
            return Err(CommandError::Failed(format!(
                "{name} has changed in the meantime, and was not written: run `learn` again"
            )));
        }
        system.replace(path, proposed).map_err(|error| {
            CommandError::Failed(format!("cannot write {name}, which is unchanged: {error}"))
        })?;
        let added = counted(additions.len(), "origin");
        Ok(format!("{name}: {added} added; review it, then run {TOOL} publish {name}"))
    }
}

fn count(tally: &mut Tally, refusal: &Refusal, policy: Option<&Policy>, host: Option<&str>) {
    if host.is_none_or(|host| host.eq_ignore_ascii_case(&refusal.host)) {
        tally.add(refusal, |path| rule_of(policy, path));
    }
}

/// A document for the standard output, without characters that could control a terminal.
fn shown(text: &str) -> String {
    let line = |line: &str| {
        let parts = line.trim_end_matches('\r').split('\t').map(printable);
        parts.collect::<Vec<_>>().join("\t")
    };
    text.trim_end()
        .trim_start_matches('\u{feff}')
        .split('\n')
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}
