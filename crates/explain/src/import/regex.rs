//! A regular expression of nginx, as the sequences of characters that it takes.
//!
//! Expressions for origins are short. So all alternatives are written out. The result is a list of
//! sequences of sets of characters, which can be compared with the patterns of a policy, and with a
//! text. nginx uses PCRE. `regex-syntax` does not read look-around and back references, but no
//! pattern could express them either.

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Look, Repetition},
};

use super::chars::Chars;

/// The most alternatives that are written out.
const MAX_SEQUENCES: usize = 4096;
/// The longest of them, in elements.
const MAX_ELEMENTS: usize = 1024;
/// A group that is repeated up to so often is written out.
const MAX_COPIES: u32 = 3;

/// A regular expression.
#[derive(Debug)]
pub(super) struct Regex {
    /// It takes what one of these takes.
    pub(super) sequences: Vec<Sequence>,
    /// Its first group is all of it, so that `$1` is what it takes.
    pub(super) captures_all: bool,
}

/// Sets of characters, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sequence {
    /// It begins where the text does.
    pub(super) starts: bool,
    /// In their order.
    pub(super) elements: Vec<Element>,
    /// It ends where the text does.
    pub(super) ends: bool,
}

/// A part of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// One of these characters.
    One(Chars),
    /// At least `min` and at most `max` of these characters.
    Many {
        /// The characters.
        chars: Chars,
        /// The least.
        min: u32,
        /// The most; `None` for any number.
        max: Option<u32>,
    },
    /// At least `min` labels of these characters, each with a dot after it.
    Labels {
        /// The characters.
        chars: Chars,
        /// 0 or 1.
        min: u32,
    },
}

/// The reason why a regular expression is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) &'static str);

const SYNTAX: Unreadable = Unreadable("its syntax is not supported");
const REPEATED: Unreadable = Unreadable("it repeats a group");
const BOUNDARY: Unreadable = Unreadable("it matches word or line boundaries");
const TOO_LARGE: Unreadable = Unreadable("it has too many alternatives");

impl Regex {
    /// Reads `text`, which ignores the case if it stood after `~*`.
    ///
    /// # Errors
    /// It has what no list of sequences can say.
    pub(super) fn read(text: &str, ignores_case: bool) -> Result<Self, Unreadable> {
        // Bytes, so that `\d` and the folding of case are ASCII's, as PCRE has them by itself.
        let hir = ParserBuilder::new()
            .case_insensitive(ignores_case)
            .unicode(false)
            .utf8(false)
            .build()
            .parse(text)
            .map_err(|_| SYNTAX)?;
        let sequences = expand(&hir)?.into_iter().filter_map(sequence).collect();
        Ok(Self { sequences, captures_all: captures_all(&hir) })
    }

    /// Returns true if it matches somewhere in `text`.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.sequences.iter().any(|sequence| sequence.is_match(text))
    }
}

impl Sequence {
    fn is_match(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        // The positions to which the elements so far lead.
        let mut reached: Vec<bool> = vec![!self.starts; bytes.len().saturating_add(1)];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        for element in &self.elements {
            reached = element.advance(bytes, &reached);
        }
        if self.ends { reached.last() == Some(&true) } else { reached.contains(&true) }
    }
}

impl Element {
    /// The positions to which it leads from those in `from`.
    fn advance(&self, text: &[u8], from: &[bool]) -> Vec<bool> {
        let mut reached = vec![false; from.len()];
        for start in from.iter().enumerate().filter_map(|(at, is)| is.then_some(at)) {
            for length in self.lengths(text.get(start..).unwrap_or_default()) {
                if let Some(reached) = reached.get_mut(start.saturating_add(length)) {
                    *reached = true;
                }
            }
        }
        reached
    }

