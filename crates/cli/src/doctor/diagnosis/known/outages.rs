//! Answers of proxies and platforms whose server is not there.

use super::{
    Known, Row,
    Sign::{Body, Header, Says, Status},
};
use crate::doctor::finding::Code;

const fn down(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::ServerError, says, fix }
}

const PORT_OF_PLATFORM: &[&str] = &[
    "Look at the app's log: did it start, and does it listen on the port of the environment, on every \
     address?",
    "  httpServer.listen(process.env.PORT, \"0.0.0.0\");",
];

pub(super) const ROWS: &[Row] = &[
    Row {
        signs: &[Says("ngrok-error-code", "ERR_NGROK_3200")],
        known: down(
            "ngrok answers {}: the tunnel is offline",
            &[
                "Start the agent, and use the URL that it prints: without a reserved domain it is \
               another each time.",
                "  ngrok http 3000",
            ],
        ),
    },
    Row {
        signs: &[Header("ngrok-error-code")],
        known: down(
            "ngrok answers {}: it does not reach the server behind it",
            &[
                "Is the server running, on the port that ngrok was given? The code in the header \
               ngrok-error-code is explained at https://ngrok.com/docs/errors.",
                "  ngrok http 3000",
            ],
        ),
    },
    Row {
        signs: &[Body("herokucdn.com/error-pages/no-such-app")],
        known: down(
            "Heroku answers {}: there is no app of that name",
            &["Write the app's own URL (`heroku info`), or add the domain to it."],
        ),
    },
    Row {
        signs: &[Body("herokucdn.com/error-pages")],
        known: down("Heroku answers {}: the app does not run, or crashed", PORT_OF_PLATFORM),
    },
    Row {
        signs: &[Says("x-railway-fallback", "true")],
        known: down("Railway answers {}: no app runs at that domain", PORT_OF_PLATFORM),
    },
    Row {
        signs: &[Header("x-render-routing")],
        known: down("Render answers {}: the service does not run", PORT_OF_PLATFORM),
    },
    Row {
        signs: &[Status(502), Header("fly-request-id")],
        known: down(
            "Fly.io answers {} 502: the app does not listen where it should",
            &[
                "In fly.toml, internal_port has to be the port on which the server listens, on every \
               address:",
                "  httpServer.listen(8080, \"0.0.0.0\");",
            ],
        ),
    },
    Row {
        signs: &[Says("x-vercel-error", "FUNCTION_INVOCATION_TIMEOUT")],
        known: down(
            "Vercel answers {}: the function ran out of time",
            &[
                "A function answers and ends: it keeps no session and no WebSocket. Let Socket.IO run \
               on a server that stays, and give its URL to the client.",
            ],
        ),
    },
    Row {
        signs: &[Says("x-vercel-error", "NOT_FOUND")],
        known: down(
            "Vercel answers {} with NOT_FOUND: there is nothing at that URL",
            &[
                "DEPLOYMENT_NOT_FOUND: the deployment is deleted, or the domain is on no project. \
                 NOT_FOUND: the project has no such path. Vercel runs no Socket.IO server: give the \
                 client the URL of one.",
                "  io(\"https://api.example.com\")",
            ],
        ),
    },
    Row {
        signs: &[Header("x-vercel-error")],
        known: down(
            "Vercel answers {} with an error of its own",
            &[
                "The header x-vercel-error names it. A function keeps no session and no WebSocket: let \
               Socket.IO run on a server that stays, and give its URL to the client.",
            ],
        ),
    },
    Row {
        signs: &[Body("no healthy upstream")],
        known: down(
            "Envoy answers {}: no server behind it is healthy",
            &["Are the server's health checks green, and do its pods run? A health check of \
               /socket.io/ has to ask for /socket.io/?EIO=4&transport=polling."],
        ),
    },
    Row {
        signs: &[Body("upstream connect error or disconnect/reset before headers")],
        known: down(
            "Envoy answers {}: it does not reach the server behind it",
            &[
                "Does the service's port lead to the port on which the server listens, and does that \
               speak what Envoy expects (HTTP/1.1, not HTTP/2 or TLS)?",
            ],
        ),
    },
    Row {
        signs: &[Body("No server is available to handle this request")],
        known: down(
            "HAProxy answers {} 503: no server of the backend is up",
            &[
                "Is the server running, at the address of its `server` line? A health check \
               (`option httpchk`) has to ask for something that is answered 200:",
                "  option httpchk GET /socket.io/?EIO=4&transport=polling",
            ],
        ),
    },
    Row {
        signs: &[Header("x-squid-error")],
        known: down(
            "Squid answers {}: it does not reach the server",
            &["The header x-squid-error says why: ERR_DNS_FAIL, the name is unknown to Squid; \
                 ERR_CONNECT_FAIL, nothing listens there, or a firewall is between. Squid may be the \
                 proxy of the network that you are in: does it fail from another network too?"],
        ),
    },
    Row {
        signs: &[Body("Guru Meditation")],
        known: down(
            "Varnish answers {}: it has no answer from the server behind it",
            &[
                "Is the backend healthy (`varnishadm backend.list`)? Let Socket.IO past the cache: in \
               vcl_recv",
                "  if (req.url ~ \"^/socket.io/\") { return (pipe); }",
            ],
        ),
    },
    Row {
        signs: &[Status(502), Says("server", "awselb")],
        known: down(
            "the AWS load balancer answers {} 502: a target closed the connection, or spoke something \
             else",
            &[
                "Does the target group's protocol (HTTP) match the server's? Let the server keep \
               connections for longer than the balancer's idle timeout:",
                "  httpServer.keepAliveTimeout = 65_000;",
            ],
        ),
    },
    Row {
        signs: &[Status(503), Says("server", "awselb")],
        known: down(
            "the AWS load balancer answers {} 503: its target group has no healthy target",
            &[
                "Look at the target group's health checks. One that asks for /socket.io/ is answered \
               400: let it ask for another path, or accept 400.",
            ],
        ),
    },
    Row {
        signs: &[Status(504), Says("server", "awselb")],
        known: down(
            "the AWS load balancer answers {} 504: the target does not answer in time",
            &[
                "Does the target's security group let the balancer in, on the target's port? A poll may \
               last 25 s: the idle timeout has to be longer (60 s).",
            ],
        ),
    },
    Row {
        signs: &[Body("The request could not be satisfied")],
        known: down(
            "CloudFront answers {} with an error of its own",
            &[
                "Does the origin of the behavior for /socket.io/* answer by itself, by the protocol and \
               on the port that are set for it? Its certificate has to be valid for the origin's \
               name.",
            ],
        ),
    },
    Row {
        signs: &[Status(403), Body("web app is stopped")],
        known: down(
            "Azure answers {}: the web app is stopped",
            &["Start the app, and turn Web sockets on in its configuration."],
        ),
    },
    Row {
        signs: &[Status(421)],
        known: down(
            "{} is answered 421: the connection was made for another host",
            &[
                "The name in TLS (SNI) and the Host header differ: does a proxy in between change one of \
               them alone? In nginx: `proxy_ssl_server_name on;` and `proxy_ssl_name $host;`.",
            ],
        ),
    },
];
