// Whatever proxy is between the Worker and Socket.IO, and however it reads paths: what a refused
// page sends does not arrive, in no spelling. Straight to the proxy, a good part of them does.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Agent, createServer, request as httpRequest } from "node:http";
import { after, before, describe, test } from "node:test";
import { ask, connect, open, startBrowser, startPageServer } from "../harness/browser.js";
import { startEdge } from "../harness/edge.js";
import { hasNginx } from "../harness/nginx.js";
import { exchange, message } from "../harness/raw.js";
import { startSocketServer } from "../harness/socketio.js";
import { evil, good } from "./hostile.js";
import { proxies, startProxy } from "./proxies.js";
import { spellings } from "./spellings.js";

const seed = Number(process.env.SEED ?? 15);
const paths = spellings(2000, seed);

const upgrade = [
	["Connection", "Upgrade"],
	["Upgrade", "websocket"],
	["Sec-WebSocket-Version", "13"],
	["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
];

let server;
let edge;
/** The tags of the requests that Engine.IO opened a session for. */
const arrived = new Set();
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
/**
 * By transport, the paths that the Worker does not refuse to a page that it keeps out. What it refuses it
 * does not send on, whatever is behind it, so that only the others are tried with each proxy.
 */
const passed = {};

before(async () => {
	const http = createServer((_request, response) => response.writeHead(404).end());
	// Engine.IO leaves open what is none of its own, where the connection served others before.
	http.on("upgrade", ({ url }, socket) => url.startsWith("/socket.io/") || socket.destroy());
	// Refuses no page, as the Worker is there for that; and no session ends by itself.
	const options = {
		cors: { origin: true, credentials: true },
		pingInterval: 1e6,
		pingTimeout: 1e6,
		connectTimeout: 1e6,
	};
	server = await startSocketServer({ http, options });
	server.io.engine.on("connection", ({ request }) => arrived.add(request._query.tag));
	// Without UPSTREAM a request goes on to the host that it names, as on a zone's route.
	edge = await startEdge({ policy: { origin: good }, vars: { POLICY_FRESH_SECONDS: "3600" } });
	for (const transport of transports) {
		const { statuses } = await askAll(paths, server.url, { through: edge.bareUrl, transport });
		passed[transport] = paths.filter((_, index) => statuses[index] !== 403);
		assert.notEqual(passed[transport].length, 0, "the spellings prove nothing");
	}
});
after(async () => {
	agent.destroy();
	await edge?.stop();
	await server.stop();
});

/** Asks for each of `paths`. Resolves to those under which the server was reached, and the statuses. */
async function askAll(paths, url, { through = url, origin = evil, transport = "polling" } = {}) {
	const run = randomUUID();
	const { host } = new URL(url);
	const statuses = [];
	const waiting = paths.entries();
	const lane = async () => {
		for (const [index, path] of waiting) {
			const target = `${path}?EIO=4&transport=${transport}&tag=${run}-${index}`;
			statuses[index] = await asking[transport](through, target, { Host: host, Origin: origin });
		}
	};
	await Promise.all(Array.from({ length: 16 }, lane));
	return { arrived: paths.filter((_, index) => arrived.has(`${run}-${index}`)), statuses };
}

const arrivals = async (...asked) => (await askAll(...asked)).arrived;

/**
 * Functions that send a request, with its target unchanged, and wait for the answer. They resolve to its
 * status, if there is one.
 */
const asking = {
	polling: (url, path, headers) =>
		new Promise((resolve, reject) => {
			const { hostname, port } = new URL(url);
			const request = httpRequest({ hostname, port, path, headers, agent });
			request.setTimeout(20_000, () => reject(new Error(`no answer to ${path} in 20 s`)));
			request.once("response", (response) =>
				response.resume().once("end", () => resolve(response.statusCode)),
			);
			// Some proxies hang up on a path that they dislike.
			request.once("error", () => resolve());
			request.end();
		}),
	async websocket(url, target, headers) {
		const fields = [...Object.entries(headers), ...upgrade];
		const [answer] = await exchange(url, message(`GET ${target} HTTP/1.1`, fields));
		return answer && Number(answer.start.split(" ")[1]);
	},
};
const transports = Object.keys(asking);

for (const { name, configurations, isThere } of proxies) {
	describe(`${name}`, { skip: !isThere && "not installed" }, () => {
		let proxy;
		before(async () => {
			proxy = await startProxy(name, new URL(server.url).host);
		});
		after(() => proxy?.stop());

		for (const configuration of configurations) {
			test(`${configuration}: no such path arrives through the Worker, though many do without it`, async () => {
				const url = proxy.urls[configuration];
				const through = edge.bareUrl;
				const leading = await arrivals(paths.slice(0, 500), url);
				assert.notEqual(leading.length, 0, "the spellings prove nothing");
				const allowed = await arrivals(leading, url, { through, origin: good });
				assert.notEqual(allowed.length, 0, "the Worker leads nowhere");
				for (const transport of transports) {
					const refused = await arrivals(passed[transport], url, { through, transport });
					assert.deepEqual(refused, [], `by ${transport}, with SEED=${seed}`);
				}
			});
		}
	});
}

describe("a page whose client asks for /a%5cb/..%2fsocket.io/, behind nginx", {
	skip: !hasNginx,
}, () => {
	const path = "/a%5cb/..%2fsocket.io/";
	const configuration = "location /, proxy_pass with a URI";
	let proxy;
	let behind;
	let browser;
	let pages;
	let frame;
	const events = [];

	before(async () => {
		proxy = await startProxy("nginx", new URL(server.url).host);
		behind = await startEdge({ policy: { origin: good }, upstream: proxy.urls[configuration] });
		server.io.on("connection", (socket) => {
			socket.onAny((event) => events.push([socket.handshake.query.tag, event]));
		});
		browser = await startBrowser();
		pages = await startPageServer();
		frame = await open(await browser.newContext(), `${pages.numeric}/4`);
	});
	after(async () => {
		await browser?.close();
		await pages?.stop();
		await behind?.stop();
		await proxy?.stop();
	});

	for (const transport of ["polling", "websocket"]) {
		test(`${transport}: it does not connect, and its event does not arrive`, async () => {
			const refused = randomUUID();
			const attempt = connect(frame, behind.url, { path, transports: [transport], tag: refused });
			await assert.rejects(attempt, /connect_error/);
			assert.equal(server.seen.filter(({ url }) => url.includes(refused)).length, 0);
			assert.equal(events.filter(([tag]) => tag === refused).length, 0);
		});

		test(`${transport}: without the Worker it does`, async () => {
			const tag = randomUUID();
			const url = proxy.urls[configuration];
			const socket = await connect(frame, url, { path, transports: [transport], tag });
			assert.equal(await ask(socket, "echo", "there"), "there");
			assert.deepEqual(
				events.filter(([sender]) => sender === tag).map(([, event]) => event),
				["first", "echo"],
			);
		});
	}
});
