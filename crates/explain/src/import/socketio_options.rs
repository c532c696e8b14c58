//! A policy from Socket.IO's server options, as they are pasted: JavaScript or JSON.
//!
//! A regular expression among the origins becomes the patterns that it stands for, and a variable the
//! literal.

use std::ops::Range;

use super::{
    Import,
    declared::literal_of,
    finding::Findings,
    regex::Regex,
    regex_patterns::{Translation, look_alike_message, unsayable_message, wider_message},
};
use crate::{PolicyDocument, wrapped};

/// The most regular expressions and variables of a text.
const MAX_REPLACED: usize = 1000;
/// Stands for a regular expression that is left out.
const LEFT_OUT: &str = "\"regular expression left out\"";

/// The policy of the options, or of the `cors` in them.
pub(super) fn import(text: &str) -> Import {
    let mut findings = Findings::default();
    let policy = Options::of(text).policy(&mut findings);
    Import { policy, findings: findings.into_list(text) }
}

/// The text of the options, in which regular expressions and variables are replaced.
struct Options<'t> {
    written: &'t str,
    text: String,
    /// Each replaced part of `text`, in order, and what it was in `written`.
    replaced: Vec<(Range<usize>, Range<usize>)>,
}

impl<'t> Options<'t> {
    fn of(written: &'t str) -> Self {
        Self { written, text: written.to_owned(), replaced: Vec::new() }
    }

    fn policy(mut self, findings: &mut Findings) -> Option<String> {
        for _ in 0..MAX_REPLACED {
            match wrapped::policy_in(&self.text) {
                None => break,
                Some(Ok(document)) => return self.checked(&without_left_out(&document), findings),
                Some(Err(fault)) => {
                    let is_replaced = self.replace_regex(fault.span.start, findings)
                        || self.replace_variable(&fault.span, findings);
                    if !is_replaced {
                        let span = self.written_at(&fault.span);
                        findings.left_out(span, fault.message(), fault.help());
                        return None;
                    }
                }
            }
        }
        let message = "neither an nginx configuration nor Socket.IO's server options";
        let help = "use a file with new Server(httpServer, { cors: { origin: … } }), the object \
                    alone, or nginx.conf";
        findings.left_out(0..0, message, help);
        None
    }

    /// The document, if it is valid.
    fn checked(&self, document: &str, findings: &mut Findings) -> Option<String> {
        let policy = PolicyDocument::read(document.to_owned());
        let faults = policy.policy().err().unwrap_or_default();
        for fault in &faults {
            // Its place is one of the policy alone.
            let quoted = fault.value.trim_matches('"');
            let start = self.text.find(quoted).filter(|_| !quoted.is_empty()).unwrap_or(0);
            let span = self.written_at(&(start..start.saturating_add(quoted.len())));
            findings.left_out(span, &*fault.message, fault.help.as_deref().unwrap_or_default());
        }
        faults.is_empty().then(|| policy.json().trim().to_owned())
    }

    /// The part of the written text that a part of the text was.
    fn written_at(&self, span: &Range<usize>) -> Range<usize> {
        let before = self.replaced.iter().rfind(|(now, _)| now.start <= span.start);
        let Some((now, was)) = before else { return span.clone() };
        if span.start < now.end {
            return was.clone();
        }
        let moved = |at: usize| at.saturating_sub(now.end).saturating_add(was.end);
        let end = self.written.len();
        moved(span.start).min(end)..moved(span.end).min(end)
    }

    /// Replaces the regular expression at `start` by its patterns, if there is one.
    fn replace_regex(&mut self, start: usize, findings: &mut Findings) -> bool {
        let Some(regex) = JavaScriptRegex::at(&self.text, start) else { return false };
        let patterns = regex.patterns(self.written_at(&regex.span), findings);
        let quoted = |text: &String| serde_json::to_string(text).unwrap_or_default();
        let list = patterns.iter().map(quoted).collect::<Vec<_>>().join(", ");
        let json = match (patterns.as_slice(), regex.is_in_list) {
            ([], true) => LEFT_OUT.to_owned(),
            (_, true) => list,
            (_, false) => format!("[{list}]"),
        };
        self.replace(regex.span, &json);
        true
    }

