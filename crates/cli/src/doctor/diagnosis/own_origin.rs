//! A server in Python that takes the page's own origin for a foreign one.

use super::{chromium::client_says, evidence::with_body, remedy};
use crate::doctor::{
    engineio::FORBIDDEN,
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, proxy_before},
    step::Step,
};

pub(super) fn finding(examination: &Examination) -> Option<Finding> {
    let refused = refused(examination)?;
    let unknown = if examination.target.base.scheme() == "https" {
        "that the page asks by https"
    } else {
        "the host that the page asks for"
    };
    Some(
        Finding::new(
            Code::OriginNotListed,
            Severity::Error,
            format!(
                "python-socketio refuses the page's own origin: the proxy does not pass on {unknown}"
            ),
        )
        .seen(refused, with_body(refused))
        .why([
            "python-socketio accepts its own origin, which it makes of X-Forwarded-Proto and Host. A proxy \
             before it does not send both as the page has them. A GET to the page's own origin has no \
             Origin and passes; POSTs and WebSockets have one, and are refused.",
        ])
        .why([client_says(refused)])
        .fix(pass_on_both(examination, refused))
        .fix(["Or list the origin:"])
        .fix(remedy::python_lists(examination, "")),
    )
}

/// How the proxy that is seen sends both as the page has them.
fn pass_on_both(examination: &Examination, refused: &Exchange) -> Vec<String> {
    let proxy = proxy_before(examination, refused);
    let mut lines = vec!["Let the proxy send both.".to_owned()];
    if matches!(proxy, None | Some(Proxy::Express)) {
        lines.push(
            "In http-proxy-middleware (Express), Vite and webpack's development server: take `changeOrigin: true` \
             out, which replaces Host, and write `xfwd: true` where the page is on https."
                .to_owned(),
        );
    }
    if proxy != Some(Proxy::Express) {
        lines.extend(remedy::lines::host_and_scheme(proxy));
    }
    lines
}

/// True if it refuses a request for that.
pub(super) fn is_refused(examination: &Examination) -> bool {
    refused(examination).is_some()
}

fn refused(examination: &Examination) -> Option<&Exchange> {
    let is_of_python = |exchange: &&Exchange| {
        exchange.engine_error().is_some_and(|error| error.is_python() && error.code == FORBIDDEN)
    };
    let mut posts = examination.all(Step::Post).filter(|_| examination.target.is_same_origin());
    posts.find(is_of_python)
}
