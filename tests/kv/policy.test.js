// The policy in KV: which document counts, when an edit does, and what keeps
// standing when the document or KV fails.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { startOriginServer } from "../harness/http.js";
import { until } from "../harness/process.js";

const a = "https://a.example";
const b = "https://b.example";
const poll = "/socket.io/?EIO=4&transport=polling";
let origin;
let edge;

before(async () => {
	origin = await startOriginServer();
});
after(() => origin.stop());
afterEach(() => edge.stop());

const start = (options) => startEdge({ upstream: origin.url, ...options });
const from = (page, host) => ({ headers: { origin: page, ...(host && { host }) } });
const statusFrom = async (page, host) => (await edge.send(poll, from(page, host))).status;
const is = (status) => (answer) => answer.status === status;

describe("the document that is used is", () => {
	test("that of the host, and else that for every host", async () => {
		edge = await start({ policy: { origin: a } });
		await edge.kv.put("policy:b.test", { origin: b });
		await edge.kv.put("policy:b.test:8080", { origin: [a, b] });
		assert.deepEqual([await statusFrom(a), await statusFrom(b)], [200, 403]);
		assert.deepEqual([await statusFrom(a, "b.test."), await statusFrom(b, "b.test.")], [403, 200]);
		assert.deepEqual([await statusFrom(a, "b.test"), await statusFrom(b, "b.test")], [403, 200]);
		assert.deepEqual([await statusFrom(a, "B.Test"), await statusFrom(b, "B.Test")], [403, 200]);
		assert.deepEqual(
			[await statusFrom(a, "b.test:80"), await statusFrom(b, "b.test:80")],
			[403, 200],
		);
		assert.deepEqual(
			[await statusFrom(a, "b.test:8080"), await statusFrom(b, "b.test:8080")],
			[200, 200],
		);
		assert.deepEqual(
			[await statusFrom(a, "x.b.test"), await statusFrom(b, "x.b.test")],
			[200, 403],
		);
	});

	test("that for every host, for a thousand hosts without their own", async () => {
		edge = await start({ policy: { origin: a } });
		for (let host = 0; host < 1000; host += 1) {
			assert.equal(await statusFrom(a, `h${host}.test`), 200);
		}
		assert.equal(await statusFrom(b, "h1.test"), 403);
	});
});

describe("an edit", () => {
	test("takes effect without a redeploy", async () => {
		edge = await start({ policy: { origin: a } });
		assert.deepEqual([await statusFrom(a), await statusFrom(b)], [200, 403]);
		await edge.kv.put("policy", { origin: b });
		await edge.sendUntil(is(200), poll, from(b));
		assert.equal(await statusFrom(a), 403);
	});

	test("is not asked for while the policy is fresh", async () => {
		edge = await start({ policy: { origin: a }, vars: { POLICY_FRESH_SECONDS: "3600" } });
		assert.deepEqual([await statusFrom(a), await statusFrom(b)], [200, 403]);
		await edge.kv.put("policy", { origin: b });
		assert.deepEqual([await statusFrom(a), await statusFrom(b)], [200, 403]);
	});

	test("that is faulty changes nothing", async () => {
		edge = await start({ policy: { origin: a } });
		assert.equal(await statusFrom(a), 200);
		await edge.kv.put("policy", '{"orign": "https://b.example/", "maxAge": -2}');
		await edge.sendUntil(
			() => edge.log.some((line) => line.includes("policy-faulty")),
			poll,
			from(a),
		);
		assert.deepEqual([await statusFrom(a), await statusFrom(b)], [200, 403]);
		await edge.kv.put("policy", { origin: b });
		await edge.sendUntil(is(200), poll, from(b));
	});

	test("with a Unicode host is reported with the form that browsers send", async () => {
		edge = await start({ policy: { origin: "https://*.bücher.example" } });
		assert.equal(await statusFrom(a), 503);
		await until("the fault", () => edge.logged("policy-fault").length > 0);
		assert.equal(edge.logged("policy-fault")[0].help, 'write "https://*.xn--bcher-kva.example"');
	});
});

describe("without a document", () => {
	test("only the same origin passes on /socket.io, and the log says how to set one", async () => {
		edge = await start({});
		assert.deepEqual([await statusFrom(a), await statusFrom(edge.url)], [403, 200]);
		assert.equal((await edge.send(poll)).status, 200);
		assert.equal((await edge.send("/api", from(a))).status, 200);
		await until("the warning", () => edge.logged("policy-missing").length > 0);
		assert.match(
			edge.logged("policy-missing")[0].detail,
			/npx wrangler kv key put --binding POLICY/,
		);
	});

	for (const [name, options, detail] of [
		["that has no faults", { policy: "{" }, "invalid JSON"],
		["that can be read", { kv: [] }, "no KV namespace is bound as POLICY"],
	]) {
		test(`${name}, other origins get a 503 with Retry-After, and all other requests pass`, async () => {
			edge = await start(options);
			const refused = await edge.send(poll, from(a));
			assert.equal(refused.status, 503);
			assert.equal(refused.headers.get("retry-after"), "5");
			assert.equal(refused.headers.get("cache-control"), "no-store");
			assert.equal(refused.headers.has("access-control-allow-origin"), false);
			assert.equal(await statusFrom(edge.url), 200);
			assert.equal((await edge.send(poll)).status, 200);
			assert.equal((await edge.send("/api", from(a))).status, 200);
			await until(detail, () => edge.log.some((line) => line.includes(detail)));
		});
	}
});

describe("a variable with a bad value closes covered routes, and the log names it", () => {
	for (const [name, value] of [
		["POLICY_FRESH_SECONDS", "soon"],
		["UPSTREAM_TIMEOUT_SECONDS", "0"],
		["EXPLAIN", "yes"],
		["POLICY_FRESH_SECONDS", { minutes: 1 }],
	]) {
		test(`${name} = ${JSON.stringify(value)}`, async () => {
			edge = await start({ policy: { origin: a }, vars: { [name]: value } });
			assert.deepEqual([await statusFrom(a), await statusFrom(edge.url)], [503, 503]);
			assert.equal((await edge.send("/api", from(b))).status, 200);
			assert.match(
				edge.log.find((line) => line.includes("bad-variable")),
				new RegExp(name),
			);
		});
	}

	test("UPSTREAM, without which nothing can be forwarded", async () => {
		edge = await start({ policy: { origin: a }, upstream: "origin.example.com" });
		assert.equal(await statusFrom(a), 503);
		assert.equal((await edge.send("/api")).status, 503);
		assert.match(
			edge.log.find((line) => line.includes("bad-variable")),
			/UPSTREAM/,
		);
	});

	test("a number is accepted instead of its text", async () => {
		edge = await start({ policy: { origin: a }, vars: { POLICY_FRESH_SECONDS: 5 } });
		assert.equal(await statusFrom(a), 200);
	});
});
