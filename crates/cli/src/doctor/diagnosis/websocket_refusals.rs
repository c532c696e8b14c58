//! Whom a refusal of a WebSocket's handshake is for.

use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, proxy, proxy_before},
    step::Step,
};

/// True if a page elsewhere is refused alike, and in words that are not Engine.IO's: it may be no origin
/// that is refused, but every WebSocket.
pub(super) fn is_of_everyone(examination: &Examination, exchange: &Exchange) -> bool {
    let foreign = examination.get(Step::ForeignWebsocket);
    exchange.engine_error().is_none()
        && !REFUSALS.contains(&exchange.body().trim())
        && foreign.is_some_and(|foreign| foreign.status() == exchange.status())
}

/// True if one without `Origin` is refused alike as well, or whoever passes upgrades on does so by itself:
/// no list of origins does that.
pub(super) fn is_of_every_origin(examination: &Examination, exchange: &Exchange) -> bool {
    let is_by_envoy = proxy_before(examination, exchange) == Some(Proxy::Envoy)
        && exchange.header("x-envoy-upstream-service-time").is_none();
    let without = examination.get(Step::NoOriginWebsocket);
    let is_without_too = without.is_some_and(|without| {
        without.status() == exchange.status() && without.body() == exchange.body()
    });
    exchange.body().trim().is_empty()
        && is_of_everyone(examination, exchange)
        && (is_by_envoy || is_without_too)
        && !is_of_access(examination, exchange)
}

/// The words of Engine.IO, without its usual JSON, where `allowRequest` or a middleware
/// refuses a WebSocket and has no words of its own.
pub(super) const REFUSALS: &[&str] = &["Forbidden", "Bad request"];

/// True if Cloudflare refuses it without a word, and lets the polls through.
pub(super) fn is_of_access(examination: &Examination, exchange: &Exchange) -> bool {
    let is_silent = exchange.status() == Some(403) && exchange.body().trim().is_empty();
    is_silent && proxy(exchange) == Some(Proxy::Cloudflare) && examination.polls()
}

/// What becomes of the page.
pub(super) fn on_polling(examination: &Examination) -> &'static str {
    if examination.target.page.websocket {
        "The page uses WebSocket alone, so it cannot connect. Chromium prints:"
    } else {
        "The page stays on polling, which costs many times as much. Chromium prints:"
    }
}
