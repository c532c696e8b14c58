//! Templates: what answers have in common, as objects of JavaScript that are made once.

use std::{borrow::Cow, cell::RefCell};

use socketio_cors_core::{
    action::Answer,
    cors::{ALLOW_HEADERS, ALLOW_ORIGIN, Header, Headers},
    request::RequestHead,
};
use wasm_bindgen::JsValue;

use super::shell;

/// The most that are kept. A policy needs a few for each route.
const MAX_KEPT: usize = 64;

thread_local! {
    static KEPT: RefCell<Vec<Template>> = const { RefCell::new(Vec::new()) };
}

struct Template {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Option<&'static str>,
    echoes: Echoes,
    object: JsValue,
}

/// Which headers of an answer repeat what the request has: a template has no value of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Echoes {
    /// `Access-Control-Allow-Origin`.
    pub(super) origin: bool,
    /// `Access-Control-Allow-Headers`.
    pub(super) headers: bool,
}

/// Gives `use_it` the template of `answer`, which is an answer to `head`.
pub(super) fn with<T>(
    head: &RequestHead<'_>,
    answer: &Answer<'_>,
    use_it: impl FnOnce(&JsValue) -> T,
) -> T {
    let echoes = Echoes::of(head, &answer.headers);
    KEPT.with_borrow_mut(|kept| {
        if let Some(known) = kept.iter().find(|known| known.fits(answer, echoes)) {
            return use_it(&known.object);
        }
        let made = Template::new(answer, echoes);
        let used = use_it(&made.object);
        if is_of_rule(answer, echoes) {
            if kept.len() >= MAX_KEPT {
                kept.clear();
            }
            kept.push(made);
        }
        used
    })
}

impl Template {
    fn new(answer: &Answer<'_>, echoes: Echoes) -> Self {
        let Answer { status, body, .. } = *answer;
        let headers = shared(&answer.headers, echoes);
        let headers = headers.map(|(name, value)| (*name, value.to_string())).collect();
        let object = shell::template(status, shared(&answer.headers, echoes), body, echoes);
        Self { status, headers, body, echoes, object }
    }

    fn fits(&self, answer: &Answer<'_>, echoes: Echoes) -> bool {
        let mut headers = shared(&answer.headers, echoes);
        self.status == answer.status
            && self.body == answer.body
            && self.echoes == echoes
            && self.headers.iter().all(|(name, value)| {
                headers.next().is_some_and(|header| header.0 == *name && header.1 == *value)
            })
            && headers.next().is_none()
    }
}

impl Echoes {
    fn of(head: &RequestHead<'_>, headers: &Headers<'_>) -> Self {
        let echoes = |wanted, value: Option<&str>| {
            headers.iter().any(|(name, its)| *name == wanted && Some(&**its) == value)
        };
        Self {
            origin: echoes(ALLOW_ORIGIN, head.origin),
            headers: echoes(ALLOW_HEADERS, head.requested_headers),
        }
    }

    fn has(self, name: &str) -> bool {
        name == ALLOW_ORIGIN && self.origin || name == ALLOW_HEADERS && self.headers
    }
}

/// Whether it is the rule alone that chose what `answer` does not echo, and not a
/// stranger's spelling of header names: of those there are any number.
fn is_of_rule(answer: &Answer<'_>, echoes: Echoes) -> bool {
    shared(&answer.headers, echoes)
        .all(|(name, value)| *name != ALLOW_HEADERS || matches!(value, Cow::Borrowed(_)))
}

/// The headers that a template has.
fn shared<'h, 'a>(
    headers: &'h Headers<'a>,
    echoes: Echoes,
) -> impl Iterator<Item = &'h Header<'a>> {
    headers.iter().filter(move |(name, _)| !echoes.has(name))
}
