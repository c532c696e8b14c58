// Two Socket.IO servers behind a balancer that is sticky by cookie: each client stays with its own.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as pageOf from "../harness/browser.js";
import { startCluster } from "../harness/cluster.js";
import { startEdge } from "../harness/edge.js";
import { client, connected, transportModes } from "../harness/socketio.js";
import { allowed } from "../harness/ways.js";
import { tellEachOther } from "./telling.js";

let cluster, edge, browser, pages;
before(async () => {
	cluster = await startCluster(2);
	browser = await pageOf.startBrowser();
	pages = await pageOf.startPageServer();
	const policy = { origin: [allowed, pages.numeric], credentials: true };
	edge = await startEdge({ policy, upstream: cluster.url });
});
after(async () => {
	await browser?.close();
	await edge?.stop();
	await pages?.stop();
	await cluster?.stop();
});

/** The cluster's members that saw requests with a tag. */
const membersOf = (tag) =>
	cluster.members.flatMap(({ seen }, member) =>
		seen.some(({ url }) => url.includes(tag)) ? [member] : [],
	);

describe("a client of the package", () => {
	for (const [mode, { transports }] of Object.entries(transportModes)) {
		test(`${mode}: each stays with its member, and broadcasts reach all`, async () => {
			const tags = ["a", "b", "c", "d"].map((name) => `${mode}-${name}`.replaceAll(/\W+/g, "-"));
			const members = await tellEachOther(edge.url, tags, { origin: allowed, transports });
			assert.deepEqual(new Set(members), new Set([0, 1]));
			assert.deepEqual(
				tags.map(membersOf),
				members.map((member) => [member]),
			);
		});
	}

	test("a client that sends no cookies back does not connect, so the balancer is sticky", async () => {
		const socket = client(4, edge.url, { origin: allowed, transports: ["polling"] });
		try {
			await assert.rejects(connected(socket), /xhr poll error|xhr post error/);
		} finally {
			socket.disconnect();
		}
	});
});

for (const [mode, { transports }] of Object.entries(transportModes)) {
	test(`${mode}: a page in Chromium stays with its member`, async () => {
		const context = await browser.newContext();
		try {
			const frame = await pageOf.open(context, `${pages.numeric}/4`);
			const tag = `page-${transports.join("-")}`;
			const socket = await pageOf.connect(frame, edge.url, { tag, transports });
			if (transports.includes("websocket")) await pageOf.upgraded(socket);
			const member = await pageOf.inPage(
				socket,
				(socket) => new Promise((resolve) => socket.emit("member", resolve)),
			);
			assert.deepEqual(membersOf(tag), [member]);
		} finally {
			await context.close();
		}
	});
}
