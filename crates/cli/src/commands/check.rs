//! `check`: the faults and warnings of documents.

use clap::{Args, ValueEnum};
use serde_json::Value;
use socketio_cors_core::policy::{Diagnostic, Policy};

use super::document_files::DocumentFiles;
use crate::{
    document::Document,
    report::{CommandError, Report, Status},
    system::System,
    terminal::{
        check_text::{check_text, summary},
        github_annotation::{FilePlace, annotation},
        printable::{self, printable},
        snippet::Severity,
    },
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors check policy.json
  socketio-cors check policies/ --deny-warnings
  socketio-cors check --format github policies/    # in a GitHub workflow
  npx wrangler kv key get --binding POLICY --remote policy | socketio-cors check -";

#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    files: DocumentFiles,
    /// How the result is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: CheckFormat,
    /// The same as --format json
    ///
    /// {"file", "valid", "strictJson", "faults", "truncated", "warnings", "oldestWorker"};
    /// each fault and warning has "pointer", "line", "column", "value", "message" and "help".
    /// A list of such objects for several files or a directory.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Exit with 1 if there are warnings
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum CheckFormat {
    /// As a compiler prints errors
    #[default]
    Text,
    /// JSON, for programs
    Json,
    /// Annotations of a pull request, in GitHub Actions
    Github,
}

/// A document that has been checked.
struct Checked {
    document: Document,
    policy: Result<Policy, Vec<Diagnostic>>,
    warnings: Vec<Diagnostic>,
}

impl Check {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let checked = self.files.read(system)?.into_iter().map(Checked::of).collect::<Vec<_>>();
        let format = if self.json { CheckFormat::Json } else { self.format };
        let text = match format {
            CheckFormat::Text => each_line(&checked, Checked::text),
            CheckFormat::Json => json_text(&checked, self.files.is_one_file(system)),
            CheckFormat::Github => each_line(&checked, Checked::annotations),
        };
        let is_good = |checked: &Checked| {
            checked.policy.is_ok() && (checked.warnings.is_empty() || !self.deny_warnings)
        };
        Ok(Report { text, status: Status::good_if(checked.iter().all(is_good)) })
    }
}

impl Checked {
    fn of(document: Document) -> Self {
        let (policy, warnings) = (document.policy.policy(), document.policy.warnings());
        Self { document, policy, warnings }
    }

    fn faults(&self) -> &[Diagnostic] {
        self.policy.as_ref().err().map(Vec::as_slice).unwrap_or_default()
    }

    fn text(&self) -> String {
        check_text(&self.document, &self.policy, &self.warnings)
    }

    fn json(&self) -> Value {
        socketio_cors_explain::check(&self.document.name, &self.document.policy, &self.policy)
    }

    /// A line for each fault and warning, and one for the document.
    fn annotations(&self) -> String {
        let faults = self.faults().iter().map(|fault| (Severity::Error, fault));
        let warnings = self.warnings.iter().map(|warning| (Severity::Warning, warning));
        let annotations = faults.chain(warnings).map(|(severity, diagnostic)| {
            let Diagnostic { line, column, .. } = *diagnostic;
            let place = FilePlace { file: &self.document.name, line, column };
            annotation(severity, place, &diagnostic.to_string())
        });
        let summary = summary(&self.document, &self.policy, &self.warnings);
        annotations.chain([printable(&summary).into_owned()]).collect::<Vec<_>>().join("\n")
    }
}

fn each_line(checked: &[Checked], text: impl Fn(&Checked) -> String) -> String {
    checked.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn json_text(checked: &[Checked], is_one_file: bool) -> String {
    let mut reports: Vec<_> = checked.iter().map(Checked::json).collect();
    let value = match reports.pop() {
        Some(only) if is_one_file => only,
        last => reports.into_iter().chain(last).collect(),
    };
    printable::json(&value)
}
