// Socket.IO's own client, which a page of another site loads with `<script src>`.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { startSocketServer } from "../harness/socketio.js";

const path = "/socket.io/socket.io.js";
/** As a browser loads a script of another site. */
const script = {
	"sec-fetch-site": "cross-site",
	"sec-fetch-mode": "no-cors",
	"sec-fetch-dest": "script",
};

for (const serveClient of [true, false]) {
	describe(`with serveClient: ${serveClient}`, () => {
		let server, edge;
		before(async () => {
			server = await startSocketServer({ options: { serveClient } });
			const policy = { origin: "https://app.example.com", missingOrigin: "deny", jsonp: true };
			edge = await startEdge({ policy, upstream: server.url });
		});
		after(async () => {
			await edge?.stop();
			await server?.stop();
		});

		/** Loads a script, and sees whether the server heard of it. */
		async function load(target, headers = script) {
			const tag = randomUUID();
			const answer = await edge.send(`${target}${target.includes("?") ? "&" : "?"}v=${tag}`, {
				headers,
			});
			return { ...answer, arrived: server.seen.some(({ url }) => url.includes(tag)) };
		}

		for (const name of ["socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js.map"]) {
			test(`/socket.io/${name} is let through`, async () => {
				const { status, headers, body, arrived } = await load(`/socket.io/${name}`);
				assert.ok(arrived);
				assert.match(headers.get("x-cors-decision"), /^allow; reason=client-bundle;/);
				assert.equal(headers.get("access-control-allow-origin"), null);
				assert.equal(status, serveClient ? 200 : 400);
				if (serveClient) assert.ok(body.length > 10_000);
			});
		}

		for (const query of [
			...["?EIO=3&transport=polling&j=0", "?%45IO=3&%74ransport=polling", "?a=1;EIO=4"],
			...["?transport=polling", "?sid=x", "?j=0"],
		]) {
			test(`${path}${query} is refused as a client bundle, and nothing of it arrives`, async () => {
				const { status, headers, arrived } = await load(path + query);
				assert.equal(status, 403);
				assert.match(headers.get("x-cors-decision"), /^refuse; reason=cross-site-embed;/);
				assert.ok(!arrived);
			});
		}

		test("a WebSocket at the bundle's path is refused", async () => {
			const { status, arrived } = await load(path, {
				...script,
				connection: "Upgrade",
				upgrade: "websocket",
				"sec-websocket-version": "13",
				"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
			});
			assert.equal(status, 403);
			assert.ok(!arrived);
		});

		test("without the Worker, a server that does not serve the bundle treats its path as a handshake", async () => {
			const answer = await fetch(`${server.url}${path}?EIO=3&transport=polling&j=0`);
			const text = await answer.text();
			assert.equal(/^___eio\[0\]\(.*\\"sid\\"/.test(text), !serveClient, text.slice(0, 80));
		});
	});
}
