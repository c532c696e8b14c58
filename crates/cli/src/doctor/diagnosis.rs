//! Findings, as pure functions of an examination: nobody is asked.
//!
//! Each family of findings has a file. All effects of one cause are one finding.

mod attaching;
mod browser_blocks;
mod cached;
mod changed;
mod chromium;
mod connection;
mod cookies;
mod crashed;
mod credentials;
mod csp;
mod direct_preflight;
mod doubled;
mod elsewhere;
mod evidence;
mod firefox;
mod idle;
mod invalid_origin;
mod known;
mod local_network;
mod loose;
mod lost_query;
mod mixed_content;
mod namespace;
mod not_configured;
mod not_listed;
mod one_at_a_time;
mod origin;
mod origin_check;
mod own_origin;
mod own_refusal;
mod page_policy;
mod post_failed;
mod preflight;
mod protocol;
mod reach;
mod redirect;
mod remedy;
mod request_headers;
mod retelling;
mod session;
mod slow;
mod strangers;
mod stripped;
mod unparsable;
mod unread_refusal;
mod unsafe_port;
mod upgrade_blocked;
mod vary;
mod webkit;
mod websocket;
mod websocket_refusals;
mod without_origin;
mod worker;

#[cfg(test)]
mod tests;

use super::{
    examination::Examination,
    finding::{Code, Finding},
    step::Step,
};

type Family = fn(&Examination) -> Vec<Finding>;

/// The page's polls and what becomes of their answers.
const OF_POLLS: &[Family] = &[
    protocol::findings,
    origin::findings,
    credentials::findings,
    preflight::findings,
    cookies::findings,
    vary::findings,
];

/// The first WebSocket, where nothing else of a session was asked for.
const OF_FIRST_WEBSOCKET: &[Family] = &[websocket::findings];

/// Sessions, which a cache makes fail in every way.
const OF_SESSIONS: &[Family] =
    &[session::findings, one_at_a_time::findings, websocket::findings, idle::findings];

/// Slow answers, the namespace, foreign origins, and this Worker.
const OF_ALL: &[Family] = &[
    page_policy::findings,
    slow::findings,
    namespace::findings,
    strangers::findings,
    loose::findings,
    worker::findings,
];

/// Those of a page that does not poll: CORS has no say in a WebSocket.
const OF_WEBSOCKETS: &[Family] = &[
    page_policy::findings,
    protocol::findings,
    one_at_a_time::findings,
    websocket::findings,
    namespace::findings,
    idle::findings,
    strangers::findings,
    loose::findings,
    worker::findings,
];

/// What is found of preflights, which headers of the page cause.
const PREFLIGHTS: &[Code] = &[
    Code::PreflightFailed,
    Code::PreflightRedirected,
    Code::PreflightWithoutCors,
    Code::PreflightForEachPoll,
    Code::HeaderNotAllowed,
];

/// Every finding, worst first.
pub(super) fn diagnose(examination: &Examination) -> Vec<Finding> {
    let of_url = [mixed_content::finding, unsafe_port::finding, local_network::finding].into_iter();
    let mut findings: Vec<_> = of_url.filter_map(|family| family(examination)).collect();
    // Of a recording, they say already why there is no answer.
    let is_explained = examination.recorded.is_some()
        && !findings.is_empty()
        && examination.page_poll().is_some_and(|poll| poll.answer.is_none());
    let ask = |families: &[Family]| {
        families.iter().flat_map(|family| family(examination)).collect::<Vec<_>>()
    };
    if is_explained {
        // Nothing of the server was seen.
    } else if let Some(finding) = reach::unreachable(examination) {
        let moved = (finding.code == Code::WrongPath && !examination.target.page.websocket)
            .then(|| examination.at_other_path())
            .flatten();
        findings.push(finding);
        // The faults that will show once the path is right.
        let families = OF_POLLS.iter().chain(OF_FIRST_WEBSOCKET);
        let next = moved.iter().flat_map(|moved| families.clone().flat_map(|family| family(moved)));
        findings.extend(next.map(|next| Finding { steps: vec![Step::OtherPath], ..next }));
    } else if let Some(finding) = crashed::finding(examination) {
        findings.push(finding);
        findings.extend(ask(OF_POLLS));
    } else if let Some(finding) = without_origin::of_file(examination) {
        findings.push(finding);
        findings.extend(ask(OF_ALL));
    } else if examination.target.page.websocket {
        findings.extend(ask(OF_WEBSOCKETS));
    } else if let Some(finding) = cached::finding(examination) {
        findings.push(finding);
        findings.extend(ask(OF_POLLS));
        findings.extend(ask(OF_ALL));
    } else {
        let later = known::later(examination);
        let others = [OF_POLLS, OF_SESSIONS, OF_ALL].into_iter().flat_map(ask);
        match later {
            Some(finding) => {
                // A request with the same answer fails for the same reason, so it is not another fault.
                let steps = known::steps_of(examination, finding.code);
                findings.push(finding);
                findings.extend(
                    others.filter(|other| !other.steps.iter().any(|it| steps.contains(it))),
                );
            }
            None => findings.extend(others),
        }
    }
    if let Some(line) = request_headers::not_of_requests(&examination.target.page) {
        for finding in findings.iter_mut().filter(|it| PREFLIGHTS.contains(&it.code)) {
            finding.fix.insert(0, line.clone());
        }
    }
    let target = &examination.target;
    for line in findings.iter_mut().flat_map(|finding| &mut finding.fix) {
        match &target.direct {
            Some(direct) => remedy::with_address(line, direct),
            None => remedy::beside_page(line, target),
        }
    }
    findings.sort_by_key(|finding| (finding.severity, finding.code));
    findings.into_iter().map(|it| retelling::retold(examination, it)).collect()
}
