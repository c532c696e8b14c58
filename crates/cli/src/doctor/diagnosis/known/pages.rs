//! Pages of servers that are there, and are not the Socket.IO server.

use super::{
    Known, Row,
    Sign::{Body, Empty, Header, Is, Lacks, Says, Status},
    frameworks::FIBER,
};
use crate::{doctor::finding::Code, network::OF_TLS};

pub(super) const fn page(says: &'static str, fix: &'static [&'static str]) -> Known {
    Known { code: Code::NotSocketIo, says, fix }
}

pub(super) const DJANGO: Known = page(
    "Django answers {}, and not python-socketio",
    &[
        "Let the server run the application that python-socketio is part of. In wsgi.py:",
        "  application = socketio.WSGIApp(sio, get_wsgi_application())",
        "Or in asgi.py, for an ASGI server (daphne, uvicorn):",
        "  application = socketio.ASGIApp(sio, get_asgi_application())",
        "Django's Channels speak plain WebSocket, not Socket.IO.",
    ],
);

const EXPRESS: Known = page(
    "Express answers {}, and Socket.IO is not attached to the server that listens",
    &[
        "`app.listen` makes another HTTP server than the one that Socket.IO is attached to. Let that one \
         listen:",
        "  const httpServer = createServer(app);",
        "  const io = new Server(httpServer, { … });",
        "  httpServer.listen(3000); // not app.listen(3000)",
        "If the code does so already: the `path` of the server's options is not the client's (--path).",
        "A development server for pages (Live Server) answers so too. Then give the client the URL of the \
         Socket.IO server:",
        "  io(\"http://localhost:3000\")",
    ],
);

const EXPRESS_PAGE: Known = page(
    "Express answers {} with a page, and Socket.IO is not attached to the server that listens",
    &[
        "If it is your own server that gives every path a page: `app.listen` makes another HTTP server than the \
         one that Socket.IO is attached to. Let that one listen:",
        "  const httpServer = createServer(app);",
        "  const io = new Server(httpServer, { … });",
        "  httpServer.listen(3000); // not app.listen(3000)",
        "A development server for pages (webpack, Create React App) answers so too. Then give the client the URL \
         of the Socket.IO server:",
        "  io(\"http://localhost:3000\")",
    ],
);

const STATIC: Known = page(
    "a file store answers {}, in which Socket.IO cannot run",
    &[
        "Give the client the URL of the Socket.IO server. Without a URL, the client asks the page's own \
         host.",
        "  io(\"https://api.example.com\")",
    ],
);

const RAW_WEBSOCKETS: Known = page(
    "a plain WebSocket server answers {}, and not Socket.IO",
    &[
        "A Socket.IO client cannot use a plain WebSocket server. Is this the Socket.IO server's port? To \
         use this server, write this in the page:",
        "  const socket = new WebSocket(\"{ws}\");",
    ],
);

pub(super) const ROWS: &[Row] = &[
    Row { signs: &[Body(OF_TLS[0])], known: HTTPS },
    Row { signs: &[Body(OF_TLS[1])], known: HTTPS },
    Row { signs: &[Body(OF_TLS[2])], known: HTTPS },
    Row { signs: &[Body(OF_TLS[3])], known: HTTPS },
    Row {
        signs: &[Status(404), Body("\"message\":\"Cannot GET /"), Body("statusCode")],
        known: NEST,
    },
    // Express sends it as an HTML page.
    Row {
        signs: &[Status(404), Is("Cannot GET /socket.io/"), Says("content-type", "text/plain")],
        known: FIBER,
    },
    Row { signs: &[Status(404), Body("Cannot GET /")], known: EXPRESS },
    Row {
        signs: &[Status(404), Body("Route GET:/")],
        known: page(
            "Fastify answers {}, and Socket.IO is not attached to its server",
            &[
                "Attach it to Fastify's own HTTP server, before it listens:",
                "  const io = new Server(fastify.server, { … });",
            ],
        ),
    },
    Row {
        signs: &[Says("x-powered-by", "Next.js")],
        known: page(
            "Next.js answers {}, and Socket.IO is not there",
            &[
                "`next dev`, `next start` and Vercel run no Socket.IO server. Serve both from a server of your own \
                 (`node server.js` in package.json's scripts), or run Socket.IO as a server beside Next.js:",
                "  const app = next({ dev: process.env.NODE_ENV !== \"production\" });",
                "  app.prepare().then(() => {",
                "    const httpServer = createServer(app.getRequestHandler());",
                "    const io = new Server(httpServer);",
                "    httpServer.listen(3000);",
                "  });",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Body("{\"detail\":\"Not Found\"}")],
        known: page(
            "FastAPI answers {}, and not python-socketio",
            &[
                "Let uvicorn serve the application that python-socketio is part of:",
                "  app = socketio.ASGIApp(sio, other_asgi_app=fastapi_app)",
                "`uvicorn main:app` has to name that application, not the FastAPI object.",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Body("If you entered the URL manually please check your spelling")],
        known: page(
            "Flask answers {}, and not Socket.IO",
            &[
                "Make Flask-SocketIO with the app that runs, and let it run the app:",
                "  socketio = SocketIO(app)",
                "  socketio.run(app)",
            ],
        ),
    },
    Row { signs: &[Status(404), Body("Django tried these URL patterns")], known: DJANGO },
    Row {
        signs: &[Status(404), Says("server", "aiohttp")],
        known: page(
            "aiohttp answers {}: python-socketio is not attached to it",
            &[
                "Attach it to the application that runs, before it runs:",
                "  sio = socketio.AsyncServer(async_mode=\"aiohttp\")",
                "  sio.attach(app)",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Body("\"timestamp\":"), Body("\"status\":404"), Body("\"path\":")],
        known: JAVA,
    },
    // By the exception filter of NestJS's documentation.
    Row {
        signs: &[Status(404), Body("\"statusCode\":404,\"timestamp\":"), Body("\"path\":")],
        known: NEST,
    },
    Row { signs: &[Status(404), Body("Whitelabel Error Page")], known: JAVA },
    Row { signs: &[Status(404), Body("Apache Tomcat")], known: JAVA },
    Row {
        signs: &[Status(404), Says("server", "Kestrel")],
        known: page(
            "ASP.NET answers {}, which has no Socket.IO",
            &[
                "SignalR is another protocol: use @microsoft/signalr in the page. Or give the client the \
                 URL of the Socket.IO server:",
                "  io(\"https://api.example.com\")",
            ],
        ),
    },
    Row {
        signs: &[Body("Welcome to SockJS!")],
        known: page(
            "SockJS answers {}, and not Socket.IO",
            &["Use sockjs-client in the page, or give it the URL of the Socket.IO server."],
        ),
    },
    Row { signs: &[Status(426)], known: RAW_WEBSOCKETS },
    Row { signs: &[Body("Sec-WebSocket-Key")], known: RAW_WEBSOCKETS },
    Row { signs: &[Body("Sec-WebSocket-Version")], known: RAW_WEBSOCKETS },
    Row { signs: &[Body("Can \"Upgrade\" only to \"WebSocket\"")], known: RAW_WEBSOCKETS },
    Row { signs: &[Body("not a websocket")], known: RAW_WEBSOCKETS },
    Row { signs: &[Says("server", "SimpleHTTP")], known: STATIC },
    Row { signs: &[Says("server", "AmazonS3")], known: STATIC },
    Row {
        signs: &[Says("server", "GitHub.com")],
        known: page(
            "GitHub Pages answers {}: it serves files, and Socket.IO cannot run there",
            &[
                "Run Socket.IO on a server of its own, and give its URL to the client. Without a URL, the client \
                 asks the page's own host.",
                "  io(\"https://api.example.com\")",
            ],
        ),
    },
    Row { signs: &[Says("server", "UploadServer")], known: STATIC },
    Row {
        signs: &[Body("Welcome to nginx!")],
        known: page(
            "nginx answers {} with its welcome page: no location passes it on",
            &[
                "Is this the right server block (server_name), and was nginx reloaded?",
                "{nginx passes on:3000}",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Says("server", "nginx"), Body("<center>nginx")],
        known: page(
            "nginx answers {} 404 with a page of its own: no location passes it on",
            &[
                "No `location` of this server passes the path on, so nginx looks for a file.",
                "{nginx passes on:3000}",
                "If the server's `path` is another one, give it to the client as `path`, and to the doctor \
                 as --path.",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Says("server", "apache")],
        known: page(
            "Apache answers {} 404: nothing passes it on",
            &["Apache looks for a file. Pass the path on.", "{pass on:3000}"],
        ),
    },
    Row {
        signs: &[Status(204)],
        known: page(
            "{} is answered 204: a line that is meant for preflights answers every request",
            &["Let that line answer OPTIONS only.", "{204 for OPTIONS}"],
        ),
    },
    Row {
        signs: &[Status(200), Empty, Says("server", "caddy")],
        known: page(
            "Caddy answers {} with nothing: it has no site for that host, or no route for the path",
            &[
                "In the Caddyfile, the site's address has to be this host, and the site needs the line below. \
                 (`/socket.io` or `/socket.io/`, without the asterisk, is that one path alone.)",
                "  reverse_proxy /socket.io/* 127.0.0.1:3000",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Body("404 page not found")],
        known: page(
            "Traefik, or another server in Go, answers {} 404: no route has that host and path",
            &[
                "In Traefik, is the router's rule right? Does its service run? A container that is not \
                 healthy has no router.",
                "  traefik.http.routers.io.rule=Host(`api.example.com`) && PathPrefix(`/socket.io`)",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Says("server", "Microsoft-IIS")],
        known: page(
            "IIS answers {} 404: nothing passes it on",
            &[
                "Send the path to the Node server (or run it by iisnode), and turn IIS's own WebSockets off.",
                "{pass on:3000}",
            ],
        ),
    },
    Row {
        signs: &[
            Status(404),
            Empty,
            Says("server", "envoy"),
            Lacks("x-envoy-upstream-service-time"),
        ],
        known: page(
            "Envoy answers {} 404: none of its routes has that host and path",
            &[
                "Add a route for Socket.IO's path, in the virtual host whose `domains` have this host (Istio: a \
                 VirtualService for this host and its gateway):",
                "  - match: { prefix: /socket.io/ }",
                "    route: { cluster: io, timeout: 60s }",
            ],
        ),
    },
    Row {
        signs: &[Status(404), Empty, Says("server", "cloudflare"), Header("cf-ray")],
        known: page(
            "Cloudflare answers {} 404 with nothing, as it does for a tunnel that has no route for the host \
             and path",
            &[
                "In Cloudflare's dashboard, Networking, Tunnels, the tunnel's Routes: add the host, without a \
                 path or with one that matches /socket.io/. With a config.yml, this prints the rule that is \
                 used:",
                "  cloudflared tunnel ingress rule https://api.example.com/socket.io/",
                "If there is no tunnel: a Worker on the route or the server itself answers so.",
            ],
        ),
    },
    Row {
        signs: &[Body("default backend - 404")],
        known: page(
            "Kubernetes answers {}: no Ingress has that host and path",
            &[
                "Add the host and the path to an Ingress, with the Service of the Socket.IO server and its port. An \
                 Ingress without a class is claimed by nobody (`kubectl get ingressclass` prints the classes):",
                "  apiVersion: networking.k8s.io/v1",
                "  kind: Ingress",
                "  metadata: { name: socket-io }",
                "  spec:",
                "    ingressClassName: nginx",
                "    rules:",
                "      - host: {host}",
                "        http:",
                "          paths:",
                "            - path: /socket.io/",
                "              pathType: Prefix",
                "              backend: { service: { name: SERVICE, port: { number: 3000 } } }",
            ],
        ),
    },
    Row {
        signs: &[Body("no Route matched with those values")],
        known: page(
            "Kong answers {}: none of its routes has that host and path",
            &["Add a route with the path /socket.io/ and strip_path: false."],
        ),
    },
    Row { signs: &[Status(200), Body("/@vite/client")], known: VITE },
    Row {
        signs: &[
            Status(200),
            Says("x-powered-by", "Express"),
            Says("content-type", "text/html"),
            Body("<!doctype html>"),
        ],
        known: EXPRESS_PAGE,
    },
    Row { signs: &[Status(200), Body("<div id=\"root\">")], known: SINGLE_PAGE },
    Row { signs: &[Status(200), Body("<div id=\"app\">")], known: SINGLE_PAGE },
    Row { signs: &[Status(200), Body("<app-root>")], known: SINGLE_PAGE },
    Row { signs: &[Status(200), Body("<!doctype html>")], known: PAGE },
    Row { signs: &[Status(404), Says("x-powered-by", "Express")], known: EXPRESS },
    // A recording may have no more of it.
    Row { signs: &[Status(200), Says("content-type", "text/html")], known: PAGE },
];

const HTTPS: Known = Known {
    code: Code::HttpsNeeded,
    says: "the port speaks https, and {} was sent by plain http",
    fix: &[
        "Write https: in the client (WebSockets are then wss by themselves):",
        "  io(\"{https}\")",
    ],
};

const JAVA: Known = page(
    "a Java web application (Spring, Tomcat) answers {}, and not Socket.IO",
    &[
        "netty-socketio listens on a port of its own: give the client that port. Spring's STOMP and SockJS \
         are other protocols.",
        "  io(\"https://api.example.com:9092\")",
    ],
);

const NEST: Known = page(
    "NestJS answers {}: it has no Socket.IO gateway there",
    &[
        "Is @nestjs/platform-socket.io installed, and is the gateway among a module's providers? A gateway with a \
         port, as in @WebSocketGateway(3001), listens there and not here: leave the port out, or give it to the \
         client.",
        "  @WebSocketGateway({ path: \"/socket.io\", {cors} })",
        "Does main.ts give the application to the adapter? One that is made without `app` is not attached to this \
         server:",
        "  app.useWebSocketAdapter(new IoAdapter(app));",
    ],
);

const PAGE: Known = page(
    "a web page answers {}, and not Socket.IO",
    &[
        "A web server answers every path with a page. Send /socket.io/ to the Socket.IO server before that \
         rule.",
        "{pass on:3000}",
        "Or give the client the URL of the Socket.IO server.",
    ],
);

const VITE: Known = page(
    "Vite's development server answers {} with the page, and does not pass the path on",
    &[
        "Let Vite pass Socket.IO's path on, with its WebSockets, in vite.config.js:",
        "  server: { proxy: { \"/socket.io\": { target: \"http://127.0.0.1:3000\", ws: true } } }",
        "Or give the client the URL of the Socket.IO server, which then needs `cors`:",
        "  io(\"http://localhost:3000\")",
    ],
);

const SINGLE_PAGE: Known = page(
    "the page's own web app answers {}: every path gets its index.html",
    &[
        "Send /socket.io/ to the Socket.IO server before the rule that answers every path.",
        "{pass on:3000}",
        "In Vite's development server:",
        "  server: { proxy: { \"/socket.io\": { target: \"http://127.0.0.1:3000\", ws: true } } }",
        "Or give the client the URL of the Socket.IO server:",
        "  io(\"https://api.example.com\")",
    ],
);