    /// The lengths of what it takes at the beginning of `text`.
    fn lengths(&self, text: &[u8]) -> Vec<usize> {
        let run = |chars: &Chars| text.iter().take_while(|byte| chars.has(**byte)).count();
        let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        match self {
            Self::One(chars) => (run(chars) > 0).then_some(1).into_iter().collect(),
            Self::Many { chars, min, max } => {
                let most = max.map_or(usize::MAX, number).min(run(chars));
                (number(*min)..=most).collect()
            }
            Self::Labels { chars, min } => {
                let mut lengths: Vec<usize> = (*min == 0).then_some(0).into_iter().collect();
                let mut length = 0_usize;
                let mut label = 0_usize;
                for byte in text {
                    length = length.saturating_add(1);
                    if *byte == b'.' && label > 0 {
                        lengths.push(length);
                        label = 0;
                    } else if chars.has(*byte) {
                        label = label.saturating_add(1);
                    } else {
                        break;
                    }
                }
                lengths
            }
        }
    }
}

/// A part of an alternative, before its anchors are looked at.
#[derive(Clone, Copy, Debug)]
enum Item {
    Start,
    End,
    Element(Element),
}

type Items = Vec<Item>;

/// The alternatives of `hir`.
fn expand(hir: &Hir) -> Result<Vec<Items>, Unreadable> {
    let one = |item| Ok(vec![vec![item]]);
    match hir.kind() {
        HirKind::Empty => Ok(vec![Vec::new()]),
        HirKind::Literal(literal) => {
            let item = |byte: &u8| Item::Element(Element::One(Chars::of(&[*byte])));
            Ok(vec![literal.0.iter().map(item).collect()])
        }
        HirKind::Class(class) => one(Item::Element(Element::One(chars_of(class)))),
        HirKind::Look(Look::Start) => one(Item::Start),
        HirKind::Look(Look::End) => one(Item::End),
        HirKind::Look(_) => Err(BOUNDARY),
        HirKind::Capture(capture) => expand(&capture.sub),
        HirKind::Repetition(repetition) => repeat(repetition),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Vec::new()], |before, part| product(&before, &expand(part)?))
        }
        HirKind::Alternation(parts) => {
            let mut alternatives = Vec::new();
            for part in parts {
                alternatives.extend(expand(part)?);
                if alternatives.len() > MAX_SEQUENCES {
                    return Err(TOO_LARGE);
                }
            }
            Ok(alternatives)
        }
    }
}

/// Each of `before` with each of `after` after it.
fn product(before: &[Items], after: &[Items]) -> Result<Vec<Items>, Unreadable> {
    if before.len().saturating_mul(after.len()) > MAX_SEQUENCES {
        return Err(TOO_LARGE);
    }
    let both = before.iter().flat_map(|a| after.iter().map(move |b| [&**a, &**b].concat()));
    let both: Vec<Items> = both.collect();
    let fits = both.iter().all(|items| items.len() <= MAX_ELEMENTS);
    if fits { Ok(both) } else { Err(TOO_LARGE) }
}

fn repeat(repetition: &Repetition) -> Result<Vec<Items>, Unreadable> {
    let Repetition { min, max, ref sub, .. } = *repetition;
    let alternatives = expand(sub)?;
    let single = match alternatives.as_slice() {
        [items] => match items.as_slice() {
            [Item::Element(Element::One(chars))] => Some(*chars),
            _ => None,
        },
        _ => None,
    };
    match (single, max) {
        (Some(chars), max)
            if max.is_none_or(|max| max > MAX_COPIES) || chars.len() > 1 && max != Some(1) =>
        {
            Ok(vec![vec![Item::Element(Element::Many { chars, min, max })]])
        }
        (_, Some(max)) if max <= MAX_COPIES => {
            let mut all = Vec::new();
            for count in min..=max {
                let copies = (0..count)
                    .try_fold(vec![Vec::new()], |before, _| product(&before, &alternatives))?;
                all.extend(copies);
            }
            Ok(all)
        }
        (_, None) if min <= 1 => {
            let chars = label(&alternatives).ok_or(REPEATED)?;
            Ok(vec![vec![Item::Element(Element::Labels { chars, min })]])
        }
        _ => Err(REPEATED),
    }
}

