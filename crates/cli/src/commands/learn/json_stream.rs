//! JSON values in a stream of bytes, with anything between them: lines of logs, one value over many
//! lines, one list of a gigabyte.
//!
//! No value is ever held as a whole. If a value is cut off, the search for the next one starts
//! there; what was read of the value is still used.

use std::mem;

use memchr::{memchr3, memchr3_iter};

/// The longest string that is read, in bytes.
const MAX_TOKEN_LEN: usize = 1 << 20;
/// The fewest bytes that are put behind the beginning of a token.
const MIN_COPIED_LEN: usize = 256;
/// The deepest nesting that is read.
const MAX_DEPTH: usize = 128;

/// A receiver of the parts of the values.
pub(super) trait Visitor {
    /// A list or an object begins.
    fn open(&mut self, kind: Kind);
    /// The last that was opened ends.
    fn close(&mut self);
    /// The name of a member, as it is written between its quotes.
    fn name(&mut self, written: &[u8]);
    /// A string, as it is written, with its quotes.
    fn string(&mut self, quoted: &[u8]);
    /// A number, `true`, `false` or `null`.
    fn literal(&mut self, written: &[u8]);
    /// All that is open is given up.
    fn give_up(&mut self);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    List,
    Object,
}

/// The texts between and in place of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flaws {
    /// Lines that have text, and no value.
    pub(super) other_lines: u64,
    /// Values that break off.
    pub(super) broken: u64,
}

/// Finds the values in bytes that come in parts.
#[derive(Debug)]
pub(super) struct JsonStream {
    /// The bytes that have come but are not read yet: less than one token.
    rest: Vec<u8>,
    open: Vec<Kind>,
    expected: Expected,
    /// The open value has had a name: it is JSON, and no other text with a brace.
    is_json: bool,
    /// The line outside of values has text.
    has_text: bool,
    /// A value ended on the line.
    has_value: bool,
    pub(super) flaws: Flaws,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// Anything: nothing is open.
    Anything,
    NameOrEnd,
    Name,
    Colon,
    ValueOrEnd,
    Value,
    CommaOrEnd,
}

/// A step through the bytes: where it leads, or why it does not.
enum Step {
    To(usize),
    /// The token goes on in what is still to come.
    NeedsMore,
    /// The byte at this place cannot follow.
    Broken(usize),
}

impl JsonStream {
    pub(super) fn new() -> Self {
        Self {
            rest: Vec::new(),
            open: Vec::new(),
            expected: Expected::Anything,
            is_json: false,
            has_text: false,
            has_value: false,
            flaws: Flaws::default(),
        }
    }

