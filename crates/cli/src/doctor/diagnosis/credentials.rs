//! Credentials that the page sends and may not.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{chromium::unreadable, evidence::with_cors, remedy, stripped};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, proxy_before, socket_server},
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    if examination.target.is_same_origin() || examination.refuses_polling() {
        return Vec::new();
    }
    let Some(poll) = examination.spoken_poll() else { return Vec::new() };
    let page = &examination.target.page;
    let allowed = poll.allowed_origin();
    let finding = match allowed.as_deref() {
        Some("*") if page.credentialed || poll.allows_credentials() => wildcard(examination, poll),
        Some(origin)
            if origin == page.origin && page.credentialed && !poll.allows_credentials() =>
        {
            not_allowed(examination, poll)
        }
        _ => return Vec::new(),
    };
    vec![finding]
}

fn wildcard(examination: &Examination, poll: &Exchange) -> Finding {
    if let Some(finding) = stripped::replaced(examination, poll, "Access-Control-Allow-Origin") {
        return finding;
    }
    let page = &examination.target.page;
    let finding = Finding::new(
        Code::WildcardWithCredentials,
        if page.credentialed { Severity::Error } else { Severity::Warning },
        "Access-Control-Allow-Origin is *, but a page that sends credentials may not read such an answer",
    )
    .seen(poll, with_cors(poll));
    let whom = if page.credentialed {
        "The page sends credentials (withCredentials; a Socket.IO 2 client always does)."
    } else {
        "This page sends none, and is not affected. But the server says that pages may send them \
         (Access-Control-Allow-Credentials: true), and a page that does fails."
    };
    let finding = finding
        .why([whom])
        .why(unreadable(examination, poll, CorsError::Wildcard))
        .fix(["Name the origins instead of *:"])
        .fix(remedy::headers_of_proxy(examination, poll));
    let finding = if remedy::is_set_by_another(examination, poll) {
        finding.fix(["Or delete it there, and let the server set it:"])
    } else {
        finding
    };
    finding
        .fix(remedy::allow_page(examination))
        .fix(
            (socket_server(examination) == SocketServer::Node)
                .then_some("A Socket.IO server also sends * if `cors` has no `origin`."),
        )
        .fix((page.client > 2).then_some(WITHOUT_CREDENTIALS))
}

fn not_allowed(examination: &Examination, poll: &Exchange) -> Finding {
    if !poll.doubles_credentials()
        && let Some(finding) =
            stripped::replaced(examination, poll, "Access-Control-Allow-Credentials")
    {
        return finding;
    }
    let value = poll.header("Access-Control-Allow-Credentials").unwrap_or_default();
    let is_nearly_true = value != "true" && value.eq_ignore_ascii_case("true");
    let summary = if is_nearly_true {
        format!("Access-Control-Allow-Credentials is {value}, but it has to be true, in lower case")
    } else {
        "the page sends credentials, but Access-Control-Allow-Credentials is not true".to_owned()
    };
    let finding = Finding::new(Code::CredentialsNotAllowed, Severity::Error, summary)
        .seen(poll, with_cors(poll))
        .why(unreadable(examination, poll, CorsError::Credentials));
    if is_nearly_true {
        let proxy = proxy_before(examination, poll);
        return finding
            .fix(["Write it in lower case where it is set."])
            .fix(remedy::lines::set_header(proxy, "Access-Control-Allow-Credentials", "true"));
    }
    if poll.doubles_credentials() {
        return finding
            .fix(["It is there twice. Let only the server set it, or only the proxy: delete the proxy's \
                 line, or let it drop the server's header."])
            .fix(remedy::lines::without_credentials(proxy_before(examination, poll)));
    }
    if socket_server(examination) == SocketServer::Python {
        return finding
            .fix(["Allow credentials, as python-socketio does unless `cors_credentials` is False."])
            .fix(remedy::python(examination, ", cors_credentials=True"));
    }
    let finding = finding.fix(["Allow credentials:"]);
    let finding = finding.fix(remedy::headers_of_proxy(examination, poll));
    let may_do_without = examination.target.page.client > 2;
    finding.fix(remedy::allow_page(examination)).fix(may_do_without.then_some(WITHOUT_CREDENTIALS))
}

const WITHOUT_CREDENTIALS: &str = "Or, if no cookie is needed, take withCredentials out of the client, and credentials out \
 of the server.";
