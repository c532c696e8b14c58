//! Findings, as pure functions of an examination: nobody is asked.
//!
//! Each family of findings has a file. What one cause brings about is told once.

mod browser_blocks;
mod cached;
mod changed;
mod connection;
mod cookies;
mod credentials;
mod doubled;
mod elsewhere;
mod evidence;
mod idle;
mod invalid_origin;
mod known;
mod loose;
mod lost_query;
mod mixed_content;
mod namespace;
mod origin;
mod origin_check;
mod own_refusal;
mod preflight;
mod protocol;
mod reach;
mod redirect;
mod remedy;
mod session;
mod slow;
mod strangers;
mod stripped;
mod vary;
mod websocket;
mod worker;

#[cfg(test)]
mod tests;

use super::{examination::Examination, finding::Finding};

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

/// Sessions, which a cache makes fail in every way.
const OF_SESSIONS: &[Family] = &[session::findings, websocket::findings, idle::findings];

/// Whoever else is let in, and what else there is to say.
const OF_ALL: &[Family] =
    &[slow::findings, namespace::findings, strangers::findings, loose::findings, worker::findings];

/// Those of a page that does not poll: CORS has no say in a WebSocket.
const OF_WEBSOCKETS: &[Family] = &[
    protocol::findings,
    websocket::findings,
    namespace::findings,
    idle::findings,
    strangers::findings,
    loose::findings,
    worker::findings,
];

/// Every finding, worst first.
pub(super) fn diagnose(examination: &Examination) -> Vec<Finding> {
    let mut findings: Vec<_> = mixed_content::finding(examination).into_iter().collect();
    let ask = |families: &[Family]| {
        families.iter().flat_map(|family| family(examination)).collect::<Vec<_>>()
    };
    if let Some(finding) = reach::unreachable(examination) {
        findings.push(finding);
    } else if examination.target.page.websocket {
        findings.extend(ask(OF_WEBSOCKETS));
    } else if let Some(finding) = cached::finding(examination) {
        findings.push(finding);
        findings.extend(ask(OF_POLLS));
        findings.extend(ask(OF_ALL));
    } else if let Some(finding) = known::later(examination) {
        // What fails after that fails by it.
        findings.push(finding);
        findings.extend(ask(OF_ALL));
    } else {
        findings.extend(ask(OF_POLLS));
        findings.extend(ask(OF_SESSIONS));
        findings.extend(ask(OF_ALL));
    }
    findings.sort_by_key(|finding| (finding.severity, finding.code));
    findings
}
