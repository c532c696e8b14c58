// docs/troubleshooting.md: each message that it has a heading for is what Chromium, the
// Socket.IO clients and servers really say, and each has its way to what the doctor finds.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { WebSocketServer } from "ws";
import { connect, inPage, open, startBrowser, startPageServer } from "../harness/browser.js";
import { close, listen, send, startOriginServer } from "../harness/http.js";
import { startServer } from "../harness/oracle.js";
import { patience } from "../harness/patience.js";
import { freePort } from "../harness/process.js";
import { client, refused, startSocketServer } from "../harness/socketio.js";
import { documents } from "./documents.js";
import { explanationsIn } from "./explanations.js";

const { sections } = documents.get("docs/troubleshooting.md");
const { sectionsFor, leadsTo, unshown } = explanationsIn(sections);

let browser;
let pages;
before(async () => {
	browser = await startBrowser();
	pages = await startPageServer();
});
after(async () => {
	await browser?.close();
	await pages?.stop();
});

// Servers, each as a function of the page's origin.
const socketIo =
	(options = () => ({}), version = 4) =>
	(origin) =>
		startServer(version, options(origin));
const answering = (answer) => (origin) =>
	startOriginServer((request, response) => answer(request, response, origin));
const preflightsWith = (status, headers) =>
	answering((request, response, origin) =>
		request.method === "OPTIONS"
			? response.writeHead(status, headers(origin)).end()
			: response.writeHead(200, allowing(origin)).end(),
	);
/** Answers handshakes of WebSockets with a status, or not at all. */
const handshakesWith = (status) => async () => {
	const server = createServer();
	const sockets = [];
	server.on("upgrade", (_request, socket) => {
		sockets.push(socket.on("error", () => {}));
		if (status) socket.end(`HTTP/1.1 ${status} Status\r\nContent-Length: 0\r\n\r\n`);
	});
	await listen(server);
	return {
		url: `http://127.0.0.1:${server.address().port}`,
		async stop() {
			for (const socket of sockets) socket.destroy();
			await close(server);
		},
	};
};
/** Socket.IO, and another WebSocket server that takes all that comes. */
const withAnotherServer = async () => {
	const server = await startSocketServer();
	const another = new WebSocketServer({ server: server.io.httpServer });
	another.on("connection", (socket) => socket.on("error", () => {}));
	return server;
};
/** A URL at which no such server is. */
const nowhere = (url) => async () => ({ url: await url(), stop: async () => {} });
const refusing = nowhere(async () => `http://127.0.0.1:${await freePort()}`);
const unencrypted = async () => {
	const { url, stop } = await startOriginServer();
	return { url: url.replace("http:", "https:"), stop };
};

const allowing = (origin) => ({
	"Access-Control-Allow-Origin": origin,
	"Access-Control-Allow-Credentials": "true",
});
const cors = (more) => (origin) => ({ cors: { origin, credentials: true, ...more } });

// The pages: by their client's version and options.
const polls = { transports: ["polling"] };
const withHeader = { ...polls, token: "secret" };
const opensWebSocket = { transports: ["websocket"] };
const onHttps = { https: true };

