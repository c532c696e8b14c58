//! Pages on https that ask a server by plain http.

use url::Host;

use crate::doctor::{
    examination::Examination,
    finding::{Code, Finding, Severity},
    step::Step,
};

pub(super) fn finding(examination: &Examination) -> Option<Finding> {
    let target = &examination.target;
    if !target.is_mixed_content() {
        return None;
    }
    let (origin, base) = (&target.page.origin, &target.base);
    let (did, must) = if target.page.websocket {
        (
            "attempted to connect to the insecure WebSocket endpoint",
            "this endpoint must be available over WSS",
        )
    } else {
        ("requested an insecure XMLHttpRequest endpoint", "the content must be served over HTTPS")
    };
    let secure = base.as_str().replacen("http:", "https:", 1);
    let finding = Finding::new(
        Code::MixedContent,
        Severity::Error,
        format!("the page is on https and the server on http ({base})"),
    );
    let finding = match examination.get(Step::Connect) {
        Some(connect) => finding.seen(connect, vec![format!("page {origin}, server {base}")]),
        None => finding,
    };
    let is_of_all = match base.host() {
        Some(Host::Ipv4(address)) => address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_unspecified(),
        _ => false,
    };
    let fix = if is_of_all {
        let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
        vec![
            "A server that prints this address listens at all addresses of its machine. It is not one to ask. For a page \
             on the same machine, localhost needs no TLS:"
                .to_owned(),
            format!("  io(\"http://localhost{port}\")"),
            "Others have to ask for the machine's own name, by https.".to_owned(),
        ]
    } else {
        vec![format!(
            "Serve it over TLS: with a certificate in the server, or a proxy before it that has one (Caddy, or \
             nginx with certbot). Write its https URL in the client ({secure}, with the port that speaks TLS). \
             WebSockets then use wss by themselves."
        )]
    };
    Some(
        finding
            .why([
                "Browsers send no request at all. Chromium prints:".to_owned(),
                format!(
                    "  Mixed Content: The page at '{origin}/' was loaded over HTTPS, but {did} '{}'. This \
                     request has been blocked; {must}.",
                    target.first_url()
                ),
            ])
            .fix(fix),
    )
}
