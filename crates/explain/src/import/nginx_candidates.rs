//! The origins that a configuration of nginx knows: those that are written in it, and those that its
//! regular expressions stand for.

use std::{collections::BTreeSet, ops::Range};

use super::{
    nginx::each,
    nginx_syntax::{Directive, Word},
    nginx_variables::{Condition, MapKey, RegexKey, Test, Variables},
    regex_patterns::{Pattern, Translation, sample},
};

/// Origins that are tried.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The pattern; `None` for a regular expression with a part that no pattern can express.
    pub(super) pattern: Option<Pattern>,
    /// An origin that matches it.
    pub(super) sample: String,
    /// The regular expression from which it is.
    pub(super) regex: Option<RegexKey>,
    /// Its place.
    pub(super) span: Range<usize>,
}

/// All of them, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    all: Vec<Candidate>,
    seen: BTreeSet<(String, Option<RegexKey>)>,
}

impl Candidates {
    /// Those of the directives.
    pub(super) fn of(directives: &[Directive], variables: &Variables<'_>) -> Self {
        let mut found = Self::default();
        each(directives, &mut |directive| match directive.name() {
            "if" => found.add_condition(&Condition::read(directive), variables),
            "map" => found.add_map(directive, variables),
            "set" | "add_header" => {
                if let [_, value, ..] = directive.values() {
                    found.add_text(value);
                }
            }
            "more_set_headers" => directive.values().iter().for_each(|word| found.add_text(word)),
            _ => {}
        });
        found
    }

    /// Each of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.all.iter()
    }

    fn add_condition(&mut self, condition: &Condition, variables: &Variables<'_>) {
        match &condition.test {
            Test::Equals { text, .. } => self.add_origin(text, &condition.span),
            Test::Matches { key, .. } if is_of_origin(&condition.subject) => {
                self.add_regex(key, &condition.span, variables);
            }
            _ => {}
        }
    }

    fn add_map(&mut self, map: &Directive, variables: &Variables<'_>) {
        let is_of_origin = map.values().first().is_some_and(|source| is_of_origin(&source.text));
        for line in map.inner() {
            let Some(word) = line.words.first() else { continue };
            match MapKey::read(line) {
                Some(MapKey::Exact(text)) => self.add_origin(&text, &word.span),
                Some(MapKey::Regex(key)) if is_of_origin => {
                    self.add_regex(&key, &word.span, variables);
                }
                _ => {}
            }
            if let [value] = line.values() {
                self.add_text(value);
            }
        }
    }

    /// Adds the origins in a text.
    fn add_text(&mut self, word: &Word) {
        for text in word.text.split([',', ' ', '\n']) {
            let text = text.split_once(": ").map_or(text, |(_, value)| value);
            self.add_origin(text, &word.span);
        }
    }

    fn add_origin(&mut self, text: &str, span: &Range<usize>) {
        let is_origin = text.contains("://") || text == "null";
        if !is_origin || text.contains('$') {
            return;
        }
        let pattern = Some(Pattern { text: text.to_owned(), is_wider: false });
        self.add(pattern, text.to_owned(), None, span);
    }

    fn add_regex(&mut self, key: &RegexKey, span: &Range<usize>, variables: &Variables<'_>) {
        let regex = variables.regex(key);
        let opaque = || "https://unsayable.invalid".to_owned();
        let Ok(regex) = regex.as_ref() else {
            return self.add(None, opaque(), Some(key), span);
        };
        let Translation { patterns, unsayable, is_everything } = Translation::of(regex);
        let is_nothing = patterns.is_empty() && !is_everything && !regex.is_match("");
        if unsayable.is_some() || is_nothing {
            self.add(None, opaque(), Some(key), span);
        }
        for pattern in patterns {
            let sample = sample(&pattern.text);
            self.add(Some(pattern), sample, Some(key), span);
        }
    }

    fn add(
        &mut self,
        pattern: Option<Pattern>,
        sample: String,
        regex: Option<&RegexKey>,
        span: &Range<usize>,
    ) {
        let regex = regex.cloned();
        let text = pattern.as_ref().map_or("", |pattern| &pattern.text).to_owned();
        if self.seen.insert((text, regex.clone())) {
            self.all.push(Candidate { pattern, sample, regex, span: span.clone() });
        }
    }
}

fn is_of_origin(subject: &str) -> bool {
    matches!(subject, "$http_origin" | "${http_origin}")
}
