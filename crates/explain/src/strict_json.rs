//! Strict JSON from what people write. Comments, trailing commas, single quotes and names without
//! quotes are understood, as JavaScript has them, and so is a byte order mark.
//!
//! Everything else stays as it is written, so that the JSON parser reports it. Positions refer to
//! the written text.

use std::ops::Range;

use jsonc_parser::{
    ParseStringErrorKind, Scanner, ScannerOptions,
    errors::{ParseError, ParseErrorKind},
    tokens::Token,
};

use crate::{expression::Expression, written_fault::WrittenFault};

/// JavaScript syntax that no policy needs stays a fault.
const OPTIONS: ScannerOptions = ScannerOptions {
    allow_single_quoted_strings: true,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: true,
};

/// A text as strict JSON, and where each part of it is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct StrictJson {
    text: String,
    /// In order, without gaps in `text`.
    pieces: Vec<Piece>,
}

/// A part of the JSON, and the part of the written text that it stands for.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    json: Range<usize>,
    written: Range<usize>,
}

/// The extent of the text that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// To its end.
    All,
    /// One object or list.
    Value,
}

impl StrictJson {
    /// The JSON of `written`, from the byte `start` on.
    ///
    /// # Errors
    /// There is an expression where JSON has a literal, or a comment or a string without an end.
    pub(crate) fn read(written: &str, start: usize, extent: Extent) -> Result<Self, WrittenFault> {
        let mut writer = Writer::new(written, start);
        writer.write(extent)?;
        Ok(writer.json)
    }

    /// The JSON.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The part of the written text that a part of the JSON stands for.
    pub(crate) fn written(&self, json: &Range<usize>) -> Range<usize> {
        let start = self.piece(|piece| piece.json.end <= json.start).start(json.start);
        if json.is_empty() {
            return start..start;
        }
        let end = self.piece(|piece| piece.json.end < json.end).end(json.end);
        start..end.max(start)
    }

    /// The first piece that does not come `before`, or the end.
    fn piece(&self, before: impl Fn(&Piece) -> bool) -> Piece {
        let json = self.text.len();
        let written = self.pieces.last().map_or(0, |piece| piece.written.end);
        let found = self.pieces.get(self.pieces.partition_point(before));
        found.map_or(Piece { json: json..json, written: written..written }, |piece| Piece {
            json: piece.json.clone(),
            written: piece.written.clone(),
        })
    }

    /// Adds `json`, which stands for the part `written` of the text.
    fn push(&mut self, json: &str, written: Range<usize>) {
        let start = self.text.len();
        self.text.push_str(json);
        let json = start..self.text.len();
        match self.pieces.last_mut() {
            // Two adjacent pieces that are both copied as written become one.
            Some(last)
                if last.is_verbatim()
                    && last.written.end == written.start
                    && json.len() == written.len() =>
            {
                last.json.end = json.end;
                last.written.end = written.end;
            }
            _ => self.pieces.push(Piece { json, written }),
        }
    }
}

impl Piece {
    fn is_verbatim(&self) -> bool {
        self.json.len() == self.written.len()
    }

    fn start(&self, json: usize) -> usize {
        let within = json.saturating_sub(self.json.start);
        self.written.start.saturating_add(if self.is_verbatim() { within } else { 0 })
    }

    fn end(&self, json: usize) -> usize {
        let missing = self.json.end.saturating_sub(json);
        self.written.end.saturating_sub(if self.is_verbatim() { missing } else { 0 })
    }
}

/// Writes the JSON, one token late: how a token is written depends on the next one.
struct Writer<'w> {
    written: &'w str,
    /// The offset at which the scanner begins.
    start: usize,
    scanner: Scanner<'w>,
    json: StrictJson,
    /// The end of the last token.
    end: usize,
    /// The last token but one.
    before: Option<Token<'w>>,
    /// The last token, which is not yet written.
    last: Option<(Token<'w>, Range<usize>)>,
    /// The comments since.
    comments: Vec<Range<usize>>,
    /// The first comment with the beginning of another in it.
    nested: Option<Range<usize>>,
    /// The number of objects and lists that are open.
    depth: usize,
}

impl<'w> Writer<'w> {
    fn new(written: &'w str, start: usize) -> Self {
        let rest = written.get(start..).unwrap_or_default();
        let start = if rest.starts_with(BYTE_ORDER_MARK) {
            start.saturating_add(BYTE_ORDER_MARK.len_utf8())
        } else {
            start
        };
        let scanner = Scanner::new(written.get(start..).unwrap_or_default(), &OPTIONS);
        Self {
            written,
            start,
            scanner,
            json: StrictJson::default(),
            end: start,
            before: None,
            last: None,
            comments: Vec::new(),
            nested: None,
            depth: 0,
        }
    }

    fn write(&mut self, extent: Extent) -> Result<(), WrittenFault> {
        loop {
            let scanned = self.scanner.scan();
            let place = self.place();
            let token = match scanned {
                Ok(token) => token,
                Err(error) => return self.write_rest(&error),
            };
            if let Some(Token::CommentLine(text) | Token::CommentBlock(text)) = token {
                if text.contains("/*") && self.written(&place).starts_with("/*") {
                    self.nested.get_or_insert(place.clone());
                }
                self.comments.push(place);
                continue;
            }
            self.write_last(token.as_ref())?;
            self.write_gap(place.start);
            let Some(token) = token else { return Ok(()) };
            if matches!(token, Token::String(_)) && self.written(&place).contains('\n') {
                return Err(without_quote(place.start));
            }
            let is_end = self.count(&token) && extent == Extent::Value;
            self.end = place.end;
            self.before = self.last.take().map(|(token, _)| token);
            self.last = Some((token, place));
            if is_end {
                return self.write_last(None);
            }
        }
    }

