//! Servers whose first answer is late, an error or empty, and only the first.

use super::{
    attaching::{self, is_attaching},
    evidence::{asked, with_body},
};
use crate::doctor::{
    examination::Examination,
    finding::{Code, Finding, Severity},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let Some(slow) = examination.get(Step::SlowPoll) else { return Vec::new() };
    let Some(poll) = examination.page_poll().filter(|poll| poll.opened().is_some()) else {
        return Vec::new();
    };
    if is_attaching(slow, poll) {
        let summary = "the first poll is answered with nothing, and only the next one by Socket.IO";
        let target = &examination.target;
        return vec![
            Finding::new(Code::NotSocketIo, Severity::Warning, summary)
                .seen(slow, with_body(slow))
                .seen(poll, asked(poll))
                .why(["The first page that asks reports an error, and tries again a second later."])
                .fix(attaching::remedy(target, &target.path)),
        ];
    }
    let is_one = examination.all(Step::SlowPoll).count() == 1;
    let (first, get, are, next) = if is_one {
        ("poll", "gets", "is", "the next one")
    } else {
        ("polls", "get", "are", "a later one")
    };
    let (code, summary) = match slow.status() {
        Some(status) => (
            Code::ServerError,
            format!("the first {first} {are} answered {status}, but {next} gets a session"),
        ),
        None => (
            Code::NoAnswerInTime,
            format!(
                "the first {first} {get} no answer in {} s, but {next} does",
                examination.target.timeout.as_secs()
            ),
        ),
    };
    vec![
        Finding::new(code, Severity::Warning, summary)
            .seen(slow, with_body(slow))
            .seen(poll, asked(poll))
            .why([
                "This happens if the server only starts when it is asked (a free plan, a function), or if \
                 one of several is down. A page waits 20 s (the client's `timeout`), reports an error, and \
                 tries again.",
            ])
            .fix([
                "Keep one instance running (Render, Railway, Fly.io: min_machines_running), let health \
                 checks take dead instances out of the balancer, or give the client more time:",
                "  io(\"…\", { timeout: 60_000 })",
                "To see how long it takes: --timeout 60.",
            ]),
    ]
}
