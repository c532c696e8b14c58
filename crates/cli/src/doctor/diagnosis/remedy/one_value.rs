//! Lines for a header that the server and a proxy both set: only one of them keeps it.

use super::by_web_server;
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, SocketServer, proxy_before, socket_server},
    step::Step,
};

/// The fix where `Access-Control-Allow-Origin` is there twice, by the proxy that the answers name.
pub(in crate::doctor::diagnosis) fn one_value(
    examination: &Examination,
    doubled: &Exchange,
) -> Vec<String> {
    let proxy = proxy_before(examination, doubled);
    let is_python = socket_server(examination) == SocketServer::Python;
    let own = examination.get(Step::DirectPoll).filter(|it| it.answer.is_some());
    let own = own.map(|direct| direct.headers().all("Access-Control-Allow-Origin").count());
    let is_before = own == Some(1) || !matches!(proxy, None | Some(Proxy::Gunicorn));
    let mut lines = Vec::new();
    // Without one, it is the server itself that has two that set it.
    if !is_python || is_before {
        let of_proxy = in_proxy(proxy, doubled.doubles_credentials());
        lines.extend(of_proxy.into_iter().map(str::to_owned));
        let credentialed = examination.target.page.credentialed;
        let has_star =
            doubled.headers().all("Access-Control-Allow-Origin").any(|it| it.trim() == "*");
        lines.extend((credentialed && has_star).then(|| {
            format!(
                "Keep the one that names {}: the page sends credentials, and * is refused with them. So if it is the \
                 proxy that sets *, delete that, and do not hide the server's.",
                examination.target.page.origin
            )
        }));
    }
    if is_python && own != Some(1) {
        let or = if is_before { "Or perhaps a" } else { "A" };
        lines.extend(around_python(examination, or));
    }
    lines
}

/// The same where what is around python-socketio sets it too.
pub(in crate::doctor::diagnosis) fn around_python(
    examination: &Examination,
    article: &str,
) -> Vec<String> {
    let path = examination.target.path.trim_end_matches('/');
    let whole = match path {
        "/socket.io" => String::new(),
        path => format!(", socketio_path=\"{path}\""),
    };
    let asgi = [
        format!(
            "{article} CORS middleware (FastAPI's CORSMiddleware) is around python-socketio, which sets the headers \
             itself. Put python-socketio around the application, so that the middleware does not get its requests \
             (and in place of `app.mount`, if that is how it is there):"
        ),
        format!("  app = socketio.ASGIApp(sio, other_asgi_app=app{whole})"),
    ];
    let flask = [format!(
        "{article} WSGI middleware is around Flask-SocketIO, which sets the headers itself. Take Socket.IO's path out \
         of the middleware. (Not the list out of Flask-SocketIO, which checks WebSockets by it.)"
    )];
    by_web_server(examination, asgi, flask)
}

/// The same in the proxy alone, for `Access-Control-Allow-Credentials` as well if it is there `twice`.
fn in_proxy(proxy: Option<Proxy>, twice: bool) -> Vec<&'static str> {
    let and = |line: &'static str| twice.then_some(line);
    match proxy {
        Some(Proxy::Caddy) => [
            "Let only one of them set it. In the Caddyfile, delete the `header` lines and leave it to \
             Socket.IO, or keep them and drop the server's:",
            "  reverse_proxy 127.0.0.1:3000 {",
            "    header_down -Access-Control-Allow-Origin",
        ]
        .into_iter()
        .chain(and("    header_down -Access-Control-Allow-Credentials"))
        .chain(["  }"])
        .collect(),
        Some(Proxy::Apache) => [
            "Let only one of them set it. In Apache, delete the `Header` lines and leave it to Socket.IO, or \
             drop the server's:",
            "  Header onsuccess unset Access-Control-Allow-Origin",
        ]
        .into_iter()
        .chain(and("  Header onsuccess unset Access-Control-Allow-Credentials"))
        .collect(),
        Some(Proxy::Haproxy) => [
            "Let only one of them set it. In HAProxy, delete the line `http-response add-header \
             Access-Control-Allow-Origin` and leave it to Socket.IO, or drop the server's, in a line before \
             that:",
            "  http-response del-header Access-Control-Allow-Origin",
        ]
        .into_iter()
        .chain(and("  http-response del-header Access-Control-Allow-Credentials"))
        .collect(),
        None | Some(Proxy::Nginx) => NGINX
            .iter()
            .copied()
            .chain(and(HIDE_CREDENTIALS))
            .chain(proxy.is_none().then_some(OTHERS))
            .collect(),
        Some(proxy) => elsewhere(proxy).to_vec(),
    }
}

