//! Lines with which a proxy waits longer for idle connections.

use crate::doctor::software::Proxy;

/// The fix in that proxy; in the usual ones where none is named. `interval` is that of heartbeats, in
/// seconds.
pub(in crate::doctor::diagnosis) fn waiting(proxy: Option<Proxy>, interval: u64) -> Vec<String> {
    let longer = interval.saturating_mul(2).max(60);
    let mut lines = vec![format!("Let the proxy wait longer than {interval} s.")];
    let Some(proxy) = proxy else {
        lines.extend(nginx(longer));
        lines.push(OTHERS.to_owned());
        return lines;
    };
    let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    lines.extend(match proxy {
        Proxy::Nginx => nginx(longer),
        Proxy::Apache => own(&["In Apache:", &format!("  ProxyTimeout {longer}")]),
        Proxy::Caddy => own(&[
            "In Caddy, a poll waits by response_header_timeout, which has no limit where it is left out:",
            "  reverse_proxy 127.0.0.1:3000 {",
            "    transport http {",
            &format!("      response_header_timeout {longer}s"),
            "    }",
            "  }",
            "Beside it, read_timeout ends both a poll and a WebSocket. A WebSocket also ends by stream_timeout, \
             which stands in the reverse_proxy itself. Take them out, or raise them.",
        ]),
        Proxy::Haproxy => own(&[
            "In HAProxy, in `defaults`, or in the frontend (client) and the backend. A poll waits by the \
             first two, a WebSocket by the third:",
            &format!("  timeout client {longer}s"),
            &format!("  timeout server {longer}s"),
            "  timeout tunnel 1h",
        ]),
        Proxy::Envoy => own(&[
            "In Envoy's route (15 s unless it is told otherwise):",
            &format!("  timeout: {longer}s"),
            "A WebSocket ends by the HttpConnectionManager's stream_idle_timeout (5 minutes).",
        ]),
        Proxy::Kong => own(&[
            "In Kong, in the service (milliseconds):",
            &format!("  read_timeout: {longer}000"),
            &format!("  write_timeout: {longer}000"),
        ]),
        Proxy::Iis => own(&[
            "In IIS, Application Request Routing, Server Proxy Settings: Time-out (seconds), or in \
             applicationHost.config:",
            &format!("  <proxy enabled=\"true\" timeout=\"00:{:02}:{:02}\" />", longer / 60, longer % 60),
        ]),
        Proxy::LiteSpeed => own(&[
            "In LiteSpeed, in the external app of type Web Server (Response Timeout), and in the server's \
             Tuning (Connection Timeout).",
        ]),
        Proxy::Express => own(&[
            "In Express, in the options of http-proxy-middleware (milliseconds), or leave both out:",
            &format!("  timeout: {longer}_000, proxyTimeout: {longer}_000"),
        ]),
        Proxy::Varnish => own(&[
            "In Varnish, let /socket.io/ past the cache in a pipe that may be idle, and wait for polls:",
            &format!("  varnishd -p pipe_timeout={longer} -p first_byte_timeout={longer} …"),
        ]),
        Proxy::Fastly => own(&[
            "In Fastly, in the host's advanced options: First byte timeout (15 s unless it is told \
             otherwise), or in VCL, in the backend:",
            &format!("  .first_byte_timeout = {longer}s;"),
        ]),
        Proxy::Cloudflare => own(&[
            "Cloudflare waits 100 s, for a poll and for a WebSocket: if less has passed, the limit is that of \
             a proxy behind it. In nginx, in Socket.IO's location:",
            &format!("  proxy_read_timeout {longer}s;"),
        ]),
        Proxy::CloudFront => own(&[
            "In CloudFront, in the origin's settings: Response timeout (30 s unless it is told otherwise). If \
             less has passed, the limit is that of what is behind it.",
        ]),
        Proxy::AwsBalancer => own(&[
            "In the AWS load balancer's attributes (60 s unless it is told otherwise):",
            &format!(
                "  aws elbv2 modify-load-balancer-attributes --load-balancer-arn BALANCER --attributes \
                 Key=idle_timeout.timeout_seconds,Value={longer}"
            ),
        ]),
        Proxy::ApiGateway => own(&[
            "API Gateway waits 29 or 30 s for a poll. In the integration's settings, do not make that less \
             (timeoutInMillis).",
        ]),
        Proxy::FrontDoor => own(&[
            "In Azure's Front Door, in the profile's settings (Origin response timeout):",
            &format!(
                "  az afd profile update --profile-name PROFILE --resource-group GROUP \
                 --origin-response-timeout-seconds {longer}"
            ),
        ]),
        Proxy::GoogleCloud => own(&[
            "In Google Cloud, the time-out of the balancer's backend (30 s unless it is told otherwise) or of \
             Cloud Run also ends WebSockets:",
            "  gcloud compute backend-services update BACKEND --timeout 86400s",
            "  gcloud run services update SERVICE --timeout 3600",
        ]),
        Proxy::Gunicorn => own(&[
            "In gunicorn, a synchronous worker is ended after `--timeout` (30 s). Use threads or an ASGI \
             worker:",
            "  gunicorn -w 1 --threads 100 app:app",
        ]),
        Proxy::Passenger => own(&[
            "Passenger ends a request only if it is told to: look for passenger_max_request_time and \
             PassengerMaxRequestTime, and at the web server's own time-outs.",
        ]),
        Proxy::Azure
        | Proxy::Heroku
        | Proxy::Vercel
        | Proxy::Netlify
        | Proxy::Fly
        | Proxy::Render
        | Proxy::Railway => vec![format!(
            "If {} has no such setting, only the server can help:",
            proxy.name()
        )],
    });
    lines
}

fn nginx(longer: u64) -> Vec<String> {
    vec![
        "In nginx, in Socket.IO's location:".to_owned(),
        format!("  proxy_read_timeout {longer}s;"),
        format!("  proxy_send_timeout {longer}s;"),
    ]
}

const OTHERS: &str = "HAProxy: `timeout client` and `timeout server` for polls, `timeout tunnel` for \
 WebSockets; Envoy: the route's `timeout`; AWS: the balancer's idle timeout; an Ingress: proxy-read-timeout.";
