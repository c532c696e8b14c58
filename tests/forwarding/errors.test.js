// The edge's answers when the origin server gives none, and what pages can read of them.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { html, inPage, open, startBrowser } from "../harness/browser.js";
import { startEdge } from "../harness/edge.js";
import { corsHeaders, send, startOriginServer } from "../harness/http.js";
import { freePort, until } from "../harness/process.js";
import { allowed, startWays, testEveryWay } from "../harness/ways.js";
import { faults, startFaultyServer } from "./faults.js";

const poll = "/socket.io/?EIO=4&transport=polling";
const foreign = "https://evil.example";
const vars = { UPSTREAM_TIMEOUT_SECONDS: "1" };

const upgrade = {
	connection: "Upgrade",
	upgrade: "websocket",
	"sec-websocket-version": "13",
	"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
};
const requests = {
	GET: { headers: { origin: allowed } },
	POST: { method: "POST", headers: { origin: allowed }, body: "40" },
	"WebSocket upgrade": { headers: { origin: allowed, ...upgrade } },
};

let faulty, ways, browser, pages, page, policy;
before(async () => {
	browser = await startBrowser();
	pages = await startOriginServer((_request, response) =>
		response.setHeader("Content-Type", "text/html").end(html("")),
	);
	policy = {
		routes: {
			"/socket.io": { origin: [allowed, pages.url], credentials: true, exposedHeaders: "x-a" },
			"/reported/": { origin: allowed, reportOnly: true },
		},
	};
	faulty = await startFaultyServer();
	ways = await startWays(faulty.url, { policy, vars });
	page = await open(await browser.newContext(), pages.url);
});
after(async () => {
	await browser?.close();
	await pages?.stop();
	await ways?.stop();
	await faulty?.stop();
});

/** Asks in every way, and for what no route covers. */
async function assertExplained(edge, status) {
	await Promise.all(
		Object.entries(requests).map(async ([what, request]) => {
			const answer = await edge.send(poll, request);
			assert.equal(answer.status, status, what);
			assert.deepEqual(corsHeaders(answer.headers), {
				"access-control-allow-credentials": "true",
				"access-control-allow-origin": allowed,
				"access-control-expose-headers": "x-a,x-cors-decision",
			});
			assert.equal(answer.headers.get("vary"), "Origin");
			assert.equal(answer.headers.get("cache-control"), "no-store");
			assert.ok(JSON.parse(answer.body).message);
		}),
	);
	// Requests that the edge does not cover have no time limit.
	if (status === 502) {
		const uncovered = await edge.send("/api", requests.GET);
		assert.equal(uncovered.status, status);
		assert.deepEqual(corsHeaders(uncovered.headers), {});
	}
	assert.equal((await edge.send(poll, { headers: { origin: foreign } })).status, 403);
	assert.ok(edge.log.some((line) => line.includes("upstream-failed")));
}

/** The status that a page reads of the answer to a fetch. */
const readStatus = (url) =>
	inPage(
		page,
		async (url) => {
			window.answer = await fetch(url, { credentials: "include" });
			return window.answer.status;
		},
		url,
	);

/** The body of that answer. */
const readBody = () => inPage(page, () => window.answer.text().catch(() => "cut off"));

describe("an origin server that gives no answer", () => {
	for (const [what, [status, fault]] of Object.entries(faults.early)) {
		test(`${status} if it ${what}, which a page can read`, async () => {
			faulty.fault = fault;
			await assertExplained(ways.edge, status);
			assert.equal(await readStatus(ways.edge.url + poll), status);
			if (status === 502) {
				// So it would be without the edge.
				for (const way of ["direct", "bare"]) {
					await assert.rejects(send(ways.urls[way], poll, requests.GET), way);
				}
			}
		});
	}

	test("the connection to one that never answers is closed", async () => {
		faulty.fault = faults.early["never answers"][1];
		await assertExplained(ways.edge, 504);
		await until("the end of every connection", () => faulty.connections() === 0);
	});

	// `new Response` refuses it, and without that there are no CORS headers.
	testEveryWay(
		"502 if its status is one that no Response can have",
		() => ways,
		async (url) => {
			faulty.fault = (socket) => socket.end("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n");
			const { status, headers } = await send(url, poll, requests.GET);
			return [status, headers.get("access-control-allow-origin")];
		},
		[999, null],
		{ edge: [502, allowed] },
	);

	for (const [what, upstream] of [
		["refuses connections", async () => `http://127.0.0.1:${await freePort()}`],
		["has no address", async () => "http://origin.invalid"],
	]) {
		test(`502 if it ${what}, which a page can read`, async () => {
			const edge = await startEdge({ policy, upstream: await upstream(), vars });
			try {
				await assertExplained(edge, 502);
				assert.equal(await readStatus(edge.url + poll), 502);
			} finally {
				await edge.stop();
			}
		});
	}
});

