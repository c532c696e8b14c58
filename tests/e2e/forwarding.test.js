// Where requests are forwarded to, what is left untouched, and the edge's own errors. What is
// the same byte for byte is in exact-*.test.js, whose CORS headers an answer has in owned-cors.
import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { startEdge } from "./harness/edge.js";
import { corsHeaders, startOriginServer } from "./harness/http.js";

const good = "https://good.example";
const evil = "https://evil.example";
const rule = { origin: good, credentials: true, exposedHeaders: ["x-a"] };
const policy = {
	routes: {
		"/socket.io": rule,
		"/continued/": { ...rule, preflightContinue: true },
		"/reported/": { ...rule, reportOnly: true },
		"/open/": { origin: "*" },
		"/strict/": { ...rule, missingOrigin: "deny" },
	},
};
const owned = {
	"access-control-allow-credentials": "true",
	"access-control-allow-origin": good,
	"access-control-expose-headers": "x-a,x-cors-decision",
};

/** The origin server's own, wrong idea of CORS. */
const theirs = {
	"access-control-allow-credentials": "true",
	"access-control-allow-headers": "x-theirs",
	"access-control-allow-methods": "DELETE",
	"access-control-allow-origin": "*",
	"access-control-allow-private-network": "true",
	"access-control-expose-headers": "x-theirs",
	"access-control-max-age": "86400",
};

let origin;
let edge;
before(async () => {
	origin = await startOriginServer(answer);
	edge = await startEdge({ policy, upstream: origin.url });
});
after(async () => {
	await edge.stop();
	await origin.stop();
});

/** Answers as the query says. */
function answer(request, response) {
	const { searchParams: query } = new URL(request.url, "http://origin");
	if (query.has("cors")) response.setHeaders(new Map(Object.entries(theirs)));
	if (query.has("vary")) response.setHeader("Vary", query.getAll("vary"));
	response.statusCode = Number(query.get("status") ?? 200);
	request.pipe(response);
}

const from = (page, more) => ({ headers: { origin: page }, ...more });
const lastSeen = () => origin.seen.at(-1);

describe("what reaches the origin server", () => {
	test("X-Forwarded-Host and -Proto say where it was sent, whatever the client claims", async () => {
		const claims = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher" };
		await edge.send("/socket.io/", { headers: { host: "api.example.com", ...claims } });
		const { headers } = lastSeen();
		assert.equal(headers["x-forwarded-host"], "api.example.com");
		assert.equal(headers["x-forwarded-proto"], "http");
		assert.equal(headers.host, new URL(origin.url).host);
	});

	test("without UPSTREAM, the URL stays as it is", async () => {
		const plain = await startEdge({ policy });
		try {
			const { host } = new URL(origin.url);
			const claims = { "x-forwarded-host": "as it came" };
			const { status } = await plain.send("/socket.io/?x", { headers: { host, ...claims } });
			assert.equal(status, 200);
			assert.equal(lastSeen().headers.host, host);
			assert.equal(lastSeen().headers["x-forwarded-host"], "as it came");
			assert.equal(
				(await plain.send("/socket.io/", { headers: { host, origin: evil } })).status,
				403,
			);
		} finally {
			await plain.stop();
		}
	});
});

test("what explains an answer is exposed to who may read it, where that is anyone", async () => {
	for (const options of [{}, from(evil)]) {
		const answer = await edge.send("/open/?cors", options);
		assert.deepEqual(corsHeaders(answer.headers), {
			"access-control-allow-origin": "*",
			"access-control-expose-headers": "x-cors-decision",
		});
	}
});

test("missingOrigin closes a route to whoever sends none", async () => {
	assert.equal((await edge.send("/strict/")).status, 403);
	assert.equal((await edge.send("/strict/", from(good))).status, 200);
	assert.equal(
		(await edge.send("/strict/", { headers: { "sec-fetch-site": "same-origin" } })).status,
		200,
	);
});

describe("what is not the edge's stays untouched", () => {
	test("on a path without a route", async () => {
		const answer = await edge.send("/api?cors&vary=Cookie", from(evil));
		assert.deepEqual(corsHeaders(answer.headers), theirs);
		assert.equal(answer.headers.get("vary"), "Cookie");
		assert.match(
			answer.headers.get("x-cors-decision"),
			/^uncovered; reason=no-route; policy=[0-9a-f]{8}$/,
		);
	});

	test("under a rule that only reports, preflights too", async () => {
		for (const [page, decision] of [
			[evil, "refuse; reason=unlisted-origin"],
			[good, "preflight; reason=listed-origin"],
		]) {
			const preflight = { origin: page, "access-control-request-method": "PUT" };
			const answer = await edge.send("/reported/?cors", { method: "OPTIONS", headers: preflight });
			assert.equal(answer.status, 200);
			assert.deepEqual(corsHeaders(answer.headers), theirs);
			assert.equal(lastSeen().method, "OPTIONS");
			const explained = answer.headers.get("x-cors-decision");
			assert.match(explained, new RegExp(`^${decision}; policy=[0-9a-f]{8}; report-only$`));
		}
	});

	test("without EXPLAIN, no answer explains itself", async () => {
		const quiet = await startEdge({ policy, upstream: origin.url, vars: { EXPLAIN: "off" } });
		try {
			for (const path of ["/api", "/socket.io/", "/reported/"]) {
				for (const page of [good, evil]) {
					const { headers } = await quiet.send(path, from(page));
					assert.equal(headers.has("x-cors-decision"), false);
					assert.doesNotMatch(headers.get("access-control-expose-headers") ?? "", /decision/);
				}
			}
		} finally {
			await quiet.stop();
		}
	});
});

