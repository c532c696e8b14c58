//! The report for people.

use std::{borrow::Cow, iter};

use anstyle::{AnsiColor, Style};

use super::{
    examination::Examination,
    facts::Fact,
    finding::{Finding, Severity},
};
use crate::printable::printable;

/// The width that prose is broken to, in characters.
const WIDTH: usize = 80;
/// The width of the column on the left.
const INDENT: usize = 12;
const DOCUMENT: &str = "docs/troubleshooting.md";

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

impl Severity {
    fn style(self) -> Style {
        let color = match self {
            Self::Error => AnsiColor::BrightRed,
            Self::Danger => AnsiColor::BrightMagenta,
            Self::Warning => AnsiColor::Yellow,
        };
        color.on_default().bold()
    }
}

/// The findings, the facts, and how many there are, in colour.
pub(super) fn report(examination: &Examination, facts: &[Fact], findings: &[Finding]) -> String {
    let mut heading = heading(examination);
    let polls = !examination.target.page.websocket;
    if polls && findings.iter().any(|finding| finding.summary.contains("poll")) {
        heading
            .push_str("A Socket.IO client begins with an HTTP request, which is called a poll.\n");
    }
    let mut parts = vec![heading];
    parts.extend(findings.iter().map(finding));
    if !facts.is_empty() {
        let widest = facts.iter().map(|fact| fact.name.len()).max().unwrap_or_default();
        let facts = facts.iter().map(|Fact { name, value }| {
            format!("  {DIM}{name:<widest$}{DIM:#}  {}\n", printable(value))
        });
        parts.push(format!("{BOLD}Facts{BOLD:#}\n{}", facts.collect::<String>()));
    }
    parts.push(closing(examination, findings));
    parts.join("\n")
}

fn heading(examination: &Examination) -> String {
    let target = &examination.target;
    let page = &target.page;
    let credentials = if page.credentialed { ", with credentials" } else { "" };
    let query = if page.query.is_empty() { "" } else { ", with a query" };
    let auth = if page.auth.is_empty() { "" } else { ", with auth" };
    let websocket = if page.websocket { ", WebSocket alone" } else { "" };
    let sees = if examination.recorded.is_some() { "saw it, in a recording" } else { "sees it" };
    let text = format!(
        "{}{} as a page of {} {sees} (Socket.IO client {}{query}{auth}{credentials}{websocket})",
        target.shown_base(),
        target.path,
        page.origin,
        page.client,
    );
    format!("{}\n", printable(&text))
}

fn finding(finding: &Finding) -> String {
    let style = finding.severity.style();
    let (code, severity) = (finding.code.as_str(), finding.severity.as_str());
    let mut text = format!(
        "{style}{severity}[{code}]{style:#}{BOLD}: {}{BOLD:#}\n",
        printable(&finding.summary)
    );
    text.push_str(&labelled("seen", finding.evidence.iter().map(|line| printable(line))));
    text.push_str(&labelled("why", set(&finding.why)));
    text.push_str(&labelled("fix", set(&finding.fix)));
    text.push_str(&labelled("see", [format!("{DOCUMENT}#{code}").into()]));
    text
}

/// Lines with a label before the first.
fn labelled<'l>(label: &str, lines: impl IntoIterator<Item = Cow<'l, str>>) -> String {
    let labels = iter::once(label).chain(iter::repeat(""));
    let lines = labels.zip(lines).map(|(label, line)| {
        let left = format!("  {label:<0$}", INDENT.saturating_sub(2));
        format!("{DIM}{left}{DIM:#}{line}\n")
    });
    lines.collect()
}

/// Lines as they are shown: what begins with two spaces is not broken.
fn set(lines: &[String]) -> impl Iterator<Item = Cow<'_, str>> {
    lines.iter().flat_map(|line| {
        let line = printable(line);
        if line.starts_with("  ") {
            vec![line]
        } else {
            broken(&line).into_iter().map(Cow::Owned).collect()
        }
    })
}

/// `prose` in lines of no more than the width that is left, where its words allow.
fn broken(prose: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in prose.split(' ') {
        match lines.last_mut() {
            Some(line) if fits(line, word) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn fits(line: &str, word: &str) -> bool {
    let len = line.chars().count().saturating_add(word.chars().count());
    len < WIDTH.saturating_sub(INDENT)
}

/// "2 errors, 1 danger", or that nothing was found.
fn closing(examination: &Examination, findings: &[Finding]) -> String {
    if findings.is_empty() {
        let origin = &examination.target.page.origin;
        if examination.recorded.is_some() {
            return "nothing found: every recorded request is in order".to_owned();
        }
        return format!(
            "nothing found: a page of {} can use this server. If it fails all the same, record it: --har",
            printable(origin)
        );
    }
    let counts = [
        (Severity::Error, "error", "errors"),
        (Severity::Danger, "danger", "dangers"),
        (Severity::Warning, "warning", "warnings"),
    ];
    let counted = counts.into_iter().filter_map(|(severity, one, many)| {
        match findings.iter().filter(|finding| finding.severity == severity).count() {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        }
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    let fails = findings.iter().any(|finding| finding.severity == Severity::Error);
    if fails || examination.recorded.is_some() {
        return counted;
    }
    let origin = printable(&examination.target.page.origin);
    format!("{counted}, and no error. If a page of {origin} fails all the same, record it: --har")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_and_quoted_lines_are_not() {
        let prose = vec!["word"; 40].join(" ");
        let quoted = format!("  {}", vec!["word"; 40].join(" "));
        let text =
            anstream::adapter::strip_str(&labelled("fix", set(&[prose, quoted]))).to_string();
        let lengths: Vec<_> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(lengths, [76, 76, 76, 16, 213]);
        assert!(text.starts_with("  fix       word word"), "{text}");
    }
}
