//! Answers of platforms whose app is not there.

use super::{
    Known, Row,
    Sign::{Body, Empty, Header, Lacks, Says, Status},
};
use crate::doctor::finding::Code;

pub(super) const fn down(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::ServerError, says, fix }
}

const PORT_OF_PLATFORM: &[&str] = &[LOG_OF_APP, LISTEN];

const LOG_OF_APP: &str = "Look at the app's log. Did it start? Does it listen on the port of the environment, on every \
                          address?";
const LISTEN: &str = "  httpServer.listen(process.env.PORT, \"0.0.0.0\");";

const RAILWAY: &[&str] = &[
    LOG_OF_APP,
    LISTEN,
    "In the service's Settings, Networking: the domain's target port has to be the one that the app's log names.",
];

const NO_APP: &[&str] = &[
    "Is this the URL that the platform's dashboard shows for the service? It changes when a service is \
     renamed or made anew. Was the service deleted or suspended? Give the client the service's own URL:",
    "  io(\"https://api.example.com\")",
];

const CLOUD_RUN: &[&str] = &[
    "Look at the service's log. Does the container start, and listen on the port of the environment, on \
     every address? Is its last revision healthy, and billing on?",
    "  httpServer.listen(process.env.PORT, \"0.0.0.0\");",
    "The log:",
    "  gcloud run services logs read SERVICE --limit 50",
    "To keep one instance running: --min-instances 1.",
];

const ASGI: Known = down(
    "a Python server (ASGI) answers {} 500: its application failed",
    &[
        "Its log has the error. \"No application configured for scope type 'http'\" is an error of \
         Channels, because polls are HTTP. Put python-socketio around it:",
        "  application = socketio.ASGIApp(sio, other_asgi_app=application)",
    ],
);

