// Bodies and WebSocket frames pass the Worker in streams of the runtime's own: none
// of their bytes gets into Wasm, and the isolate does not grow with them.
import assert from "node:assert/strict";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { after, before, test } from "node:test";
import WebSocket, { WebSocketServer } from "ws";
import { startEdge } from "../harness/edge.js";
import { exchange as exchangeAt } from "../harness/exchange.js";
import { close, listen } from "../harness/http.js";
import { inspect } from "../harness/inspector.js";

const allowed = "https://good.example";
const foreign = "https://evil.example";
const socketPath = "/socket.io/?EIO=4";

const MB = 1024 * 1024;
// The sent data is random, with a marker in every KB, so that no part of it could be overlooked.
const marker = randomUUID();
const pieces = Array.from({ length: 50 }, () => {
	const piece = randomBytes(MB);
	for (let at = 0; at < MB; at += 1024) piece.write(marker, at);
	return piece;
});
const halves = [pieces.slice(0, 25), pieces.slice(25)];
const total = pieces.length * MB;
const sent = pieces.reduce((hash, piece) => hash.update(piece), createHash("sha256")).digest("hex");

// Requests leave some 10 KB of bookkeeping behind. This is well over that, and a
// twenty-fifth of what an isolate gains that has half of the bytes when they are half way.
const growthAllowed = MB;

const limit = { timeout: 100_000 };
let server, edge, inspector;

before(async () => {
	server = createServer();
	const sockets = new WebSocketServer({ server });
	sockets.on("connection", (socket) => socket.on("message", (frame) => socket.send(frame)));
	server.seen = await listen(server);
	edge = await startEdge({
		policy: { routes: { "/socket.io": { origin: [allowed] } } },
		upstream: `http://127.0.0.1:${server.address().port}`,
		// Nothing but the requests of a test is to get into Wasm meanwhile.
		vars: { POLICY_FRESH_SECONDS: "3600" },
		inspectorPort: 0,
	});
	inspector = await inspect(edge.runtime);
	// The first request gets the policy and compiles what is compiled when it is needed.
	const { response, answer } = await exchange("GET", "warm-up");
	response.end();
	assert.equal((await answer()).statusCode, 200);
});

after(async () => {
	inspector.close();
	await edge.stop();
	await close(server);
});

test("50 MB are uploaded as a stream, and none of it stays in the isolate", limit, async () => {
	const flat = await flatness("an upload");
	const { request, atOrigin, response, answer } = await exchange("POST", "an upload", {
		"content-length": total,
	});
	assert.equal(atOrigin.headers["content-length"], String(total));
	assert.equal(atOrigin.headers["transfer-encoding"], undefined);
	assert.equal(await pass(request, atOrigin, flat), sent);
	response.end();
	assert.equal((await answer()).statusCode, 200);
	await flat();
});

test("50 MB are downloaded as a stream, and none of it stays in the isolate", limit, async () => {
	const flat = await flatness("a download");
	const { response, answer } = await exchange("GET", "a download");
	response.writeHead(200, { "content-length": total }).flushHeaders();
	const download = await answer();
	assert.equal(download.headers["access-control-allow-origin"], allowed);
	assert.equal(download.headers["content-length"], String(total));
	assert.equal(download.headers["transfer-encoding"], undefined);
	assert.equal(await pass(response, download, flat), sent);
	await flat();
});

test(
	"50 MB pass a WebSocket in both directions, and none of it stays in the isolate",
	limit,
	async () => {
		const flat = await flatness("frames");
		const url = `${edge.url.replace("http", "ws")}${socketPath}&transport=websocket&tag=frames`;
		const socket = new WebSocket(url, { origin: allowed });
		try {
			await once(socket, "open");
			const echoed = createHash("sha256");
			for (const half of halves) {
				for (const piece of half) {
					socket.send(piece);
					const [frame] = await once(socket, "message");
					echoed.update(frame);
				}
				await flat();
			}
			assert.equal(echoed.digest("hex"), sent);
		} finally {
			socket.terminate();
		}
		await flat();
	},
);

test(
	"50 MB from a refused origin are answered with 403, and reach no origin server",
	limit,
	async () => {
		const flat = await flatness("a refusal");
		const before = server.seen.length;
		const request = start("POST", "a refusal", { origin: foreign, "content-length": total });
		// The answer comes before the body, which nobody reads: the connection may then be closed.
		request.flushHeaders();
		const [refusal] = await once(request, "response");
		assert.equal(refusal.statusCode, 403);
		request.on("error", () => {});
		for (const piece of pieces) request.write(piece);
		request.end();
		request.destroy();
		await flat();
		// Had it been forwarded, it would have arrived before a request that came later.
		const { response, answer } = await exchange("GET", "later");
		response.end();
		await answer();
		assert.deepEqual(
			server.seen.slice(before).map(({ method }) => method),
			["GET"],
		);
	},
);

/** Starts a request that has `tag` in its URL. */
const start = (method, tag, headers) => httpRequest(urlOf(tag), { method, headers, agent: false });

const urlOf = (tag) => `${edge.url}${socketPath}&transport=polling&tag=${encodeURIComponent(tag)}`;

/** A request from the allowed origin, at the client and at the origin server. */
const exchange = (method, tag, headers) =>
	exchangeAt(server, urlOf(tag), { method, headers: { origin: allowed, ...headers } });

/**
 * Sends all pieces from one stream to the other, the second half when the first
 * has arrived. Resolves to the hash of what arrived.
 */
async function pass(from, to, flat) {
	const arrived = createHash("sha256");
	for (const half of halves) {
		await Promise.all([write(from, half), take(to, half.length * MB, arrived)]);
		await flat();
	}
	from.end();
	return arrived.digest("hex");
}

async function write(stream, chunks) {
	for (const chunk of chunks) {
		if (!stream.write(chunk)) await once(stream, "drain");
	}
}

async function take(stream, length, hash) {
	let left = length;
	for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
		hash.update(chunk);
		left -= chunk.length;
		if (left === 0) return;
	}
	assert.fail(`the stream ended ${left} bytes too early`);
}

/** Sizes the isolate. The result asserts that it has not grown, and has no body byte in Wasm. */
async function flatness(tag) {
	const before = await inspector.sizes();
	assert.equal(before.wasm.length, 1);
	return async () => {
		const { wasm, js } = await inspector.sizes();
		assert.deepEqual(wasm, before.wasm);
		assert.ok(js - before.js < growthAllowed, `JavaScript holds ${js - before.js} bytes more`);
		// The URL does get into Wasm: what is there can be found.
		assert.equal(await inspector.wasmHolds(`tag=${encodeURIComponent(tag)}`), true, "no URL");
		assert.equal(await inspector.wasmHolds(marker), false, "body bytes");
	};
}
