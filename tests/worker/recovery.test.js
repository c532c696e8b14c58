// A panic in one request, in a build that panics when it is asked to: the ones after it, and those
// that are under way, are served.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import WebSocket, { WebSocketServer } from "ws";
import { startEdge } from "../harness/edge.js";
import { close, listen } from "../harness/http.js";
import { assertAnswers, underLoad } from "../harness/load.js";
import { get, poll } from "../harness/pages.js";

const a = "https://a.example";
const b = "https://b.example";
let server, edge;
/** Those who wait for an answer of the origin server. */
let waiting;

before(async () => {
	server = createServer((request, response) => {
		response.setHeader("Vary", "Accept");
		if (request.url.endsWith("wait")) waiting.push(() => response.end("waited"));
		else response.end("origin");
	});
	const sockets = new WebSocketServer({ server });
	sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
	await listen(server);
});
after(() => close(server));
beforeEach(async () => {
	waiting = [];
	edge = await startEdge({
		build: "target/panicking",
		policy: { origin: a },
		upstream: `http://127.0.0.1:${server.address().port}`,
		vars: { POLICY_FRESH_SECONDS: "3600" },
	});
});
afterEach(() => edge.stop());

// If the policy of a host is cached, a request is answered at once; otherwise when KV has answered.
let hosts = 0;
const panics = {
	"at once": () => panic(edge.url),
	"after KV has answered": () => panic(`${hosts++}.test`),
};

async function panic(host) {
	const headers = { host: host.replace("http://", "") };
	assert.equal((await edge.send("/panic", { headers })).status, 500);
}

for (const [when, panic] of Object.entries(panics)) {
	describe(`after a panic ${when}`, () => {
		test("the next request is served, after many of them too", async () => {
			for (let time = 0; time < 10; time += 1) {
				await panic();
				assert.deepEqual([(await get(edge, a)).status, (await get(edge, b)).status], [200, 403]);
			}
			assert.match(edge.log.join("\n"), /panicked at .*\nas asked/);
		});

		test("a request that waits for the origin server is answered", async () => {
			const polling = edge.send(`${poll}&wait`, { headers: { origin: a } });
			while (waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
			await panic();
			waiting[0]();
			const { status, headers, body } = await polling;
			assert.deepEqual([status, body], [200, "waited"]);
			assert.equal(headers.get("access-control-allow-origin"), a);
			assert.equal(headers.get("vary"), "Accept, Origin");
		});

		test("an open WebSocket stays open", async () => {
			const socket = new WebSocket(edge.url.replace("http", "ws") + poll, { origin: a });
			await once(socket, "open");
			await panic();
			socket.send("hello");
			const [data] = await once(socket, "message");
			assert.equal(data.toString(), "hello");
			socket.terminate();
		});

		test("a load of many requests continues", async () => {
			const ask = async (client) => {
				const page = client % 2 ? a : b;
				return `${page} ${(await get(edge, page)).status}`;
			};
			const answers = await underLoad(ask, async () => {
				for (let time = 0; time < 10; time += 1) {
					await panic();
					await new Promise((resolve) => setTimeout(resolve, 200));
				}
			});
			assertAnswers(answers, [`${a} 200`, `${b} 403`]);
		});
	});
}
