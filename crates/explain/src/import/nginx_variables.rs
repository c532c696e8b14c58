//! nginx's variables, as far as they follow from a request's `Origin` and method.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    rc::Rc,
};

use super::{
    nginx_syntax::{Directive, Word},
    regex::{Regex, Unreadable},
};

/// The longest chain of maps, each of which is the source of the next.
const MAX_MAPS: usize = 10;

/// The value of a variable or of a text with variables. The error is the name of a variable that is
/// not known.
pub(super) type Value = Result<String, String>;

/// A request of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'r> {
    /// Its `Origin`; empty if it has none.
    pub(super) origin: &'r str,
    /// Its method.
    pub(super) method: &'r str,
    /// A regular expression that takes the origin, whether it does so or not.
    pub(super) taken_by: Option<&'r RegexKey>,
}

/// A regular expression: its text, and true if it ignores the case.
pub(super) type RegexKey = (String, bool);

/// The `map` blocks of a configuration, and its regular expressions as they are needed.
#[derive(Debug, Default)]
pub(super) struct Variables<'c> {
    maps: HashMap<&'c str, Map<'c>>,
    /// The names that some `set` has: empty until it is reached.
    settable: BTreeSet<&'c str>,
    regexes: RefCell<BTreeMap<RegexKey, Rc<Result<Regex, Unreadable>>>>,
}

/// A `map` block.
#[derive(Debug)]
struct Map<'c> {
    source: &'c str,
    /// In lower case, as nginx ignores the case of these.
    exact: HashMap<String, &'c str>,
    regexes: Vec<(RegexKey, &'c str)>,
    default: &'c str,
}

/// A source of a `map` block.
#[derive(Debug)]
pub(super) enum MapKey {
    /// A text, in lower case.
    Exact(String),
    /// A regular expression.
    Regex(RegexKey),
}

impl MapKey {
    /// Reads the first word of a line in a `map` block; `None` if it is a parameter of the block.
    pub(super) fn read(line: &Directive) -> Option<Self> {
        let name = line.name();
        if matches!(name, "default" | "include" | "hostnames" | "volatile") {
            return None;
        }
        Some(match name.strip_prefix('~') {
            Some(rest) => Self::Regex(match rest.strip_prefix('*') {
                Some(rest) => (rest.to_owned(), true),
                None => (rest.to_owned(), false),
            }),
            None => Self::Exact(name.strip_prefix('\\').unwrap_or(name).to_ascii_lowercase()),
        })
    }
}

impl<'c> Variables<'c> {
    /// Adds a `map` block.
    pub(super) fn add_map(&mut self, map: &'c Directive) {
        let [source, name] = map.values() else { return };
        let Some(name) = name.text.strip_prefix('$') else { return };
        let mut read =
            Map { source: &source.text, exact: HashMap::new(), regexes: Vec::new(), default: "" };
        for line in map.inner() {
            let [Word { text: value, .. }] = line.values() else { continue };
            match MapKey::read(line) {
                Some(MapKey::Exact(text)) => drop(read.exact.insert(text, value)),
                Some(MapKey::Regex(key)) => read.regexes.push((key, value)),
                None if line.name() == "default" => read.default = value,
                None => {}
            }
        }
        self.maps.insert(name, read);
    }

    /// Adds the variable of a `set`.
    pub(super) fn add_set(&mut self, set: &'c Directive) {
        let name = set.values().first().map(|name| name.text.trim_start_matches('$'));
        self.settable.extend(name);
    }

    /// The regular expression of `key`.
    pub(super) fn regex(&self, key: &RegexKey) -> Rc<Result<Regex, Unreadable>> {
        if let Some(regex) = self.regexes.borrow().get(key) {
            return Rc::clone(regex);
        }
        let regex = Rc::new(Regex::read(&key.0, key.1));
        self.regexes.borrow_mut().insert(key.clone(), Rc::clone(&regex));
        regex
    }

    /// Returns true if the regular expression takes `text`; `None` if it cannot be read.
    pub(super) fn is_match(
        &self,
        key: &RegexKey,
        text: &str,
        request: Request<'_>,
    ) -> Option<bool> {
        if text == request.origin && request.taken_by == Some(key) {
            return Some(true);
        }
        self.regex(key).as_ref().as_ref().ok().map(|regex| regex.is_match(text))
    }
}

/// The variables of one request.
#[derive(Debug)]
pub(super) struct Locals<'v, 'c> {
    variables: &'v Variables<'c>,
    /// The request.
    pub(super) request: Request<'v>,
    set: HashMap<String, Value>,
    /// `$1`.
    captured: Option<String>,
}

impl<'v, 'c> Locals<'v, 'c> {
    pub(super) fn new(variables: &'v Variables<'c>, request: Request<'v>) -> Self {
        Self { variables, request, set: HashMap::new(), captured: None }
    }

