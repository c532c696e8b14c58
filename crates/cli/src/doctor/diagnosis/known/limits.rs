//! Too many requests.

use super::{
    Known, Row,
    Sign::{Body, Empty, Header, Says, Status},
};
use crate::doctor::finding::Code;

const fn limited(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::RateLimited, says, fix }
}

const ENVOY: Known = limited(
    "Envoy answers {} 429: its rate limit is exceeded",
    &[
        "Take the limit off Socket.IO's route (a global limit: its `rate_limits`). For a local one, in that \
         route:",
        "  typed_per_filter_config:",
        "    envoy.filters.http.local_ratelimit:",
        "      \"@type\": type.googleapis.com/envoy.config.route.v3.FilterConfig",
        "      disabled: true",
    ],
);

const NGINX: &[&str] = &[
    "Take `limit_req` and `limit_conn` out of Socket.IO's location, or allow more at once, as a client sends several requests together:",
    "  limit_req zone=io burst=50 nodelay;",
    "If nginx's error log does not say \"limiting requests\", look for a `return` of that status.",
];

const EXPRESS: Known = limited(
    "express-rate-limit, in an Express application, answers {} 429: its limit is exceeded",
    &[
        "Leave Socket.IO's path out of the limit, or attach Socket.IO to the HTTP server itself: its requests \
         then do not come to Express.",
        "  app.use(rateLimit({ …, skip: (request) => request.path.startsWith(\"/socket.io/\") }));",
    ],
);

const DJANGO: Known = limited(
    "Django REST framework answers {} 429: its throttle is exceeded",
    &[
        "Django should not answer Socket.IO's path at all: put python-socketio around it. In wsgi.py:",
        "  application = socketio.WSGIApp(sio, get_wsgi_application())",
    ],
);

const SLOWAPI: Known = limited(
    "slowapi, the rate limit of a FastAPI or Starlette application, answers {} 429",
    &[
        "Put python-socketio around the application, and not within it: the limit then does not see its \
         requests.",
        "  app = socketio.ASGIApp(sio, other_asgi_app=app)",
    ],
);

const FLASK: Known = limited(
    "Flask-Limiter answers {} 429: its limit is exceeded",
    &[
        "Leave Socket.IO's path out of the limit:",
        "  @limiter.request_filter",
        "  def of_socket_io():",
        "    return flask.request.path.startswith(\"/socket.io/\")",
        "Flask-SocketIO answers its path before Flask does. Is it made with the application that runs?",
        "  socketio = SocketIO(app)",
    ],
);