    /// Replaces the variable at `span` by the literal that it stands for, or something in that literal
    /// first. Returns false if neither is possible.
    fn replace_variable(&mut self, span: &Range<usize>, findings: &mut Findings) -> bool {
        let Some(variable) = self.text.get(span.clone()) else { return false };
        let (name, is_spread) = match variable.strip_prefix("...") {
            Some(name) => (name, true),
            None => (variable, false),
        };
        let before = self.text.get(..span.start).unwrap_or_default().trim_end();
        let json = match literal_of(&self.text, name) {
            None => return false,
            Some(Err(start)) => return self.replace_regex(start, findings),
            Some(Ok(json)) => json,
        };
        let items = json.strip_prefix('[').and_then(|json| json.strip_suffix(']')).map(str::trim);
        let json = match items {
            Some(items) if is_spread && !items.is_empty() => items.to_owned(),
            _ if is_spread => return false,
            _ if before.ends_with(':') => json,
            // A field of the same name.
            _ if name == "origin" => format!("origin: {json}"),
            Some(_) => return false,
            None => json,
        };
        self.replace(span.clone(), &json);
        true
    }

    fn replace(&mut self, range: Range<usize>, json: &str) {
        let was = self.written_at(&range);
        let end = range.start.saturating_add(json.len());
        let at = self.replaced.partition_point(|(now, _)| now.start < range.start);
        for (now, _) in self.replaced.iter_mut().skip(at) {
            let moved = |at: usize| at.saturating_add(end).saturating_sub(range.end);
            *now = moved(now.start)..moved(now.end);
        }
        self.replaced.insert(at, (range.start..end, was));
        self.text.replace_range(range, json);
    }
}

/// A regular expression in a text of JavaScript.
struct JavaScriptRegex {
    source: String,
    ignores_case: bool,
    span: Range<usize>,
    /// It is an item of a list.
    is_in_list: bool,
}

impl JavaScriptRegex {
    /// The one that begins at `start`.
    fn at(text: &str, start: usize) -> Option<Self> {
        let (before, rest) = text.split_at_checked(start)?;
        let rest = rest.strip_prefix('/')?;
        let mut is_escaped = false;
        let mut is_in_class = false;
        let end = rest.char_indices().find_map(|(at, char)| {
            let is_end = char == '/' && !is_escaped && !is_in_class || char == '\n';
            match char {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '[' => is_in_class = true,
                ']' => is_in_class = false,
                _ => {}
            }
            is_end.then_some(at)
        })?;
        let (source, after) = rest.split_at_checked(end)?;
        let after = after.strip_prefix('/')?;
        let flags = after.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(after.len());
        let len = source.len().saturating_add(flags).saturating_add(2);
        Some(Self {
            source: source.to_owned(),
            ignores_case: after.get(..flags)?.contains('i'),
            span: start..start.saturating_add(len),
            is_in_list: before.trim_end().ends_with(['[', ',']),
        })
    }

    fn patterns(&self, span: Range<usize>, findings: &mut Findings) -> Vec<String> {
        let regex = Regex::read(&self.source, self.ignores_case);
        let found = regex.as_ref().map(Translation::of);
        if let Some((message, help)) = unsayable_message(&regex) {
            findings.left_out(span.clone(), message, help);
        }
        let (Ok(regex), Ok(found)) = (&regex, found) else { return Vec::new() };
        if found.is_everything {
            let message = "matches every origin, and is not imported";
            findings.left_out(span.clone(), message, "if you want that, write \"origin\": true");
        }
        if let Some((message, help)) = look_alike_message(regex, &found.patterns) {
            findings.changed(span.clone(), message, help);
        }
        if let Some((message, help)) = wider_message(&found.patterns.iter().collect::<Vec<_>>()) {
            findings.changed(span, message, help);
        }
        found.patterns.into_iter().map(|it| it.text).collect()
    }
}

/// A document without the places of what is left out.
fn without_left_out(document: &str) -> String {
    let mut parts = document.split(LEFT_OUT);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let after = part.trim_start();
        if let Some(after) = after.strip_prefix(',') {
            all.push_str(after.trim_start());
        } else {
            let before = all.trim_end().trim_end_matches(',').len();
            all.truncate(before);
            all.push_str(part);
        }
    }
    all
}
