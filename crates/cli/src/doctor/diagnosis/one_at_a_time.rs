//! Servers that handle one request at a time: a page's poll keeps everything else waiting.

use super::{evidence::asked, remedy::threads};
use crate::doctor::{
    examination::Examination,
    finding::{Code, Finding, Severity},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let Some(post) = examination.get(Step::BesidePoll) else { return Vec::new() };
    let is_alone = examination.target.page.websocket;
    let (severity, summary) = if is_alone {
        (
            Severity::Warning,
            "the server handles one request at a time: while a WebSocket is open, no other visitor gets an answer",
        )
    } else {
        (
            Severity::Error,
            "the server handles one request at a time: while a poll waits, the page's POST and WebSocket wait too",
        )
    };
    let mut lines = asked(post);
    lines.push(if post.answer.is_some() {
        format!(
            "A poll waited meanwhile. This was answered when that had ended, after {} s.",
            post.took.as_secs()
        )
    } else {
        "A poll waited meanwhile. When that had ended, the same request was answered.".to_owned()
    });
    let finding = Finding::new(Code::OneAtATime, severity, summary).seen(post, lines);
    let why = if is_alone {
        "It keeps the one page that has a WebSocket, and no second one."
    } else {
        "A page always has a poll open, which the server answers when it has something to say. Until then \
         nothing else that the page asks is answered, and no other visitor gets an answer: `connect` does not \
         come, or comes late, and the console shows nothing. The CORS headers have no part in it."
    };
    vec![finding.why([why]).fix(threads(examination))]
}
