//! `check`: what is wrong with a document.

use clap::Args;
use socketio_cors_core::policy::{Fault, Policy, warnings};
use socketio_cors_explain::check_json::is_truncated;

use super::document_file::{Document, File};
use crate::{
    Report, WrongUsage,
    terminal::{printable, snippet::Severity},
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors check policy.json
  socketio-cors check --json policy.json
  npx wrangler kv key get --binding POLICY --remote policy | socketio-cors check -";

#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    file: File,
    /// Print one JSON object instead of text
    ///
    /// {"file", "valid", "faults", "truncated", "warnings"}; each fault and
    /// warning has "pointer", "line", "column", "value", "problem" and "advice".
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn run(&self) -> Result<Report, WrongUsage> {
        let document = self.file.read()?;
        let policy = document.policy();
        let text = if self.json {
            printable::json(&socketio_cors_explain::check(&document.name, &document.text, &policy))
        } else {
            text(&document, &policy, &warnings(&document.text))
        };
        Ok(Report { text, valid: policy.is_ok() })
    }
}

/// Faults and warnings for people, and how many there are.
pub(crate) fn text(
    document: &Document,
    policy: &Result<Policy, Vec<Fault>>,
    warnings: &[Fault],
) -> String {
    let faults = policy.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    let summary = match policy {
        Ok(policy) => format!("valid, {}", summary(policy)),
        Err(faults) => count(faults),
    };
    let warned = match warnings.len() {
        0 => String::new(),
        count => format!(", {}", counted(count, "warning")),
    };
    format!(
        "{}{}{}: {summary}{warned}",
        document.render(faults, Severity::Error),
        document.render(warnings, Severity::Warning),
        document.name,
    )
}

/// "2 faults".
pub(crate) fn count(faults: &[Fault]) -> String {
    let or_more = if is_truncated(faults) { " or more" } else { "" };
    format!("{}{or_more}", counted(faults.len(), "fault"))
}

/// "2 routes, 5 origins".
fn summary(policy: &Policy) -> String {
    let routes = policy.rules().count();
    let origins: usize = policy.rules().map(|(_, rule)| rule.origin_count()).sum();
    format!("{}, {}", counted(routes, "route"), counted(origins, "origin"))
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
