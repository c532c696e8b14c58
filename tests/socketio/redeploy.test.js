// The effect of a change of the policy or of the Worker on open connections.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { freePort, until } from "../harness/process.js";
import { client, connected, startSocketServer, transportModes } from "../harness/socketio.js";

const origin = "https://app.example.com";
let server, edge, port;
const start = () => startEdge({ upstream: server.url, port, policy: { origin } });

before(async () => {
	server = await startSocketServer({ options: { connectionStateRecovery: {} } });
	port = await freePort();
});
after(() => server.stop());
beforeEach(async () => {
	edge = await start();
});
afterEach(() => edge.stop());

describe("a policy that refuses the origin of an open connection", () => {
	test("leaves a WebSocket open, and refuses the next", async () => {
		const open = client(4, edge.url, { origin, transports: ["websocket"] });
		try {
			await connected(open);
			await edge.kv.put("policy", { origin: "https://other.example" });
			const poll = "/socket.io/?EIO=4&transport=polling";
			await edge.sendUntil(({ status }) => status === 403, poll, { headers: { origin } });

			const next = client(4, edge.url, { origin, transports: ["websocket"] });
			await assert.rejects(connected(next), { message: "websocket error" });
			next.close();
			assert.equal(await open.emitWithAck("echo", "still here"), "still here");
		} finally {
			open.close();
		}
	});
});

describe("a runtime that is replaced", () => {
	for (const [mode, options] of Object.entries(transportModes)) {
		test(`${mode}: the client is back by itself, in the session that it had`, async () => {
			const socket = client(4, edge.url, { origin, ...options, reconnection: true });
			const losses = [];
			const missed = [];
			socket.on("disconnect", (reason) => losses.push(reason));
			socket.on("missed", (message) => missed.push(message));
			try {
				await connected(socket);
				const { id } = socket;
				// The position of the last message says what has to be recovered.
				server.io.emit("missed", "nothing yet");
				await until("a message", () => missed.length === 1);
				await edge.stop();
				await until("the loss", () => losses.length === 1);
				await until("the server to see it", () => server.io.of("/").sockets.size === 0);
				server.io.emit("missed", "this");
				edge = await start();
				await until("the client to be back", () => socket.connected);
				assert.deepEqual([socket.id, socket.recovered], [id, true]);
				await until("what was missed", () => missed.length === 2);
				assert.deepEqual(missed, ["nothing yet", "this"]);
				assert.match(losses[0], /^transport (close|error)$/);
			} finally {
				socket.close();
			}
		});
	}
});
