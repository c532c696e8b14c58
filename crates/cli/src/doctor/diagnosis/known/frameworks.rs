//! Answers of web frameworks to an unknown path.

use super::{
    Known, Row,
    Sign::{Body, Header, Is, Lacks, Says, Status},
    pages::{DJANGO, page},
};
const RAILS: Known = page(
    "Ruby on Rails answers {}, which has no Socket.IO",
    &[
        "Action Cable (@rails/actioncable) is another protocol. A Socket.IO server is a process of its \
         own: give its URL to the client, or let the proxy send the path to it.",
        "{pass on:3000}",
    ],
);

const LARAVEL: Known = page(
    "Laravel answers {}, which has no Socket.IO",
    &[
        "Reverb and Pusher are other protocols (Echo's broadcaster \"reverb\" or \"pusher\"). \
         laravel-echo-server and other Socket.IO servers listen on a port of their own:",
        "  io(\"https://api.example.com:6001\")",
        "Or let the proxy send the path to it.",
        "{pass on:6001}",
    ],
);

const PHOENIX: Known = page(
    "Phoenix answers {}, whose channels are another protocol",
    &[
        "Use the package phoenix in the page (`new Socket(\"/socket\")`), or give the page the URL of a \
         Socket.IO server.",
        "  io(\"https://api.example.com\")",
    ],
);

const PHP: Known = page(
    "an application in PHP answers {}, which has no Socket.IO",
    &[
        "A Socket.IO server is a process of its own. Give its URL to the client, or let the proxy send the \
         path to it, before the rule that sends everything to index.php.",
        "{pass on:3000}",
    ],
);

const SVELTEKIT: Known = page(
    "SvelteKit answers {}, and Socket.IO is not attached to its server",
    &[
        "In production (@sveltejs/adapter-node), run a server of your own (`node server.js`, and not `node build`):",
        "  import { createServer } from \"node:http\";",
        "  import { Server } from \"socket.io\";",
        "  import { handler } from \"./build/handler.js\";",
        "  const httpServer = createServer(handler);",
        "  const io = new Server(httpServer, { … });",
        "  httpServer.listen(3000);",
        "In development, attach it to Vite's server, in a plugin of vite.config.js (beside its `name`):",
        "  configureServer: (vite) => { new Server(vite.httpServer, { … }); },",
        "A serverless adapter cannot run Socket.IO: give its URL to the client.",
    ],
);

const KOA: Known = page(
    "Koa answers {}, and Socket.IO is not attached to the server that listens",
    &[
        "`app.listen` makes another HTTP server than the one that Socket.IO is attached to. Let that one \
         listen:",
        "  const httpServer = createServer(app.callback());",
        "  const io = new Server(httpServer, { … });",
        "  httpServer.listen(3000); // not app.listen(3000)",
    ],
);

const HONO: Known = page(
    "Hono answers {}, and Socket.IO is not attached to its server",
    &[
        "Attach Socket.IO to the HTTP server that @hono/node-server makes. Where Hono runs on a Worker or \
         another edge platform, Socket.IO cannot run: give the client the URL of a server of its own.",
        "  const httpServer = serve({ fetch: app.fetch, port: 3000 });",
        "  const io = new Server(httpServer, { … });",
    ],
);

const HAPI: Known = page(
    "hapi answers {}, and Socket.IO is not attached to its server",
    &[
        "Attach it to hapi's own HTTP server, before it starts:",
        "  const io = new Server(server.listener, { … });",
    ],
);

pub(super) const FIBER: Known = page(
    "Fiber, a web framework in Go, answers {}, and Socket.IO is not there",
    &[
        "Hand Socket.IO's path to its server. With github.com/zishang520/socket.io:",
        "  app.Use(\"/socket.io/\", adaptor.HTTPHandler(io.ServeHandler(nil)))",
    ],
);

const MICRO_WEBSOCKETS: Known = page(
    "uWebSockets.js answers {}, and Socket.IO is not attached to its app",
    &[
        "Attach Socket.IO to the app, before it listens:",
        "  io.attachApp(app);",
        "  app.listen(3000, () => { … });",
    ],
);