/// The characters of `[a-z0-9-]+\.`, if that is all there is.
fn label(alternatives: &[Items]) -> Option<Chars> {
    let [items] = alternatives else { return None };
    match items.as_slice() {
        [
            Item::Element(Element::Many { chars, max: None, .. }),
            Item::Element(Element::One(dot)),
        ] if *dot == Chars::of(b".") => Some(*chars),
        _ => None,
    }
}

/// The sequence of `items`; `None` if it takes no text, as an anchor is in its middle.
fn sequence(items: Items) -> Option<Sequence> {
    let mut sequence = Sequence::default();
    for item in items {
        match item {
            Item::Start if sequence.elements.is_empty() => sequence.starts = true,
            Item::Element(element) if !sequence.ends => sequence.elements.push(element),
            Item::End => sequence.ends = true,
            Item::Start | Item::Element(_) => return None,
        }
    }
    Some(sequence)
}

fn chars_of(class: &Class) -> Chars {
    let mut chars = Chars::default();
    let mut add = |start: u32, end: u32| {
        for char in start..=end.min(127) {
            chars = chars | Chars::of(&[u8::try_from(char).unwrap_or_default()]);
        }
    };
    match class {
        Class::Bytes(class) => {
            class.iter().for_each(|range| add(range.start().into(), range.end().into()));
        }
        Class::Unicode(class) => {
            class.iter().for_each(|range| add(range.start().into(), range.end().into()));
        }
    }
    chars
}

fn captures_all(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => capture.index == 1,
        HirKind::Concat(parts) => {
            let others = parts.iter().filter(|part| !matches!(part.kind(), HirKind::Look(_)));
            let others: Vec<&Hir> = others.collect();
            matches!(others.as_slice(), [only] if captures_all(only))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_the_texts_that_it_matches_in_nginx() {
        for (regex, taken, not_taken) in [
            (r"^https://a\.example$", "https://a.example", "https://a.example.evil"),
            (r"^https?://(www\.)?a\.example$", "http://www.a.example", "https://wwwa.example"),
            (r"a.example", "https://axexample.evil", "https://example"),
            (r"^(GET|POST)$", "POST", "OPTIONS"),
            (r"^https://[a-z]{2}\.a$", "https://de.a", "https://d.a"),
            (r"^(?:[a-z]+\.)*a$", "x.y.a", ".a"),
            (r"^x(:[0-9]+)?$", "x:80", "x:"),
            (r"^$|^a", "", "b"),
            (r".", "x", ""),
        ] {
            let regex = Regex::read(regex, false).unwrap();
            assert!(regex.is_match(taken), "{regex:?} {taken}");
            assert!(!regex.is_match(not_taken), "{regex:?} {not_taken}");
        }
        assert!(Regex::read("^HTTPS://A$", true).unwrap().is_match("https://a"));
        assert!(!Regex::read("^HTTPS://A$", false).unwrap().is_match("https://a"));
    }

    #[test]
    fn an_expression_that_no_pattern_can_express_is_refused_with_the_reason() {
        for (regex, reason) in [
            (r"^https://(?!evil)", SYNTAX),
            (r"(a", SYNTAX),
            (r"\ba", BOUNDARY),
            (r"(ab|cd)+", REPEATED),
            (r"(a|bc){5}", REPEATED),
            (&"(a|bc)".repeat(20), TOO_LARGE),
        ] {
            assert_eq!(Regex::read(regex, false).unwrap_err(), reason, "{regex}");
        }
    }

    #[test]
    fn a_group_around_the_whole_expression_is_recognised() {
        for (regex, captures_all) in
            [("^(https://a)$", true), ("(a)", true), ("^https://(a)$", false), ("((a))", true)]
        {
            assert_eq!(Regex::read(regex, false).unwrap().captures_all, captures_all, "{regex}");
        }
    }
}