    /// The place of the current token.
    fn place(&self) -> Range<usize> {
        let at = |offset: usize| self.start.saturating_add(offset);
        at(self.scanner.token_start())..at(self.scanner.token_end())
    }

    fn written(&self, place: &Range<usize>) -> &'w str {
        self.written.get(place.clone()).unwrap_or_default()
    }

    /// Counts what `token` opens and closes. Returns true if nothing is open after it.
    fn count(&mut self, token: &Token<'_>) -> bool {
        match token {
            Token::OpenBrace | Token::OpenBracket => self.depth = self.depth.saturating_add(1),
            Token::CloseBrace | Token::CloseBracket => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.depth == 0
    }

    /// Writes the last token, which `next` follows.
    fn write_last(&mut self, next: Option<&Token<'_>>) -> Result<(), WrittenFault> {
        let Some((token, place)) = &self.last else { return Ok(()) };
        let written = self.written(place);
        let is_name = matches!(next, Some(Token::Colon))
            && matches!(self.before, Some(Token::OpenBrace | Token::Comma) | None);
        let closes = matches!(next, Some(Token::CloseBrace | Token::CloseBracket));
        let json = match token {
            Token::Word(_) if !is_name => {
                return Err(self.not_literal(place.start).unwrap_or_else(|| {
                    let message = format!("unexpected {written}");
                    WrittenFault::new(place.clone(), message, "fix the syntax there")
                }));
            }
            Token::Word(_) | Token::Number(_) | Token::Boolean(_) | Token::Null if is_name => {
                quote(written)
            }
            Token::String(value) => string(written, value),
            Token::Comma if closes && self.follows_value() => String::new(),
            _ => written.to_owned(),
        };
        let place = place.clone();
        self.json.push(&json, place);
        Ok(())
    }

    /// The last token follows a value.
    fn follows_value(&self) -> bool {
        let begins = |token: &Token<'_>| {
            matches!(token, Token::OpenBrace | Token::OpenBracket | Token::Comma | Token::Colon)
        };
        self.before.as_ref().is_some_and(|token| !begins(token))
    }

    /// Writes the white space from the last token to `end`, without the comments in it.
    fn write_gap(&mut self, end: usize) {
        let gap = self.end..end;
        let comments = std::mem::take(&mut self.comments);
        let written = self.written(&gap);
        if comments.is_empty() {
            let is_json = |char: char| matches!(char, ' ' | '\t' | '\n' | '\r');
            let space = |char| if is_json(char) { char } else { ' ' };
            let json: String = written.chars().map(space).collect();
            return self.json.push(&json, gap);
        }
        if self.last.is_none() {
            // The text before the document is dropped.
            return;
        }
        let mut space = String::new();
        let mut start = gap.start;
        for comment in comments {
            space.push_str(self.written(&(start..comment.start)));
            start = comment.end;
        }
        space.push_str(self.written(&(start..gap.end)));
        let json = match space.rsplit_once('\n') {
            // Lines that have only comments are dropped.
            Some((before, indentation)) => {
                let is_crlf = before.ends_with('\r') || before.contains("\r\n");
                format!("{}{indentation}", if is_crlf { "\r\n" } else { "\n" })
            }
            None => " ".to_owned(),
        };
        let json: String = json.chars().filter(char::is_ascii_whitespace).collect();
        self.json.push(&json, gap);
    }

    /// Goes on after an `error` of the scanner.
    fn write_rest(&mut self, error: &ParseError) -> Result<(), WrittenFault> {
        let range = error.range();
        let start = self.place().start;
        let at = start..self.start.saturating_add(range.end).max(start);
        match error.kind() {
            ParseErrorKind::UnterminatedCommentBlock => {
                let opening = start..start.saturating_add(2);
                return Err(WrittenFault::new(
                    opening,
                    "comment without an end",
                    "write */ after it",
                ));
            }
            ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
                return Err(without_quote(start));
            }
            ParseErrorKind::String(kind) => {
                let message = kind.to_string().to_lowercase();
                return Err(WrittenFault::new(at, message, "write \\\\ for a backslash"));
            }
            _ => {}
        }
        self.write_last(None)?;
        if let Some(fault) = self.not_literal(start) {
            return Err(fault);
        }
        // The parser of JSON says what is wrong.
        self.write_gap(start);
        let rest = start..self.written.len();
        self.json.push(self.written(&rest), rest);
        Ok(())
    }

    /// The fault of an expression that begins at `start`.
    fn not_literal(&self, start: usize) -> Option<WrittenFault> {
        if let Some(comment) = &self.nested {
            let message = "comment within a comment: the first */ ends both";
            return Some(WrittenFault::new(comment.clone(), message, "remove the inner comment"));
        }
        let rest = self.written.get(start..)?;
        Expression::read(rest).map(|expression| expression.fault(start))
    }
}

/// The fault of a string that begins at `start`.
fn without_quote(start: usize) -> WrittenFault {
    let help = "close the quotes on the same line";
    WrittenFault::new(start..start.saturating_add(1), "string without its closing quote", help)
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// `text` as JSON.
fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// A string that is `written` with either quotes, as JSON.
fn string(written: &str, value: &str) -> String {
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
    if inner.chars().any(|char| char < ' ') {
        // The parser of JSON says that it has a control character.
        return format!("\"{inner}\"");
    }
    let is_plain = written.starts_with('"') && (!inner.contains('\\') || is_json(written));
    if is_plain { written.to_owned() } else { quote(value) }
}
