//! Settings that keep the requests of a session at one instance.

use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, SocketServer, proxy_before, socket_server},
};

const WITHOUT_POLLING: &str = "Or do without polling: transports: [\"websocket\"] in the client (check it \
 with --websocket).";

/// The fix in whatever chooses among the instances, where the answers name it.
pub(in crate::doctor::diagnosis) fn sticky(
    examination: &Examination,
    lost: &Exchange,
) -> Vec<String> {
    let proxy = proxy_before(examination, lost);
    let is_python = socket_server(examination) == SocketServer::Python;
    let lines: &[&str] = match proxy {
        Some(Proxy::Gunicorn) => WORKERS,
        Some(Proxy::Heroku) => &[
            "Let Heroku's router keep a client at one dyno, with a cookie that the client has to send:",
            "  heroku features:enable http-session-affinity",
            "  io(\"…\", { withCredentials: true })",
            "Or run one dyno: heroku ps:scale web=1.",
        ],
        Some(Proxy::GoogleCloud) => &[
            "Let Cloud Run keep a client at one instance, with a cookie that the client has to send. Cloud \
             Run does not promise it: an instance may go at any time.",
            "  gcloud run services update SERVICE --session-affinity",
            "  io(\"…\", { withCredentials: true })",
            "Or run one instance: --min-instances 1 --max-instances 1. App Engine: `network: \
             session_affinity: true` in app.yaml (flexible environment).",
        ],
        Some(Proxy::Azure) => &[
            "Turn session affinity on (App Service: Configuration, General settings), and let the client \
             send its cookie:",
            "  az webapp update --name APP --resource-group GROUP --client-affinity-enabled true",
            "  io(\"…\", { withCredentials: true })",
        ],
        Some(Proxy::AwsBalancer) => &[
            "Turn stickiness on in the target group's attributes, and let the client send its cookie:",
            "  io(\"…\", { withCredentials: true })",
        ],
        Some(Proxy::Vercel) => &[
            "A function on Vercel keeps no session: each request may reach a new one. Run Socket.IO on a server that \
             keeps running (a virtual machine, a container, Render, Railway, Fly.io), and give its URL to \
             the client:",
            "  io(\"https://api.example.com\")",
            "Or do without polling: functions take WebSockets with Fluid compute (a beta of 2026).",
            "  io(\"…\", { transports: [\"websocket\"] })",
        ],
        Some(Proxy::Fly) => &[
            "Fly.io's proxy does not keep a client at one machine. Run one machine:",
            "  fly scale count 1",
            "Or let each machine pass a request on to the right one (header fly-replay).",
        ],
        Some(Proxy::Render | Proxy::Railway) => &[
            "The platform sends each request to any instance. Run only one instance (in the service's \
             scaling settings).",
        ],
        Some(Proxy::Caddy) => &[
            "Make Caddy sticky, in the Caddyfile:",
            "  reverse_proxy 10.0.0.1:3000 10.0.0.2:3000 {",
            "    lb_policy ip_hash",
            "  }",
            PROCESSES,
        ],
        Some(Proxy::Apache) => &[
            "Make Apache sticky, with mod_headers and mod_proxy_balancer:",
            "  Header add Set-Cookie \"ROUTE=.%{BALANCER_WORKER_ROUTE}e; path=/; SameSite=None; Secure\" \
             env=BALANCER_ROUTE_CHANGED",
            "  <Proxy \"balancer://io\">",
            "    BalancerMember \"http://10.0.0.1:3000\" route=1 upgrade=websocket",
            "    BalancerMember \"http://10.0.0.2:3000\" route=2 upgrade=websocket",
            "    ProxySet stickysession=ROUTE",
            "  </Proxy>",
            "  ProxyPass \"/socket.io/\" \"balancer://io/socket.io/\"",
            "The client then needs withCredentials: true.",
            PROCESSES,
        ],
        Some(Proxy::Passenger) => &[
            "Passenger runs several processes, and gives each request to any of them. Make it sticky, with \
             a cookie that the client has to send. In nginx:",
            "  passenger_sticky_sessions on;",
            "In Apache:",
            "  PassengerStickySessions on",
            "In the client:",
            "  io(\"…\", { withCredentials: true })",
        ],
        Some(Proxy::Iis) => &[
            "In Application Request Routing, Server Affinity, turn client affinity on. The client then \
             needs withCredentials: true.",
            "With iisnode: nodeProcessCountPerApplication=\"1\" in web.config.",
        ],
        Some(Proxy::Haproxy) => &[
            "Make HAProxy sticky, by address, in the backend:",
            "  balance source",
            "Or by a cookie, which the client has to send (withCredentials: true):",
            "  cookie SRV insert indirect nocache secure attr \"SameSite=None\"",
            PROCESSES,
        ],
        Some(Proxy::Envoy) => &[
            "Make Envoy sticky, by address. Istio, in a DestinationRule:",
            "  trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true } } }",
            "Envoy alone: `lb_policy: RING_HASH` in the cluster, and in the route",
            "  hash_policy: [{ connection_properties: { source_ip: true } }]",
            PROCESSES,
        ],
        Some(Proxy::Kong) => {
            &["Make Kong sticky, by address, in the upstream:", "  hash_on: ip", PROCESSES]
        }
        _ => &[
            "If a load balancer chooses among the instances, make it sticky. nginx, by address:",
            "  upstream io { ip_hash; server 10.0.0.1:3000; server 10.0.0.2:3000; }",
            "Caddy: `lb_policy ip_hash`; HAProxy: `balance source`; Kubernetes: sessionAffinity: ClientIP.",
            "If it uses a cookie and the page is of another site, the cookie needs SameSite=None; Secure, \
             and the client withCredentials: true.",
            PROCESSES,
        ],
    };
    let workers = match proxy {
        Some(Proxy::Gunicorn) => &[],
        _ if is_python => WORKERS,
        None => CLUSTER,
        _ => &[],
    };
    let before = proxy.filter(|proxy| chooses_elsewhere(*proxy)).map(|proxy| {
        format!(
            "If {} chooses among the instances, make it sticky. If something behind it does:",
            proxy.name()
        )
    });
    let end = (proxy != Some(Proxy::Vercel)).then_some(WITHOUT_POLLING);
    let lines = workers.iter().chain(lines).copied().chain(end).map(str::to_owned);
    before.into_iter().chain(lines).collect()
}

