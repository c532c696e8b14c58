// docs/cost.md: how many requests a session makes, by Socket.IO's own client in Chromium.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { documents } from "../docs/documents.js";
import {
	ask,
	connect,
	inPage,
	open,
	recordPreflights,
	startBrowser,
	startPageServer,
	upgraded,
} from "../harness/browser.js";
import { startEdge } from "../harness/edge.js";
import { startSocketServer } from "../harness/socketio.js";

const { blocks } = documents.get("docs/cost.md").section("What a session costs");
const [, settings] = blocks.filter(({ type }) => type === "code").map(({ text }) => text);

/** The rows of the table: a client's requests to connect, for a message, for a heartbeat; in all, and their price. */
const rows = Object.fromEntries(
	blocks
		.find(({ type }) => type === "table")
		.rows.map((cells) => cells.map(({ text }) => text))
		.map(([client, ...numbers]) => [client, numbers.map((text) => Number(text.replace("$", "")))]),
);

/** The options of each client. */
const clients = {
	"WebSocket alone": { transports: ["websocket"] },
	"polling, then upgrade (the default)": { transports: ["polling", "websocket"] },
	"polling alone": { transports: ["polling"] },
	"polling alone, with its own header": { transports: ["polling"], token: "secret" },
	"the same, with the two settings below": {
		transports: ["polling"],
		token: "secret",
		timestampRequests: false,
	},
};

let browser, pages;
/** A server with a heartbeat too seldom to come, one with many, and a Worker in front of each. */
const set = {};
before(async () => {
	browser = await startBrowser();
	pages = await startPageServer();
	const policy = { ...JSON.parse(settings), origin: pages.numeric, credentials: true };
	for (const [name, pingInterval] of Object.entries({ calm: 25_000, beating: 300 })) {
		const server = await startSocketServer({ options: { pingInterval } });
		set[name] = { server, edge: await startEdge({ policy, upstream: server.url }) };
	}
});
after(async () => {
	await browser?.close();
	for (const { server, edge } of Object.values(set)) {
		await edge.stop();
		await server.stop();
	}
	await pages?.stop();
});

/** Has the client of a new visitor connect. Resolves to its socket, and to what counts its requests. */
async function startSession({ server, edge }, context, options) {
	const frame = await open(context, `${pages.numeric}/4`);
	const preflights = await recordPreflights(frame);
	const tag = randomUUID();
	const socket = await connect(frame, edge.url, { tag, ...options });
	if (options.transports.length > 1) await upgraded(socket);
	return {
		socket,
		/** The preflights, and all requests, so far. */
		counts() {
			const others = server.seen.filter(({ url }) => url.includes(tag)).length;
			return { preflights: preflights.length, all: preflights.length + others };
		},
	};
}

/** Waits for so many heartbeats. */
const heartbeats = (socket, count) =>
	inPage(
		socket,
		({ io }, count) =>
			new Promise((resolve) => {
				let left = count;
				io.on("ping", () => {
					left -= 1;
					if (left === 0) resolve();
				});
			}),
		count,
	);

/** Resolves to what `counts` gives once it has been the same for half a second. */
async function settled(counts) {
	for (let last, now = counts(); ; now = counts()) {
		if (now.all === last?.all) return now;
		last = now;
		await sleep(500);
	}
}

describe("a session makes as many requests as docs/cost.md says", () => {
	test("the document has a row for each client", () =>
		assert.deepEqual(Object.keys(rows), Object.keys(clients)));

	for (const [client, options] of Object.entries(clients)) {
		test(client, async () => {
			const [toConnect, message, heartbeat, inExample, millions] = rows[client];
			const context = await browser.newContext();
			try {
				const session = await startSession(set.calm, context, options);
				const connected = await settled(session.counts);
				// A poll more or less, as they meet or miss each other.
				assert.ok(Math.abs(connected.all - toConnect) <= 2, `${connected.all} to connect`);

				for (let left = 50; left > 0; left -= 1) await ask(session.socket, "echo", "x");
				const { all, preflights } = await settled(session.counts);
				const exchanged = all - connected.all;
				assert.ok(Math.abs(exchanged - 100 * message) <= 2, `${exchanged} for 100 messages`);
				assert.equal(preflights > 0, options.token !== undefined);
				// 3, and one more where two requests to one URL are sent at once.
				if (client.startsWith("the same")) assert.ok(preflights <= 4, `${preflights} preflights`);

				const idle = await startSession(set.beating, context, options);
				await heartbeats(idle.socket, 2);
				const before = idle.counts().all;
				await heartbeats(idle.socket, 10);
				const beats = idle.counts().all - before;
				// The last one's answer may be on its way.
				assert.ok(Math.abs(beats - 10 * heartbeat) <= heartbeat, `${beats} for 10 heartbeats`);
			} finally {
				await context.close();
			}
			// 20 messages each way, and 24 heartbeats in ten minutes; a million requests are $0.32.
			assert.equal(inExample, toConnect + 40 * message + 24 * heartbeat);
			assert.equal(millions, Number((inExample * 0.32).toFixed(2)));
		});
	}
});
