// docs/setups.md: namespaces share a path, and so a rule; who may enter one is up to the server.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { Server } from "socket.io";
import { startEdge } from "../harness/edge.js";
import { ask, client, connected, refused, startSocketServer } from "../harness/socketio.js";
import { app, policyOf } from "./setups.js";

const admin = "https://admin.example.com";

let server, edge;
before(async () => {
	server = await startSocketServer();
	// As on the documentation's page: a middleware, and a server at a path of its own.
	server.io.of("/staff").use(({ handshake }, next) => {
		next(handshake.headers.origin === admin ? undefined : new Error("for staff"));
	});
	new Server(server.http, { path: "/admin-socket" });
	edge = await startEdge({ policy: policyOf("Namespaces"), upstream: server.url });
});
after(async () => {
	await edge?.stop();
	await server?.stop();
});

/** Has `use` use a client, and ends it. */
async function withClient(namespace, options, use) {
	const socket = client(4, edge.url + namespace, options);
	try {
		return await use(socket);
	} finally {
		socket.disconnect();
	}
}

describe("the namespaces of a path", () => {
	test("share one connection, which the rule of the path lets through", async () => {
		const tag = randomUUID();
		const options = { origin: app, transports: ["websocket"], tag };
		await withClient("", options, async (socket) => {
			const sockets = ["/", "/admin"].map((namespace) => socket.io.socket(namespace));
			await Promise.all(
				sockets
					.map((socket) => socket.connect())
					.map((socket) => socket.connected || connected(socket)),
			);
			for (const socket of sockets) assert.equal(await ask(socket, "echo", "hello"), "hello");
		});
		assert.equal(server.seen.filter(({ url }) => url.includes(tag)).length, 1);
	});

	for (const [origin, enter] of [
		[admin, connected],
		[app, refused],
	]) {
		test(`${origin} is ${enter.name} by a middleware that looks at the origin`, () =>
			withClient("/staff", { origin }, enter));
	}
});

describe("a path of its own", () => {
	for (const [origin, path, enter] of [
		[app, "/socket.io", connected],
		[admin, "/socket.io", connected],
		[admin, "/admin-socket", connected],
		[app, "/admin-socket", refused],
	]) {
		test(`${origin} at ${path} is ${enter.name}`, () => withClient("", { origin, path }, enter));
	}
});
