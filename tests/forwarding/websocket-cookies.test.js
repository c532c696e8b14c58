// `"websocketCookies": false`: a WebSocket of another origin's page reaches the server without
// what says who its visitor is.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { send } from "../harness/http.js";
import { exchange, message } from "../harness/raw.js";
import { ask, client, connected, startSocketServer, upgraded } from "../harness/socketio.js";

const good = "https://good.example";
const other = "https://other.example";
const policy = { origin: [good], websocketCookies: false };

const credentials = {
	cookie: "session=1; io=2",
	authorization: "Bearer visitor",
	"cf-access-jwt-assertion": "a.b.c",
	"cf-access-authenticated-user-email": "visitor@good.example",
	"cf-access-client-id": "service",
};
/** Headers that the page can choose. */
const kept = { "x-token": "of the page", "cf-accessible": "1", "user-agent": "page" };
/** With which the request itself would be sent on, if nothing of it were to be changed. */
const browser = { "accept-encoding": "gzip, deflate, br" };

let server;
const edges = {};
before(async () => {
	server = await startSocketServer();
	const upstream = server.url;
	edges.stripping = await startEdge({ policy, upstream });
	edges["stripping, without UPSTREAM"] = await startEdge({ policy });
	edges.keeping = await startEdge({ policy: { ...policy, websocketCookies: true }, upstream });
	edges.everyone = await startEdge({ policy: { origin: "*", websocketCookies: false }, upstream });
	edges.reporting = await startEdge({ policy: { ...policy, reportOnly: true }, upstream });
});
after(async () => {
	for (const edge of Object.values(edges)) await edge?.stop();
	await server?.stop();
});

/** The credentials in the headers that the server got of requests with `tag`, by transport. */
function seenOf(tag) {
	const requests = server.seen.filter(({ url }) => url.includes(tag));
	return requests.map(({ url, headers }) => {
		const transport = new URL(url, "http://server").searchParams.get("transport");
		return [
			transport,
			Object.fromEntries(Object.entries(headers).filter(([name]) => name in credentials)),
		];
	});
}

/** Connects as a page of `origin`, with credentials. Resolves to its socket, and its tag. */
async function connect(edge, origin, transports) {
	const tag = randomUUID();
	// Without UPSTREAM, the request goes on to the host that it names (polls of this client name
	// the URL's).
	const extraHeaders = {
		...credentials,
		...kept,
		// This client reads no compressed polls.
		...(!transports.includes("polling") && browser),
		host: new URL(server.url).host,
	};
	const query = { token: "of the page" };
	const socket = client(4, edges[edge].url, { origin, tag, transports, extraHeaders, query });
	await connected(socket);
	if (transports.includes("websocket")) await upgraded(socket);
	return { tag, socket };
}

for (const edge of ["stripping", "stripping, without UPSTREAM"]) {
	describe(`${edge}: a page of an allowed origin`, () => {
		test("opens a WebSocket without credentials, and with all its other headers", async () => {
			const { tag, socket } = await connect(edge, good, ["websocket"]);
			const { headers, query } = await ask(socket, "handshake");
			assert.equal(await ask(socket, "echo", "still there?"), "still there?");
			socket.disconnect();
			for (const name of Object.keys(credentials)) assert.equal(headers[name], undefined, name);
			for (const [name, value] of Object.entries(kept)) assert.equal(headers[name], value, name);
			assert.equal(headers.origin, good);
			assert.equal(query.token, "of the page");
			assert.deepEqual(seenOf(tag), [["websocket", {}]]);
		});

		test("has its credentials removed, also in several headers and in any letter case", async () => {
			const tag = randomUUID();
			const fields = [
				["Host", new URL(server.url).host],
				...Object.entries(browser),
				["Origin", good],
				["Connection", "Upgrade"],
				["Upgrade", "WebSocket"],
				["Sec-WebSocket-Version", "13"],
				["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
				["Sec-WebSocket-Protocol", "token, of-the-page"],
				["cookie", "a=1"],
				["COOKIE", "b=2"],
				["Cookie", "c=3"],
				["AUTHORIZATION", "Basic YTpi"],
				["Authorization", "Basic YTpi"],
				["CF-ACCESS-Jwt-Assertion", "a"],
				["Cf-Access-Jwt-Assertion", "b"],
			];
			const path = `/socket.io/?EIO=4&transport=websocket&tag=${tag}`;
			const request = message(`GET ${path} HTTP/1.1`, fields);
			const [answer] = await exchange(edges[edge].url, request);
			assert.match(answer.start, / 101 /);
			assert.deepEqual(seenOf(tag), [["websocket", {}]]);
			const { headers } = server.seen.find(({ url }) => url.includes(tag));
			assert.equal(headers["sec-websocket-protocol"], "token, of-the-page");
		});

		for (const [method, body] of [["GET"], ["POST", "3"]]) {
			test(`polls with credentials: ${method}`, async () => {
				const tag = randomUUID();
				const path = `/socket.io/?EIO=4&transport=polling&tag=${tag}`;
				const headers = {
					...credentials,
					...browser,
					origin: good,
					host: new URL(server.url).host,
				};
				await send(edges[edge].url, path, { method, headers, body });
				assert.deepEqual(seenOf(tag), [["polling", credentials]]);
			});
		}
	});

	for (const [who, origin] of [
		["the server's own page", () => `http://${new URL(server.url).host}`],
		["an app, which sends no Origin,", () => undefined],
	]) {
		test(`${edge}: ${who} keeps its credentials`, async () => {
			const { tag, socket } = await connect(edge, origin(), ["websocket"]);
			socket.disconnect();
			assert.deepEqual(seenOf(tag), [["websocket", credentials]]);
		});
	}
}

test("a page that begins by polling polls with credentials, and upgrades to a WebSocket without", async () => {
	const { tag, socket } = await connect("stripping", good, ["polling", "websocket"]);
	socket.disconnect();
	const seen = seenOf(tag);
	const polls = seen.filter(([transport]) => transport === "polling");
	assert.ok(polls.length > 0);
	for (const [, sent] of polls) assert.deepEqual(sent, credentials);
	const websockets = seen.filter(([transport]) => transport === "websocket");
	assert.deepEqual(websockets, [["websocket", {}]]);
});

test("the server sees no credentials with an Upgrade, whatever the method", async () => {
	for (const method of ["GET", "HEAD", "POST", "OPTIONS", "PUT"]) {
		const tag = randomUUID();
		const fields = [
			["Host", "api.example.com"],
			["Origin", good],
			["Upgrade", "websocket"],
			["Sec-WebSocket-Version", "13"],
			["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
			["Cookie", "session=1"],
		];
		const path = `/socket.io/?EIO=4&transport=websocket&tag=${tag}`;
		// Without what stands before the Worker, which takes Upgrade away.
		const request = message(`${method} ${path} HTTP/1.1`, fields);
		await exchange(edges.stripping.bareUrl, request);
		for (const [, sent] of seenOf(tag)) assert.deepEqual(sent, {}, method);
	}
});

for (const [edge, sent] of Object.entries({
	keeping: credentials,
	reporting: credentials,
	everyone: {},
})) {
	test(`${edge}: a page's WebSocket has ${sent === credentials ? "all" : "no"} credentials`, async () => {
		const page = edge === "everyone" ? other : good;
		const { tag, socket } = await connect(edge, page, ["websocket"]);
		socket.disconnect();
		assert.deepEqual(seenOf(tag), [["websocket", sent]]);
	});
}
