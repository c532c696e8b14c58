// Socket.IO through the Worker: every client and server version, every transport,
// from an allowed and from a refused origin.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import {
	ask,
	client,
	connected,
	next,
	refused,
	startSocketServer,
	transportModes,
	upgraded,
} from "../harness/socketio.js";

const allowed = "https://good.example";
const foreign = "https://evil.example";
const policy = {
	routes: {
		"/socket.io": { origin: [allowed], credentials: true },
		"/ws/": { origin: [allowed] },
	},
};

/** Starts a server and a Worker in front of it for the tests of a suite. */
function suite({ server: serverOptions, run }) {
	const context = {};
	before(async () => {
		context.server = await startSocketServer(serverOptions);
		context.edge = await startEdge({ policy, upstream: context.server.url });
	});
	after(async () => {
		await context.edge.stop();
		await context.server.stop();
	});
	run(context);
}

/** Connects from an allowed origin, has `use` use the socket, and ends it. */
async function letIn({ edge, server }, version, { namespace = "", ...options }, use) {
	const tag = randomUUID();
	const socket = client(version, edge.url + namespace, { origin: allowed, tag, ...options });
	try {
		await connected(socket);
		await use(socket);
		assert.notDeepEqual(seenOf(server, tag), []);
	} finally {
		socket.disconnect();
	}
}

/** Connects from a refused origin, and sees that nothing of it reached the server. */
async function keptOut({ edge, server }, version, { namespace = "", ...options }) {
	const tag = randomUUID();
	const socket = client(version, edge.url + namespace, { origin: foreign, tag, ...options });
	try {
		await refused(socket);
		assert.deepEqual(seenOf(server, tag), []);
	} finally {
		socket.disconnect();
	}
}

function seenOf(server, tag) {
	return server.seen.filter(({ url }) => url.includes(tag));
}

for (const [serverVersion, clientVersions] of [
	[4, [2, 3, 4]],
	[2, [2]],
]) {
	describe(`server ${serverVersion}`, () => {
		suite({
			server: { version: serverVersion },
			run(context) {
				for (const version of clientVersions) {
					for (const [mode, transports] of Object.entries(transportModes)) {
						test(`client ${version}, ${mode}: an allowed origin gets everything through`, () =>
							letIn(context, version, transports, async (socket) => {
								if (mode !== "polling only") await upgraded(socket);
								await exchangesMessages(socket);
							}));
						test(`client ${version}, ${mode}: a refused origin gets nothing through`, () =>
							keptOut(context, version, transports));
					}
				}
			},
		});
	});
}

/** Text and 1 MB of binary in both directions, each acknowledged. */
async function exchangesMessages(socket) {
	const binary = randomBytes(1_000_000);
	const seen = [];
	socket.on("asked", (value, acknowledge) => {
		seen.push(value);
		acknowledge(value);
	});
	for (const value of ["text, with ümläuts ✓", binary]) {
		assert.deepEqual(Buffer.from(await ask(socket, "echo", value)), Buffer.from(value));
		assert.deepEqual(Buffer.from(await ask(socket, "ask me", value)), Buffer.from(value));
	}
	assert.deepEqual(seen.map(Buffer.from), [Buffer.from("text, with ümläuts ✓"), binary]);
}

