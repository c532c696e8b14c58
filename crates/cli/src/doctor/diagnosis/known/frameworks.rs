//! What web frameworks answer to a path that they do not know.

use super::{
    Known, Row,
    Sign::{Body, Header, Says, Status},
    pages::{DJANGO, page},
};
const RAILS: Known = page(
    "Ruby on Rails answers {}, which has no Socket.IO",
    &[
        "Action Cable is another protocol (@rails/actioncable). A Socket.IO server is another process: \
         give its URL to the client, or let the proxy send the path there. In nginx:",
        "  {nginx:3000}",
    ],
);

const LARAVEL: Known = page(
    "Laravel answers {}, which has no Socket.IO",
    &[
        "Reverb and Pusher are another protocol (Echo's broadcaster \"reverb\" or \"pusher\"). \
         laravel-echo-server and other Socket.IO servers listen on a port of their own:",
        "  io(\"https://api.example.com:6001\")",
        "Or let the proxy send the path there. In nginx:",
        "  {nginx:6001}",
    ],
);

const PHOENIX: Known = page(
    "Phoenix answers {}, whose channels are another protocol",
    &[
        "Let the page use the package phoenix (`new Socket(\"/socket\")`), or give it the URL of a \
         Socket.IO server.",
        "  io(\"https://api.example.com\")",
    ],
);

const PHP: Known = page(
    "an application in PHP answers {}, which has no Socket.IO",
    &[
        "A Socket.IO server is a process of its own: give its URL to the client, or let the proxy send \
         the path there, before the rule that gives all to index.php. In nginx:",
        "  {nginx:3000}",
        "In Apache:",
        "  ProxyPass \"/socket.io/\" \"http://127.0.0.1:3000/socket.io/\" upgrade=websocket",
    ],
);

const ASGI: Known = page(
    "a Python server (ASGI) answers {}, and python-socketio is not before it",
    &[
        "Let uvicorn serve the application that has both:",
        "  app = socketio.ASGIApp(sio, other_asgi_app=app)",
        "Mounted below a path, that is before Socket.IO's: app.mount(\"/ws\", …) makes it \
         /ws/socket.io/ (--path, and `path` in the client). Channels of Django are another protocol.",
    ],
);

pub(super) const ROWS: &[Row] = &[
    Row { signs: &[Status(404), Header("x-runtime"), Header("x-request-id")], known: RAILS },
    Row {
        signs: &[Status(404), Body("The page you were looking for doesn't exist")],
        known: RAILS,
    },
    Row { signs: &[Status(404), Body("No route matches [")], known: RAILS },
    Row { signs: &[Status(404), Says("Set-Cookie", "laravel")], known: LARAVEL },
    Row { signs: &[Status(404), Says("Set-Cookie", "XSRF-TOKEN")], known: LARAVEL },
    Row { signs: &[Status(404), Body("text-gray-500 uppercase tracking-wider")], known: LARAVEL },
    Row { signs: &[Status(404), Body("NotFoundHttpException")], known: LARAVEL },
    Row { signs: &[Status(404), Body("The route socket.io could not be found")], known: LARAVEL },
    Row { signs: &[Status(404), Body("Phoenix.Router.NoRouteError")], known: PHOENIX },
    Row { signs: &[Status(404), Body("no route found for GET /socket.io")], known: PHOENIX },
    Row { signs: &[Status(404), Says("server", "Cowboy")], known: PHOENIX },
    Row { signs: &[Status(404), Body("Symfony Exception")], known: PHP },
    Row { signs: &[Status(404), Says("x-powered-by", "PHP")], known: PHP },
    Row { signs: &[Status(404), Body("File not found."), Says("server", "nginx")], known: PHP },
    Row { signs: &[Status(404), Body("/wp-content/")], known: PHP },
    Row { signs: &[Status(404), Says("server", "LiteSpeed")], known: PHP },
    Row { signs: &[Status(404), Says("server", "TornadoServer")], known: ASGI },
    Row { signs: &[Status(404), Says("server", "daphne")], known: ASGI },
    Row { signs: &[Status(404), Says("server", "hypercorn")], known: ASGI },
    Row { signs: &[Status(404), Says("server", "uvicorn"), Body("Not Found")], known: ASGI },
    Row {
        signs: &[Status(404), Body("The requested resource was not found on this server.")],
        known: DJANGO,
    },
    Row {
        signs: &[Status(404), Body("\"name\":\"NotFoundError\"")],
        known: page(
            "Strapi answers {}, and Socket.IO is not attached to its server",
            &[
                "Attach it to Strapi's own HTTP server, in bootstrap of src/index.js:",
                "  const io = new Server(strapi.server.httpServer, { … });",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Says("x-powered-by", "Nuxt")],
        known: page(
            "Nuxt answers {}, and Socket.IO is not there",
            &[
                "Run Socket.IO beside it, and give its URL to the client, or attach it in a plugin of \
                 Nitro (server/plugins), which needs `nitro: { experimental: { websocket: true } }`.",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Says("x-powered-by", "ASP.NET")],
        known: page(
            "ASP.NET answers {}, which has no Socket.IO",
            &[
                "SignalR is another protocol: let the page use @microsoft/signalr. Else give the client \
                 the URL of the Socket.IO server:",
                "  io(\"https://api.example.com\")",
            ],
        ),
    },
];
