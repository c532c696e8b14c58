// The forwarding of requests, and answers that stay untouched. Tests of the exact bytes are in
// exact-*.test.js, and those of whose CORS headers an answer has in owned-cors.test.js.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { corsHeaders, startOriginServer } from "../harness/http.js";

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

describe("a request that reaches the origin server", () => {
	test("has the host and scheme that were requested in X-Forwarded-Host and -Proto, whatever the client claims", async () => {
		const claims = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "gopher" };
		await edge.send("/socket.io/", { headers: { host: "api.example.com", ...claims } });
		const { headers } = lastSeen();
		assert.equal(headers["x-forwarded-host"], "api.example.com");
		assert.equal(headers["x-forwarded-proto"], "http");
		assert.equal(headers.host, new URL(origin.url).host);
	});

	test("keeps its URL and headers without UPSTREAM", async () => {
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

test("x-cors-decision is exposed to every page if every page may read the answer", async () => {
	for (const options of [{}, from(evil)]) {
		const answer = await edge.send("/open/?cors", options);
		assert.deepEqual(corsHeaders(answer.headers), {
			"access-control-allow-origin": "*",
			"access-control-expose-headers": "x-cors-decision",
		});
	}
});

test("missingOrigin closes a route to requests without an origin", async () => {
	assert.equal((await edge.send("/strict/")).status, 403);
	assert.equal((await edge.send("/strict/", from(good))).status, 200);
	assert.equal(
		(await edge.send("/strict/", { headers: { "sec-fetch-site": "same-origin" } })).status,
		200,
	);
});

describe("the origin server's own answer stays untouched", () => {
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

	test("without EXPLAIN, no answer has x-cors-decision", async () => {
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

test("a continued preflight reaches the origin server, and is answered with the policy's CORS headers", async () => {
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
