//! Too many requests.

use super::{
    Known, Row,
    Sign::{Body, Header, Says, Status},
};
use crate::doctor::finding::Code;

pub(super) const ROWS: &[Row] = &[
    Row {
        signs: &[Status(429), Header("x-amzn-requestid")],
        known: Known {
            code: Code::RateLimited,
            says: "AWS API Gateway answers {} 429: too many requests",
            fix: &[
                "Raise the throttling of the stage or the usage plan for /socket.io/: a client \
                    that polls makes a request every few seconds, and more while it has something \
                    to say.",
            ],
        },
    },
    Row {
        signs: &[Status(429), Body("Rate exceeded.")],
        known: Known {
            code: Code::RateLimited,
            says: "Google Cloud answers {} 429: no instance is free to take it",
            fix: &[
                "Each poll that waits and each WebSocket takes a place of an instance: let there be more \
                 places, and more instances.",
                "  gcloud run services update SERVICE --concurrency 1000 --max-instances 10 \
                 --session-affinity",
            ],
        },
    },
    // Behind nginx, a server that cannot take a request has 502 or 504.
    Row {
        signs: &[Status(503), Says("server", "nginx"), Body("<center>nginx")],
        known: Known {
            code: Code::RateLimited,
            says: "nginx itself answers {} 503, as where a limit is exceeded",
            fix: &[
                "Leave Socket.IO's location out of `limit_req` and `limit_conn`, or let them take what a \
                 client needs, which makes several requests at once:",
                "  limit_req zone=io burst=50 nodelay;",
                "nginx's error log says \"limiting requests\". If it does not: look for `return 503`.",
            ],
        },
    },
    Row {
        signs: &[Status(429)],
        known: Known {
            code: Code::RateLimited,
            says: "{} is answered 429: too many requests come from this address",
            fix: &[
                "Leave Socket.IO's path (/socket.io/) out of the rate limit, or count per session: a \
                 client that polls makes a request every few seconds, and everyone behind one \
                 address shares its limit.",
                "Is it express-rate-limit? It limits what Express serves; leave /socket.io/ out, or \
                 attach Socket.IO to the HTTP server itself. nginx: `limit_req`, not in this \
                 location.",
                "Wait for a minute, and run this again: the doctor makes some 25 requests itself.",
            ],
        },
    },
];
