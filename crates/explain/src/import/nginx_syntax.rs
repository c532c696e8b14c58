//! The syntax of nginx's configuration: directives, their words, and blocks.
//!
//! Source: nginx, `ngx_conf_read_token` in `src/core/ngx_conf_file.c`. Written here, as the crates that
//! there are read another language: nginx-config (of 2019) knows a fixed list of directives,
//! nginx-lint-parser 0.24 refuses Windows line ends, takes `$scheme://$host` for three words, and
//! overflows the stack where blocks are nested deeply.

use std::ops::Range;

use crate::written_fault::WrittenFault;

/// The deepest nesting of blocks that is read. No configuration has more.
const MAX_DEPTH: usize = 100;

/// `name words;` or `name words { block }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// The name, and what follows it up to the block or the end.
    pub(super) words: Vec<Word>,
    /// The directives between its braces.
    pub(super) block: Option<Vec<Directive>>,
}

/// A word, as nginx reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes.
    pub(super) text: String,
    /// Its place in the file, with quotes, in bytes.
    pub(super) span: Range<usize>,
}

impl Directive {
    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.words.first().map_or("", |word| &word.text)
    }

    /// The words after its name.
    pub(super) fn values(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The texts of the words after its name.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.values().iter().map(|word| word.text.as_str()).collect()
    }

    /// The directives in its block.
    pub(super) fn inner(&self) -> &[Directive] {
        self.block.as_deref().unwrap_or_default()
    }

    /// The place of its words.
    pub(super) fn span(&self) -> Range<usize> {
        let start = self.words.first().map_or(0, |word| word.span.start);
        let end = self.words.last().map_or(start, |word| word.span.end);
        start..end
    }
}

/// The directives of `text`, and the fault that ends it early.
pub(super) fn read(text: &str) -> (Vec<Directive>, Option<WrittenFault>) {
    let mut reader = Reader { text, at: 0 };
    // The blocks that are open, each with the words before it.
    let mut open: Vec<(Vec<Word>, Vec<Directive>)> = Vec::new();
    let mut directives = Vec::new();
    let fault = loop {
        let mut words = Vec::new();
        let end = loop {
            match reader.next() {
                Ok(Token::Word(word)) => words.push(word),
                Ok(end) => break Ok(end),
                Err(fault) => break Err(fault),
            }
        };
        match end {
            Ok(Token::Semicolon) if !words.is_empty() => {
                directives.push(Directive { words, block: None });
            }
            Ok(Token::OpenBrace) if !words.is_empty() && open.len() < MAX_DEPTH => {
                if words.first().is_some_and(|word| word.text.ends_with("_by_lua_block")) {
                    reader.skip_block();
                    directives.push(Directive { words, block: Some(Vec::new()) });
                } else {
                    open.push((words, std::mem::take(&mut directives)));
                }
            }
            Ok(Token::CloseBrace) if words.is_empty() && !open.is_empty() => {
                close(&mut open, &mut directives);
            }
            Ok(Token::End) if words.is_empty() && open.is_empty() => break None,
            Ok(Token::End) => {
                let message = "the file ends in the middle of a directive or block";
                let help = "use the whole file, as `nginx -T` prints it";
                break Some(WrittenFault::new(text.len()..text.len(), message, help));
            }
            Ok(_) => {
                let at = reader.at.saturating_sub(1)..reader.at;
                let written = text.get(at.clone()).unwrap_or_default();
                let message = format!("unexpected {written:?}");
                break Some(WrittenFault::new(at, message, "`nginx -t` says what is wrong"));
            }
            Err(fault) => break Some(fault),
        }
    };
    while !open.is_empty() {
        close(&mut open, &mut directives);
    }
    (directives, fault)
}

/// Closes the innermost block, whose directives are `directives`.
fn close(open: &mut Vec<(Vec<Word>, Vec<Directive>)>, directives: &mut Vec<Directive>) {
    if let Some((words, outer)) = open.pop() {
        let block = std::mem::replace(directives, outer);
        directives.push(Directive { words, block: Some(block) });
    }
}

