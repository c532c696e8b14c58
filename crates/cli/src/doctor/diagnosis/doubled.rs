//! `Access-Control-Allow-Origin` with more than one value.

use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    evidence::{unreadable, with_cors},
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    step::Step,
};

pub(super) fn doubled(examination: &Examination, poll: &Exchange) -> Finding {
    let allowed = poll.allowed_origin().unwrap_or_default();
    let in_one = poll.headers().all("Access-Control-Allow-Origin").count() == 1;
    let summary = if in_one {
        "Access-Control-Allow-Origin has several origins in one header".to_owned()
    } else {
        "Access-Control-Allow-Origin is there twice, as where a server and the proxy before it \
         both set it"
            .to_owned()
    };
    let finding = Finding::new(Code::DoubledOrigin, Severity::Error, summary)
        .seen(poll, with_cors(poll))
        .why(["Browsers take one value alone, even where each is right."])
        .why(unreadable(poll, CorsError::Multiple));
    let finding = match examination.get(Step::DirectPoll).filter(|it| it.answer.is_some()) {
        Some(direct) => finding.seen(direct, told_apart(direct, &allowed)),
        None => finding,
    };
    if in_one {
        return finding
            .fix(["The header cannot hold a list. Let the server name the page that asks:"])
            .fix(remedy::allow_page(examination));
    }
    finding.fix(remedy::one_value(examination, poll)).fix([
        "Behind socketio-cors-edge there is never more than one: it removes the server's own.",
    ])
}

/// Which of the values the server sets itself.
fn told_apart(direct: &Exchange, allowed: &str) -> Vec<String> {
    let own: Vec<_> = direct.headers().all("Access-Control-Allow-Origin").collect();
    let mut lines = with_cors(direct);
    lines.push(match own.as_slice() {
        [] => format!("The server itself sets none: what is before it sets all of \"{allowed}\"."),
        [one] => format!("The server itself sets \"{one}\"; what is before it adds the rest."),
        _ => "The server itself sets it twice.".to_owned(),
    });
    lines
}