/// True for one without lines of its own: CDNs and gateways, behind which a balancer may be.
fn chooses_elsewhere(proxy: Proxy) -> bool {
    matches!(
        proxy,
        Proxy::LiteSpeed
            | Proxy::Express
            | Proxy::Varnish
            | Proxy::Fastly
            | Proxy::Cloudflare
            | Proxy::CloudFront
            | Proxy::ApiGateway
            | Proxy::FrontDoor
            | Proxy::Netlify
    )
}

const WORKERS: &[&str] = &[
    "Each worker process of a Python server has sessions of its own, and a client's requests may reach any \
     worker. Run one worker, with threads or ASGI:",
    "  gunicorn -w 1 --threads 100 app:app",
    "  uvicorn app:app --workers 1",
    "For more workers, start several servers on ports of their own, behind a sticky balancer, with a \
     message queue (client_manager, `message_queue`).",
];

const CLUSTER: &[&str] = &[
    "If Node runs several processes (cluster), each has sessions of its own. Let one of them hand each client \
     to the same one, with @socket.io/sticky. In the primary, which alone listens:",
    "  cluster.setupPrimary({ serialization: \"advanced\" });",
    "  require(\"@socket.io/sticky\").setupMaster(httpServer, { loadBalancingMethod: \"least-connection\" });",
    "In each worker, which does not listen:",
    "  require(\"@socket.io/sticky\").setupWorker(io);",
];

const PROCESSES: &str = "Several processes on one machine need stickiness too: @socket.io/sticky for \
 Node's cluster, @socket.io/pm2 for PM2. An adapter (Redis) is not enough: it shares messages, not \
 sessions.";