pub(super) const ROWS: &[Row] = &[
    Row {
        signs: &[Status(429), Header("x-amzn-requestid")],
        known: limited(
            "AWS API Gateway answers {} 429: too many requests",
            &["Raise the throttling of the stage or the usage plan for /socket.io/."],
        ),
    },
    Row {
        signs: &[Status(429), Body("Rate exceeded.")],
        known: limited(
            "Google Cloud answers {} 429: no instance is free to take it",
            &[
                "Each waiting poll and each WebSocket takes a place of an instance. Allow more of them, \
                 and more instances.",
                "  gcloud run services update SERVICE --concurrency 1000 --max-instances 10 \
                 --session-affinity",
            ],
        ),
    },
    // Behind nginx, a server that cannot take a request has 502 or 504.
    Row {
        signs: &[Status(503), Says("server", "nginx"), Body("<center>nginx")],
        known: limited("nginx itself answers {} 503, as it does when a limit is exceeded", NGINX),
    },
    Row {
        signs: &[Status(429), Body("<center>nginx")],
        known: limited("nginx itself answers {} 429: its limit is exceeded", NGINX),
    },
    Row {
        signs: &[Status(429), Body("You have sent too many requests in a given amount of time")],
        known: limited(
            "HAProxy answers {} 429: its rate limit is exceeded",
            &[
                "In HAProxy, leave Socket.IO's path out of the rule that denies with 429:",
                "  http-request deny deny_status 429 if { … } !{ path_beg /socket.io/ }",
            ],
        ),
    },
    Row { signs: &[Status(429), Body("local_rate_limited")], known: ENVOY },
    Row { signs: &[Status(429), Header("x-envoy-ratelimited")], known: ENVOY },
    Row {
        signs: &[Status(429), Header("x-retry-in")],
        known: limited("Traefik answers {} 429: its middleware rateLimit refuses it", TRAEFIK),
    },
    Row {
        signs: &[Status(429), Body("max connections reached")],
        known: limited(
            "Traefik answers {} 429: its middleware inFlightReq refuses it, as each waiting poll and each \
             WebSocket counts",
            TRAEFIK,
        ),
    },
    Row {
        signs: &[Status(429), Body("\"message\":\"API rate limit exceeded\"")],
        known: limited(
            "Kong answers {} 429: the limit of its plugin rate-limiting is exceeded",
            &[
                "Give Socket.IO's path a route of its own, with a limit of its own, which counts there in place \
                 of the service's or the global one:",
                "  plugins: [{ name: rate-limiting, config: { second: 100, policy: local } }]",
            ],
        ),
    },
    Row {
        signs: &[Status(429), Says("server", "caddy"), Empty],
        known: limited(
            "Caddy answers {} 429: its rate limit is exceeded",
            &[
                "In Caddy, in each zone of `rate_limit`:",
                "  match {",
                "    not path /socket.io/*",
                "  }",
            ],
        ),
    },
    Row {
        signs: &[
            Status(429),
            Says("server", "apache"),
            Body("The user has sent too many requests"),
        ],
        known: limited(
            "Apache answers {} 429: a limit of its own is exceeded",
            &[
                "Look for mod_evasive (`DOSPageCount`, `DOSSiteCount`), mod_qos (`QS_…`) and ModSecurity's rules, and \
               let Socket.IO's path past them. The error log says which it is.",
            ],
        ),
    },
    Row {
        signs: &[Status(429), Header("x-ratelimit-burst-capacity")],
        known: limited(
            "Spring Cloud Gateway answers {} 429: its RequestRateLimiter refuses it",
            &["Give Socket.IO's path (/socket.io/**) a route of its own, without that filter."],
        ),
    },
    Row {
        signs: &[Status(429), Body("Rate limit is exceeded. Try again in")],
        known: limited(
            "Azure API Management answers {} 429: its policy rate-limit refuses it",
            &[
                "Make an API of its own for Socket.IO's path, without `rate-limit` and `rate-limit-by-key`.",
            ],
        ),
    },
    Row {
        signs: &[Status(429), Body("Too many requests, please try again later.")],
        known: EXPRESS,
    },
    Row {
        signs: &[Status(429), Header("ratelimit-policy"), Says("x-powered-by", "Express")],
        known: EXPRESS,
    },
    Row {
        signs: &[Status(429), Body("Rate limit exceeded, retry in")],
        known: limited(
            "@fastify/rate-limit answers {} 429: its limit is exceeded",
            &[
                "Attach Socket.IO to `fastify.server`: its requests then do not come to Fastify. Or leave its path \
                 out of the limit:",
                "  allowList: (request) => request.url.startsWith(\"/socket.io/\")",
            ],
        ),
    },
    Row {
        signs: &[Status(429), Body("ThrottlerException")],
        known: limited(
            "NestJS answers {} 429: its ThrottlerGuard refuses it",
            &[
                "Write `@SkipThrottle()` above the controller that passes Socket.IO's path on. A gateway that is \
                 attached to this server answers before Nest's guards:",
                "  app.useWebSocketAdapter(new IoAdapter(app));",
            ],
        ),
    },
    Row {
        signs: &[
            Status(429),
            Body("<title>429 Too Many Requests</title>\n<h1>Too Many Requests</h1>"),
        ],
        known: FLASK,
    },
    Row { signs: &[Status(429), Body("Request was throttled.")], known: DJANGO },
    Row { signs: &[Status(429), Body("\"error\":\"Rate limit exceeded: ")], known: SLOWAPI },
    Row {
        signs: &[Status(429)],
        known: limited(
            "{} is answered 429: too many requests come from this address",
            &[
                "Exclude Socket.IO's path (/socket.io/) from the rate limit, or count per session.",
                "{no limit}",
            ],
        ),
    },
];

const TRAEFIK: &[&str] = &[
    "Give Socket.IO's path a router of its own, with the same `entrypoints` and `tls`, and without that middleware. \
     The router with the longer rule goes first:",
    "  traefik.http.routers.io.rule=Host(`{host}`) && PathPrefix(`/socket.io`)",
];
