// Chromium through the Worker: pages of allowed and of refused origins, and what a
// browser makes of the answers.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
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
import { soon, startSocketServer, transportModes } from "./harness/socketio.js";

// What the tests share: the browser, two servers of pages and, by major version,
// Socket.IO servers with a Worker in front of each.
let browser;
let pages;
let other;
const behind = {};

/** Where a page is opened, by the standing of its origin. */
const places = {
	allowed: {
		"127.0.0.1": (context, version) => open(context, `${pages.numeric}/${version}`),
		localhost: (context, version) => open(context, `${other.named}/${version}`),
	},
	refused: {
		"another port": (context, version) => open(context, `${other.numeric}/${version}`),
		"another host": (context, version) => open(context, `${pages.named}/${version}`),
		"a sandbox on an allowed page": (context, version) =>
			openSandboxed(context, `${pages.numeric}/${version}`),
	},
};

before(async () => {
	browser = await startBrowser();
	pages = await startPageServer();
	other = await startPageServer();
	const policy = { origin: [pages.numeric, other.named], credentials: true };
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
			for (const [mode, transports] of Object.entries(transportModes)) {
				for (const [place, enter] of Object.entries(places.allowed)) {
					test(`${mode}: a page on ${place}, allowed, connects and exchanges messages`, () =>
						browse(async (context) => {
							const frame = await enter(context, version);
							await getsThrough(frame, behind[serverVersion], { mode, ...transports });
						}));
				}
				for (const [place, enter] of Object.entries(places.refused)) {
					test(`${mode}: a page on ${place}, refused, does not reach the server`, () =>
						browse(async (context) => {
							const frame = await enter(context, version);
							const tag = randomUUID();
							const { edge } = behind[serverVersion];
							const options = { tag, token: "secret", ...transports };
							await assert.rejects(connect(frame, edge.url, options), /connect_error/);
							assert.deepEqual(seenOf(behind[serverVersion], tag), []);
							assert.deepEqual(messagesOf(behind[serverVersion], tag), []);
						}));
				}
			}
		});
	}
}

/** Connects with a header that needs a preflight, and exchanges text and 1 MB of binary. */
async function getsThrough(frame, setup, { mode, transports }) {
	const tag = randomUUID();
	const polls = transports.includes("polling");
	const preflights = await recordPreflights(frame);
	const socket = await connect(frame, setup.edge.url, { tag, token: "secret", transports });
	if (mode !== "polling only") await upgraded(socket);
	await exchangesMessages(socket);

	assert.deepEqual(new Set(preflights), new Set(polls ? [204] : []));
	const seen = seenOf(setup, tag);
	const kinds = new Set(seen.map(({ method, url }) => `${method} ${transportOf(url)}`));
	const polling = ["GET polling", "POST polling"];
	assert.deepEqual(
		kinds,
		new Set([...(polls ? polling : []), ...(mode === "polling only" ? [] : ["GET websocket"])]),
	);
	for (const { url, headers } of seen) {
		assert.equal(headers["x-token"], transportOf(url) === "polling" ? "secret" : undefined);
	}
	assert.deepEqual(messagesOf(setup, tag), ["first", "echo", "echo", "ask me", "ask me"]);
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

function transportOf(url) {
	return new URL(url, "http://server").searchParams.get("transport");
}
