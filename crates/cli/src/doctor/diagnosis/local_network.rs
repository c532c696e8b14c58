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
    let origin = &examination.target.page.origin;
    if examination.recorded.is_some() || !origin.starts_with("http://") {
        return None;
    }
    let space = asked(examination)?;
    let target = &examination.target;
    let lines = vec![format!("page {origin}, server {}", target.base)];
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
    // A name may have another address for the page's visitors.
    let server = AddressSpace::of_url(&target.base)?;
    let page = Url::parse(&target.page.origin).ok()?;
    if !page.scheme().starts_with("http") {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::super::{diagnose, tests::made::GRANT};
    use crate::doctor::{address_space::AddressSpace, examination::Examination, step::Step};

    #[test]
    fn a_page_on_http_may_not_ask_a_more_private_address_than_its_own() {
        let http = "http://app.example.com";
        let public = Some(AddressSpace::Public);
        for (page, page_at, address, is_blocked) in [
            (http, public, "localhost:3000", true),
            (http, None, "127.0.0.1:3000", true),
            (http, Some(AddressSpace::Local), "127.0.0.1:3000", true),
            (http, public, "192.168.0.2:3000", true),
            ("http://192.168.0.3", None, "[::1]:3000", true),
            (http, Some(AddressSpace::Loopback), "127.0.0.1:3000", false),
            ("http://localhost:5173", None, "127.0.0.1:3000", false),
            (http, None, "192.168.0.2:3000", false),
            (http, Some(AddressSpace::Local), "192.168.0.2:3000", false),
            (http, public, "203.0.113.7", false),
            (http, public, "api.example.net", false),
            // Its visitor is asked.
            ("https://app.example.com", public, "127.0.0.1:3000", false),
        ] {
            let server = format!("http://{address}");
            let mut examination = Examination::good().by_page(page).at(&server);
            examination.page_at = page_at;
            let findings = diagnose(&examination.sees(Step::Preflight, 204, GRANT, ""));
            let found = findings.iter().any(|it| it.code.as_str() == "blocked-in-browser");
            assert_eq!(found, is_blocked, "{page} {page_at:?} {server} {findings:?}");
        }
    }
}
