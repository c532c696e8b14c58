// Chromium through the Worker: pages of allowed and of refused origins, and what a
// browser makes of the answers.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { attacks, openWebSocket } from "./harness/attacks.js";
import {
	ask,
	connect,
	html,
	inPage,
	open,
	openSandboxed,
	recordPreflights,
	startBrowser,
	startPageServer,
	upgraded,
} from "./harness/browser.js";
import { startEdge } from "./harness/edge.js";
import { startSocketServer, transportModes } from "./harness/socketio.js";

// What the tests share: the browser, two servers of pages and, by major version,
// Socket.IO servers with a Worker in front of each.
let browser;
let pages;
let other;
let policy;
const behind = {};

const handshake = "/socket.io/?EIO=4&transport=polling";
const webSocket = "/socket.io/?EIO=4&transport=websocket";

/** Where a page is opened, by the standing of its origin. */
const places = {
	allowed: {
		"a page on 127.0.0.1": (context, version) => open(context, `${pages.numeric}/${version}`),
		"a page on localhost": (context, version) => open(context, `${other.named}/${version}`),
	},
	refused: {
		"a page on another port": (context, version) => open(context, `${other.numeric}/${version}`),
		"a page on another host": (context, version) => open(context, `${pages.named}/${version}`),
		"a sandboxed frame of an allowed page": (context, version) =>
			openSandboxed(context, `${pages.numeric}/${version}`),
	},
};

before(async () => {
	browser = await startBrowser();
	pages = await startPageServer();
	other = await startPageServer();
	policy = { origin: [pages.numeric, other.named], credentials: true };
	for (const version of [2, 4]) {
		const server = await startSocketServer({ version });
		const messages = [];
		server.io.on("connection", (socket) => {
			socket.use(([event], next) => {
				messages.push([socket.handshake.query.tag, event]);
				next();
			});
		});
		behind[version] = { server, messages };
		behind[version].edge = await startEdge({ policy, upstream: server.url });
	}
	// A page of the Worker's own origin, on a path that no route covers, and cookies.
	const { io } = behind[4].server;
	io.httpServer.on("request", ({ url }, response) => {
		if (url === "/app")
			response.setHeader("Content-Type", "text/html").end(html("/socket.io/socket.io.js"));
	});
	io.engine.on("initial_headers", (headers, { _query }) => {
		headers["Set-Cookie"] = `session=${_query.tag}; SameSite=None; Secure; HttpOnly`;
	});
});

after(async () => {
	await browser?.close();
	for (const { edge, server } of Object.values(behind)) {
		await edge?.stop();
		await server.stop();
	}
	await pages?.stop();
	await other?.stop();
});

/** Has `use` use a browser without a history. */
async function browse(use) {
	const context = await browser.newContext();
	try {
		return await use(context);
	} finally {
		await context.close();
	}
}

function seenOf({ server }, tag) {
	return server.seen.filter(({ url }) => url.includes(tag));
}

function messagesOf({ messages }, tag) {
	return messages.filter(([sender]) => sender === tag).map(([, event]) => event);
}

for (const [serverVersion, clientVersions] of [
	[4, [4, 3, 2]],
	[2, [2]],
]) {
	for (const version of clientVersions) {
		describe(`server ${serverVersion}, client ${version}`, () => {
			for (const [mode, { transports }] of Object.entries(transportModes)) {
				for (const [place, enter] of Object.entries(places.allowed)) {
					test(`${mode}: ${place}, allowed, connects and exchanges messages`, () =>
						browse(async (context) => {
							const frame = await enter(context, version);
							await getsThrough(frame, behind[serverVersion], transports);
						}));
				}
				for (const [place, enter] of Object.entries(places.refused)) {
					test(`${mode}: ${place}, refused, does not reach the server`, () =>
						browse(async (context) => {
							const frame = await enter(context, version);
							await keptOut(frame, behind[serverVersion], transports);
						}));
				}
			}
		});
	}
}

/** Connects with a header that needs a preflight across origins, and exchanges messages. */
async function getsThrough(frame, setup, transports) {
	const tag = randomUUID();
	const preflights = await recordPreflights(frame);
	const socket = await connect(frame, setup.edge.url, { tag, token: "secret", transports });
	if (transports.includes("websocket")) await upgraded(socket);
	await exchangesMessages(socket);

	const crossOrigin = new URL(frame.url()).origin !== setup.edge.url;
	const polls = transports.includes("polling");
	assert.deepEqual(new Set(preflights), new Set(polls && crossOrigin ? [204] : []));
	const seen = seenOf(setup, tag);
	assert.deepEqual(
		seen.filter(({ method }) => method === "OPTIONS"),
		[],
	);
	assert.deepEqual(new Set(seen.map(transportOf)), new Set(transports));
	for (const request of seen) {
		// A browser's WebSocket cannot send headers.
		const token = transportOf(request) === "polling" ? "secret" : undefined;
		assert.equal(request.headers["x-token"], token);
	}
	assert.deepEqual(messagesOf(setup, tag), ["first", "echo", "echo", "ask me", "ask me"]);
}

/** Fails to connect, and nothing of the attempt reaches the server. */
async function keptOut(frame, setup, transports) {
	const tag = randomUUID();
	const attempt = connect(frame, setup.edge.url, { tag, token: "secret", transports });
	await assert.rejects(attempt, /connect_error: (xhr poll|websocket) error/);
	assert.deepEqual(seenOf(setup, tag), []);
	assert.deepEqual(messagesOf(setup, tag), []);
}

