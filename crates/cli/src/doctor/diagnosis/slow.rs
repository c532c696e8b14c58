//! Servers that take long for their first answer, and only for that.

use super::evidence::asked;
use crate::doctor::{
    examination::Examination,
    finding::{Code, Finding, Severity},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let Some(slow) = examination.get(Step::SlowPoll) else { return Vec::new() };
    let Some(poll) = examination.page_poll().filter(|poll| poll.answer.is_some()) else {
        return Vec::new();
    };
    let seconds = examination.target.timeout.as_secs();
    vec![
        Finding::new(
            Code::NoAnswerInTime,
            Severity::Warning,
            format!("the first poll is not answered in {seconds} s, and the next one is"),
        )
        .seen(slow, asked(slow))
        .seen(poll, asked(poll))
        .why([
            "So it is where a server starts when it is asked (a free plan, a function). A page waits for \
             20 s (the client's `timeout`), reports `timeout`, and tries again.",
        ])
        .fix([
            "Keep one instance running (Render, Railway, Fly.io: min_machines_running), or give the \
             client more time:",
            "  io(\"…\", { timeout: 60_000 })",
            "To see how long it takes: --timeout 60.",
        ]),
    ]
}
