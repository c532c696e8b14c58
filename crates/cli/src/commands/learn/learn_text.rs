//! The report of `learn` as text.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat};

use super::{
    findings::{Finding, Findings, LIMIT, RARE, SKIPPED, UNCOVERED, UNKNOWN, Verdict},
    inputs::LogFacts,
    tally::{Seen, Tally},
};
use crate::terminal::{TOOL, check_text::counted, printable::printable};

/// The most lines of a section.
const MAX_LINES: usize = 50;

/// The context of a report: everything except the findings.
#[derive(Debug)]
pub(super) struct Sources {
    /// Files were read.
    pub(super) log: Option<LogFacts>,
    /// The dataset that was read, which is sampled or cut.
    pub(super) dataset: Option<DatasetFacts>,
    /// The policy's name.
    pub(super) policy: Option<String>,
}

#[derive(Debug)]
pub(super) struct DatasetFacts {
    pub(super) name: String,
    pub(super) is_sampled: bool,
    pub(super) is_cut: bool,
}

pub(super) fn report(sources: &Sources, tally: &Tally, findings: &Findings<'_>) -> String {
    let lacking = findings.with(|verdict| *verdict == Verdict::List);
    let title = match &sources.policy {
        Some(name) => format!("{name} lacks"),
        None => "Origins to list".to_owned(),
    };
    let not = findings.with(|verdict| matches!(verdict, Verdict::Not(_)));
    let listed = findings.with(|verdict| *verdict == Verdict::Listed);
    let mut text = summary(sources, tally);
    text += &section(&title, &lacking, tally, |_| None);
    text += &wildcards(findings);
    text += &section("Check these first", &not, tally, |finding| match &finding.verdict {
        Verdict::Not(objection) => Some(objection.text.clone()),
        _ => None,
    });
    text += &malformed(tally);
    text += &left_out(findings);
    text += &section("Listed already", &listed, tally, |_| None);
    text += &without_origin(tally);
    text += &notes(sources, tally, findings);
    text
}

/// "12 refusals of 3 origins, from … to …".
fn summary(sources: &Sources, tally: &Tally) -> String {
    let mut text = String::new();
    if let Some(log) = &sources.log {
        let entries = if log.entries == 1 {
            "1 entry".to_owned()
        } else {
            format!("{} entries", log.entries)
        };
        let flaws = [(log.broken, "cut off"), (log.other_lines, "other lines")];
        let flaws = flaws.into_iter().filter(|(count, _)| *count > 0);
        let flaws = flaws.map(|(count, what)| format!("{count} {what}"));
        let parts = [entries].into_iter().chain(flaws).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "The log: {parts}");
        for cut in &log.cut {
            let _ = writeln!(text, "  {cut}");
        }
    }
    if let Some(dataset) = &sources.dataset {
        let _ = writeln!(text, "The dataset: {}", dataset.name);
    }
    let origins = counted(tally.origins.len(), "origin");
    let _ = write!(text, "{} of {origins}", plural(tally.total.count, "refusal"));
    if let Some(time) = times(&tally.total) {
        let _ = write!(text, ", {time}");
    }
    match tally.enforced {
        0 => {}
        all if all == tally.total.count => text += ", all enforced",
        some => {
            let _ = write!(text, ", {some} of them enforced");
        }
    }
    text + "\n"
}