test("a continued preflight reaches the origin server, its answer is the policy's", async () => {
	const headers = {
		origin: good,
		"access-control-request-method": "PUT",
		"access-control-request-headers": "x-a",
	};
	const answer = await edge.send("/continued/?cors&status=200", { method: "OPTIONS", headers });
	assert.equal(lastSeen().method, "OPTIONS");
	assert.deepEqual(corsHeaders(answer.headers), {
		"access-control-allow-credentials": "true",
		"access-control-allow-headers": "x-a",
		"access-control-allow-methods": "GET,POST",
		"access-control-allow-origin": good,
	});
	const seen = origin.seen.length;
	headers.origin = evil;
	assert.equal((await edge.send("/continued/", { method: "OPTIONS", headers })).status, 403);
	assert.equal(origin.seen.length, seen);
});

describe("the edge's own errors", () => {
	/** An edge in front of a TCP server that does `serve` with each connection. */
	async function inFrontOf(serve, run) {
		const sockets = new Set();
		const server = createServer((socket) => {
			sockets.add(socket);
			socket.on("error", () => {});
			serve(socket);
		});
		await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
		const broken = await startEdge({
			policy,
			upstream: `http://127.0.0.1:${server.address().port}`,
			vars: { UPSTREAM_TIMEOUT_SECONDS: "1" },
		});
		try {
			await run(broken, server);
		} finally {
			await broken.stop();
			for (const socket of sockets) socket.destroy();
			server.close();
		}
	}

	async function assertExplained(broken, status) {
		for (const options of [from(good), from(good, { method: "POST", body: "40" })]) {
			const answer = await broken.send("/socket.io/", options);
			assert.equal(answer.status, status);
			assert.deepEqual(corsHeaders(answer.headers), owned);
			assert.equal(answer.headers.get("vary"), "Origin");
			assert.equal(answer.headers.get("cache-control"), "no-store");
			assert.ok(JSON.parse(answer.body).message);
		}
		if (status === 502) {
			const uncovered = await broken.send("/api", from(good));
			assert.equal(uncovered.status, status);
			assert.deepEqual(corsHeaders(uncovered.headers), {});
		}
		assert.equal((await broken.send("/socket.io/", from(evil))).status, 403);
		assert.ok(broken.log.some((line) => line.includes("upstream-failed")));
	}

	test("502 where the origin server refuses connections", () =>
		inFrontOf(
			() => {},
			async (broken, server) => {
				server.close();
				await assertExplained(broken, 502);
			},
		));

	test("502 where it resets them", () =>
		inFrontOf(
			(socket) => socket.once("data", () => socket.resetAndDestroy()),
			(broken) => assertExplained(broken, 502),
		));

	test("502 where it does not speak HTTP", () =>
		inFrontOf(
			(socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"),
			(broken) => assertExplained(broken, 502),
		));

	test("504 where it does not begin its answer in time", () =>
		inFrontOf(
			() => {},
			(broken) => assertExplained(broken, 504),
		));

	test("502 where its status is none that a Response can have", () =>
		inFrontOf(
			(socket) => socket.end("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"),
			async (broken) => {
				const answer = await broken.send("/socket.io/", from(good));
				assert.equal(answer.status, 502);
				assert.deepEqual(corsHeaders(answer.headers), owned);
			},
		));

	test("what is forwarded untouched may begin its answer as late as it likes", async () => {
		const slow = await startOriginServer((_request, response) =>
			setTimeout(() => response.end("late"), 1500),
		);
		const patient = await startEdge({
			policy,
			upstream: slow.url,
			vars: { UPSTREAM_TIMEOUT_SECONDS: "1" },
		});
		try {
			for (const path of ["/api", "/reported/"]) {
				assert.equal((await patient.send(path, from(evil))).body, "late");
			}
			assert.equal((await patient.send("/socket.io/", from(good))).status, 504);
		} finally {
			await patient.stop();
			await slow.stop();
		}
	});

	test("an answer that has begun may take as long as it likes", async () => {
		let finish;
		const slow = await startOriginServer((_request, response) => {
			response.write("first ");
			finish = () => response.end("second");
		});
		const patient = await startEdge({
			policy,
			upstream: slow.url,
			vars: { UPSTREAM_TIMEOUT_SECONDS: "1" },
		});
		try {
			const [response] = await once(get(`${patient.url}/socket.io/`), "response", {
				signal: AbortSignal.timeout(20_000),
			});
			const parts = [];
			for await (const part of response) {
				parts.push(`${part}`);
				if (parts.length === 1) setTimeout(finish, 1500);
			}
			assert.deepEqual(parts, ["first ", "second"]);
		} finally {
			await patient.stop();
			await slow.stop();
		}
	});
});
