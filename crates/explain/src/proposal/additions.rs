//! Adds origins to the text of a document. Everything else in the text stays as it is.

use std::{collections::BTreeMap, ops::Range};

use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{Array, Object, Value},
    common::Ranged,
    parse_to_ast,
};
use socketio_cors_core::{
    origin::Origin,
    policy::{DEFAULT_PREFIX, Policy},
};

use crate::PolicyDocument;

/// An origin or a pattern that a rule is to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The prefix of the rule's route.
    pub prefix: String,
    /// The origin, or the pattern.
    pub origin: String,
    /// The note beside it.
    pub note: String,
}

/// The reason why origins cannot be added to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdditionError {
    /// The document has faults.
    Faulty,
    /// A rule has Socket.IO 2's `origins`, in which there are no notes.
    Socketio2,
    /// The rule is not there, allows every origin, or is written in a way that is not understood.
    NoList,
}

impl AdditionError {
    /// For people, as a clause that follows the document's name.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Faulty => "has faults",
            Self::Socketio2 => {
                "has \"origins\", which cannot have notes: rename it to \"origin\" first"
            }
            Self::NoList => "has no list of origins to add these to",
        }
    }
}

/// A change of a text: what replaces a part of it.
type Edit = (Range<usize>, String);

/// The document of one rule, which lists these origins.
#[must_use]
pub fn new_policy<'a>(additions: impl IntoIterator<Item = &'a Addition>) -> String {
    let entries: Vec<_> = additions.into_iter().map(entry).collect();
    format!(
        "{{\n  \"origin\": {}\n}}",
        list(&entries, &Layout { newline: "\n", base: "  ", unit: "  " })
    )
}

/// The text of `document` with the `additions` in its rules.
///
/// # Errors
/// They cannot be added, or the result would not be valid or not list them.
pub fn add_origins(
    document: &PolicyDocument,
    additions: &[Addition],
) -> Result<String, AdditionError> {
    document.policy().map_err(|_| AdditionError::Faulty)?;
    let text = document.text();
    let skipped = text.len().saturating_sub(text.trim_start_matches('\u{feff}').len());
    let (mark, rest) = text.split_at_checked(skipped).unwrap_or(("", text));
    let mut by_rule: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for addition in additions {
        by_rule.entry(&addition.prefix).or_default().push(entry(addition));
    }
    let parsed = parse_to_ast(rest, &CollectOptions::default(), &ParseOptions::default());
    let value = parsed.ok().and_then(|parsed| parsed.value);
    let root = value.as_ref().and_then(Value::as_object).ok_or(AdditionError::NoList)?;
    let mut edits = Vec::new();
    for (prefix, entries) in by_rule {
        let rule = rule(root, prefix).ok_or(AdditionError::NoList)?;
        if rule.get("origins").is_some() {
            return Err(AdditionError::Socketio2);
        }
        let origin = rule.get("origin").ok_or(AdditionError::NoList)?;
        edits.extend(edits_of(rest, &origin.value, &entries).ok_or(AdditionError::NoList)?);
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut edited = rest.to_owned();
    for (range, replacement) in edits {
        edited.replace_range(range, &replacement);
    }
    let edited = format!("{mark}{edited}");
    let policy =
        PolicyDocument::read(edited.clone()).policy().map_err(|_| AdditionError::NoList)?;
    let is_complete = additions.iter().all(|addition| lists(&policy, addition));
    is_complete.then_some(edited).ok_or(AdditionError::NoList)
}

/// The rule of the route `prefix`.
fn rule<'v>(root: &'v Object<'v>, prefix: &str) -> Option<&'v Object<'v>> {
    match root.get_object("routes") {
        Some(routes) => routes.get_object(prefix),
        None => (prefix == DEFAULT_PREFIX).then_some(root),
    }
}

fn lists(policy: &Policy, addition: &Addition) -> bool {
    let mut rules = policy.rules().filter(|(prefix, _)| *prefix == addition.prefix);
    let listed = rules.next().and_then(|(_, rule)| rule.listed());
    listed.is_some_and(|listed| match Origin::try_from(addition.origin.as_str()) {
        Ok(origin) => listed.patterns.contains(&origin),
        Err(_) => listed.patterns.patterns().contains(&addition.origin),
    })
}

fn entry(addition: &Addition) -> String {
    let quote = |text: &str| serde_json::to_string(text).unwrap_or_default();
    format!("{{ \"origin\": {}, \"note\": {} }}", quote(&addition.origin), quote(&addition.note))
}