const ASGI: Known = page(
    "a Python server (ASGI) answers {}, and not python-socketio",
    &[
        "Let uvicorn serve the application that python-socketio is part of:",
        "  app = socketio.ASGIApp(sio, other_asgi_app=app)",
        "If the application is mounted below a path, it has to know Socket.IO's whole path:",
        "  app.mount(\"/ws\", socketio.ASGIApp(sio, socketio_path=\"/ws/socket.io\"))",
        "The client then needs `path: \"/ws/socket.io/\"`. Django's Channels are another protocol.",
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
    Row { signs: &[Status(404), Body("<code class=\"url\">")], known: PHP },
    Row { signs: &[Status(404), Body("Symfony Exception")], known: PHP },
    Row { signs: &[Status(404), Says("x-powered-by", "PHP")], known: PHP },
    Row { signs: &[Status(404), Body("File not found."), Says("server", "nginx")], known: PHP },
    Row { signs: &[Status(404), Body("/wp-content/")], known: PHP },
    Row { signs: &[Status(404), Says("server", "LiteSpeed")], known: PHP },
    Row {
        signs: &[
            Status(404),
            Says("server", "WSGIServer"),
            Body("The requested resource was not found on this server."),
        ],
        known: page(
            "Django's `manage.py runserver` answers {}, which does not run asgi.py",
            &[
                "An AsyncServer of python-socketio is part of asgi.py, which an ASGI server runs:",
                "  application = socketio.ASGIApp(sio, get_asgi_application())",
                "Start it so:",
                "  uvicorn PROJECT.asgi:application --reload",
                "A `socketio.Server` is part of wsgi.py, which runserver runs:",
                "  application = socketio.WSGIApp(sio, get_wsgi_application())",
            ],
        ),
    },
    // Whichever server runs it.
    Row {
        signs: &[Status(404), Body("The requested resource was not found on this server.")],
        known: DJANGO,
    },
    // As python-engineio writes it, and no framework: without a length and a charset.
    Row {
        signs: &[
            Status(404),
            Is("Not Found"),
            Says("content-type", "text/plain"),
            Lacks("content-length"),
            Says("server", "uvicorn"),
        ],
        known: page(
            "python-socketio answers {}, but expects another path: it is mounted below one, and was not told so",
            &[
                "Tell it the whole path, as the client asks for it:",
                "  app.mount(\"/ws\", socketio.ASGIApp(sio, socketio_path=\"/ws/socket.io\"))",
                "If the application has a CORSMiddleware, put python-socketio around it instead. The client then needs \
                 no `path`:",
                "  app = socketio.ASGIApp(sio, other_asgi_app=app)",
            ],
        ),
    },
    Row { signs: &[Status(404), Says("server", "TornadoServer")], known: ASGI },
    Row { signs: &[Status(404), Says("server", "daphne")], known: ASGI },
    Row { signs: &[Status(404), Says("server", "hypercorn")], known: ASGI },
    Row { signs: &[Status(404), Says("server", "uvicorn"), Body("Not Found")], known: ASGI },
    Row {
        signs: &[
            Status(404),
            Is("Not Found"),
            Says("content-type", "text/plain; charset=utf-8"),
            Lacks("server"),
        ],
        known: KOA,
    },
    Row { signs: &[Status(404), Header("uwebsockets")], known: MICRO_WEBSOCKETS },
    Row {
        signs: &[Status(404), Is("404 Not Found"), Says("content-type", "text/plain")],
        known: HONO,
    },
    Row {
        signs: &[
            Status(404),
            Is("{\"statusCode\":404,\"error\":\"Not Found\",\"message\":\"Not Found\"}"),
        ],
        known: HAPI,
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
    Row { signs: &[Status(404), Says("x-sveltekit-page", "true")], known: SVELTEKIT },
    Row { signs: &[Status(404), Body("__sveltekit_")], known: SVELTEKIT },
    Row {
        signs: &[Status(404), Says("x-powered-by", "Nuxt")],
        known: page(
            "Nuxt answers {}, and Socket.IO is not there",
            &[
                "Attach it in a plugin of Nitro (server/plugins/socket.io.ts), with `nitro: { experimental: { \
                 websocket: true } }` in nuxt.config.ts. The plugin's code is in Socket.IO's guide: \
                 https://socket.io/how-to/use-with-nuxt.",
                "Or run Socket.IO as a server of its own, and give its URL to the client:",
                "  io(\"https://api.example.com\")",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Says("x-powered-by", "ASP.NET")],
        known: page(
            "ASP.NET answers {}, which has no Socket.IO",
            &[
                "SignalR is another protocol: use @microsoft/signalr in the page. Or give the client the \
                 URL of the Socket.IO server:",
                "  io(\"https://api.example.com\")",
            ],
        ),
    },
];
