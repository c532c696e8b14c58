//! Pages that ask a more private address than their own, which Chromium does not let every page do.

use url::Url;

use super::chromium::{NO_CONNECTION, blocked_at, websocket_message};
use crate::doctor::{
    address_space::AddressSpace,
    examination::Examination,
    finding::{Code, Finding, Severity},
    step::Step,
};

/// The finding of a live examination: a page on http is blocked, whatever its visitor allows.
pub(super) fn finding(examination: &Examination) -> Option<Finding> {
    let connect = examination.get(Step::Connect)?;
    let connected = examination.connected.as_ref()?;
    let origin = &examination.target.page.origin;
    if examination.recorded.is_some() || !origin.starts_with("http://") {
        return None;
    }
    let space = asked(examination)?;
    let lines = vec![format!("page {origin}, server {}", connected.address)];
    let target = &examination.target;
    let url = target.first_url();
    let printed = if target.page.websocket {
        let why = format!("{NO_CONNECTION}ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS");
        websocket_message(url.as_str(), &why)
    } else {
        blocked_at(url.as_str(), origin, &reason(origin, space))
    };
    Some(
        Finding::new(Code::BlockedInBrowser, Severity::Error, SUMMARY)
            .seen(connect, lines)
            .why([NO_HEADERS.to_owned(), "Chromium prints:".to_owned(), printed])
            .fix(fix(origin).iter().copied()),
    )
}

/// The kind of the server's address, if it is more private than the page's.
pub(super) fn asked(examination: &Examination) -> Option<AddressSpace> {
    let target = &examination.target;
    let connected = examination.connected.as_ref();
    let server = connected
        .and_then(|connected| AddressSpace::of_address(&connected.address))
        .or_else(|| AddressSpace::of_url(&target.base))?;
    let page = Url::parse(&target.page.origin).ok()?;
    // A name that leads nowhere is not this machine's.
    let unknown = Some(AddressSpace::Public).filter(|_| server == AddressSpace::Loopback);
    let page = examination.page_at.or_else(|| AddressSpace::of_url(&page)).or(unknown)?;
    (page < server).then_some(server)
}

pub(super) const SUMMARY: &str = "Chrome lets no http page of another machine ask this machine or a private \
     network (Local Network Access)";
pub(super) const NO_HEADERS: &str = "Chrome checks this by the addresses of page and server. No CORS header \
     of the server changes it.";

/// Chromium's message, after that it is by CORS policy.
pub(super) fn reason(origin: &str, space: AddressSpace) -> String {
    let space = if space == AddressSpace::Loopback { "loopback" } else { "local" };
    if origin.starts_with("https://") {
        return format!(
            "Permission was denied for this request to access the `{space}` address space."
        );
    }
    format!(
        "The request client is not a secure context and the resource is in more-private address \
         space `{space}`."
    )
}

pub(super) fn fix(origin: &str) -> &'static [&'static str] {
    if origin.starts_with("https://") {
        &[
            "Should the server be a developer's machine at all? If not, write its public https address in the \
             client.",
            "If it should, the visitor can allow it: the icon before the page's address, Local network access \
             (or Apps on device). A frame needs allow=\"local-network-access\".",
        ]
    } else {
        &[
            "If the server is meant for visitors, give it a public https address, and write that in the client.",
            "Otherwise serve the page over https, so that Chrome asks its visitor for permission; or, while you \
             develop, open the page at http://localhost as well.",
        ]
    }
}