/// The changes that add `entries` to the `value` of `origin`.
fn edits_of(text: &str, value: &Value<'_>, entries: &[String]) -> Option<Vec<Edit>> {
    let layout = Layout::at(text, value.start());
    let range = value.start()..value.end();
    match value {
        Value::Array(array) if !array.elements.is_empty() => {
            edits_of_list(text, array, entries, &layout)
        }
        Value::Array(_) => {
            // There may be comments in it.
            let inner = text.get(range.start.saturating_add(1)..range.end.saturating_sub(1))?;
            inner.trim().is_empty().then(|| vec![(range, list(entries, &layout))])
        }
        Value::BooleanLit(literal) if !literal.value => Some(vec![(range, list(entries, &layout))]),
        Value::StringLit(_) | Value::Object(_) => {
            let own = text.get(range.clone())?;
            let all: Vec<_> = [own.to_owned()].into_iter().chain(entries.to_vec()).collect();
            (own != "\"*\"" && own != "'*'").then(|| vec![(range, list(&all, &layout))])
        }
        _ => None,
    }
}

fn edits_of_list(
    text: &str,
    array: &Array<'_>,
    entries: &[String],
    layout: &Layout<'_>,
) -> Option<Vec<Edit>> {
    let (start, end) = (array.start(), array.end());
    let elements = array.elements.iter().map(|element| element.text(text));
    let is_plain = gaps(text, array).all(|gap| !gap.contains(['/', '\n']));
    if is_plain {
        let all: Vec<_> = elements.map(str::to_owned).chain(entries.to_vec()).collect();
        return Some(vec![(start..end, list(&all, layout))]);
    }
    let last = array.elements.last()?;
    let gap = text.get(last.end()..end.saturating_sub(1))?;
    let has_comma = without_comments(gap).contains(',');
    let at = last.end().saturating_add(gap.trim_end().len());
    let indentation = indentation(text, last.start());
    let separator = format!(",{}{indentation}", layout.newline);
    let mut added = format!("{}{indentation}{}", layout.newline, entries.join(&separator));
    if has_comma {
        added.push(',');
    }
    let comma = (!has_comma).then(|| (last.end()..last.end(), ",".to_owned()));
    // If both are at the same place, the comma comes first.
    Some(match comma {
        Some((place, comma)) if place.start == at => vec![(place, comma + &added)],
        comma => comma.into_iter().chain([(at..at, added)]).collect(),
    })
}

/// The texts between the elements of a list, and before and after them.
fn gaps<'t>(text: &'t str, array: &'t Array<'_>) -> impl Iterator<Item = &'t str> {
    let starts = array.elements.iter().map(Ranged::start).chain([array.end()]);
    let ends = [array.start()].into_iter().chain(array.elements.iter().map(Ranged::end));
    ends.zip(starts).map(|(end, start)| text.get(end..start).unwrap_or_default())
}

fn without_comments(gap: &str) -> String {
    let mut left = String::new();
    let mut rest = gap;
    while let Some(at) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        let (before, comment) = rest.split_at_checked(at).unwrap_or((rest, ""));
        left.push_str(before);
        let end = if comment.starts_with("//") { "\n" } else { "*/" };
        rest = comment.split_once(end).map_or("", |(_, after)| after);
    }
    left + rest
}

/// The layout of a list.
#[derive(Debug)]
struct Layout<'t> {
    newline: &'static str,
    /// The indentation of the line on which it begins.
    base: &'t str,
    /// One level of indentation.
    unit: &'static str,
}

impl<'t> Layout<'t> {
    /// The layout of the value at `start`.
    fn at(text: &'t str, start: usize) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let unit = if text.contains("\n\t") { "\t" } else { "  " };
        Self { newline, base: indentation(text, start), unit }
    }
}

/// The indentation of the line that `at` is on.
fn indentation(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let len = line.len().saturating_sub(line.trim_start().len());
    line.get(..len).unwrap_or_default()
}