describe("features that applications use", () => {
	suite({
		run(context) {
			for (const version of [2, 3, 4]) {
				for (const [mode, transports] of Object.entries(transportModes)) {
					test(`client ${version}, ${mode}: a namespace`, async () => {
						const options = { ...transports, namespace: "/admin" };
						await letIn(context, version, options, async (socket) => {
							assert.equal(socket.nsp, "/admin");
							assert.equal(await ask(socket, "echo", "hello"), "hello");
						});
						await keptOut(context, version, options);
					});

					test(`client ${version}, ${mode}: extraHeaders`, async () => {
						const options = { ...transports, extraHeaders: { "x-token": "secret" } };
						await letIn(context, version, options, async (socket) => {
							const { headers } = await ask(socket, "handshake");
							assert.equal(headers["x-token"], "secret");
							assert.equal(headers.origin, allowed);
						});
						await keptOut(context, version, options);
					});
				}
			}

			for (const version of [3, 4]) {
				test(`client ${version}: auth`, async () => {
					const options = { auth: { token: "secret" } };
					await letIn(context, version, options, async (socket) => {
						const { auth } = await ask(socket, "handshake");
						// Engine.IO 3 has no auth; Socket.IO 3 and 4 clients speak Engine.IO 4.
						assert.deepEqual(auth, options.auth);
					});
					await keptOut(context, version, options);
				});
			}

			test("client 2: a token in the query, its way of auth", async () => {
				const options = { query: { token: "secret" } };
				await letIn(context, 2, options, async (socket) => {
					assert.equal((await ask(socket, "handshake")).query.token, "secret");
				});
				await keptOut(context, 2, options);
			});
		},
	});
});

describe("a custom path", () => {
	suite({
		server: { path: "/ws/" },
		run(context) {
			for (const version of [2, 3, 4]) {
				for (const [mode, transports] of Object.entries(transportModes)) {
					test(`client ${version}, ${mode}`, async () => {
						const options = { ...transports, path: "/ws/" };
						await letIn(context, version, options, async (socket) => {
							assert.equal(await ask(socket, "echo", "hello"), "hello");
						});
						await keptOut(context, version, options);
					});
				}
			}
		},
	});
});

describe("rooms", () => {
	suite({
		run(context) {
			test("a broadcast reaches each of 200 clients of a room, and no other", async () => {
				const { edge, server } = context;
				const sockets = Array.from({ length: 201 }, (_, index) =>
					client(4, edge.url, {
						origin: allowed,
						transports: index % 4 === 0 ? ["polling"] : ["websocket"],
					}),
				);
				try {
					await Promise.all(sockets.map(connected));
					const [outsider, ...members] = sockets;
					await Promise.all(members.map((socket) => ask(socket, "join", "room")));
					const messages = [];
					outsider.on("news", () => messages.push("outsider"));
					const received = members.map(async (socket, index) => {
						messages.push([index, await next(socket, "news")]);
					});
					server.io.to("room").emit("news", "to all");
					await Promise.all(received);
					// A later message to the outsider shows that the broadcast did not go there.
					assert.equal(await ask(outsider, "echo", "still here"), "still here");
					assert.deepEqual(
						messages.toSorted(([a], [b]) => a - b),
						members.map((_, index) => [index, "to all"]),
					);
				} finally {
					for (const socket of sockets) socket.disconnect();
				}
			});

			test("a refused client is in no room", () => keptOut(context, 4, {}));
		},
	});
});

describe("the origin server restarts", () => {
	for (const [mode, transports] of Object.entries(transportModes)) {
		test(`${mode}: an allowed client is back by itself, a refused one stays out`, async () => {
			let server = await startSocketServer();
			const edge = await startEdge({ policy, upstream: server.url });
			const reconnecting = { ...transports, reconnection: true, reconnectionDelayMax: 500 };
			const inside = client(4, edge.url, { origin: allowed, ...reconnecting });
			const outside = client(4, edge.url, { origin: foreign, ...reconnecting });
			try {
				await Promise.all([connected(inside), refused(outside)]);
				const lost = next(inside, "disconnect");
				await server.stop();
				await lost;
				const back = next(inside, "connect");
				const { port } = server;
				server = await startSocketServer({ port });
				await back;
				assert.equal(await ask(inside, "echo", "hello"), "hello");
				await refused(outside);
				const origins = server.seen.map(({ headers }) => headers.origin);
				assert.deepEqual(new Set(origins), new Set([allowed]));
			} finally {
				inside.disconnect();
				outside.disconnect();
				await edge.stop();
				await server.stop();
			}
		});
	}
});
