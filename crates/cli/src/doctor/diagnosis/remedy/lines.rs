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

/// The lines as texts of their own.
pub(super) fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
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
    let own = own.map(owned);
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
    let own = own.map(owned);
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
    let own = own.map(owned);
    let nginx = ["  limit_except GET POST OPTIONS { deny all; }".to_owned()];
    let mut lines = placed(proxy, own, &nginx);
    if proxy.is_none() {
        lines.push(
            "CloudFront: allowed methods GET, HEAD, OPTIONS, PUT, POST, PATCH, DELETE.".to_owned(),
        );
    }
    lines
}

/// Asks the server by its own host name.
pub(super) fn upstream_host(proxy: Option<Proxy>) -> Vec<String> {
    let own: Option<&[&str]> = match proxy {
        Some(Proxy::Apache) => Some(&["  ProxyPreserveHost Off"]),
        Some(Proxy::Caddy) => Some(&[
            "  reverse_proxy 127.0.0.1:3000 {",
            "    header_up Host {upstream_hostport}",
            "  }",
        ]),
        Some(Proxy::Haproxy) => Some(&["  http-request set-header Host localhost:3000"]),
        Some(Proxy::Envoy) => Some(&["  host_rewrite_literal: localhost"]),
        Some(Proxy::Kong) => Some(&["  preserve_host: false"]),
        Some(Proxy::Express) => Some(&["  changeOrigin: true"]),
        _ => None,
    };
    let own = own.map(owned);
    placed(proxy, own, &["  proxy_set_header Host $proxy_host;".to_owned()])
}

/// Takes requests whose headers are large.
pub(super) fn larger_headers(proxy: Option<Proxy>) -> Vec<String> {
    let lines: &[&str] = match proxy {
        Some(Proxy::Apache) => {
            &["In Apache, in the virtual host:", "  LimitRequestFieldSize 32768"]
        }
        Some(Proxy::Caddy) => {
            &["In Caddy, in the global options:", "  servers {", "    max_header_size 32KB", "  }"]
        }
        Some(Proxy::Haproxy) => &["In HAProxy, in `global`:", "  tune.bufsize 65536"],
        Some(Proxy::Envoy) => {
            &["In Envoy's HttpConnectionManager:", "  max_request_headers_kb: 96"]
        }
        other => return placed(other, None, &["  large_client_header_buffers 4 32k;".to_owned()]),
    };
    owned(lines)
}

/// Answers 204 to OPTIONS alone.
pub(super) fn only_options(proxy: Option<Proxy>) -> Vec<String> {
    let own: Option<&[&str]> = match proxy {
        Some(Proxy::Apache | Proxy::LiteSpeed) => {
            Some(&["  RewriteCond %{REQUEST_METHOD} =OPTIONS", "  RewriteRule ^ - [R=204,L]"])
        }
        Some(Proxy::Caddy) => Some(&["  @preflight method OPTIONS", "  respond @preflight 204"]),
        Some(Proxy::Haproxy) => Some(&["  http-request return status 204 if METH_OPTIONS"]),
        Some(Proxy::Express) => Some(&[
            "  app.use((req, res, next) => (req.method === \"OPTIONS\" ? res.sendStatus(204) : next()));",
        ]),
        _ => None,
    };
    let own = own.map(owned);
    placed(proxy, own, &["  if ($request_method = OPTIONS) { return 204; }".to_owned()])
}

/// Takes Socket.IO's path out of `ModSecurity`.
pub(super) fn no_mod_security(proxy: Option<Proxy>) -> Vec<String> {
    let lines: &[&str] = if proxy == Some(Proxy::Nginx) {
        &["In nginx, in Socket.IO's location:", "  modsecurity off;"]
    } else {
        &["In Apache:", "  <Location \"/socket.io/\">", "    SecRuleEngine Off", "  </Location>"]
    };
    owned(lines)
}

/// Asks a server by the same name in TLS and in the `Host` header.
pub(super) fn one_name(proxy: Option<Proxy>) -> Vec<String> {
    let lines: &[&str] = match proxy {
        Some(Proxy::Nginx) | None => {
            &["In nginx:", "  proxy_ssl_server_name on;", "  proxy_ssl_name $host;"]
        }
        Some(Proxy::Apache) => {
            &["In Apache, the name in TLS is that of ProxyPass:", "  ProxyPreserveHost Off"]
        }
        Some(Proxy::Caddy) => &[
            "In Caddy:",
            "  reverse_proxy https://127.0.0.1:3000 {",
            "    header_up Host {upstream_hostport}",
            "  }",
        ],
        Some(Proxy::Haproxy) => &[
            "In HAProxy:",
            "  server upstream 127.0.0.1:443 ssl verify required ca-file @system-ca sni req.hdr(Host)",
        ],
        Some(_) => &[],
    };
    owned(lines)
}

/// Lets Socket.IO's path past the login that a proxy asks another server for, at that address and URI.
pub(super) fn no_login(proxy: Option<Proxy>, server: &str, uri: &str) -> Vec<String> {
    match proxy {
        Some(Proxy::Caddy) => vec![
            "Or, if Caddy asks for the login (`forward_auth`), there:".to_owned(),
            "  @login not path /socket.io/*".to_owned(),
            format!("  forward_auth @login {server} {{"),
            format!("    uri {uri}"),
            "  }".to_owned(),
        ],
        Some(Proxy::Nginx) => owned(&[
            "Or, if nginx asks for the login (`auth_request`), there:",
            "  location /socket.io/ { auth_request off; proxy_pass …; }",
        ]),
        _ => Vec::new(),
    }
}

/// Lets Socket.IO's requests past a rate limit.
pub(super) fn no_limit(proxy: Option<Proxy>) -> Vec<String> {
    let nginx = "nginx: no `limit_req` in Socket.IO's location.";
    let lines: &[&str] = match proxy {
        None => &[nginx, EXPRESS_LIMIT],
        Some(Proxy::Nginx) => &[nginx],
        Some(Proxy::Express) => &[EXPRESS_LIMIT],
        Some(_) => &["In Node, express-rate-limit may be what refuses it."],
    };
    owned(lines)
}

const EXPRESS_LIMIT: &str = "express-rate-limit limits what Express serves: exclude /socket.io/, or attach Socket.IO \
 to the HTTP server itself.";