    /// `set $name value`.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let value = self.value(value);
        self.set.insert(name.trim_start_matches('$').to_owned(), value);
    }

    /// The value of a text with variables.
    pub(super) fn value(&self, text: &str) -> Value {
        self.expand(text, self.captured.as_deref(), 0)
    }

    fn expand(&self, text: &str, captured: Option<&str>, depth: usize) -> Value {
        let mut value = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            value.push_str(before);
            let (name, after) = name(after);
            match name {
                "" => value.push('$'),
                "1" => value.push_str(captured.ok_or_else(|| name.to_owned())?),
                name => value.push_str(&self.variable(name, depth)?),
            }
            rest = after;
        }
        value.push_str(rest);
        Ok(value)
    }

    fn variable(&self, name: &str, depth: usize) -> Value {
        if let Some(value) = self.set.get(name) {
            return value.clone();
        }
        match name {
            "http_origin" => Ok(self.request.origin.to_owned()),
            "request_method" => Ok(self.request.method.to_owned()),
            // Whatever the preflight asks for.
            "http_access_control_request_headers" | "http_access_control_request_method" => {
                Ok("*".to_owned())
            }
            _ => match self.variables.maps.get(name) {
                Some(map) if depth < MAX_MAPS => self.map(map, depth.saturating_add(1)),
                None if self.variables.settable.contains(name) => Ok(String::new()),
                _ => Err(name.to_owned()),
            },
        }
    }

    fn map(&self, map: &Map<'_>, depth: usize) -> Value {
        let source = self.expand(map.source, None, depth)?;
        if let Some(value) = map.exact.get(&source.to_ascii_lowercase()) {
            return self.expand(value, None, depth);
        }
        for (key, value) in &map.regexes {
            // One that cannot be read is named where it is written.
            if self.variables.is_match(key, &source, self.request) == Some(true) {
                return self.expand(value, self.captured_by(key, &source).as_deref(), depth);
            }
        }
        self.expand(map.default, None, depth)
    }

    /// `$1` after the regular expression took `text`.
    fn captured_by(&self, key: &RegexKey, text: &str) -> Option<String> {
        let regex = self.variables.regex(key);
        let is_all = regex.as_ref().as_ref().is_ok_and(|regex| regex.captures_all);
        is_all.then(|| text.to_owned())
    }

    /// The condition of an `if`. The error is the name of what it hangs on.
    pub(super) fn holds(&mut self, condition: &Condition) -> Result<bool, String> {
        let subject = self.value(&condition.subject)?;
        match &condition.test {
            Test::NotEmpty => Ok(!matches!(subject.as_str(), "" | "0")),
            Test::Equals { text, is_negated } => {
                let text = self.value(text)?;
                Ok((subject == text) != *is_negated)
            }
            Test::Matches { key, is_negated } => {
                // One that cannot be read is named where it is written.
                let is_match =
                    self.variables.is_match(key, &subject, self.request).unwrap_or(false);
                if is_match {
                    self.captured = self.captured_by(key, &subject);
                }
                Ok(is_match != *is_negated)
            }
            Test::Other => Err(condition.subject.clone()),
        }
    }
}

/// The name that `text` begins with, without braces, and what follows it.
fn name(text: &str) -> (&str, &str) {
    if let Some((name, after)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        return (name, after);
    }
    if text.starts_with(|char: char| char.is_ascii_digit()) {
        return text.split_at_checked(1).unwrap_or((text, ""));
    }
    let end = text.find(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""))
}

/// The condition of an `if`.
#[derive(Debug)]
pub(super) struct Condition {
    /// The text that is compared.
    pub(super) subject: String,
    /// With what.
    pub(super) test: Test,
    /// The place of what it is compared with.
    pub(super) span: Range<usize>,
}

/// A comparison.
#[derive(Debug)]
pub(super) enum Test {
    /// `if ($name)`.
    NotEmpty,
    /// `=` and `!=`.
    Equals {
        /// With variables.
        text: String,
        /// It is `!=`.
        is_negated: bool,
    },
    /// `~`, `~*`, `!~` and `!~*`.
    Matches {
        /// The regular expression.
        key: RegexKey,
        /// It is `!~` or `!~*`.
        is_negated: bool,
    },
    /// A test of files.
    Other,
}

impl Condition {
    /// Reads the condition of the directive `if`.
    ///
    /// Source: nginx, `ngx_http_rewrite_if_condition`.
    pub(super) fn read(directive: &Directive) -> Self {
        let mut words: Vec<Word> = directive.values().to_vec();
        if let Some(first) = words.first_mut()
            && let Some(rest) = first.text.strip_prefix('(')
        {
            first.text = rest.to_owned();
        }
        if let Some(last) = words.last_mut()
            && let Some(rest) = last.text.strip_suffix(')')
        {
            last.text = rest.to_owned();
        }
        words.retain(|word| !word.text.is_empty() || is_quoted(word));
        let span = words.last().map_or_else(|| directive.span(), |word| word.span.clone());
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let (subject, test) = match texts.as_slice() {
            [subject] if subject.starts_with('$') => (*subject, Test::NotEmpty),
            [subject, operator @ ("=" | "!="), text] => {
                let is_negated = *operator == "!=";
                (*subject, Test::Equals { text: (*text).to_owned(), is_negated })
            }
            [subject, operator @ ("~" | "~*" | "!~" | "!~*"), regex] => {
                let key = ((*regex).to_owned(), operator.ends_with('*'));
                (*subject, Test::Matches { key, is_negated: operator.starts_with('!') })
            }
            others => (others.first().copied().unwrap_or_default(), Test::Other),
        };
        Self { subject: subject.to_owned(), test, span }
    }
}

/// The word is an empty text in quotes.
fn is_quoted(word: &Word) -> bool {
    word.span.len() >= 2
}
