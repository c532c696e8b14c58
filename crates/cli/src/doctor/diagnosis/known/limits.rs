//! Too many requests.

use super::{
    Known, Row,
    Sign::{Header, Status},
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
