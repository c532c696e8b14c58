//! nginx's answer to a request: whether it refuses it, and the headers that it adds.

use super::{
    nginx_syntax::{Directive, Word},
    nginx_variables::{Condition, Locals, Request, Value, Variables},
};

/// The directives that apply to a location.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'c> {
    /// The blocks around it and its own, from the outermost on.
    pub(super) levels: Vec<&'c [Directive]>,
    /// The level of the `server`.
    pub(super) server: usize,
}

/// An answer.
#[derive(Debug, Default)]
pub(super) struct Answer<'c> {
    /// The status of `return`, without which the request goes on.
    pub(super) status: Option<u16>,
    /// The headers, of names in lower case.
    pub(super) headers: Vec<Header<'c>>,
    /// Each `if` that tests something other than the origin and the method, and what it tests. Such
    /// a test counts as false.
    pub(super) unknown: Vec<(&'c Directive, String)>,
}

/// A header that nginx adds.
#[derive(Debug)]
pub(super) struct Header<'c> {
    /// In lower case.
    pub(super) name: String,
    /// Its value.
    pub(super) value: Value,
    /// The directive that adds it.
    pub(super) directive: &'c Directive,
}

/// A header as it is written.
pub(super) struct WrittenHeader<'c> {
    /// In lower case.
    pub(super) name: String,
    /// With variables.
    pub(super) value: &'c str,
}

impl<'c> Answer<'c> {
    /// The answer in `scope`.
    pub(super) fn of(scope: &Scope<'c>, variables: &Variables<'c>, request: Request<'_>) -> Self {
        let mut run = Run {
            locals: Locals::new(variables, request),
            answer: Answer::default(),
            last_if: None,
        };
        let mut rewritten: Vec<&'c [Directive]> =
            scope.levels.get(scope.server).copied().into_iter().collect();
        if scope.levels.len() > scope.server.saturating_add(1) {
            rewritten.extend(scope.levels.last());
        }
        for directives in rewritten {
            if run.rewrite(directives).is_some() {
                break;
            }
        }
        let levels = scope.levels.iter().copied().chain(run.last_if).collect::<Vec<_>>();
        run.answer.headers = headers(&levels, &run.locals);
        run.answer
    }

    /// It refuses the request.
    pub(super) fn is_refusal(&self) -> bool {
        self.status.is_some_and(|status| status >= 400)
    }

    /// The first value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|header| header.name == name)?;
        header.value.as_deref().ok().filter(|value| !value.is_empty())
    }
}

struct Run<'v, 'c> {
    locals: Locals<'v, 'c>,
    answer: Answer<'c>,
    /// The block of the last `if` that held, whose headers are those of the answer.
    last_if: Option<&'c [Directive]>,
}

/// Nothing of the rewrite module runs after it.
struct Ended;

impl<'c> Run<'_, 'c> {
    /// Runs the directives of nginx's rewrite module.
    fn rewrite(&mut self, directives: &'c [Directive]) -> Option<Ended> {
        for directive in directives {
            match (directive.name(), directive.texts().as_slice()) {
                ("set", [name, value]) => self.locals.set(name, value),
                ("return", [status, ..]) => {
                    self.answer.status = Some(status.parse().unwrap_or(302));
                    return Some(Ended);
                }
                ("break", _) => return Some(Ended),
                ("if", _) => match self.locals.holds(&Condition::read(directive)) {
                    Ok(true) => {
                        self.last_if = Some(directive.inner());
                        let ended = self.rewrite(directive.inner());
                        if ended.is_some() {
                            return ended;
                        }
                    }
                    Ok(false) => {}
                    Err(subject) => self.answer.unknown.push((directive, subject)),
                },
                _ => {}
            }
        }
        None
    }
}

/// The headers that the innermost of `levels` adds which adds any.
fn headers<'c>(levels: &[&'c [Directive]], locals: &Locals<'_, 'c>) -> Vec<Header<'c>> {
    let is_add = |directive: &&Directive| directive.name() == "add_header";
    let adding = levels.iter().rev().find(|level| level.iter().any(|it| is_add(&it)));
    let added = adding.into_iter().flat_map(|level| level.iter().filter(is_add));
    // The headers of the module headers-more are those of every level, the innermost first.
    let is_set = |directive: &&Directive| directive.name() == "more_set_headers";
    let set = levels.iter().rev().flat_map(|level| level.iter().filter(is_set));
    let evaluated =
        set.chain(added).flat_map(|directive| {
            written_headers(directive).into_iter().map(move |WrittenHeader { name, value }| {
                Header { name, value: locals.value(value), directive }
            })
        });
    evaluated.collect()
}

/// The headers that a directive adds.
pub(super) fn written_headers(directive: &Directive) -> Vec<WrittenHeader<'_>> {
    let values = directive.values();
    match (directive.name(), values) {
        ("add_header", [name, value, ..]) => {
            vec![WrittenHeader { name: name.text.to_ascii_lowercase(), value: &value.text }]
        }
        ("more_set_headers", values) => values.iter().filter_map(more_set_header).collect(),
        _ => Vec::new(),
    }
}

/// `"Name: value"`.
fn more_set_header(word: &Word) -> Option<WrittenHeader<'_>> {
    let (name, value) = word.text.split_once(':')?;
    Some(WrittenHeader { name: name.trim().to_ascii_lowercase(), value: value.trim() })
}