/** By what is wrong: the doctor's code for it, the server, and the page. */
const brokenSetUps = {
	"no cors option": ["no-cors-headers", socketIo(), polls],
	"another origin in a list": [
		"origin-not-listed",
		socketIo(() => ({ cors: { origin: ["https://app.example.com"] } })),
		polls,
	],
	"Socket.IO 2 with other origins": [
		"origin-not-listed",
		socketIo(() => ({ origins: ["https://app.example.com:443"] }), 2),
		{ ...polls, version: 2 },
	],
	"another path": [
		"wrong-path",
		answering((_request, response) => response.writeHead(404).end("Cannot GET /socket.io/")),
		polls,
	],
	"a redirect": [
		"redirected",
		answering((_request, response) => response.writeHead(301, { Location: "/" }).end()),
		polls,
	],
	"a gateway's error": [
		"server-error",
		answering((_request, response) => response.writeHead(502).end()),
		polls,
	],
	"an old client, and no cors option": ["version-mismatch", socketIo(), { ...polls, version: 2 }],
	"* and cookies": [
		"wildcard-with-credentials",
		socketIo(() => ({ cors: { origin: "*" } })),
		polls,
	],
	"two headers": [
		"doubled-origin",
		answering((_request, response, origin) =>
			response.setHeader("Access-Control-Allow-Origin", [origin, origin]).end(),
		),
		polls,
	],
	"a slash at the end": [
		"origin-near-miss",
		socketIo((origin) => ({ cors: { origin: `${origin}/` } })),
		polls,
	],
	"another single origin": [
		"origin-not-listed",
		socketIo(() => ({ cors: { origin: "https://app.example.com" } })),
		polls,
	],
	"a redirect with CORS headers": [
		"redirected",
		answering(({ headers: { host } }, response, origin) => {
			const [name, port] = host.split(":");
			const elsewhere = { Location: `http://localhost:${port}/` };
			const isFirst = name !== "localhost";
			response.writeHead(isFirst ? 301 : 200, { ...allowing(origin), ...(isFirst && elsewhere) });
			response.end();
		}),
		polls,
	],
	"an empty header": [
		"origin-not-listed",
		answering((_request, response) =>
			response.setHeader("Access-Control-Allow-Origin", "").end("0{}"),
		),
		polls,
	],
	"no credentials": ["credentials-not-allowed", socketIo(cors({ credentials: false })), polls],
	"preflights without CORS": [
		"preflight-without-cors",
		preflightsWith(204, () => ({})),
		withHeader,
	],
	"preflights that are redirected": [
		"preflight-redirected",
		preflightsWith(301, () => ({ Location: "/login" })),
		withHeader,
	],
	"preflights that are not answered by Socket.IO": [
		"preflight-failed",
		socketIo(cors({ preflightContinue: true })),
		withHeader,
	],
	"a header that is not listed": [
		"header-not-allowed",
		socketIo(cors({ allowedHeaders: ["x-other"] })),
		withHeader,
	],
	"a page whose own policy does not list the server": [
		"blocked-in-browser",
		socketIo(cors()),
		{ ...polls, policy: "connect-src 'self'" },
	],
	"a public page and a local server": [undefined, socketIo(cors()), { ...polls, ...onHttps }],
	"a public page's WebSocket to a local server": [
		undefined,
		socketIo(cors()),
		{ ...opensWebSocket, ...onHttps },
	],
	"an old client": ["version-mismatch", socketIo(cors()), { ...polls, version: 2 }],
	"another path, with CORS headers": [
		"wrong-path",
		answering((_request, response, origin) => response.writeHead(404, allowing(origin)).end()),
		polls,
	],
	"an error with CORS headers": [
		"server-error",
		answering((_request, response, origin) => response.writeHead(502, allowing(origin)).end()),
		polls,
	],
	"no such name": ["dns-failed", nowhere(() => "http://socket.invalid"), polls],
	"nobody who listens": ["connection-failed", refusing, polls],
	"no TLS": ["tls-failed", unencrypted, polls],
	"a page on https, polling http": [
		"mixed-content",
		nowhere(() => "http://api.example"),
		{ ...polls, ...onHttps },
	],
	"a page on https, a WebSocket without TLS": [
		"mixed-content",
		nowhere(() => "http://api.example"),
		{ ...opensWebSocket, ...onHttps, timeout: 200 },
	],
	"a WebSocket, answered 200": ["upgrade-blocked", handshakesWith(200), opensWebSocket],
	"a WebSocket, answered 400": ["upgrade-blocked", handshakesWith(400), opensWebSocket],
	"a WebSocket, refused by allowRequest": [
		"websocket-refused",
		socketIo(() => ({ allowRequest: (_request, callback) => callback("no", false) })),
		opensWebSocket,
	],
	"a WebSocket, answered 403": ["websocket-refused", handshakesWith(403), opensWebSocket],
	"a WebSocket, answered 426": ["upgrade-blocked", handshakesWith(426), opensWebSocket],
	"a WebSocket, answered 502": ["server-error", handshakesWith(502), opensWebSocket],
	"a WebSocket to nobody": ["connection-failed", refusing, opensWebSocket],
	"two servers for a WebSocket": ["probe-failed", withAnotherServer, opensWebSocket],
	"a WebSocket that is given up": [
		"probe-failed",
		handshakesWith(undefined),
		{ ...opensWebSocket, timeout: 200 },
	],
};

describe("Chromium's console says what the document explains:", () => {
	for (const [name, [code, start, { version = 4, https, policy, ...options }]] of Object.entries(
		brokenSetUps,
	)) {
		test(name, async () => {
			const context = await browser.newContext();
			const server = await start(pages.numeric);
			try {
				const frame = await open(context, await pageIn(context, version, https, policy));
				const said = [];
				frame.page().on("console", (message) => {
					if (!message.location().url.endsWith("/favicon.ico")) said.push(message.text());
				});
				const explained = frame
					.page()
					.waitForEvent("console", {
						predicate: (message) => leadsTo(message.text(), code),
						timeout: patience,
					})
					.catch((error) => error);
				await connect(frame, server.url, options).catch(() => {});
				await inPage(frame, () => window.socket.disconnect());
				const message = await explained;
				assert.ok(!(message instanceof Error), `${message}: ${said.join("\n")}`);
				said.forEach(sectionsFor);
			} finally {
				await context.close();
				await server.stop();
			}
		});
	}
});