/// The fix in what has no line by which it drops the server's.
fn elsewhere(proxy: Proxy) -> &'static [&'static str] {
    match proxy {
        Proxy::Iis | Proxy::Azure => {
            &["Let only one of them set it. In web.config (IIS, or Azure's App Service), delete \
             Access-Control-Allow-Origin from <customHeaders>; in Azure's portal, empty the list under CORS."]
        }
        Proxy::LiteSpeed => &[
            "Let only one of them set it. In LiteSpeed, delete the line from .htaccess (OpenLiteSpeed: from \
             Header Operations of the context), and leave it to Socket.IO:",
            "  # Header add Access-Control-Allow-Origin …",
        ],
        Proxy::Envoy => &[
            "Let only one of them set it. In Envoy, delete it from `response_headers_to_add` and leave it to \
             Socket.IO, or let it replace the server's:",
            "  append_action: OVERWRITE_IF_EXISTS_OR_ADD",
            "Istio's VirtualService: `headers.response.set`, not `add`.",
        ],
        Proxy::Kong => &[
            "Let only one of them set it. In Kong, delete it from `append` of the plugin response-transformer \
             and leave it to Socket.IO, or let the plugin replace the server's:",
            "  config: { replace: { headers: [\"Access-Control-Allow-Origin:…\"] } }",
        ],
        Proxy::Express => &[
            "Let only one of them set it. In Express, delete the line before the proxy that sets it, and leave \
             it to Socket.IO:",
            "  // response.append(\"Access-Control-Allow-Origin\", …);",
        ],
        Proxy::Varnish => &[
            "Let only one of them set it. In Varnish, delete `header.append` from the VCL and leave it to \
             Socket.IO, or replace the server's, in vcl_deliver:",
            "  set resp.http.Access-Control-Allow-Origin = \"…\";",
        ],
        Proxy::Fastly => &[
            "Let only one of them set it. In Fastly, Content, Headers: delete the header Access-Control-Allow-\
             Origin and leave it to Socket.IO, or choose the action Set, not Append. In VCL:",
            "  set resp.http.Access-Control-Allow-Origin = \"…\"; // not `add`",
        ],
        Proxy::Cloudflare => &[
            "Let only one of them set it. In Cloudflare's dashboard, Rules: a Response Header Transform Rule \
             with \"Add\" keeps the server's header and adds another. Delete the rule and leave the header to \
             Socket.IO, or choose \"Set\", which replaces the server's.",
            "A Worker on the route: `headers.set`, not `headers.append`.",
            "If neither is there, a proxy behind Cloudflare adds it. In nginx, for example:",
            "  proxy_hide_header Access-Control-Allow-Origin;",
        ],
        Proxy::CloudFront => &[
            "Let only one of them set it. In CloudFront, in the behavior for /socket.io/*: take the response \
             headers policy with CORS settings off, and functions that set the header (CloudFront Functions, \
             Lambda@Edge).",
            "If none is there, a proxy behind CloudFront adds it. In nginx, for example:",
            "  proxy_hide_header Access-Control-Allow-Origin;",
        ],
        Proxy::ApiGateway => &[
            "Let only one of them set it. In API Gateway, take Access-Control-Allow-Origin out of the method's \
             integration response. Or leave it to the CORS settings of an HTTP API, which replace what the \
             server sends.",
        ],
        Proxy::AwsBalancer => &[
            "Let only one of them set it. The AWS load balancer replaces the server's header, if its listener \
             has the attribute routing.http.response.access_control_allow_origin.header_value, so two come \
             from behind it: a proxy, or code beside `cors`. In nginx, for example:",
            "  proxy_hide_header Access-Control-Allow-Origin;",
        ],
        Proxy::FrontDoor => &[
            "Let only one of them set it. In Front Door's rule set, \"Modify response header\": delete the \
             action for Access-Control-Allow-Origin, or choose Overwrite, not Append.",
        ],
        Proxy::GoogleCloud => &[
            "Let only one of them set it. Google Cloud's balancer adds it if its backend service has a custom \
             response header. Without any:",
            "  gcloud compute backend-services update BACKEND --no-custom-response-headers",
            "If it has none, two parts of the app set it. Leave it to Socket.IO's `cors`.",
        ],
        Proxy::Vercel => &[
            "Let only one of them set it. On Vercel, delete Access-Control-Allow-Origin from `headers` in \
             vercel.json and next.config.js, and leave it to Socket.IO.",
        ],
        Proxy::Netlify => &[
            "Let only one of them set it. On Netlify, delete Access-Control-Allow-Origin from the file \
             _headers and from [[headers]] in netlify.toml, and leave it to Socket.IO.",
        ],
        Proxy::Passenger => &[
            "Let only one of them set it. Passenger sets none by itself. Delete it from the web server's \
             configuration (nginx's `add_header`, Apache's `Header`), and leave it to Socket.IO.",
        ],
        Proxy::Fly => {
            &["Let only one of them set it. On Fly.io, delete it from fly.toml's section \
             [http_service.http_options.response.headers], and leave it to Socket.IO."]
        }
        Proxy::Heroku => {
            &["Let only one of them set it. Heroku's router sets none: two parts of the app \
             do, such as a proxy in it or code beside Socket.IO's `cors`. Leave it to `cors`."]
        }
        Proxy::Render => {
            &["Let only one of them set it. Render's router sets none: two parts of the app \
             do, such as a proxy in it or code beside Socket.IO's `cors`. Leave it to `cors`."]
        }
        Proxy::Railway => {
            &["Let only one of them set it. Railway's router sets none: two parts of the app \
             do, such as a proxy in it or code beside Socket.IO's `cors`. Leave it to `cors`."]
        }
        Proxy::Gunicorn => &["Let only one of them set it. gunicorn sets none: two parts of the \
             application do, such as a CORS middleware beside python-socketio."],
        Proxy::Nginx | Proxy::Apache | Proxy::Caddy | Proxy::Haproxy => &[],
    }
}

/// The line of nginx where it adds a header that the server sets too.
pub(in crate::doctor::diagnosis) const HIDE_CREDENTIALS: &str =
    "  proxy_hide_header Access-Control-Allow-Credentials;";

const NGINX: &[&str] = &[
    "Let only one of them set it. In nginx, delete the add_header lines and leave it to Socket.IO:",
    "  # add_header Access-Control-Allow-Origin …;",
    "Or keep them, and hide the server's:",
    "  proxy_hide_header Access-Control-Allow-Origin;",
];

const OTHERS: &str = "HAProxy: `http-response del-header Access-Control-Allow-Origin` before its own. nginx \
 Ingress: set the annotation nginx.ingress.kubernetes.io/enable-cors to \"false\". Traefik: no \
 accessControl… in its headers middleware. Spring Cloud Gateway: the filter DedupeResponseHeader. A CDN: no \
 response header of its own.";
