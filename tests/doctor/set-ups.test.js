// `socketio-cors doctor` with Socket.IO servers and proxies that are set up wrongly, each in
// another way: what is told first, and how it is put right.
import { EventEmitter, once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import {
	createServer as createHttp2Server,
	createSecureServer as createSecureHttp2Server,
} from "node:http2";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { before as beforeAll, describe } from "node:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import express from "express";
import { WebSocketServer } from "ws";
import { close, listen } from "../harness/http.js";
import { hasNginx } from "../harness/nginx.js";
import { createAuthority } from "./certificates.js";
import {
	another,
	before,
	behindApp,
	granted,
	guarded,
	meddling,
	nginx,
	nginxServer,
	nobody,
	page,
	proxied,
	python,
	server,
	stub,
	tcp,
} from "./deployments.js";
import { testFirstFindings } from "./findings.js";

const good = server(4, { cors: granted });
const header = ["--header", "x-token: secret"];
const needsNginx = { skip: !hasNginx && "nginx is missing" };
const isHandshake = ({ url, method }) => method === "GET" && !url.includes("sid=");
/** Only handshakes by polling are changed. */
const spoilt = (change) =>
	meddling(good, (answer) => (isHandshake(answer.request) ? change(answer) : answer));

/** The same, with a header that says how they are compressed. */
const encoded = (coding, compress) =>
	meddling(guarded(good), (answer) =>
		isHandshake(answer.request)
			? {
					...answer,
					headers: { ...answer.headers, "content-encoding": coding },
					body: compress(answer.body),
				}
			: answer,
	);

/** A server that answers nobody until some time after the first request. */
const starting = (milliseconds) => {
	let start;
	const allowRequest = (_, decide) => {
		start ??= Date.now();
		setTimeout(() => decide(null, true), Math.max(0, start + milliseconds - Date.now()));
	};
	return guarded(server(4, { cors: granted, allowRequest }));
};

/** A proxy that answers nothing, and the server behind it. */
const silentProxy = async () => {
	const { url: direct, servers, stop: stopServer } = await guarded(good)();
	const { url, stop } = await tcp(() => {})();
	return { url, direct, servers, stop: () => Promise.all([stop(), stopServer()]) };
};

/** A server that handles one request at a time, as its proxy hands them on. */
const oneAtATime = (behind) =>
	behindApp(behind, (url) => {
		let last = Promise.resolve();
		return async (request, response) => {
			const { method, headers } = request;
			if (headers.upgrade !== undefined) {
				response.writeHead(400).end();
				return;
			}
			const body = Buffer.concat(await request.toArray());
			last = last.then(async () => {
				const asked = httpRequest(new URL(request.url, url), { method, headers, agent: false });
				asked.on("response", (answer) => {
					response.writeHead(answer.statusCode, answer.headers);
					answer.pipe(response);
				});
				asked.on("error", () => response.destroy());
				asked.end(body);
				await once(asked, "close");
			});
		};
	});
const pinging = (pingInterval) => server(4, { cors: granted, pingInterval });

/** Every second answer has no header of CORS. */
const byTurnsStripped = () => {
	let turn = 0;
	const strip = ({ headers, ...rest }) => {
		const { "access-control-allow-origin": _, ...others } = headers;
		return { ...rest, headers: turn++ % 2 === 0 ? headers : others };
	};
	return meddling(good, (answer) => (answer.status === 101 ? answer : strip(answer)));
};

/** A server with that middleware. */
const using = (middleware) => async () => {
	const deployment = await good();
	deployment.servers[0].io.use(middleware);
	return deployment;
};

/** A token in a header is wanted, before any session. */
const wantingHeader = server(4, {
	cors: granted,
	allowRequest: ({ headers }, decide) =>
		headers["x-token"] === undefined ? decide("no token", false) : decide(null, true),
});

/** A token in the client's `auth` is wanted in a namespace. */
const wanting =
	(token, cors = granted, namespace = "/") =>
	async () => {
		const deployment = await server(4, { cors })();
		deployment.servers[0].io.of(namespace).use(({ handshake: { auth } }, next) => {
			next(auth.token === token ? undefined : new Error(`no session for ${auth.token}`));
		});
		return deployment;
	};

/** A token in the query is wanted, whoever asks. */
const tokenInQuery = server(4, {
	cors: granted,
	allowRequest: ({ url }, decide) => decide(null, url.includes("token=secret")),
});

/** After so many requests that are no WebSockets, each is answered 429. */
const limitedAfter = (count) => {
	let asked = 0;
	return meddling(guarded(good), (answer) => {
		asked += answer.status === 101 ? 0 : 1;
		return asked <= count || answer.status === 101
			? answer
			: { status: 429, headers: {}, body: "Too many requests" };
	});
};

/** A parser that takes no packet of the default one. */
const strict = {
	Encoder: class {
		encode = (packet) => [JSON.stringify(packet)];
	},
	Decoder: class extends EventEmitter {
		add() {
			throw new Error("another format");
		}
		destroy() {}
	},
};

describe("the server", () => {
	/** An Express app that listens on another HTTP server than the one that Socket.IO is attached to. */
	const app = another(async () => {
		const http = express().listen(0, "127.0.0.1");
		await new Promise((resolve) => http.once("listening", resolve));
		return { url: `http://127.0.0.1:${http.address().port}`, stop: () => close(http) };
	});
	let calls = 0;
	testFirstFindings({
		"app.listen in place of httpServer.listen": {
			of: app,
			is: "error not-socket-io",
			says: "Cannot GET /socket.io/",
			fix: ["httpServer.listen(3000)", "not app.listen"],
		},
		"an origin of a variable that is not set": {
			of: server(4, { cors: { origin: undefined, credentials: true } }),
			asks: ["--credentials"],
			is: "error no-cors-headers",
			fix: "environment variable that is not set",
		},
		"no origin at all, and credentials": {
			of: server(4, { cors: { credentials: true } }),
			asks: ["--credentials"],
			is: "error wildcard-with-credentials",
			fix: "has no `origin`",
		},
		"a list of a variable that is not set": {
			of: server(4, { cors: { origin: [undefined] } }),
			is: "error origin-not-listed",
			fix: "print the list",
		},
		"quotes within an origin": {
			of: server(4, { cors: { origin: `"${page}"` } }),
			is: "error origin-near-miss",
			says: "quotes",
		},
		"quotes within an origin, of Docker's --env-file": {
			of: server(4, { cors: { origin: `"${page}"` } }),
			is: "error origin-near-miss",
			says: `allows \`"${page}"\``,
			fix: "docker run --env-file",
		},
		"several origins in one text of a list": {
			of: server(4, { cors: { origin: [`${page},https://admin.example.com`] } }),
			is: "error origin-not-listed",
			fix: '.split(",")',
		},
		"quotes within an origin of a list": {
			of: server(4, { cors: { origin: [`"${page}"`] } }),
			is: "error origin-near-miss",
			says: "quotes",
		},
		"a pattern in a text": {
			of: server(4, { cors: { origin: "https://*.example.com" } }),
			is: "error invalid-origin",
			says: "a pattern",
			fix: ["[a-z0-9-]+", '"https://*.example.com"'],
		},
		"a regular expression in a text": {
			of: server(4, { cors: { origin: "/example\\.com$/" } }),
			is: "error invalid-origin",
			says: "a regular expression",
		},
		"upper case": {
			of: server(4, { cors: { origin: "https://App.Example.com" } }),
			is: "error origin-near-miss",
			says: "another letter case",
		},
		"the port of another development server": {
			of: server(4, { cors: { origin: ["http://localhost:3000"] } }),
			asks: ["--origin", "http://localhost:5173"],
			is: "error origin-near-miss",
			says: "another port",
		},
		"true in upper case": {
			of: spoilt(({ headers, ...rest }) => ({
				...rest,
				headers: { ...headers, "access-control-allow-credentials": "True" },
			})),
			asks: ["--credentials"],
			is: "error credentials-not-allowed",
			says: "lower case",
		},
		"a slow first answer": {
			of: meddling(guarded(good), (answer) => {
				calls += 1;
				return calls === 1 ? { ...answer, after: 4000 } : answer;
			}),
			is: "warning no-answer-in-time",
			says: "3 s",
			fix: ["--timeout 60", "timeout: 60_000"],
			not: "No request reaches the server",
		},
		"polling only, for a page that uses only WebSockets": {
			of: server(4, { cors: granted, transports: ["polling"] }),
			asks: ["--websocket"],
			is: "error upgrade-blocked",
			fix: "`transports`",
			not: "proxy_set_header",
		},
		"a handler that disconnects clients": {
			of: async () => {
				const deployment = await guarded(good)();
				for (const { io } of deployment.servers)
					io.on("connection", (socket) => socket.disconnect(true));
				return deployment;
			},
			is: "warning session-ended",
			fix: "socket.disconnect(true)",
			not: ["another instance", "ip_hash"],
		},
		"a custom parser": {
			of: guarded(server(4, { cors: granted, parser: strict })),
			is: "warning session-ended",
			fix: "`parser` of its own",
			not: ["another instance", "ip_hash"],
		},
		"allowRequest that wants a key": {
			of: server(4, { cors: granted, allowRequest: (_, decide) => decide("no API key", false) }),
			is: "error blocked",
			says: "no API key",
			fix: ["--header", "allowed.includes(request.headers.origin)"],
			not: "list of allowed origins",
		},
		"headers only on the handshake": {
			of: async () => {
				const deployment = await server(4)();
				deployment.servers[0].io.engine.on("initial_headers", (headers) => {
					headers["access-control-allow-origin"] = page;
				});
				return deployment;
			},
			is: "error stripped-headers",
			says: "the later answers of the session do not",
			fix: 'io.engine.on("headers"',
		},
		"another server of WebSockets beside it": {
			of: async () => {
				const deployment = await good();
				new WebSocketServer({ server: deployment.servers[0].http, path: "/live" });
				return deployment;
			},
			asks: ["--websocket"],
			is: "error probe-failed",
			says: "something else",
			fix: "noServer: true",
		},
		"another listener, which ends each WebSocket": {
			of: async () => {
				const deployment = await good();
				deployment.servers[0].http.on("upgrade", (_, socket) => setTimeout(() => socket.end(), 20));
				return deployment;
			},
			is: "error probe-failed",
			says: "something ends it at once",
			fix: ['request.url.startsWith("/live")', "Next.js"],
			not: "idle",
		},
		"a redirect to itself, of Cloudflare": {
			of: stub(({ url, headers }, response) =>
				response
					.writeHead(301, { Location: `http://${headers.host}${url}`, Server: "cloudflare" })
					.end(),
			),
			is: "error redirected",
			fix: "SSL mode Full",
		},
		"allowRequest that wants a token in the query": {
			of: tokenInQuery,
			is: "error blocked",
			says: "with and without the page's Origin",
			fix: ["--query", "--header", "--cookie"],
			not: "Add the origin",
		},
		"the same, with another token": {
			of: tokenInQuery,
			asks: ["--query", "token=old"],
			is: "error blocked",
			says: "token=…&EIO=4",
			not: "token=old",
		},
		"the same, with the token, and another origin": {
			of: server(4, {
				cors: granted,
				allowRequest: ({ url, headers: { origin = page } }, decide) =>
					decide(null, url.includes("token=secret") && origin === page),
			}),
			asks: ["--query", "token=secret", "--origin", "https://other.example"],
			is: "error origin-not-listed",
			says: "its list of allowed origins does not have it",
			not: ["secret", "with and without"],
		},
		"allowRequest that wants a header that no WebSocket has": {
			of: server(4, {
				cors: granted,
				allowRequest: ({ headers }, decide) => decide(null, headers["x-token"] === "secret"),
			}),
			asks: header,
			is: "error websocket-refused",
			says: "the server wants x-token, which browsers do not send",
			fix: ["auth: {", "the client's `query`"],
			not: "to its list",
		},
		"a function of `cors.origin` that calls back with an error": {
			of: server(4, { cors: { origin: (_, decide) => decide(new Error("no")) } }),
			is: "error origin-not-listed",
			fix: ["origin: (origin, callback)", `origin: ["${page}"]`],
			not: "allowRequest: ",
		},
		"allowRequest that looks at another origin than `cors`": {
			of: server(4, {
				cors: granted,
				allowRequest: ({ headers: { origin } }, decide) => decide(null, !origin),
			}),
			is: "error origin-not-listed",
			says: "the CORS headers allow https://app.example.com, but the server's own code refuses it",
			fix: "allowed.includes(request.headers.origin)",
			not: ["Add the origin to the list", "cors: { origin"],
		},
		"several origins in one text": {
			of: server(4, { cors: { origin: `https://a.example.com,${page}` } }),
			is: "error doubled-origin",
			fix: [`origin: ["https://a.example.com", "${page}"]`, '.split(",")'],
		},
		"the origin of another page alone": {
			of: server(4, { cors: { origin: "https://b.example" } }),
			is: "error origin-not-listed",
			fix: [`origin: ["https://b.example", "${page}"]`],
		},
		"a pattern in a list": {
			of: server(4, { cors: { origin: ["https://*.example.com"] } }),
			is: "error origin-near-miss",
			says: "no pattern",
			fix: ["[a-z0-9-]+", `origin: ["${page}"]`],
		},
		"a middleware that wants a token": {
			of: async () => {
				const deployment = await good();
				deployment.servers[0].io.use((_, next) => next(new Error("no token")));
				return deployment;
			},
			is: "warning namespace-refused",
			fix: "auth: {",
		},
		"a middleware that never calls next": {
			of: using(() => {}),
			asks: ["--timeout", "2"],
			is: "error namespace-unanswered",
			says: "never answers the client",
			fix: ["next();", "--auth"],
			not: ["another instance", "sticky"],
		},
		"a server that ends when a client connects": {
			of: async () => {
				const { servers, url } = await good();
				const [{ io, stop }] = servers;
				io.on("connection", () => {
					io.httpServer.close();
					io.httpServer.closeAllConnections();
				});
				return { servers, url, stop: () => stop().catch(() => {}) };
			},
			is: "error server-error",
			says: ["ends as soon as a client connects", "Nothing listens at the port any more"],
			fix: "handshake.auth?.token",
			not: ["Vite", "http-proxy"],
		},
		"a header that no WebSocket has": {
			of: wantingHeader,
			asks: header,
			is: "error websocket-refused",
			says: ["the server wants x-token, which browsers do not send", "no token"],
			fix: ["auth: {", "io.use("],
			not: ["Vite", "allowed.includes"],
		},
		"a page that was opened as a file": {
			of: server(4, { cors: { origin: ["file://"] } }),
			asks: ["--origin", "file://"],
			is: "error blocked-in-browser",
			says: "no Access-Control-Allow-Origin",
			fix: ['origin: ["app://."]', 'transports: ["websocket"]'],
		},
		"a middleware that wants another token": {
			of: wanting("right"),
			asks: ["--auth", "{ token: 'not-that-one' }"],
			is: "error namespace-refused",
			says: "no session for …",
			fix: "Is a token in it that has expired",
			not: ["not-that-one", "--auth"],
		},
		"a middleware that gets its token, and every origin": {
			of: wanting("right", { origin: true, credentials: true }),
			asks: ["--auth", '{"token":"right"}'],
			is: "danger any-origin-with-credentials",
		},
		"a namespace that gets its token, and every origin": {
			of: async () => {
				const deployment = await wanting("right", { origin: true, credentials: true }, "/chat")();
				return { ...deployment, url: `${deployment.url}/chat` };
			},
			asks: ["--auth", '{"token":"right"}'],
			is: "danger any-origin-with-credentials",
		},
		"allowRequest that reads Referer, which no WebSocket has": {
			of: server(4, {
				cors: granted,
				allowRequest: ({ headers }, decide) => decide(null, headers.referer === `${page}/`),
			}),
			is: "error websocket-refused",
			says: "without Origin",
			fix: "Check Origin or a cookie instead",
			not: "the platform",
		},
		"a body that is read before Socket.IO gets it": {
			of: before(good, ({ method, url }) => method === "POST" && url.includes("sid=")),
			is: "error post-failed",
			fix: ["a body parser", "new Server(httpServer"],
			not: "sticky",
		},
		"a sign after an origin": {
			of: server(4, { cors: { origin: `${page};` } }),
			is: "error invalid-origin",
			says: "a character at its end",
		},
		"headers without commas between them": {
			of: server(4, { cors: { ...granted, allowedHeaders: "Content-Type X-Token" } }),
			asks: header,
			is: "error header-not-allowed",
			says: ["there is a space where a comma has to be", "Content-Type X-Token"],
			fix: 'allowedHeaders: ["content-type", "x-token"]',
		},
		"a namespace that it does not have": {
			of: async () => {
				const deployment = await good();
				return { ...deployment, url: `${deployment.url}/nowhere` };
			},
			is: "error namespace-refused",
			says: "Invalid namespace",
			fix: 'io.of("/nowhere")',
		},
		"a path that is taken for a namespace": {
			of: async () => {
				const deployment = await server(4, { cors: granted, path: "/app/socket.io/" })();
				return { ...deployment, url: `${deployment.url}/app` };
			},
			is: "error wrong-path",
			fix: '{ path: "/app/socket.io/" }',
		},
		"instances, one of which has no list": {
			of: byTurnsStripped(),
			is: "error stripped-headers",
			says: "other answers to the same request",
			fix: "their settings differ",
		},
		"a limit that the page does not reach": {
			of: limitedAfter(13),
			is: "warning rate-limited",
			says: "429",
			fix: "rate limit",
		},
		"allowRequest that compares the beginning": {
			of: server(4, {
				cors: granted,
				allowRequest: ({ headers }, decide) =>
					decide(null, !headers.origin || headers.origin.startsWith(page)),
			}),
			is: "danger loose-origin-check",
			says: `${page}.evil.example`,
			fix: "allowed.includes(request.headers.origin)",
		},
		"a regular expression without ^ and a dot": {
			of: server(4, { cors: { origin: /example\.com$/, credentials: true } }),
			is: "danger loose-origin-check",
			says: "https://evilexample.com",
		},
		"a regular expression with a dot for any character": {
			of: server(4, { cors: { origin: /^https:\/\/app.example.com$/, credentials: true } }),
			is: "danger loose-origin-check",
			says: "https://appxexample.com",
		},
		"both schemes": {
			of: server(4, { cors: { origin: /^https?:\/\/app\.example\.com$/ } }),
			is: "warning loose-origin-check",
			says: "http://app.example.com",
		},
	});
});

describe("python-socketio", () => {
	const asgi = (options) => python(`sio = socketio.AsyncServer(async_mode="asgi"${options})`);
	testFirstFindings({
		"only its own origin (the default)": {
			of: asgi(""),
			is: "error origin-not-listed",
			says: "ot an accepted origin",
			fix: `cors_allowed_origins=["${page}"]`,
			not: ["there is no Socket.IO", "new Server("],
		},
		"only its own origin, in Flask-SocketIO": {
			of: python('socketio = SocketIO(app, async_mode="threading")'),
			is: "error origin-not-listed",
			fix: "Flask-SocketIO",
			not: "new Server(",
		},
		"a trailing slash in the list": {
			of: asgi(`, cors_allowed_origins=["${page}/"]`),
			is: "error origin-near-miss",
			says: `${page}/`,
			fix: `cors_allowed_origins=["${page}"]`,
		},
		"every origin": {
			of: asgi(`, cors_allowed_origins="*"`),
			is: "danger any-origin-with-credentials",
			fix: `cors_allowed_origins=["${page}"]`,
			not: "new Server(",
		},
		"no CORS headers at all": {
			of: asgi(", cors_allowed_origins=[]"),
			is: "error no-cors-headers",
			fix: `cors_allowed_origins=["${page}"]`,
			not: "new Server(",
		},
		"a proxy that does not pass on the requested host": {
			of: meddling(
				asgi(""),
				(answer) => answer,
				({ headers }) => {
					headers.host = "internal";
				},
			),
			asks: ({ url }) => ["--origin", url],
			is: "error origin-not-listed",
			says: "the proxy does not pass on the host",
			fix: ["X-Forwarded-Proto $scheme", "cors_allowed_origins="],
			not: "simple-websocket",
		},
		"a connect handler that takes too few arguments": {
			of: python(`sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=["${page}"])
@sio.event
async def connect(sid):
    pass`),
			asks: ["--timeout", "2"],
			is: "error namespace-unanswered",
			fix: ["async def connect(sid, environ, auth)", "traceback"],
			not: "io.use",
		},
		"a connect handler that requires auth": {
			of: python(`sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=["${page}"])
@sio.event
async def connect(sid, environ, auth):
    return bool(auth)`),
			is: "warning namespace-refused",
			fix: "argument `auth`",
			not: "socket.handshake",
		},
		"no credentials": {
			of: asgi(`, cors_allowed_origins=["${page}"], cors_credentials=False`),
			asks: ["--credentials"],
			is: "error credentials-not-allowed",
			fix: "cors_credentials=True",
		},
		"mounted in an application that does not tell it": {
			of: python(`
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=["${page}"])
mounted = socketio.ASGIApp(sio)
async def app(scope, receive, send):
    if scope["type"] == "websocket" and not scope["path"].startswith("/ws"):
        await send({"type": "websocket.close"})
    elif scope["type"] == "http" and not scope["path"].startswith("/ws"):
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"detail":"Not Found"}'})
    else:
        await mounted(scope, receive, send)
`),
			is: "error wrong-path",
			says: "mounted at /ws",
			fix: ['socketio_path="/ws/socket.io"', '{ path: "/ws/socket.io/" }'],
		},
		"client 2": {
			of: asgi(`, cors_allowed_origins=["${page}"]`),
			asks: ["--client", "2"],
			is: "error version-mismatch",
			fix: "python-socketio<5",
			not: "allowEIO3: true",
		},
		"polling alone": {
			of: asgi(`, cors_allowed_origins=["${page}"], transports=["polling"]`),
			asks: ["--websocket"],
			is: "error upgrade-blocked",
			fix: 'transports=["polling", "websocket"]',
			not: "pip install",
		},
	});
});

describe("the port", () => {
	let certificate;
	beforeAll(async () => {
		certificate = await (await createAuthority()).issue();
	});
	const http2 = another(async () => {
		const http = createHttp2Server();
		await listen(http, 0, []);
		return {
			url: `http://127.0.0.1:${http.address().port}`,
			stop: () => new Promise((resolve) => http.close(resolve)),
		};
	});
	testFirstFindings({
		"https, asked by http": {
			of: async () => {
				const http = createTlsServer(certificate, (_, response) => response.end());
				await listen(http, 0, []);
				return {
					url: `http://127.0.0.1:${http.address().port}`,
					servers: [],
					stop: () => close(http),
				};
			},
			is: "error https-needed",
			fix: 'io("https://127.0.0.1:',
			not: "there is no Socket.IO",
		},
		"https, requested by http, as nginx answers": {
			of: stub((_, response) =>
				response
					.writeHead(400, { Server: "nginx/1.24.0" })
					.end("<center>The plain HTTP request was sent to HTTPS port</center>"),
			),
			is: "error https-needed",
			fix: "https:",
		},
		"https, requested by http, as Go answers": {
			of: stub((_, response) =>
				response.writeHead(400).end("Client sent an HTTP request to an HTTPS server.\n"),
			),
			is: "error https-needed",
			fix: "https:",
		},
		"http, in a client that has no scheme, on a page of https": {
			of: async () => {
				const deployment = await good();
				return { ...deployment, url: deployment.url.replace("http://", "") };
			},
			is: "error tls-failed",
			fix: 'io("http://127.0.0.1:',
		},
		"all addresses, asked from https": {
			of: async () => {
				const deployment = await good();
				return { ...deployment, url: deployment.url.replace("127.0.0.1", "0.0.0.0") };
			},
			is: "error mixed-content",
			fix: 'io("http://localhost:',
			not: "https://0.0.0.0",
		},
		"http, asked by https": {
			of: async () => {
				const deployment = await good();
				return { ...deployment, url: deployment.url.replace("http:", "https:") };
			},
			is: "error tls-failed",
			says: "plain http",
			fix: 'io("http://127.0.0.1:',
		},
		SSH: {
			of: tcp((socket) => socket.end("SSH-2.0-OpenSSH_9.2p1\r\n")),
			is: "error connection-failed",
			says: "SSH",
		},
		"only HTTP/2": { of: http2, is: "error connection-failed", says: "HTTP/2" },
		"only HTTP/2, by TLS": {
			of: another(async () => {
				const { key, cert } = certificate;
				const http = createSecureHttp2Server({ key, cert, allowHTTP1: false });
				await listen(http, 0, []);
				return {
					url: `https://127.0.0.1:${http.address().port}`,
					stop: () => new Promise((resolve) => http.close(resolve)),
				};
			}),
			is: "error upgrade-blocked",
			says: "only HTTP/2",
			fix: "allowHTTP1: true",
			not: ["openssl", "The page gets no answer"],
		},
		"TLS in versions that no browser accepts": {
			of: another(async () => {
				const http = createTlsServer({
					...certificate,
					maxVersion: "TLSv1.1",
					minVersion: "TLSv1",
					ciphers: "DEFAULT@SECLEVEL=0",
				});
				await listen(http, 0, []);
				return { url: `https://127.0.0.1:${http.address().port}`, stop: () => close(http) };
			}),
			is: "error tls-failed",
			says: "TLS version",
			fix: "ssl_protocols TLSv1.2 TLSv1.3;",
		},
		nobody: { of: nobody, is: "error connection-failed", says: "refused", fix: "127.0.0.1" },
		"the other local address": {
			of: async () => {
				const http = createServer().listen(0, "::1");
				await once(http, "listening");
				const { port } = http.address();
				// As long as a connection has the port at this address, no other test's server gets it.
				const other = createServer().listen(0, "127.0.0.1");
				await once(other, "listening");
				const localAddress = "127.0.0.1";
				const holder = connect({
					host: localAddress,
					port: other.address().port,
					localAddress,
					localPort: port,
				});
				await once(holder, "connect");
				const stop = async () => {
					holder.destroy();
					await Promise.all([close(other), close(http)]);
				};
				return { url: `http://127.0.0.1:${port}`, servers: [], stop };
			},
			is: "error connection-failed",
			says: "something does at [::1]",
			fix: "httpServer.listen(",
		},
		"a connection that is cut": {
			of: tcp((socket) => socket.once("data", () => socket.end())),
			is: "error connection-failed",
			fix: "takes the connection and closes it",
		},
	});
});

describe("a server that is silent", () =>
	testFirstFindings({
		"until it has started, while a request without Origin is asked": {
			of: starting(2500),
			asks: ["--timeout", "1"],
			is: "warning no-answer-in-time",
			says: "but a later one does",
			fix: "--timeout 60",
			not: "never answers requests with an Origin",
		},
		"until it has started, while other paths are asked": {
			of: starting(4300),
			asks: ["--timeout", "1"],
			is: "warning no-answer-in-time",
			not: "Socket.IO is not at",
		},
		"to a POST while a poll waits": {
			of: oneAtATime(pinging(3500)),
			asks: ["--timeout", "2"],
			is: "error one-at-a-time",
			says: ["POST", "no answer came in time (2 s)"],
			fix: "php -S",
			not: "cors:",
		},
		"to a POST before a poll has ended": {
			of: oneAtATime(pinging(2000)),
			is: "error one-at-a-time",
			says: ["POST", "This was answered when that had ended"],
		},
		"through its proxy alone": {
			of: silentProxy,
			asks: ({ direct }) => ["--timeout", "1", "--direct", direct],
			is: "error proxy-changes-path",
			says: "answers at --direct, but not through the proxy",
		},
	}));

describe("an answer on its way", () => {
	const text = (body) => ({ body: Buffer.from(body) });
	testFirstFindings({
		"compressed without Content-Encoding": {
			of: spoilt((answer) => ({ ...answer, body: gzipSync(answer.body) })),
			is: "error answer-changed",
			says: "gzip",
			fix: "Content-Encoding",
		},
		"compressed in another way, without Content-Encoding": {
			of: spoilt((answer) => ({ ...answer, body: deflateSync(answer.body) })),
			is: "error answer-changed",
			says: "compressed (deflate)",
			not: "\\u{",
		},
		"compressed in a way that cannot be told, without Content-Encoding": {
			of: spoilt((answer) => ({ ...answer, body: brotliCompressSync(answer.body) })),
			is: "error answer-changed",
			says: "(a body that is not text)",
			not: ["polling-blocked", "\\u{"],
		},
		"compressed in a way that only browsers read": {
			of: encoded("br", brotliCompressSync),
			is: "warning answer-changed",
			says: "compressed (br), which browsers read and the doctor does not",
		},
		"compressed without zlib's frame": {
			of: encoded("deflate", deflateRawSync),
			asks: header,
			is: "warning preflight-for-each-poll",
		},
		"compressed twice": {
			of: encoded("gzip, gzip", (body) => gzipSync(gzipSync(body))),
			asks: header,
			is: "warning preflight-for-each-poll",
		},
		"compressed with Content-Encoding": {
			of: encoded("gzip", gzipSync),
			asks: header,
			is: "warning preflight-for-each-poll",
		},
		"to a preflight, from a cache that stored it for another page": {
			of: meddling(good, (answer) =>
				answer.request.method === "OPTIONS"
					? {
							...answer,
							headers: {
								...answer.headers,
								"access-control-allow-origin": "https://admin.example.com",
								age: "131",
							},
						}
					: answer,
			),
			asks: header,
			is: "error preflight-without-cors",
			says: "131",
			fix: "A cache has kept",
		},
		"with a script at its end": {
			of: spoilt((answer) => ({
				...answer,
				...text(`${answer.body}<script src="/x.js"></script>`),
			})),
			is: "error answer-changed",
			says: "adds to",
		},
		"shorter than its Content-Length": {
			of: spoilt(({ status, headers, body }) => ({
				status,
				headers: { ...headers, "content-length": body.length + 5, connection: "close" },
				body,
			})),
			is: "error answer-changed",
			says: "breaks off",
		},
		"from a cache, as its headers say": {
			of: spoilt((answer) => ({
				...answer,
				headers: { ...answer.headers, server: "cloudflare", "cf-cache-status": "HIT", age: "12" },
			})),
			is: "error cached-handshake",
			fix: "Bypass cache",
			not: "ip_hash",
		},
		"without Cloudflare's WebSockets, by Access on a Worker": {
			of: meddling(guarded(good), ({ status, headers, ...rest }) =>
				status === 101
					? { status: 403, headers: { Server: "cloudflare", "CF-RAY": "1-FRA" } }
					: { status, headers: { ...headers, server: "cloudflare" }, ...rest },
			),
			is: "error websocket-refused",
			fix: ["Access", "protect the hostname instead"],
			not: "add https://app.example.com to it",
		},
	});
});

describe("a request on its way", () => {
	const readdressed = (behind, readdress) => meddling(behind, (answer) => answer, readdress);
	const query = (of, says) => ({
		of,
		is: "error proxy-changes-path",
		says,
		fix: ["$request_uri", "AllViewer"],
		not: ["transports:", "pass the upgrade", "io.engine.use", "Socket.IO 2 server"],
	});
	const withoutQuery = (request) => {
		request.url = request.url.split("?")[0];
	};
	const otherOrigin = (request) => {
		if (request.headers.origin) request.headers.origin = "http://node:3000";
	};
	testFirstFindings({
		"without its query": query(readdressed(good, withoutQuery), "without its query"),
		"without its query, as the page of client 2": {
			...query(readdressed(server(2), withoutQuery), "without its query"),
			asks: ["--client", "2"],
		},
		"without its query, as a page that uses only WebSockets": {
			...query(readdressed(good, withoutQuery), "without its query"),
			asks: ["--websocket"],
		},
		"in lower case": query(
			readdressed(good, (request) => {
				request.url = request.url.toLowerCase();
			}),
			"`EIO`",
		),
		"without its session": query(
			readdressed(good, (request) => {
				request.url = request.url.replace(/&sid=[^&]*/, "");
			}),
			"`sid`",
		),
		"without its session, to python-socketio": query(
			readdressed(
				python(`sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=["${page}"])`),
				(request) => {
					request.url = request.url.replace(/&sid=[^&]*/, "");
				},
			),
			"`sid`",
		),
		"with another Origin": {
			of: readdressed(good, otherOrigin),
			is: "error origin-not-listed",
			fix: ["proxy_set_header Origin", "--direct"],
		},
		"with another Origin, of a server that is asked as well": {
			of: readdressed(good, otherOrigin),
			asks: ({ direct }) => ["--direct", direct],
			is: "error stripped-headers",
			says: "passes on another Origin",
			fix: "proxy_set_header Origin",
		},
	});
});

describe("nginx", needsNginx, () => {
	const found = server(4, { cors: granted }, { http: () => notFound() });
	const inOptions = (lines) => nginx(good, `if ($request_method = OPTIONS) { ${lines} }`);
	testFirstFindings({
		"a slash after the port, which removes the path": {
			of: nginx(found, "rewrite ^/socket.io(/.*)$ $1 break;"),
			is: "error proxy-changes-path",
			says: "/socket.io/, and the server got /",
			fix: ["location /socket.io/ {", "proxy_pass http://127.0.0.1:3000;"],
			not: "handle_path",
		},
		"a server that is down": {
			of: nginxServer(nobody, "location / { proxy_pass http://127.0.0.1:3000; }"),
			is: "error server-error",
			says: "nginx answers the poll 502",
			fix: "proxy_pass",
		},
		"a map without the page": {
			of: nginx(
				server(4),
				"add_header Access-Control-Allow-Origin $listed always; add_header Vary Origin always;",
				{ maps: 'map $http_origin $listed { default ""; "https://other.example" $http_origin; }' },
			),
			is: "error origin-not-listed",
			fix: ["map $http_origin", `"${page}" "${page}";`],
		},
		"the same, with the server's own address": {
			of: nginx(
				server(4, { cors: granted }, { http: () => silentNotFound() }),
				"rewrite ^/socket.io(/.*)$ $1 break;",
			),
			asks: ({ direct }) => ["--direct", direct],
			is: "error proxy-changes-path",
			says: "--direct",
		},
		"* for the headers, and a page with credentials": {
			of: inOptions(
				`add_header Access-Control-Allow-Origin ${page};
				add_header Access-Control-Allow-Credentials true;
				add_header Access-Control-Allow-Headers *;
				return 204;`,
			),
			asks: [...header, "--credentials"],
			is: "error header-not-allowed",
			fix: 'add_header Access-Control-Allow-Headers "x-token" always;',
		},
		"a connection that is closed on preflights": {
			of: inOptions("return 444;"),
			asks: header,
			is: "error preflight-failed",
			fix: "no `return 444`",
			not: "answers preflights itself",
		},
		"a password": {
			of: nginx(good, "auth_basic x; auth_basic_user_file /dev/null;"),
			is: "error login-required",
			fix: "auth_basic off",
		},
		"an address that is denied": {
			of: nginx(good, "deny all;"),
			is: "error blocked",
			fix: "allow all;",
		},
		"its own list of origins": {
			of: nginx(good, `if ($http_origin !~ "^(|https://other.example)$") { return 403; }`),
			is: "error origin-not-listed",
			says: "Without Origin",
			fix: ["map $http_origin", page],
			not: "there is no Socket.IO",
		},
		"a list of origins that closes the connection": {
			of: nginx(good, `if ($http_origin !~ "^(|https://other.example)$") { return 444; }`),
			is: "error origin-not-listed",
			says: "Without Origin",
		},
		"a list of origins whose pattern is open at its end": {
			of: nginx(good, `if ($http_origin !~ "^(|${page}.*)$") { return 403; }`),
			is: "danger loose-origin-check",
			says: `${page}.evil.example`,
		},
		"only WebSockets passed on": {
			of: nginx(good, `if ($http_upgrade = "") { return 404; }`),
			is: "error polling-blocked",
			fix: `transports: ["websocket"]`,
		},
		"POSTs that need a CSRF token": {
			of: nginx(
				before(good, ({ method }, answer) => {
					if (method === "POST") answer(403, {}, "Invalid CSRF token");
					return method === "POST";
				}),
			),
			is: "error post-failed",
			fix: "CSRF",
		},
		"only GET allowed": {
			of: nginx(good, "limit_except GET { deny all; }"),
			is: "error post-failed",
			fix: "limit_except GET POST OPTIONS { deny all; }",
			not: "CSRF",
		},
		"headers that are too large": {
			of: nginx(good),
			asks: ["--cookie", `a=${"x".repeat(9000)}`],
			is: "error blocked",
			fix: "large_client_header_buffers",
			not: "Add the origin",
		},
		"bodies of no length": {
			of: nginx(good, "client_max_body_size 1;"),
			is: "error post-failed",
			fix: "client_max_body_size 1m;",
		},
		"a poll's time": {
			of: nginx(guarded(good), "proxy_read_timeout 2s;"),
			asks: ["--hold", "5"],
			is: "error idle-timeout",
			fix: "proxy_read_timeout 2000s;",
		},
	});
});

/** Answers as Express does. */
const notFound = () =>
	createServer(({ method, url }, response) =>
		response.writeHead(404).end(`Cannot ${method} ${url}`),
	);
const silentNotFound = () => createServer((_, response) => response.writeHead(404).end());

describe("other proxies", () => {
	testFirstFindings({
		"Caddy removes the path": {
			of: proxied(
				"Caddy",
				server(4, { cors: granted }, { http: () => notFound() }),
				"handle_path /socket.io/* {\nreverse_proxy NODE\n}",
			),
			is: "error proxy-changes-path",
			fix: "`handle_path` takes the path away",
		},
		"Caddy answers preflights": {
			of: proxied("Caddy", good, "@o method OPTIONS\nrespond @o 204\nreverse_proxy NODE"),
			asks: header,
			is: "error preflight-without-cors",
			fix: ["@preflight method OPTIONS", `header Access-Control-Allow-Headers "x-token"`],
		},
		"Caddy answers 404": {
			of: proxied("Caddy", good, "respond 404"),
			is: "error not-socket-io",
		},
		"Caddy's server is down": {
			of: proxied("Caddy", nobody, "reverse_proxy NODE"),
			is: "error server-error",
			fix: "reverse_proxy",
		},
		"Apache does not upgrade": {
			of: proxied("Apache", good, "ProxyPass /socket.io/ http://NODE/socket.io/"),
			is: "error upgrade-blocked",
			fix: "upgrade=websocket",
			not: "proxy_set_header",
		},
		"Apache has no ProxyPass for the path": {
			of: proxied("Apache", good, "ProxyPass /other/ http://NODE/ upgrade=websocket"),
			is: "error not-socket-io",
			fix: "ProxyPass",
		},
		"Apache's server is down": {
			of: proxied("Apache", nobody, "ProxyPass / http://NODE/ upgrade=websocket"),
			is: "error server-error",
			fix: "ProxyPass",
		},
		"Apache doubles the origin": {
			of: proxied(
				"Apache",
				good,
				`Header always set Access-Control-Allow-Origin "${page}"
				ProxyPass / http://NODE/ upgrade=websocket`,
			),
			is: "error doubled-origin",
		},
		"HAProxy's server is down": {
			of: proxied("HAProxy", nobody, ""),
			// It tries for three seconds itself.
			asks: ["--timeout", "20"],
			is: "error server-error",
			fix: "httpchk",
		},
		"HAProxy refuses": {
			of: proxied("HAProxy", good, "http-request deny"),
			is: "error blocked",
		},
		"HAProxy limits": {
			of: proxied("HAProxy", good, "http-request deny deny_status 429"),
			is: "error rate-limited",
		},
	});
});