pub(super) const ROWS: &[Row] = &[
    // Of 500 before Vite 6.
    Row {
        signs: &[
            Status(502),
            Empty,
            Says("content-type", "text/plain"),
            Lacks("server"),
            Lacks("via"),
        ],
        known: down(
            "Vite's development server, or another proxy in Node.js, answers {} 502: it does not reach the Socket.IO \
             server",
            &[
                "Is the Socket.IO server running? The terminal of the development server has the error (ECONNREFUSED). In \
                 vite.config.js, with 127.0.0.1 in place of localhost:",
                "  server: { proxy: { \"/socket.io\": { target: \"http://127.0.0.1:3000\", ws: true } } }",
            ],
        ),
    },
    Row {
        signs: &[Says("ngrok-error-code", "ERR_NGROK_3200")],
        known: down(
            "ngrok answers {}: the tunnel is offline",
            &[
                "Start the agent, and give the client the URL that it prints. Without a reserved domain, \
                 the URL is another each time.",
                "  ngrok http 3000",
            ],
        ),
    },
    Row {
        signs: &[Header("ngrok-error-code")],
        known: down(
            "ngrok answers {}: it does not reach the server behind it",
            &[
                "Is the server running, on the port that ngrok was given? https://ngrok.com/docs/errors \
                 explains the code in the header ngrok-error-code.",
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
        known: down(
            "Heroku answers {}: the app does not run, or crashed",
            &[
                "Look at the app's log. Did it start? Does it listen on the port of the environment, on \
                 every address?",
                "  httpServer.listen(process.env.PORT, \"0.0.0.0\");",
                "The log:",
                "  heroku logs --tail",
            ],
        ),
    },
    Row {
        signs: &[Says("x-railway-fallback", "true"), Status(502)],
        known: down(
            "Railway answers {} 502: the app does not listen where Railway asks it, or crashed",
            RAILWAY,
        ),
    },
    Row {
        signs: &[Says("x-railway-fallback", "true")],
        known: down("Railway answers {}: no app runs at that domain", NO_APP),
    },
    Row {
        signs: &[Says("x-render-routing", "hibernat")],
        known: down(
            "Render answers {}: the service sleeps, and did not wake in time",
            &[
                "A free instance sleeps after 15 minutes, and takes a minute to wake: try again. A paid \
                 instance stays awake. If it does not wake, look at its log.",
                "  io(\"…\", { timeout: 60_000 })",
            ],
        ),
    },
    Row {
        signs: &[Says("x-render-routing", "suspend")],
        known: down(
            "Render answers {}: the service is suspended",
            &["Resume it in Render's dashboard, or look there at why (its free hours, a payment)."],
        ),
    },
    Row {
        signs: &[Says("x-render-routing", "no-server")],
        known: down(
            "Render answers {}: it has no running service at this address",
            &[
                "Is this the URL that Render's dashboard shows for the service? Or its last deploy failed: look at \
                 the service's Events and Logs. It has to listen on the port of the environment, on every address:",
                "  httpServer.listen(process.env.PORT, \"0.0.0.0\");",
            ],
        ),
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
                "A function keeps no polling session, and ends its connections when its time is over. Run \
                 Socket.IO on a server that keeps running, and give its URL to the client.",
            ],
        ),
    },
    Row {
        signs: &[Says("x-vercel-error", "DEPLOYMENT_NOT_FOUND")],
        known: down(
            "Vercel answers {} with DEPLOYMENT_NOT_FOUND: nothing is deployed at that host",
            &[
                "Is this the project's host? Or the deployment was deleted, or the domain belongs to no \
                 project.",
            ],
        ),
    },
    Row {
        signs: &[Says("x-vercel-error", "NOT_FOUND")],
        known: Known {
            code: Code::NotSocketIo,
            says: "Vercel answers {} with NOT_FOUND: the project has no such path",
            fix: &[
                "Run Socket.IO on a server that keeps running, and give its URL to the client.",
                "  io(\"https://api.example.com\")",
                "Vercel's functions keep no polling session. With WebSockets, which they take since 2026 (a \
                 beta), the client needs transports: [\"websocket\"] and the function's path.",
            ],
        },
    },
    Row {
        signs: &[Header("x-vercel-error")],
        known: down(
            "Vercel answers {} with an error of its own",
            &[
                "The header x-vercel-error names it. Vercel's functions keep no polling session: run \
                 Socket.IO on a server that keeps running, and give its URL to the client.",
            ],
        ),
    },
    Row { signs: &[Status(500), Says("server", "daphne")], known: ASGI },
    Row { signs: &[Status(500), Says("server", "uvicorn")], known: ASGI },
    Row { signs: &[Status(500), Says("server", "hypercorn")], known: ASGI },
    Row {
        signs: &[Says("server", "koyeb")],
        known: down("Koyeb answers {}: no service is active at that host", NO_APP),
    },
    Row {
        signs: &[Header("x-do-app-origin"), Status(503)],
        known: down(
            "DigitalOcean answers {} 503: the app does not listen, or crashed",
            PORT_OF_PLATFORM,
        ),
    },
    Row {
        signs: &[Header("x-do-app-origin"), Status(504)],
        known: down("DigitalOcean answers {} 504: the app does not answer", PORT_OF_PLATFORM),
    },
    Row {
        signs: &[Status(503), Body(":( Application Error")],
        known: down(
            "Azure answers {} 503: the app does not start, or does not listen on the port that Azure gives \
             it",
            &[
                "Look at the app's log. It has to listen on the port of the environment, on every address. \
                 For a container with another port, set WEBSITES_PORT.",
                "  httpServer.listen(process.env.PORT, \"0.0.0.0\");",
                "The log:",
                "  az webapp log tail --name APP --resource-group GROUP",
            ],
        ),
    },
    Row {
        signs: &[Header("replit-cluster"), Body("Run this ")],
        known: down("Replit answers {}: the app does not run", PORT_OF_PLATFORM),
    },
    Row {
        signs: &[Status(403), Body("web app is stopped")],
        known: down(
            "Azure answers {}: the web app is stopped",
            &[
                "Start the app in Azure's portal, and turn Web sockets on in its configuration.",
                "  az webapp start --name APP --resource-group GROUP",
                "If it stops again, or does not start: has it used up its quota (of the Free and Shared \
                 plans: the portal's page Quotas), or has the subscription reached its spending limit?",
            ],
        ),
    },
    Row {
        signs: &[Body("The service you requested is not available yet")],
        known: down("Google Cloud answers {}: no instance of the service is ready", CLOUD_RUN),
    },
    Row {
        signs: &[Status(503), Says("server", "Google Frontend")],
        known: down("Google Cloud answers {} 503: no instance took the request", CLOUD_RUN),
    },
    Row {
        signs: &[Status(500), Says("server", "Google Frontend"), Body("500 Server Error")],
        known: down("Google Cloud answers {} 500: the instance failed", CLOUD_RUN),
    },
];