/** Text and 1 MB of binary in both directions, each acknowledged. */
async function exchangesMessages(socket) {
	const text = "text, with ümläuts ✓";
	await inPage(socket, (socket) => {
		socket.on("asked", (value, acknowledge) => acknowledge(value));
	});
	for (const event of ["echo", "ask me"]) {
		assert.equal(await ask(socket, event, text), text);
		const binary = await inPage(socket, askBinary, event);
		assert.deepEqual(binary, { length: 1_000_000, differing: 0 });
	}
}

function askBinary(socket, event) {
	const sent = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * index) >> 3);
	return new Promise((resolve, reject) => {
		socket.once("disconnect", (reason) => reject(new Error(`disconnected: ${reason}`)));
		socket.emit(event, sent.buffer, (answer) => {
			const received = new Uint8Array(answer);
			const differing = received.filter((byte, index) => byte !== sent[index]).length;
			resolve({ length: received.length, differing });
		});
	});
}

function transportOf({ url }) {
	return new URL(url, "http://server").searchParams.get("transport");
}

describe("attacks on a session that a good page opened", () => {
	for (const [place, enter] of Object.entries(places.refused)) {
		for (const [attack, { query, attempt, delivers = false }] of Object.entries(attacks)) {
			test(`${attack}: ${place} does not reach the server`, () =>
				browse(async (context) => {
					const { edge, server } = behind[4];
					const goodTag = randomUUID();
					const goodPage = await places.allowed["a page on 127.0.0.1"](context, 4);
					const socket = await connect(goodPage, edge.url, {
						tag: goodTag,
						transports: ["polling"],
					});
					const sid = await inPage(socket, ({ io }) => io.engine.id);

					const badPage = await enter(context, 4);
					const tag = randomUUID();
					const path = `/socket.io/?EIO=4&${query.replace("SID", sid)}&tag=${tag}`;
					await inPage(badPage, attempt, edge.url + path);
					assert.deepEqual(seenOf(behind[4], tag), []);
					assert.equal(await ask(socket, "echo", "still here"), "still here");
					assert.deepEqual(messagesOf(behind[4], goodTag), ["first", "echo"]);

					// It is the edge that prevents it: without the edge it succeeds.
					await inPage(badPage, attempt, server.url + path);
					assert.notDeepEqual(seenOf(behind[4], tag), []);
					assert.equal(await ask(socket, "echo", "still here"), "still here");
					assert.equal(messagesOf(behind[4], goodTag).includes("attack"), delivers);
				}));
		}
	}
});

describe("what a page may know", () => {
	for (const [place, enter] of Object.entries(places.refused)) {
		test(`${place} sees a refusal as a network error`, () =>
			browse(async (context) => {
				const frame = await enter(context, 4);
				const { edge } = behind[4];
				await assert.rejects(read(frame, `${edge.url}${handshake}`), /Failed to fetch/);
				const event = await inPage(frame, openWebSocket, `${edge.url}${webSocket}`);
				assert.equal(event, "error");
			}));
	}

	for (const [place, enter] of Object.entries(places.allowed)) {
		test(`${place} reads the status and body of the origin server's errors`, () =>
			browse(async (context) => {
				const frame = await enter(context, 4);
				const { status, body } = await read(frame, `${behind[4].edge.url}${handshake}&sid=unknown`);
				assert.equal(status, 400);
				assert.deepEqual(JSON.parse(body), { code: 1, message: "Session ID unknown" });
			}));

		test(`${place} reads the edge's decision`, () =>
			browse(async (context) => {
				const frame = await enter(context, 4);
				const { status, decision } = await read(frame, `${behind[4].edge.url}${handshake}`);
				assert.equal(status, 200);
				assert.match(decision, /^allow; reason=listed-origin; policy=[0-9a-f]{8}$/);
			}));

		test(`${place} reads the edge's 502 when the origin server is gone`, async () => {
			const server = await startSocketServer();
			const edge = await startEdge({ policy, upstream: server.url });
			try {
				await server.stop();
				await browse(async (context) => {
					const { status } = await read(await enter(context, 4), `${edge.url}${handshake}`);
					assert.equal(status, 502);
				});
			} finally {
				await edge.stop();
			}
		});

		for (const transport of ["polling", "websocket"]) {
			test(`${place} gets and sends the origin server's cookies by ${transport}`, () =>
				browse(async (context) => {
					const frame = await enter(context, 4);
					const tags = [randomUUID(), randomUUID()];
					for (const tag of tags) {
						await connect(frame, behind[4].edge.url, { tag, transports: [transport] });
					}
					const [first, second] = tags.map((tag) => seenOf(behind[4], tag)[0].headers.cookie);
					assert.deepEqual([first, second], [undefined, `session=${tags[0]}`]);
				}));
		}
	}
});

describe("a page of the Worker's own origin, which no rule lists", () => {
	for (const [mode, { transports }] of Object.entries(transportModes)) {
		for (const host of ["127.0.0.1", "localhost"]) {
			test(`${mode}: a page on ${host} connects to it and exchanges messages`, () =>
				browse(async (context) => {
					const url = behind[4].edge.url.replace("127.0.0.1", host);
					const frame = await open(context, `${url}/app`);
					await getsThrough(frame, { ...behind[4], edge: { url } }, transports);
				}));
		}
	}

	test("a page on localhost is refused at 127.0.0.1", () =>
		browse(async (context) => {
			const { url } = behind[4].edge;
			const frame = await open(context, `${url.replace("127.0.0.1", "localhost")}/app`);
			await keptOut(frame, behind[4], ["polling", "websocket"]);
		}));
});

/** What the page gets to see of the answer to a fetch with credentials. */
function read(frame, url) {
	return inPage(
		frame,
		async (url) => {
			const response = await fetch(url, { credentials: "include" });
			return {
				status: response.status,
				decision: response.headers.get("x-cors-decision"),
				body: await response.text(),
			};
		},
		url,
	);
}
