//! What is wrong, by what was seen. Pure: nothing is asked of anyone.
//!
//! Each family of findings has a file. What one cause brings about is told once.

mod cookies;
mod credentials;
mod doubled;
mod evidence;
mod origin;
mod preflight;
mod protocol;
mod reach;
mod remedy;
mod session;
mod strangers;
mod stripped;
mod vary;
mod websocket;
mod worker;

#[cfg(test)]
mod tests;

use super::{examination::Examination, finding::Finding};

type Family = fn(&Examination) -> Vec<Finding>;

const OF_ALL: &[Family] = &[
    protocol::findings,
    origin::findings,
    credentials::findings,
    preflight::findings,
    session::findings,
    websocket::findings,
    cookies::findings,
    strangers::findings,
    vary::findings,
    worker::findings,
];

/// What matters where the page does not poll: CORS has no say in a WebSocket.
const OF_WEBSOCKETS: &[Family] =
    &[protocol::findings, websocket::findings, strangers::findings, worker::findings];

/// Every finding, worst first.
pub(super) fn diagnose(examination: &Examination) -> Vec<Finding> {
    let mut findings: Vec<_> = reach::mixed_content(examination).into_iter().collect();
    if let Some(finding) = reach::unreachable(examination) {
        findings.push(finding);
    } else {
        let families = if examination.target.page.websocket { OF_WEBSOCKETS } else { OF_ALL };
        findings.extend(families.iter().flat_map(|family| family(examination)));
    }
    findings.sort_by_key(|finding| (finding.severity, finding.code));
    findings
}
