//! `Access-Control-Allow-Origin` with more than one value.

use socketio_cors_core::origin::Origin;
use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    evidence::{unreadable, with_cors},
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, socket_server},
    step::Step,
};

pub(super) fn doubled(examination: &Examination, poll: &Exchange) -> Finding {
    let allowed = poll.allowed_origin().unwrap_or_default();
    let in_one = poll.headers().all("Access-Control-Allow-Origin").count() == 1;
    let summary = if in_one {
        "Access-Control-Allow-Origin has several origins in one header".to_owned()
    } else {
        "Access-Control-Allow-Origin is there twice: usually the server and a proxy before it both set it"
            .to_owned()
    };
    let finding = Finding::new(Code::DoubledOrigin, Severity::Error, summary)
        .seen(poll, with_cors(poll))
        .why(["Browsers accept only one value, even if each of them is right."])
        .why(unreadable(poll, CorsError::Multiple));
    let finding = match examination.get(Step::DirectPoll).filter(|it| it.answer.is_some()) {
        Some(direct) => finding.seen(direct, told_apart(direct, &allowed)),
        None => finding,
    };
    if in_one {
        return finding
            .fix(["The header cannot hold a list. Let the server send the origin of the page that asks:"])
            .fix(of_list(examination, &allowed))
            .fix(remedy::policy(examination));
    }
    finding.fix(remedy::one_value(examination, poll)).fix([
        "socketio-cors-edge removes the server's own header, so there is never more than one.",
    ])
}

/// The fix for a text that has several origins in it, as one of an environment variable has.
fn of_list(examination: &Examination, allowed: &str) -> Vec<String> {
    let page = examination.target.page.origin.as_str();
    let origins: Vec<_> = allowed.split([',', ' ']).map(str::trim).collect();
    let is_origin = |text: &&str| Origin::try_from(*text).is_ok();
    let mut listed: Vec<_> = origins.into_iter().filter(is_origin).take(MAX_LISTED).collect();
    if !listed.contains(&page) {
        listed.push(page);
    }
    if socket_server(examination) != SocketServer::Node {
        return remedy::socket_io(examination);
    }
    let quoted: Vec<_> = listed.iter().map(|origin| format!("\"{origin}\"")).collect();
    let quoted = quoted.join(", ");
    vec![
        format!("  new Server(httpServer, {{ cors: {{ origin: [{quoted}] }} }})"),
        "If the text is an environment variable, make it a list:".to_owned(),
        "  cors: { origin: process.env.ORIGINS.split(\",\") }".to_owned(),
    ]
}

/// The most origins that a fix lists.
const MAX_LISTED: usize = 20;

/// Which of the values the server sets itself.
fn told_apart(direct: &Exchange, allowed: &str) -> Vec<String> {
    let own: Vec<_> = direct.headers().all("Access-Control-Allow-Origin").collect();
    let mut lines = with_cors(direct);
    lines.push(match own.as_slice() {
        [] => format!("The server itself sets none: a proxy sets all of \"{allowed}\"."),
        [one] => format!("The server itself sets \"{one}\"; a proxy adds the rest."),
        _ => "The server itself sets it twice.".to_owned(),
    });
    lines
}
