//! Single lines of a proxy's configuration, in the words of the proxy that is seen.
//!
//! Where it has no such lines, or none is seen, they are nginx's, said to be for what may be behind it.

use crate::doctor::software::Proxy;

/// The place of the lines: "In Apache:".
fn place(proxy: Option<Proxy>, has_own: bool) -> String {
    match proxy {
        Some(proxy) if has_own => format!("In {}:", proxy.name()),
        Some(proxy) => format!("In {}, or in a proxy behind it. In nginx:", proxy.name()),
        None => "In nginx:".to_owned(),
    }
}

fn placed(proxy: Option<Proxy>, own: Option<Vec<String>>, nginx: &[String]) -> Vec<String> {
    let is_nginx = proxy == Some(Proxy::Nginx);
    let mut lines = vec![place(proxy, own.is_some() || is_nginx)];
    lines.extend(own.unwrap_or_else(|| nginx.to_vec()));
    lines
}

/// Sets a header of each answer, errors too.
pub(in crate::doctor::diagnosis) fn set_header(
    proxy: Option<Proxy>,
    name: &str,
    value: &str,
) -> Vec<String> {
    let own = match proxy {
        Some(Proxy::Apache | Proxy::LiteSpeed) => format!("  Header always set {name} \"{value}\""),
        Some(Proxy::Caddy) => format!("  header {name} \"{value}\""),
        Some(Proxy::Haproxy) => format!("  http-response set-header {name} \"{value}\""),
        Some(Proxy::Iis) => format!("  <add name=\"{name}\" value=\"{value}\" />"),
        _ => String::new(),
    };
    let own = (!own.is_empty()).then(|| vec![own]);
    placed(proxy, own, &[format!("  add_header {name} {value} always;")])
}

/// Adds to `Vary` what answers differ by.
pub(in crate::doctor::diagnosis) fn vary(proxy: Option<Proxy>) -> Vec<String> {
    let own = match proxy {
        Some(Proxy::Apache | Proxy::LiteSpeed) => Some("  Header merge Vary Origin"),
        Some(Proxy::Caddy) => Some("  header +Vary Origin"),
        Some(Proxy::Haproxy) => Some("  http-response add-header Vary Origin"),
        _ => None,
    };
    let own = own.map(|line| vec![line.to_owned()]);
    placed(proxy, own, &["  add_header Vary Origin always;".to_owned()])
}

/// Drops the server's `Access-Control-Allow-Credentials`.
pub(in crate::doctor::diagnosis) fn without_credentials(proxy: Option<Proxy>) -> Vec<String> {
    let own: Option<&[&str]> = match proxy {
        Some(Proxy::Apache) => Some(&["  Header onsuccess unset Access-Control-Allow-Credentials"]),
        Some(Proxy::Caddy) => Some(&[
            "  reverse_proxy 127.0.0.1:3000 {",
            "    header_down -Access-Control-Allow-Credentials",
            "  }",
        ]),
        Some(Proxy::Haproxy) => {
            Some(&["  http-response del-header Access-Control-Allow-Credentials"])
        }
        _ => None,
    };
    let own = own.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
    placed(proxy, own, &[super::HIDE_CREDENTIALS.to_owned()])
}

/// Hands on the host and the scheme that a page asks by.
pub(in crate::doctor::diagnosis) fn host_and_scheme(proxy: Option<Proxy>) -> Vec<String> {
    let own: Option<&[&str]> = match proxy {
        Some(Proxy::Apache) => Some(&[
            "  ProxyPreserveHost On",
            "  RequestHeader set X-Forwarded-Proto expr=%{REQUEST_SCHEME}",
        ]),
        Some(Proxy::Caddy) => Some(&["  # header_up Host …", "(Caddy sends both by itself.)"]),
        _ => None,
    };
    let own = own.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
    let nginx = [
        "  proxy_set_header Host $http_host;".to_owned(),
        "  proxy_set_header X-Forwarded-Proto $scheme;".to_owned(),
    ];
    placed(proxy, own, &nginx)
}

/// The size of bodies that Socket.IO takes, in bytes.
const MEGABYTE: &str = "1048576";

/// Takes bodies as large as those that Socket.IO takes.
pub(in crate::doctor::diagnosis) fn larger_bodies(proxy: Option<Proxy>) -> Vec<String> {
    let own = match proxy {
        Some(Proxy::Apache | Proxy::LiteSpeed) => {
            Some(vec![format!("  LimitRequestBody {MEGABYTE}")])
        }
        Some(Proxy::Caddy) => {
            let lines = ["  request_body {", "    max_size 1MiB", "  }"];
            Some(lines.map(str::to_owned).to_vec())
        }
        Some(Proxy::Iis) => {
            Some(vec![format!("  <requestLimits maxAllowedContentLength=\"{MEGABYTE}\" />")])
        }
        _ => None,
    };
    placed(proxy, own, &["  client_max_body_size 1m;".to_owned()])
}

/// Allows POST where GET is.
pub(in crate::doctor::diagnosis) fn posts(proxy: Option<Proxy>) -> Vec<String> {
    let own: Option<&[&str]> = match proxy {
        Some(Proxy::Apache | Proxy::LiteSpeed) => Some(&[
            "  <Location \"/socket.io/\">",
            "    Require method GET POST OPTIONS",
            "  </Location>",
        ]),
        Some(Proxy::Caddy) => {
            Some(&["  # a matcher of `reverse_proxy` with `method GET` needs POST and OPTIONS too"])
        }
        Some(Proxy::Kong) => Some(&["  methods: [GET, POST, OPTIONS]"]),
        Some(Proxy::CloudFront) => {
            Some(&["Allowed methods: GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE."])
        }
        Some(Proxy::Iis) => Some(&["  <verbs allowUnlisted=\"true\" />"]),
        _ => None,
    };
    let own = own.map(|lines| lines.iter().map(|line| (*line).to_owned()).collect());
    let nginx = ["  limit_except GET POST OPTIONS { deny all; }".to_owned()];
    let mut lines = placed(proxy, own, &nginx);
    if proxy.is_none() {
        lines.push(
            "CloudFront: allowed methods GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE.".to_owned(),
        );
    }
    lines
}