fn list(entries: &[String], Layout { newline, base, unit }: &Layout<'_>) -> String {
    let separator = format!(",{newline}{base}{unit}");
    format!("[{newline}{base}{unit}{}{newline}{base}]", entries.join(&separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addition(prefix: &str, origin: &str) -> Addition {
        let (prefix, origin) = (prefix.to_owned(), origin.to_owned());
        Addition { prefix, origin, note: "n".to_owned() }
    }

    fn added(text: &str) -> Result<String, AdditionError> {
        let additions = [
            addition(DEFAULT_PREFIX, "https://b.example"),
            addition(DEFAULT_PREFIX, "https://c.example"),
        ];
        add_origins(&PolicyDocument::read(text.to_owned()), &additions)
    }

    const B: &str = r#"{ "origin": "https://b.example", "note": "n" }"#;
    const C: &str = r#"{ "origin": "https://c.example", "note": "n" }"#;

    #[test]
    fn entries_are_added_to_a_list_and_the_rest_of_the_document_stays() {
        for (text, expected) in [
            (
                "{\n  \"origin\": [\n    \"https://a.example\"\n  ],\n  \"credentials\": true\n}\n",
                format!(
                    "{{\n  \"origin\": [\n    \"https://a.example\",\n    {B},\n    {C}\n  ],\n  \
                     \"credentials\": true\n}}\n"
                ),
            ),
            (
                "{ // ours\n\torigin: [\n\t\t'https://a.example', // the shop\n\t],\n}",
                format!(
                    "{{ // ours\n\torigin: [\n\t\t'https://a.example', // the shop\n\t\t{B},\n\t\t{C},\n\t],\n}}"
                ),
            ),
            (
                "{\n  \"origin\": [\n    \"https://a.example\" // x, y\n  ]\n}",
                format!(
                    "{{\n  \"origin\": [\n    \"https://a.example\", // x, y\n    {B},\n    {C}\n  ]\n}}"
                ),
            ),
            (
                "{\"origin\": [\"https://a.example\"]}",
                format!("{{\"origin\": [\n  \"https://a.example\",\n  {B},\n  {C}\n]}}"),
            ),
            (
                "{\r\n  \"origin\": \"https://a.example\"\r\n}",
                format!(
                    "{{\r\n  \"origin\": [\r\n    \"https://a.example\",\r\n    {B},\r\n    {C}\r\n  ]\r\n}}"
                ),
            ),
            ("{\"origin\": false}", format!("{{\"origin\": [\n  {B},\n  {C}\n]}}")),
            ("\u{feff}{\"origin\": []}", format!("\u{feff}{{\"origin\": [\n  {B},\n  {C}\n]}}")),
            (
                "{\"origin\": [{\"kv\": \"t:\"}]}",
                format!("{{\"origin\": [\n  {{\"kv\": \"t:\"}},\n  {B},\n  {C}\n]}}"),
            ),
        ] {
            assert_eq!(added(text).as_deref(), Ok(expected.as_str()), "{text}");
        }
    }

    #[test]
    fn each_route_gets_its_own_origins() {
        let text = "{\n  \"routes\": {\n    \"/a/\": { \"origin\": false },\n    \"/b/\": { \"origin\": [] }\n  }\n}";
        let additions =
            [addition("/b/", "https://*.b.example"), addition("/a/", "https://c.example")];
        let document = PolicyDocument::read(text.to_owned());
        assert_eq!(
            add_origins(&document, &additions).unwrap(),
            "{\n  \"routes\": {\n    \"/a/\": { \"origin\": [\n      { \"origin\": \"https://c.example\", \
             \"note\": \"n\" }\n    ] },\n    \"/b/\": { \"origin\": [\n      { \"origin\": \
             \"https://*.b.example\", \"note\": \"n\" }\n    ] }\n  }\n}"
        );
        let other = [addition("/c/", "https://c.example")];
        assert_eq!(add_origins(&document, &other), Err(AdditionError::NoList));
    }

    #[test]
    fn a_document_without_a_list_of_origins_is_not_changed() {
        for (text, error) in [
            ("{\"origin\": true}", AdditionError::NoList),
            ("{\"origin\": \"*\"}", AdditionError::NoList),
            ("{\"origin\": [ /* none */ ]}", AdditionError::NoList),
            ("{\"origins\": \"a.example:*\"}", AdditionError::Socketio2),
            ("{\"origin\": [\"x\"]}", AdditionError::Faulty),
            ("", AdditionError::Faulty),
        ] {
            assert_eq!(added(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_new_policy_is_valid() {
        let text =
            new_policy(&[addition("", "https://b.example"), addition("", "https://c.example")]);
        assert_eq!(text, format!("{{\n  \"origin\": [\n    {B},\n    {C}\n  ]\n}}"));
        let policy = PolicyDocument::read(text);
        assert!(policy.policy().is_ok() && policy.warnings().is_empty());
    }
}