/** The URL of a page; on `https` it is one that is only in the browser. */
async function pageIn(context, version, https, policy) {
	if (policy) {
		await context.route(`${pages.numeric}/${version}`, async (route) => {
			const response = await route.fetch();
			const headers = { ...response.headers(), "Content-Security-Policy": policy };
			await route.fulfill({ response, headers });
		});
	}
	if (!https) return `${pages.numeric}/${version}`;
	await context.route("https://app.example/*", async (route) => {
		const { pathname } = new URL(route.request().url());
		await route.fulfill({ response: await route.fetch({ url: pages.numeric + pathname }) });
	});
	return `https://app.example/${version}`;
}

const server2 = () => startSocketServer({ version: 2 });
const withoutPost = async () => {
	const server = await startSocketServer();
	server.io.engine.use(({ method }, response, next) =>
		method === "POST" ? response.writeHead(413).end() : next(),
	);
	return server;
};

/** By what is wrong: the doctor's code for it, the server, and the client's version and options. */
const brokenConnections = {
	"a gateway's error": [
		"server-error",
		answering((_request, response) => response.writeHead(502).end()),
		4,
		polls,
	],
	"an old client": ["version-mismatch", socketIo(), 2, polls],
	"POST is refused": ["post-failed", withoutPost, 4, polls],
	"handshakes are not": ["upgrade-blocked", handshakesWith(400), 4, opensWebSocket],
	"no answer": ["connection-failed", answering(() => {}), 4, { ...polls, timeout: 200 }],
	"an old server, polling": ["version-mismatch", server2, 4, polls],
	"an old server, WebSocket": ["version-mismatch", server2, 4, opensWebSocket],
	"an old server, client 3": ["version-mismatch", server2, 3, opensWebSocket],
};

describe("the Socket.IO client says what the document explains:", () => {
	for (const [name, [code, start, version, options]] of Object.entries(brokenConnections)) {
		test(name, async () => {
			const server = await start();
			const socket = client(version, server.url, options);
			try {
				const error = await refused(socket);
				assert.ok(leadsTo(error.message ?? error, code), error.message);
			} finally {
				socket.disconnect();
				await server.stop();
			}
		});
	}
});

/** The doctor's code, the server, and the request that it is sent. */
const requests = {
	"in a session that it does not have": [
		"session-lost",
		socketIo(),
		"EIO=4&transport=polling&sid=unknown",
	],
	"by an old client": ["version-mismatch", socketIo(), "EIO=3&transport=polling"],
	"from an origin that is not listed": [
		"origin-not-listed",
		socketIo(() => ({ origins: [] }), 2),
		"EIO=3&transport=polling",
	],
	"by polling, without that": [
		"polling-disabled",
		socketIo(() => ({ transports: ["websocket"] })),
		"EIO=4&transport=polling",
	],
	"in a preflight, without cors": [
		"no-cors-headers",
		socketIo(),
		"EIO=4&transport=polling",
		{ method: "OPTIONS" },
	],
	"in a handshake without Upgrade": ["upgrade-blocked", socketIo(), "EIO=4&transport=websocket"],
};

describe("the server says what the document explains, asked", () => {
	for (const [name, [code, start, query, options]] of Object.entries(requests)) {
		test(name, async () => {
			const server = await start();
			try {
				const { status, body } = await send(server.url, `/socket.io/?${query}`, options);
				const { message } = JSON.parse(body);
				const [section] = sectionsFor(message);
				assert.ok(section.body.includes(`\`${body}\`, status ${status}`), body);
				assert.ok(leadsTo(message, code));
			} finally {
				await server.stop();
			}
		});
	}

	test("with curl, as the document shows", async () => {
		const servers = [await startServer(4, {}), await startServer(2, {})];
		try {
			const [body4, body2] = await Promise.all(
				servers.map(async ({ url }, index) => {
					const path = `/socket.io/?EIO=${4 - index}&transport=polling`;
					return (await send(url, path)).body;
				}),
			);
			const [section] = sectionsFor(`curl should return ${body4}`);
			assert.ok(section.body.includes(`\`${body4.slice(0, 9)}…`), body4);
			assert.match(body2, /^\d+:0{"sid":"/);
		} finally {
			for (const { stop } of servers) await stop();
		}
	});
});

test("every message is produced by a test, except Firefox's", () => {
	assert.deepEqual(unshown(), ["CORS request did not succeed"]);
});
