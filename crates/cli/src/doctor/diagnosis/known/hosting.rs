//! Answers of hosting platforms that have no server for a path.

use super::{
    Known, Row,
    Sign::{Body, Header, Says, Status},
};
use crate::doctor::finding::Code;

const fn hosting(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::NotSocketIo, says, fix }
}

const FIREBASE: Known = hosting(
    "Firebase Hosting answers {} with its files: no rewrite sends it to a server",
    &[
        "Firebase Hosting does not pass WebSockets on, and ends polls after 60 s. Give the client the URL \
         of the server itself (Cloud Run):",
        "  io(\"https://SERVICE-ID.a.run.app\")",
        "If polling is enough, send the path there before the rule for \"**\", in firebase.json:",
        "  { \"source\": \"/socket.io/**\", \"run\": { \"serviceId\": \"SERVICE\", \"region\": \"REGION\" } }",
    ],
);

const NETLIFY: Known = hosting(
    "Netlify answers {}, which serves files and functions: Socket.IO cannot run there",
    &[
        "Run Socket.IO on a server that keeps running, and give its URL to the client. Without a URL, the \
         client asks the page's own host. Netlify's rewrites pass polls on, but no WebSockets.",
        "  io(\"https://api.example.com\")",
    ],
);

pub(super) const API_GATEWAY: Known = hosting(
    "AWS API Gateway answers {}: no route has that path",
    &[
        "Add the route `ANY /socket.io/{proxy+}`, or write the stage's path into the client's `path` \
         (/prod/socket.io/). HTTP and REST APIs do not pass WebSockets on, and a Lambda function keeps no \
         session: use an Application Load Balancer and a server that keeps running.",
    ],
);

pub(super) const API_GATEWAY_WEBSOCKETS: Known = hosting(
    "a WebSocket API of AWS API Gateway answers {}, and not Socket.IO",
    &[
        "Such an API speaks plain WebSocket: it answers no poll, and no Socket.IO client can use it. Give \
         the client the URL of a Socket.IO server (behind an Application Load Balancer), or use `new \
         WebSocket(…)` in the page.",
    ],
);

pub(super) const ROWS: &[Row] = &[
    Row {
        signs: &[Status(404), Says("server", "awselb")],
        known: hosting(
            "the AWS load balancer answers {} 404: no rule of its listener sends the path to a server",
            &[
                "Add a rule for the path /socket.io/* that forwards to the target group of the Socket.IO \
                 server.",
            ],
        ),
    },
    Row { signs: &[Status(200), Says("vary", "x-fh-requested-host")], known: FIREBASE },
    Row { signs: &[Status(404), Says("vary", "x-fh-requested-host")], known: FIREBASE },
    Row { signs: &[Status(404), Body("Firebase Hosting")], known: FIREBASE },
    Row {
        signs: &[Status(404), Body("This file does not exist and there was no")],
        known: FIREBASE,
    },
    Row { signs: &[Header("x-nf-request-id"), Status(200)], known: NETLIFY },
    Row { signs: &[Header("x-nf-request-id"), Status(404)], known: NETLIFY },
    Row { signs: &[Header("apigw-requestid"), Status(404)], known: API_GATEWAY },
    Row { signs: &[Header("x-amzn-requestid"), Status(404)], known: API_GATEWAY },
    Row {
        signs: &[Status(404), Body("{\"message\":\"Not Found\"}"), Header("x-amz-apigw-id")],
        known: API_GATEWAY,
    },
    Row {
        signs: &[Status(404), Body("The requested URL <code>/socket.io/"), Body("Error 404")],
        known: hosting(
            "Google Cloud answers {}: there is no service behind that host and path",
            &[
                "Is this the service's URL (`gcloud run services list`), and is its ingress setting \
                 \"all\"? A load balancer needs a path rule for /socket.io/*.",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Body("404 Web Site not found")],
        known: hosting(
            "Azure answers {}: no web app has that host",
            &["Is this the app's host? Is the domain added to the app (Custom domains)?"],
        ),
    },
    Row {
        signs: &[Status(404), Header("x-azure-ref")],
        known: hosting(
            "Azure (Front Door, or Static Web Apps) answers {}: no route has that host and path",
            &[
                "Static Web Apps run no Socket.IO server, and do not pass WebSockets on: give the client \
                 the URL of a server. In Front Door, add a route for /socket.io/*.",
                "  io(\"https://api.example.com\")",
            ],
        ),
    },
];
