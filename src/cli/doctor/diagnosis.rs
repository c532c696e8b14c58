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

#[cfg(test)]
mod tests;

use super::{examination::Examination, finding::Finding};

/// Every finding, worst first.
pub(super) fn diagnose(examination: &Examination) -> Vec<Finding> {
    let mut findings: Vec<_> = reach::mixed_content(examination).into_iter().collect();
    match reach::unreachable(examination) {
        Some(finding) => findings.push(finding),
        None => {
            for family in [
                protocol::findings,
                origin::findings,
                credentials::findings,
                preflight::findings,
                session::findings,
                websocket::findings,
                cookies::findings,
                strangers::findings,
                vary::findings,
            ] {
                findings.extend(family(examination));
            }
        }
    }
    findings.sort_by_key(|finding| (finding.severity, finding.code));
    findings
}
