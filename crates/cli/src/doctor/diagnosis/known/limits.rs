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
                "Raise the throttling of the stage or the usage plan for /socket.io/. A client that polls \
                 sends a request every few seconds, and more while it has something to say.",
            ],
        },
    },
    Row {
        signs: &[Status(429), Body("Rate exceeded.")],
        known: Known {
            code: Code::RateLimited,
            says: "Google Cloud answers {} 429: no instance is free to take it",
            fix: &[
                "Each waiting poll and each WebSocket takes a place of an instance. Allow more of them, \
                 and more instances.",
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
            says: "nginx itself answers {} 503, as it does when a limit is exceeded",
            fix: &[
                "Take `limit_req` and `limit_conn` out of Socket.IO's location, or allow more at once, as a client sends several requests together:",
                "  limit_req zone=io burst=50 nodelay;",
                "If nginx's error log does not say \"limiting requests\", look for `return 503`.",
            ],
        },
    },
    Row {
        signs: &[Status(429)],
        known: Known {
            code: Code::RateLimited,
            says: "{} is answered 429: too many requests come from this address",
            fix: &[
                "Exclude Socket.IO's path (/socket.io/) from the rate limit, or count per session. A \
                 client that polls sends a request every few seconds, and everyone behind one address \
                 shares its limit.",
                "{no limit}",
                "Wait a minute before you run this again: the doctor itself sends some 25 requests.",
            ],
        },
    },
];