// Passed on, it would be a 500 that no page can read.
describe("an origin server that answers with an unrequested 101", () => {
	const cors = {
		"access-control-allow-credentials": "true",
		"access-control-allow-origin": allowed,
		"access-control-expose-headers": "x-a,x-cors-decision",
	};
	let edge;
	before(async () => {
		edge = await startEdge({ policy, upstream: faulty.url, vars });
	});
	beforeEach(() => {
		faulty.fault = faults.switching;
	});
	after(() => edge.stop());

	for (const method of ["GET", "HEAD", "POST"]) {
		for (const [path, expected] of [
			[poll, cors],
			["/reported/", {}],
			["/api", {}],
		]) {
			test(`502 to ${method} ${path}`, async () => {
				const lines = edge.logged("upstream-failed").length;
				const answer = await edge.send(path, { method, headers: { origin: allowed } });
				assert.equal(answer.status, 502);
				assert.equal(answer.headers.get("cache-control"), "no-store");
				assert.deepEqual(corsHeaders(answer.headers), expected);
				await until("a line", () => edge.logged("upstream-failed").length > lines);
				assert.equal(
					edge.logged("upstream-failed").at(-1).detail,
					"502: the origin server gave no usable answer: a 101 that nobody asked for",
				);
				await until("the end of every connection", () => faulty.connections() === 0);
			});
		}
	}

	test("502 to an upgrade to another protocol", async () => {
		const headers = { origin: allowed, connection: "Upgrade", upgrade: "h2c" };
		const answer = await edge.send(poll, { headers });
		assert.equal(answer.status, 502);
		assert.deepEqual(corsHeaders(answer.headers), cors);
	});

	test("502 to an upgrade to WebSocket, because the answer is not one", async () => {
		const answer = await edge.send(poll, requests["WebSocket upgrade"]);
		assert.equal(answer.status, 502);
		assert.deepEqual(corsHeaders(answer.headers), cors);
	});

	test("502, which a page can read", async () => {
		assert.equal(await readStatus(edge.url + poll), 502);
		assert.match(await readBody(), /Bad Gateway/);
	});
});

describe("an answer that breaks off after it has begun", () => {
	for (const [what, fault] of Object.entries(faults.late)) {
		testEveryWay(
			`${what}: the client sees that it is incomplete`,
			() => ways,
			async (url) => {
				faulty.fault = fault;
				const response = await fetch(url + poll, { headers: { origin: allowed } });
				const reader = response.body.getReader();
				const { value } = await reader.read();
				faulty.breakOff();
				const rest = await reader.read().then(
					({ done }) => (done ? "whole" : "more"),
					() => "cut off",
				);
				return [response.status, `${Buffer.from(value)}`, rest];
			},
			[200, "begun", "cut off"],
		);

		test(`${what}: a page can read the status`, async () => {
			faulty.fault = fault;
			assert.equal(await readStatus(ways.edge.url + poll), 200);
			faulty.breakOff();
			assert.equal(await readBody(), "cut off");
		});
	}
});

describe("a slow origin server", () => {
	test("a request that is forwarded untouched has no timeout", async () => {
		const slow = await startOriginServer((_request, response) =>
			setTimeout(() => response.end("late"), 1500),
		);
		const edge = await startEdge({ policy, upstream: slow.url, vars });
		try {
			for (const path of ["/api", "/reported/"]) {
				const answer = await edge.send(path, { headers: { origin: foreign } });
				assert.equal(answer.body, "late");
			}
			assert.equal((await edge.send(poll, requests.GET)).status, 504);
		} finally {
			await edge.stop();
			await slow.stop();
		}
	});

	test("an answer that has begun has no timeout", async () => {
		let finish;
		const slow = await startOriginServer((_request, response) => {
			response.write("first");
			finish = () => response.end("second");
		});
		const edge = await startEdge({ policy, upstream: slow.url, vars });
		try {
			const { body } = await fetch(edge.bareUrl + poll);
			const reader = body.getReader();
			const next = async () => `${Buffer.from((await reader.read()).value)}`;
			assert.equal(await next(), "first");
			setTimeout(finish, 1500);
			assert.equal(await next(), "second");
		} finally {
			await edge.stop();
			await slow.stop();
		}
	});
});