enum Token {
    Word(Word),
    Semicolon,
    OpenBrace,
    CloseBrace,
    End,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at = self.at.saturating_add(char.len_utf8());
        Some(char)
    }

    fn next(&mut self) -> Result<Token, WrittenFault> {
        loop {
            let start = self.at;
            match self.peek() {
                None => return Ok(Token::End),
                Some('#') => while self.advance().is_some_and(|char| char != '\n') {},
                Some(char) if is_space(char) => drop(self.advance()),
                Some(';') => return Ok(self.punctuation(Token::Semicolon)),
                Some('{') => return Ok(self.punctuation(Token::OpenBrace)),
                Some('}') => return Ok(self.punctuation(Token::CloseBrace)),
                Some(quote @ ('"' | '\'')) => return self.quoted(quote, start),
                Some(_) => return Ok(self.unquoted(start)),
            }
        }
    }

    fn punctuation(&mut self, token: Token) -> Token {
        self.advance();
        token
    }

    fn quoted(&mut self, quote: char, start: usize) -> Result<Token, WrittenFault> {
        self.advance();
        let mut text = String::new();
        loop {
            match self.advance() {
                Some('\\') => self.escaped(&mut text),
                Some(char) if char == quote => break,
                Some(char) => text.push(char),
                None => {
                    let message = "string without its closing quote";
                    let help = format!("write {quote} at its end");
                    return Err(WrittenFault::new(start..start.saturating_add(1), message, help));
                }
            }
        }
        Ok(Token::Word(Word { text, span: start..self.at }))
    }

    fn unquoted(&mut self, start: usize) -> Token {
        let mut text = String::new();
        let mut follows_dollar = false;
        while let Some(char) = self.peek() {
            if is_space(char) || char == ';' || char == '{' && !follows_dollar {
                break;
            }
            self.advance();
            if char == '\\' {
                self.escaped(&mut text);
            } else {
                text.push(char);
            }
            follows_dollar = char == '$';
        }
        Token::Word(Word { text, span: start..self.at })
    }

    /// Reads what follows a backslash.
    fn escaped(&mut self, text: &mut String) {
        match self.advance() {
            Some(char @ ('"' | '\'' | '\\')) => text.push(char),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('n') => text.push('\n'),
            other => {
                text.push('\\');
                text.extend(other);
            }
        }
    }

    /// Passes over a block of another language, as far as braces tell.
    fn skip_block(&mut self) {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.advance() {
                Some('{') => depth = depth.saturating_add(1),
                Some('}') => depth = depth.saturating_sub(1),
                Some(_) => {}
                None => break,
            }
        }
    }
}

fn is_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\r' | '\n' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The directives as `name word word { … }`, each word between bars.
    fn shown(directives: &[Directive]) -> String {
        let show = |directive: &Directive| {
            let words = directive.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>();
            let block = directive.block.as_deref().map(|inner| format!(" {{{}}}", shown(inner)));
            format!("{}{}", words.join("|"), block.unwrap_or_default())
        };
        directives.iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_configuration_is_split_into_words_as_nginx_does() {
        for (text, words) in [
            ("a b c;", "a|b|c"),
            ("\u{feff}a  b\tc;\r\nd;\r\n", "a|b|c d"),
            ("# comment ; {\na b#c; # end", "a|b#c"),
            (r#"a "b \"c\" \. \\d" 'e "f"';"#, r#"a|b "c" \. \d|e "f""#),
            (r"a ^https?://x\.y$ \;b;", r"a|^https?://x\.y$|\;b"),
            ("a ${b}c $d;", "a|${b}c|$d"),
            ("a b\"c\"d;", "a|b\"c\"d"),
            ("a (b{c;}", "a|(b {c}"),
            ("a{b c;d{}}e;", "a {b|c d {}} e"),
            ("x_by_lua_block { if { } ;; } a;", "x_by_lua_block {} a"),
            ("if ($a ~* \"^b{2}$\") { return 204; }", "if|($a|~*|^b{2}$|) {return|204}"),
        ] {
            let (directives, fault) = read(text);
            assert_eq!((shown(&directives), fault), (words.to_owned(), None), "{text}");
        }
    }

    #[test]
    fn a_configuration_with_a_syntax_fault_is_read_as_far_as_possible() {
        for (text, words, span) in [
            ("a b; c {d;", "a|b c {d}", 10..10),
            ("a b; c", "a|b", 6..6),
            ("a; } b;", "a", 3..4),
            ("a {;}", "a {}", 3..4),
            ("a \"b;", "", 2..3),
            ("{", "", 0..1),
        ] {
            let (directives, fault) = read(text);
            assert_eq!(shown(&directives), words, "{text}");
            assert_eq!(fault.unwrap().span, span, "{text}");
        }
        let deep = "a {".repeat(100_000);
        assert!(read(&deep).1.is_some());
    }
}
