//! Lines for a proxy that replaces a header which the server sets right: it has to keep the server's.

use super::is_of_ingress;
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, proxy_before},
};

const USUAL: &[Proxy] = &[Proxy::Haproxy, Proxy::Nginx, Proxy::Apache, Proxy::Caddy];

/// The lines to delete in the proxy that the answers name; in the usual ones where none does.
pub(in crate::doctor::diagnosis) fn leave_header(
    examination: &Examination,
    exchange: &Exchange,
    header: &str,
) -> Vec<String> {
    if examination.exchanges.iter().any(is_of_ingress) {
        let origin = &examination.target.page.origin;
        return vec![
            "An nginx Ingress sets it, in place of the server. Leave it to the server, in the annotations:".to_owned(),
            "  nginx.ingress.kubernetes.io/enable-cors: \"false\"".to_owned(),
            "Or let the Ingress name the page's origin:".to_owned(),
            format!("  nginx.ingress.kubernetes.io/cors-allow-origin: \"{origin}\""),
        ];
    }
    let proxy = proxy_before(examination, exchange);
    let mut lines = deleted(proxy, header);
    if proxy.is_none() {
        lines.push(
            "Traefik: customResponseHeaders and accessControl… in its headers middleware. A CDN: a response \
             headers policy that overrides the origin's."
                .to_owned(),
        );
    }
    lines
}

/// The lines to delete where nothing should set a header.
pub(in crate::doctor::diagnosis) fn unset_header(
    examination: &Examination,
    exchange: &Exchange,
    header: &str,
) -> Vec<String> {
    let mut lines = deleted(proxy_before(examination, exchange), header);
    // It sets none.
    lines.retain(|line| !line.contains("proxy_hide_header"));
    lines
}

fn deleted(proxy: Option<Proxy>, header: &str) -> Vec<String> {
    let own = proxy.map(|proxy| of(proxy, header)).unwrap_or_default();
    if !own.is_empty() {
        return own;
    }
    let mut lines = match proxy {
        Some(proxy) => vec![format!(
            "In {}, or in a proxy behind it, delete the rule that sets {header}.",
            proxy.name()
        )],
        None => vec![format!("In the proxy, delete the line that sets {header}.")],
    };
    lines.extend(USUAL.iter().flat_map(|proxy| of(*proxy, header)));
    lines
}

fn of(proxy: Proxy, header: &str) -> Vec<String> {
    let lines: &[&str] = match proxy {
        Proxy::Nginx => &["  # proxy_hide_header HEADER;", "  # add_header HEADER …;"],
        Proxy::Apache => &["  # Header set HEADER …", "  # Header always set HEADER …"],
        Proxy::Caddy => &["  # header HEADER …", "  # header_down HEADER …"],
        Proxy::Haproxy => &["  # http-response set-header HEADER …"],
        Proxy::Varnish => &["  # set resp.http.HEADER = …;"],
        Proxy::Envoy => &["  # response_headers_to_add: … HEADER"],
        Proxy::Kong => &["  # config: { replace: { headers: [\"HEADER:…\"] } }"],
        _ => return Vec::new(),
    };
    let mut all = vec![format!("In {}, delete such lines:", proxy.name())];
    all.extend(lines.iter().map(|line| line.replace("HEADER", header)));
    all
}
