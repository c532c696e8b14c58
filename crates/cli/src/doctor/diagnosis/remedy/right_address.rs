//! How a proxy is given the address of the server, which answers past it.

use url::Url;

use crate::doctor::{examination::Examination, software::Proxy, target::Target};

/// The address that stands for the server's in lines of a fix.
const SAMPLE: &str = "127.0.0.1:3000";

/// Puts the address of `--direct` into a line of a fix that hands requests on to the server.
pub(in crate::doctor::diagnosis) fn with_address(line: &mut String, direct: &Url) {
    if !line.starts_with("  ") || !line.contains(SAMPLE) {
        return;
    }
    let url = direct.as_str().trim_end_matches('/');
    let authority = url.split_once("://").map_or(url, |(_, authority)| authority);
    let with_scheme = line.replace(&format!("http://{SAMPLE}"), url);
    // Caddy takes an address without a scheme for plain HTTP.
    let is_plain = direct.scheme() == "http" || !with_scheme.contains("reverse_proxy ");
    let other = if is_plain || with_scheme.contains("https://") { authority } else { url };
    *line = with_scheme.replace(SAMPLE, other);
}

/// The port that stands for the server's in lines of a fix, and another for where that one is the page's.
const SAMPLE_PORT: &str = "3000";
const OTHER_PORT: &str = "4000";

/// Gives the server in a line of a fix another port than the page has, as one machine has both. A line
/// about the page itself stays as it is.
pub(in crate::doctor::diagnosis) fn beside_page(line: &mut String, target: &Target) {
    let of_page = target.page.origin.split_once("://").map_or("", |(_, authority)| authority);
    let has_port = |authority: &str| authority.ends_with(&format!(":{SAMPLE_PORT}"));
    let is_taken = has_port(of_page) && !has_port(target.shown_base());
    if is_taken && line.starts_with("  ") && !line.contains(of_page) {
        // No other number of a fix has these digits in it.
        *line = line.replace(SAMPLE_PORT, OTHER_PORT);
    }
}

/// The fix in that proxy, with the address of `--direct`.
pub(in crate::doctor::diagnosis) fn right_address(
    examination: &Examination,
    proxy: Option<Proxy>,
) -> Vec<String> {
    let direct = examination.target.direct.as_ref();
    let url = direct.map(|url| url.as_str().trim_end_matches('/').to_owned()).unwrap_or_default();
    let authority = url.split_once("://").map_or(url.as_str(), |(_, authority)| authority);
    let path = &examination.target.path;
    let mut lines = vec![
        "The server itself answers at --direct. The proxy has a wrong address for it, or cannot reach it.".to_owned(),
    ];
    match proxy {
        Some(Proxy::Apache) => {
            lines.push("In Apache:".to_owned());
            lines.push(format!("  ProxyPass \"{path}\" \"{url}{path}\" upgrade=websocket"));
        }
        Some(Proxy::Caddy) => {
            lines.push("In Caddy:".to_owned());
            lines.push(format!("  reverse_proxy {path}* {authority}"));
        }
        Some(Proxy::Haproxy) => {
            lines.push("In HAProxy, in the backend:".to_owned());
            lines.push(format!("  server upstream {authority}"));
        }
        other => {
            lines.push(match other {
                Some(Proxy::Nginx) | None => "In nginx:".to_owned(),
                Some(proxy) => format!("In {}, or in a proxy behind it. In nginx:", proxy.name()),
            });
            lines.push(format!("  proxy_pass {url};"));
        }
    }
    lines.push(
        "Where the proxy runs in a container, 127.0.0.1 is the container itself: write the name of the server's \
         service there."
            .to_owned(),
    );
    lines
}
