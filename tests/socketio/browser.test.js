// Chromium through the Worker: pages of allowed and of refused origins, and what a
// browser makes of the answers.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import {
	ask,
	askBinary,
	connect,
	html,
	inPage,
	open,
	openSandboxed,
	read,
	recordPreflights,
	startBrowser,
	startPageServer,
	upgraded,
} from "../harness/browser.js";
import { startEdge } from "../harness/edge.js";
import { startSocketServer, transportModes } from "../harness/socketio.js";
import { attacks, openWebSocket } from "./attacks.js";

// Shared by the tests: the browser, two servers of pages and, by major version,
// Socket.IO servers with a Worker in front of each.
let browser;
let pages;
let other;
let policy;
const behind = {};

const polling = "/socket.io/?EIO=4&transport=polling";
const webSocket = "/socket.io/?EIO=4&transport=websocket";

/** Functions that open a page in some place, by how the policy treats its origin. */
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
	// Cookies, and a page of the Worker's own origin on a path that no route covers.
	const { io } = behind[4].server;
	io.httpServer.on("request", ({ url }, response) => {
		if (url === "/app")
			response.setHeader("Content-Type", "text/html").end(html("/socket.io/socket.io.js"));
	});
	io.engine.on("initial_headers", (headers, { _query }) => {
		headers["Set-Cookie"] = `session=${_query.tag}; HttpOnly`;
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

/** Opens a page, in a browser without a history, for the tests of a suite. */
function visit(enter, version = 4) {
	const visited = {};
	before(async () => {
		visited.context = await browser.newContext();
		visited.frame = await enter(visited.context, version);
	});
	after(() => visited.context?.close());
	return visited;
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
			for (const [place, enter] of Object.entries(places.allowed)) {
				const visited = visit(enter, version);
				for (const [mode, { transports }] of Object.entries(transportModes)) {
					test(`${mode}: ${place}, allowed, connects and exchanges messages`, () =>
						getsThrough(visited.frame, behind[serverVersion], transports));
				}
			}
			for (const [place, enter] of Object.entries(places.refused)) {
				const visited = visit(enter, version);
				for (const [mode, { transports }] of Object.entries(transportModes)) {
					test(`${mode}: ${place}, refused, does not reach the server`, () =>
						keptOut(visited.frame, behind[serverVersion], transports));
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
	const answers = preflights.filter(({ url }) => url.includes(tag)).map(({ status }) => status);
	assert.deepEqual(new Set(answers), new Set(polls && crossOrigin ? [204] : []));
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

/** Fails to connect, with and without a preflight, and nothing of it reaches the server. */
async function keptOut(frame, setup, transports) {
	for (const token of ["secret", undefined]) {
		const tag = randomUUID();
		const attempt = connect(frame, setup.edge.url, { tag, token, transports });
		await assert.rejects(attempt, /connect_error: (xhr poll|websocket) error/);
		assert.deepEqual(seenOf(setup, tag), []);
		assert.deepEqual(messagesOf(setup, tag), []);
	}
}

/** Text and 1 MB of binary in both directions, each acknowledged. */
async function exchangesMessages(socket) {
	const text = "text, with ümläuts ✓";
	await inPage(socket, (socket) => {
		socket.on("asked", (value, acknowledge) => acknowledge(value));
	});
	for (const event of ["echo", "ask me"]) {
		assert.equal(await ask(socket, event, text), text);
		assert.deepEqual(await askBinary(socket, event), { length: 1_000_000, differing: 0 });
	}
}

function transportOf({ url }) {
	return new URL(url, "http://server").searchParams.get("transport");
}

describe("attacks on a session that a good page opened", () => {
	const good = visit(places.allowed["a page on 127.0.0.1"]);
	for (const [place, enter] of Object.entries(places.refused)) {
		const bad = visit(enter);
		for (const [attack, { query, attempt, delivers = false }] of Object.entries(attacks)) {
			test(`${attack}: ${place} does not reach the server`, async () => {
				const { edge, server } = behind[4];
				const [goodTag, badTag] = [randomUUID(), randomUUID()];
				const options = { tag: goodTag, transports: ["polling"] };
				const socket = await connect(good.frame, edge.url, options);
				const sid = await inPage(socket, ({ io }) => io.engine.id);
				const path = `/socket.io/?EIO=4&${query.replace("SID", sid)}&tag=${badTag}`;

				await inPage(bad.frame, attempt, edge.url + path);
				assert.deepEqual(seenOf(behind[4], badTag), []);
				assert.equal(await ask(socket, "echo", "still here"), "still here");
				assert.deepEqual(messagesOf(behind[4], goodTag), ["first", "echo"]);

				// Without the edge it succeeds.
				await inPage(bad.frame, attempt, server.url + path);
				assert.notDeepEqual(seenOf(behind[4], badTag), []);
				assert.equal(await ask(socket, "echo", "still here"), "still here");
				assert.equal(messagesOf(behind[4], goodTag).includes("attack"), delivers);
			});
		}
	}
});

describe("the answer that a page can read", () => {
	for (const [place, enter] of Object.entries(places.refused)) {
		const visited = visit(enter);
		test(`${place} sees a refusal as a network error`, async () => {
			const { url } = behind[4].edge;
			await assert.rejects(read(visited.frame, url + polling), /Failed to fetch/);
			assert.equal(await inPage(visited.frame, openWebSocket, url + webSocket), "error");
		});
	}

	for (const [place, enter] of Object.entries(places.allowed)) {
		const visited = visit(enter);
		test(`${place} reads the edge's decision`, async () => {
			const { status, decision } = await read(visited.frame, behind[4].edge.url + polling);
			assert.equal(status, 200);
			assert.match(decision, /^allow; reason=listed-origin; policy=[0-9a-f]{8}$/);
			const opened = await inPage(visited.frame, openWebSocket, behind[4].edge.url + webSocket);
			assert.equal(opened, "open");
		});

		test(`${place} loads the client from the origin server, with and without an Origin`, async () => {
			const script = `${behind[4].edge.url}/socket.io/socket.io.js`;
			const load = ([src, crossOrigin]) =>
				new Promise((resolve) => {
					const element = Object.assign(document.createElement("script"), { crossOrigin, src });
					element.onload = () => resolve("loaded");
					element.onerror = () => resolve("refused");
					document.head.append(element);
				});
			assert.equal(await inPage(visited.frame, load, [script, "anonymous"]), "loaded");
			assert.equal(await inPage(visited.frame, load, [`${script}?plain`, null]), "loaded");
			assert.equal(await inPage(visited.frame, load, [`${script}?EIO=4`, null]), "refused");
		});

		test(`${place} reads an error of the origin server`, async () => {
			const url = `${behind[4].edge.url}${polling}&sid=unknown`;
			const { status, body } = await read(visited.frame, url);
			assert.equal(status, 400);
			assert.deepEqual(JSON.parse(body), { code: 1, message: "Session ID unknown" });
		});
	}
});

describe("cookies of the origin server", () => {
	for (const transport of ["polling", "websocket"]) {
		// A page of the same site as the Worker: some browsers keep no cookies of other sites.
		const visited = visit(places.allowed["a page on 127.0.0.1"]);
		test(`${transport}: they come to an allowed page and go back`, async () => {
			const tags = [randomUUID(), randomUUID()];
			for (const tag of tags) {
				await connect(visited.frame, behind[4].edge.url, { tag, transports: [transport] });
			}
			const sent = tags.map((tag) => seenOf(behind[4], tag)[0].headers.cookie);
			assert.deepEqual(sent, [undefined, `session=${tags[0]}`]);
		});
	}
});

describe("the cookie of a visitor", () => {
	// A page of the same site as the Worker, but another origin: some browsers send no cookies to other sites.
	const visited = visit(places.allowed["a page on 127.0.0.1"]);
	before(() => visited.context.addCookies([{ name: "visitor", value: "1", url: pages.numeric }]));

	/** The transports of the requests with `tag`, each with whether the server saw the cookie. */
	const seen = (tag) =>
		seenOf(behind[4], tag).map((request) => [
			transportOf(request),
			/visitor=1/.test(request.headers.cookie),
		]);

	for (const websocketCookies of [true, false]) {
		describe(`"websocketCookies": ${websocketCookies}`, () => {
			const edges = {};
			before(async () => {
				const upstream = behind[4].server.url;
				const everyone = { origin: "*", websocketCookies };
				edges.listed = await startEdge({ policy: { ...policy, websocketCookies }, upstream });
				edges.everyone = await startEdge({ policy: everyone, upstream });
			});
			after(() => Promise.all(Object.values(edges).map((edge) => edge.stop())));

			for (const [which, withCredentials] of [
				["listed", true],
				// To which no page polls with credentials.
				["everyone", false],
			]) {
				test(`${which}: a WebSocket has ${websocketCookies ? "it" : "none"}`, async () => {
					const tag = randomUUID();
					const options = { tag, withCredentials, transports: ["websocket"] };
					await exchangesMessages(await connect(visited.frame, edges[which].url, options));
					assert.deepEqual(seen(tag), [["websocket", websocketCookies]]);
				});
			}

			test("polls have it, also if their WebSocket does not", async () => {
				const tag = randomUUID();
				const options = { tag, transports: ["polling", "websocket"] };
				const socket = await connect(visited.frame, edges.listed.url, options);
				await upgraded(socket);
				await exchangesMessages(socket);
				assert.deepEqual(Object.fromEntries(seen(tag)), {
					polling: true,
					websocket: websocketCookies,
				});
			});

			test("a simple POST has it, even under a rule without credentials", async () => {
				const tag = randomUUID();
				const url = `${edges.everyone.url}${polling}&sid=unknown&tag=${tag}`;
				const post = async (url) => {
					const options = { method: "POST", mode: "no-cors", credentials: "include", body: "3" };
					return (await fetch(url, options)).type;
				};
				assert.equal(await inPage(visited.frame, post, url), "opaque");
				assert.deepEqual(seen(tag), [["polling", true]]);
			});
		});
	}
});

describe("a page of the Worker's own origin, which no rule lists", () => {
	for (const host of ["127.0.0.1", "localhost"]) {
		const own = () => behind[4].edge.url.replace("127.0.0.1", host);
		const visited = visit((context) => open(context, `${own()}/app`));
		for (const [mode, { transports }] of Object.entries(transportModes)) {
			test(`${mode}: it connects on ${host} and exchanges messages`, () =>
				getsThrough(visited.frame, { ...behind[4], edge: { url: own() } }, transports));
		}
	}

	const visited = visit((context) =>
		open(context, `${behind[4].edge.url.replace("127.0.0.1", "localhost")}/app`),
	);
	test("under another name of the Worker it is refused", () =>
		keptOut(visited.frame, behind[4], ["polling", "websocket"]));
});
