//! Polls that fail by what a browser adds to them, and not because a list lacks the page's origin.

use super::{
    chromium::{client_says, console},
    evidence::with_body,
    remedy,
};
use crate::{
    doctor::{
        examination::Examination,
        exchange::Exchange,
        finding::{Code, Finding, Severity},
        software::{Proxy, proxy},
        step::Step,
    },
    network::FailureKind,
};

/// The page's poll fails, and the same without `Origin`, or without Fetch Metadata, does not.
pub(super) fn finding(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let opened = |step| examination.get(step).filter(|it| it.opened().is_some());
    let without = opened(Step::NoOriginPoll).filter(|_| poll.origin.is_some())?;
    if let Some(unmarked) = opened(Step::UnmarkedPoll) {
        return Some(by_metadata(examination, poll, unmarked));
    }
    // nginx's `return 444` hangs up as well, and means it.
    let is_of_nginx = proxy(without) == Some(Proxy::Nginx);
    let (what, fix): (_, &[&str]) = match (poll.status(), poll.failure()) {
        (None, Some(FailureKind::Closed | FailureKind::Reset)) if !is_of_nginx => (
            "the server closes every request with an Origin unanswered, and answers those without",
            CRASH,
        ),
        (None, Some(FailureKind::Late)) => {
            ("the server never answers requests with an Origin, and answers those without", SILENCE)
        }
        (Some(500), _) => (
            "the server answers 500 to every request with an Origin, and answers those without",
            CRASH,
        ),
        _ => return None,
    };
    Some(
        Finding::new(Code::OriginCheckFails, Severity::Error, what)
            .seen(poll, with_body(poll))
            .seen(without, with_body(without))
            .why([
                "The code that reads Origin is broken: a `cors.origin` function, `allowRequest` or a \
                 middleware. curl sends no Origin, so with curl the server seems to work.",
            ])
            .why(console(examination, poll))
            .why([client_says(poll)])
            .fix(fix.iter().copied())
            .fix(remedy::socket_io(examination)),
    )
}

const CRASH: &[&str] = &[
    "Look at the server's log while this runs: the code throws an error, which may end the whole process \
     (does it restart?). A `cors.origin` function has to call back, and may not throw:",
    "  origin: (origin, callback) => callback(null, allowed.includes(origin))",
    "A list needs no function:",
];

const SILENCE: &[&str] = &[
    "A `cors.origin` function has to call back in every case, and so has `allowRequest`. An async function \
     that only returns does not, and a database that does not answer delays it:",
    "  origin: (origin, callback) => callback(null, allowed.includes(origin))",
    "A list needs no function:",
];

fn by_metadata(examination: &Examination, poll: &Exchange, unmarked: &Exchange) -> Finding {
    let origin = &examination.target.page.origin;
    let mut lines = with_body(unmarked);
    lines.push("This poll had the same Origin, and no Sec-Fetch-Site.".to_owned());
    Finding::new(
        Code::FetchMetadataRefused,
        Severity::Error,
        "the server refuses requests from pages of other sites, because of Sec-Fetch-Site, before it looks \
         at Origin",
    )
    .seen(poll, with_body(poll))
    .seen(unmarked, lines)
    .why([
        "With each request, browsers say how its page is related to the server (Fetch Metadata). A check \
         of that refuses this page, whatever CORS allows.",
    ])
    .why(console(examination, poll))
    .why([client_says(poll)])
    .fix([
        "Find the check (a \"resource isolation policy\", CSRF protection, a firewall's rule on \
         Sec-Fetch-Site), and let Socket.IO's path or the page's origin past it. For example:"
            .to_owned(),
        "  io.engine.use((request, response, next) => {".to_owned(),
        "    const site = request.headers[\"sec-fetch-site\"] ?? \"none\";".to_owned(),
        format!("    const isAllowed = [\"{origin}\"].includes(request.headers.origin);"),
        "    if (isAllowed || [\"same-origin\", \"none\"].includes(site)) next();".to_owned(),
        "    else next(new Error(\"cross-site\"));".to_owned(),
        "  });".to_owned(),
        "In Go: CrossOriginProtection.AddTrustedOrigin. Socket.IO's own list still needs the origin:"
            .to_owned(),
    ])
    .fix(remedy::socket_io(examination))
}
