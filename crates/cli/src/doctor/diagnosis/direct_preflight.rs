//! Preflights that fail only through the proxy.

use socketio_cors_explain::fetch_standard::preflight_check;

use super::{evidence::with_cors, remedy};
use crate::doctor::{examination::Examination, exchange::Exchange, finding::Finding, step::Step};

/// The preflight's answer of the server itself, where that lets the page send its headers.
pub(super) fn right_without_proxy(examination: &Examination) -> Option<&Exchange> {
    let page = &examination.target.page;
    let direct = examination.get(Step::DirectPreflight)?;
    let names = page.unsafe_headers();
    let names = names.iter().map(String::as_str);
    let allows = preflight_check(&direct.headers(), "GET", names, page.credentialed).is_ok();
    let is_right = direct.is_ok() && direct.cors_check(page.credentialed).is_ok() && allows;
    is_right.then_some(direct)
}

pub(super) const RIGHT_ALONE: &str = "The server itself answers the preflight right (--direct), so nothing is to change in the server";

/// The fix where it is only through the proxy that a preflight fails.
pub(super) fn by_proxy(
    examination: &Examination,
    preflight: &Exchange,
    direct: &Exchange,
    finding: Finding,
) -> Finding {
    finding
        .seen(direct, with_cors(direct))
        .fix([format!(
            "{RIGHT_ALONE}. Delete what answers OPTIONS in the proxy, or sets or removes Access-Control-… there, \
             and let it pass OPTIONS on like GET."
        )])
        .fix(remedy::preflight_in_proxy(examination, preflight))
}