fn plural(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn section(
    title: &str,
    findings: &[&Finding<'_>],
    tally: &Tally,
    why: impl Fn(&Finding<'_>) -> Option<String>,
) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{title}:\n");
    for finding in findings.iter().take(MAX_LINES) {
        let _ = writeln!(text, "  {}", finding.origin);
        let _ = writeln!(text, "    {}", details(tally, finding.seen));
        if let Some(why) = why(finding) {
            let _ = writeln!(text, "    {}", printable(&why));
        }
        let is_default = finding.rules.iter().all(|rule| *rule == "/socket.io");
        if !is_default && finding.verdict != Verdict::Listed {
            let _ = writeln!(text, "    in {}", printable(&finding.rules.join(", ")));
        }
    }
    text + &and_more(findings.len())
}

fn and_more(count: usize) -> String {
    match count.saturating_sub(MAX_LINES) {
        0 => String::new(),
        more => format!("  … and {more} more: --json prints all\n"),
    }
}

/// "34 refused: unlisted-origin; polling 30, websocket 4; from … to …"
fn details(tally: &Tally, seen: &Seen) -> String {
    let named = |counts| {
        let named = tally.named(counts);
        let is_one = named.len() == 1;
        let name = |(name, count): &(&str, u64)| {
            if is_one { (*name).to_owned() } else { format!("{name} {count}") }
        };
        named.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    let time = times(seen).map(|time| format!("; {time}")).unwrap_or_default();
    let (reasons, transports) = (named(&seen.reasons), named(&seen.transports));
    printable(&format!("{} refused: {reasons}; {transports}{time}", seen.count)).into_owned()
}

fn times(seen: &Seen) -> Option<String> {
    let (first, last) = seen.time?;
    let (first, last) = (time(first)?, time(last)?);
    Some(if first == last { format!("at {first}") } else { format!("from {first} to {last}") })
}

/// A time in milliseconds since 1970, in RFC 3339.
pub(super) fn time(millis: i64) -> Option<String> {
    Some(DateTime::from_timestamp_millis(millis)?.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn wildcards(findings: &Findings<'_>) -> String {
    if findings.families.is_empty() {
        return String::new();
    }
    let mut text = "\nProbably of one owner:\n".to_owned();
    for family in findings.families.iter().take(MAX_LINES) {
        let _ = writeln!(text, "  {}", family.pattern);
        let _ = match &family.objection {
            None => writeln!(
                text,
                "    matches {} of these, and future ones; --wildcards lists it instead of them",
                family.members.len()
            ),
            Some(objection) => writeln!(
                text,
                "    would match {} of these, but {}",
                family.members.len(),
                printable(objection)
            ),
        };
    }
    text + &and_more(findings.families.len())
}

fn malformed(tally: &Tally) -> String {
    if tally.malformed.count == 0 {
        return String::new();
    }
    let some = tally.malformed_texts.iter().take(3).map(|text| {
        let short: String = text.chars().take(60).collect();
        format!("{:?}", printable(&short))
    });
    let why = socketio_cors_explain::proposal::Objection::malformed().text;
    format!(
        "\nNot origins:\n  {}, as in {}\n    {why}\n",
        plural(tally.malformed.count, "request"),
        some.collect::<Vec<_>>().join(", "),
    )
}

/// The reasons why origins are left out.
const WHY_LEFT_OUT: [(&str, &str); 5] = [
    (SKIPPED, "--skip excludes them"),
    (RARE, "they were refused less often than --at-least"),
    (LIMIT, "more frequent origins fill --limit"),
    (UNCOVERED, "no route of the policy covers the paths that they requested"),
    (UNKNOWN, "KV gave no answer about them: they may have keys"),
];

fn left_out(findings: &Findings<'_>) -> String {
    let mut text = String::new();
    for (reason, why) in WHY_LEFT_OUT {
        let of_reason = findings.origins.iter().filter(|it| it.verdict.as_str() == reason);
        let origins: Vec<_> = of_reason.map(|finding| finding.origin).collect();
        let some: Vec<_> = origins.iter().take(3).copied().collect();
        if !origins.is_empty() {
            let (count, some) = (counted(origins.len(), "origin"), some.join(", "));
            let _ = writeln!(text, "  {count}, such as {some}\n    {why}");
        }
    }
    if text.is_empty() { text } else { format!("\nLeft out:\n{text}") }
}

fn without_origin(tally: &Tally) -> String {
    if tally.without_origin.is_empty() {
        return String::new();
    }
    let mut text = "\nWithout an origin (no list can allow these):\n".to_owned();
    for (reason, seen) in &tally.without_origin {
        let help = match reason.as_str() {
            "jsonp" => "JSONP polling: \"jsonp\": true allows it",
            "missing-origin" => {
                "clients that are not browsers: \"missingOrigin\": \"allow\" allows them"
            }
            "cross-site-embed" => "scripts, images and links on other sites' pages",
            "no-page" => "clients that are not browsers: \"missingOrigin\" decides",
            _ => "see docs/troubleshooting.md",
        };
        let time = times(seen).map(|time| format!("; {time}")).unwrap_or_default();
        let _ = writeln!(text, "  {}: {}{time}\n    {help}", printable(reason), seen.count);
    }
    text
}

fn notes(sources: &Sources, tally: &Tally, findings: &Findings<'_>) -> String {
    let mut notes = Vec::new();
    if let Some(log) = &sources.log {
        let suppressed = match log.suppressed {
            0 => String::new(),
            count => format!("; the log says that {count} were left out"),
        };
        notes.push(format!(
            "The counts are lower bounds: each isolate of the Worker logs at most 60 refusals a \
             minute{suppressed}. With --analytics, the dataset DECISIONS counts all."
        ));
    }
    if let Some(dataset) = &sources.dataset {
        if dataset.is_sampled {
            notes.push(
                "Cloudflare sampled the dataset: the counts are estimates, and a rare origin may \
                        be missing."
                    .to_owned(),
            );
        }
        if dataset.is_cut {
            notes.push(
                "The dataset has more rows than were read. Those are the most frequent; fewer \
                 --days show the rest."
                    .to_owned(),
            );
        }
    }
    if tally.dropped.origins > 0 {
        notes.push(format!(
            "There were too many origins: {} of the rarest are left out, with {}.",
            tally.dropped.origins,
            plural(tally.dropped.requests, "refusal"),
        ));
    }
    if tally.uncovered > 0 && sources.policy.is_some() {
        notes.push(format!(
            "{} for paths that no route of the policy covers.",
            plural(tally.uncovered, "refusal")
        ));
    }
    if findings.are_tenants_looked_up && !findings.additions.is_empty() {
        notes.push(format!(
            "The policy looks up tenants in KV: for customers, you can add keys instead: {TOOL} tenants add."
        ));
    }
    if !findings.additions.is_empty() {
        notes.push("Anybody can send any Origin: list only origins that you know.".to_owned());
    }
    if notes.is_empty() { String::new() } else { format!("\n{}\n", notes.join("\n")) }
}