    /// Takes the next bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8], visitor: &mut impl Visitor) {
        while !self.rest.is_empty() && !bytes.is_empty() {
            // No more of them are copied than the token may need.
            let len = self.rest.len().max(MIN_COPIED_LEN).min(bytes.len());
            let (some, others) = bytes.split_at_checked(len).unwrap_or((bytes, &[]));
            let mut rest = mem::take(&mut self.rest);
            let before = rest.len();
            rest.extend_from_slice(some);
            let used = self.read(&rest, false, visitor);
            if used < before {
                rest.drain(..used);
                self.rest = rest;
                bytes = others;
            } else {
                bytes = bytes.get(used.saturating_sub(before)..).unwrap_or_default();
            }
        }
        if self.rest.is_empty() {
            let used = self.read(bytes, false, visitor);
            self.rest.extend_from_slice(bytes.get(used..).unwrap_or_default());
        }
    }

    /// The stream has ended.
    pub(super) fn end(&mut self, visitor: &mut impl Visitor) {
        let rest = mem::take(&mut self.rest);
        self.read(&rest, true, visitor);
        self.give_up(visitor);
        self.end_line();
    }

    /// Reads what can be understood of `bytes`. Returns how much that is.
    fn read(&mut self, bytes: &[u8], is_last: bool, visitor: &mut impl Visitor) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let step = if self.expected == Expected::Anything {
                Step::To(self.skip_text(bytes, at, visitor))
            } else {
                self.step(bytes, at, visitor)
            };
            match step {
                Step::To(next) => at = next,
                Step::NeedsMore if !is_last && bytes.len().saturating_sub(at) < MAX_TOKEN_LEN => {
                    return at;
                }
                Step::NeedsMore => {
                    self.give_up(visitor);
                    return bytes.len();
                }
                Step::Broken(next) => {
                    self.give_up(visitor);
                    at = next;
                }
            }
        }
        bytes.len()
    }

    /// Skips what is outside of values. Returns the place after the beginning of the next one.
    fn skip_text(&mut self, bytes: &[u8], start: usize, visitor: &mut impl Visitor) -> usize {
        let rest = bytes.get(start..).unwrap_or_default();
        let mut before = 0;
        for found in memchr3_iter(b'{', b'[', b'\n', rest) {
            let text = rest.get(before..found).unwrap_or_default();
            self.has_text |= text.iter().any(|byte| !is_between(*byte));
            before = found.saturating_add(1);
            match rest.get(found) {
                Some(b'\n') => self.end_line(),
                Some(b'{') => {
                    self.enter(Kind::Object, visitor);
                    return start.saturating_add(before);
                }
                _ => {
                    self.enter(Kind::List, visitor);
                    return start.saturating_add(before);
                }
            }
        }
        let text = rest.get(before..).unwrap_or_default();
        self.has_text |= text.iter().any(|byte| !is_between(*byte));
        bytes.len()
    }

    fn end_line(&mut self) {
        if mem::take(&mut self.has_text) && !self.has_value {
            self.flaws.other_lines = self.flaws.other_lines.saturating_add(1);
        }
        self.has_value = false;
    }

    fn give_up(&mut self, visitor: &mut impl Visitor) {
        if self.open.is_empty() {
            return;
        }
        self.open.clear();
        self.expected = Expected::Anything;
        visitor.give_up();
        if mem::take(&mut self.is_json) {
            self.flaws.broken = self.flaws.broken.saturating_add(1);
        } else {
            self.has_text = true;
        }
    }

    fn enter(&mut self, kind: Kind, visitor: &mut impl Visitor) {
        self.open.push(kind);
        self.expected = match kind {
            Kind::List => Expected::ValueOrEnd,
            Kind::Object => Expected::NameOrEnd,
        };
        visitor.open(kind);
    }

    fn leave(&mut self, visitor: &mut impl Visitor) {
        self.open.pop();
        visitor.close();
        self.expected = Expected::CommaOrEnd;
        if self.open.is_empty() {
            self.expected = Expected::Anything;
            self.has_value = true;
            self.is_json = false;
        }
    }

    /// Takes a step inside of a value.
    fn step(&mut self, bytes: &[u8], start: usize, visitor: &mut impl Visitor) -> Step {
        use Expected as E;
        let rest = bytes.get(start..).unwrap_or_default();
        let space = rest.iter().take_while(|byte| is_space(**byte)).count();
        let at = start.saturating_add(space);
        let next = at.saturating_add(1);
        let Some(byte) = bytes.get(at).copied() else { return Step::To(at) };
        let kind = self.open.last().copied();
        match (byte, self.expected) {
            (b'"', E::NameOrEnd | E::Name) => match string(bytes, next) {
                Text::Whole(end) => {
                    visitor.name(bytes.get(next..end).unwrap_or_default());
                    self.is_json = true;
                    self.expected = E::Colon;
                    Step::To(end.saturating_add(1))
                }
                text => text.flaw(),
            },
            (b'"', E::Value | E::ValueOrEnd) => match string(bytes, next) {
                Text::Whole(end) => {
                    let end = end.saturating_add(1);
                    visitor.string(bytes.get(at..end).unwrap_or_default());
                    self.expected = E::CommaOrEnd;
                    Step::To(end)
                }
                text => text.flaw(),
            },
            (b':', E::Colon) => {
                self.expected = E::Value;
                Step::To(next)
            }
            (b',', E::CommaOrEnd) => {
                self.expected = if kind == Some(Kind::Object) { E::Name } else { E::Value };
                Step::To(next)
            }
            (b'}', E::NameOrEnd | E::CommaOrEnd) if kind == Some(Kind::Object) => {
                self.leave(visitor);
                Step::To(next)
            }
            (b']', E::ValueOrEnd | E::CommaOrEnd) if kind == Some(Kind::List) => {
                self.leave(visitor);
                Step::To(next)
            }
            (b'{' | b'[', E::Value | E::ValueOrEnd) if self.open.len() < MAX_DEPTH => {
                self.enter(if byte == b'{' { Kind::Object } else { Kind::List }, visitor);
                Step::To(next)
            }
            (b'-' | b'0'..=b'9' | b'a'..=b'z', E::Value | E::ValueOrEnd) => {
                let word = bytes.get(at..).unwrap_or_default();
                let len = word.iter().take_while(|byte| is_in_literal(**byte)).count();
                let literal = word.get(..len).unwrap_or_default();
                if len == word.len() && len < 64 {
                    return Step::NeedsMore;
                }
                if byte.is_ascii_lowercase() && !matches!(literal, b"true" | b"false" | b"null") {
                    return Step::Broken(at);
                }
                visitor.literal(literal);
                self.expected = E::CommaOrEnd;
                Step::To(at.saturating_add(len))
            }
            _ => Step::Broken(at),
        }
    }
}

/// A string that begins at some place.
enum Text {
    /// Its closing quote is there.
    Whole(usize),
    NeedsMore,
    /// A line ends in it.
    Broken(usize),
}

impl Text {
    fn flaw(self) -> Step {
        match self {
            Self::Broken(at) => Step::Broken(at),
            Self::Whole(_) | Self::NeedsMore => Step::NeedsMore,
        }
    }
}

fn string(bytes: &[u8], start: usize) -> Text {
    let mut at = start;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr3(b'"', b'\\', b'\n', rest)) {
        at = at.saturating_add(found);
        match bytes.get(at) {
            Some(b'"') => return Text::Whole(at),
            Some(b'\n') => return Text::Broken(at),
            // The escaped character may be a quote.
            _ => at = at.saturating_add(2),
        }
    }
    Text::NeedsMore
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Between values there may be commas, as between those of a list whose beginning is cut off.
fn is_between(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b',' | b']' | b'}' | 0x1e)
}

fn is_in_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

#[cfg(test)]
mod tests;
