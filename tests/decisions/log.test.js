// The Worker's reports: JSON lines in the log, and a data point per decision.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startEdge } from "../harness/edge.js";
import { flood, get, poll, requests, startEchoServer } from "../harness/pages.js";
import { root, until } from "../harness/process.js";
import { versionOf } from "../harness/version.js";

const a = "https://a.example";
const b = "https://b.example";
const forLong = { POLICY_FRESH_SECONDS: "3600" };
const refusalsPerMinute = 60;
const ofA = { origin: a };
const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
const [, worker] = manifest.match(/^version = "(.*)"$/m);
const versionOfA = versionOf(JSON.stringify(ofA));
let server;

before(async () => {
	server = await startEchoServer();
});
after(() => server.stop());

async function withEdge(options, use) {
	const edge = await startEdge({ upstream: server.url, vars: forLong, ...options });
	try {
		await use(edge);
	} finally {
		await edge.stop();
	}
}

/** Resolves to the lines of an event, when there are `count`. */
async function lines(edge, event, count) {
	await until(`${count} of ${event}`, () => edge.logged(event).length >= count);
	const lines = edge.logged(event);
	assert.equal(lines.length, count, edge.log.join("\n"));
	return lines;
}

describe("the log has a line for", { concurrency: true }, () => {
	const routes = {
		"/socket.io/": { origin: [a, b, { kv: "t:" }] },
		"/live/": { origin: true },
	};
	const changed = (host) => ({ event: "policy-changed", host, worker });
	const toOne = { policy: versionOfA, routes: 1, origins: 1 };
	const toTwo = { policy: versionOf(JSON.stringify({ routes })), routes: 2, origins: 3 };
	const untilB = (edge, expected) =>
		edge.sendUntil(({ status }) => status === expected, poll, { headers: { origin: b } });

	test("each change of policy, with the host, the hash and counts", () =>
		withEdge({ policy: ofA, vars: {} }, async (edge) => {
			const host = new URL(edge.url).host;
			// Some refreshes, in which nothing changes.
			for (let turn = 0; turn < 3; turn += 1) {
				await get(edge, a);
				await sleep(1100);
			}
			await edge.kv.put("policy", { routes });
			await untilB(edge, 200);
			await edge.kv.put(`policy:${host}`, { origin: a });
			await untilB(edge, 403);
			// A key has to be missing for 35 seconds.
			await edge.kv.delete(`policy:${host}`);
			await untilB(edge, 200);
			assert.deepEqual(await lines(edge, "policy-changed", 4), [
				{ ...changed(host), ...toOne, key: "policy" },
				{ ...changed(host), ...toTwo, key: "policy" },
				{ ...changed(host), ...toOne, key: `policy:${host}` },
				{ ...changed(host), ...toTwo, key: "policy" },
			]);
		}));

	test("the same policy once more, if it was deleted in between", () =>
		withEdge({ policy: { routes }, vars: {} }, async (edge) => {
			const host = new URL(edge.url).host;
			await untilB(edge, 200);
			await edge.kv.delete("policy");
			await untilB(edge, 403);
			await edge.kv.put("policy", { routes });
			await untilB(edge, 200);
			const change = { ...changed(host), ...toTwo, key: "policy" };
			assert.deepEqual(await lines(edge, "policy-changed", 2), [change, change]);
		}));

	test("each fault of a text, once, a hundred at most", () =>
		withEdge({ policy: ofA, vars: {} }, async (edge) => {
			const host = new URL(edge.url).host;
			await get(edge, a);
			const text = '{"orign": "https://b.example/", "maxAge": -2}';
			await edge.kv.put("policy", text);
			await edge.sendUntil(() => edge.logged("policy-fault").length === 3, poll);
			const place = { host, key: "policy" };
			assert.deepEqual(await lines(edge, "policy-faulty", 1), [
				{ event: "policy-faulty", ...place, policy: versionOf(text), faults: 3 },
			]);
			const fault = { event: "policy-fault", ...place };
			assert.deepEqual(await lines(edge, "policy-fault", 3), [
				{
					...fault,
					pointer: "",
					line: 1,
					column: 1,
					value: "",
					message: 'missing field "origin"',
					help: 'add "origin": "https://example.com", a list, true, "*" or false',
				},
				{
					...fault,
					pointer: "/orign",
					line: 1,
					column: 2,
					value: '"orign"',
					message: 'unknown field "orign"',
					help: 'did you mean "origin"?',
				},
				{
					...fault,
					pointer: "/maxAge",
					line: 1,
					column: 43,
					value: "-2",
					message: "invalid value -2: expected a whole number from -1 to 86400",
					help: null,
				},
			]);
			// Some refreshes more, and a host more.
			for (const headers of [{}, {}, { host: "b.test" }]) {
				await sleep(1100);
				await edge.send(poll, { headers });
			}
			await lines(edge, "policy-faulty", 1);
			await edge.kv.put("policy", { origin: Array(500).fill("x") });
			await edge.sendUntil(() => edge.logged("policy-faulty").length === 2, poll);
			assert.equal((await lines(edge, "policy-faulty", 2))[1].faults, 500);
			await lines(edge, "policy-fault", 103);
		}));

	for (const [way, method, transport] of [
		["polling GET", "GET", "polling"],
		["POST", "POST", "polling"],
		["preflight", "OPTIONS", "polling"],
		["WebSocket upgrade", "GET", "websocket"],
	]) {
		test(`a refused ${way}, and none for an allowed one`, () =>
			withEdge({ policy: ofA }, async (edge) => {
				const path = `/socket.io/?EIO=4&transport=${transport}&token=secret`;
				const [ask] = requests[way];
				await ask(edge, a, path);
				assert.equal((await ask(edge, b, path)).status, 403);
				assert.deepEqual(await lines(edge, "request-refused", 1), [
					{
						event: "request-refused",
						host: new URL(edge.url).host,
						origin: b,
						reason: "unlisted-origin",
						method,
						path: "/socket.io/",
						transport,
						policy: versionOfA,
						reportOnly: false,
					},
				]);
				assert.ok(!edge.log.join().includes("secret"));
			}));
	}

	test("a request that only reportOnly lets through, also one of an unknown tenant", () =>
		withEdge(
			{
				policy: {
					routes: {
						"/list/": { origin: a, reportOnly: true },
						"/tenants/": { origin: [a, { kv: "t:" }], reportOnly: true },
					},
				},
			},
			async (edge) => {
				await edge.kv.put(`t:${a.replace("a", "tenant")}`, "");
				for (const path of ["/list/", "/tenants/"]) {
					for (const page of [a, b, a.replace("a", "tenant")]) {
						assert.equal((await get(edge, page, path)).status, 200);
					}
				}
				const refused = await lines(edge, "request-refused", 3);
				const told = refused.map(({ path, origin, reason, reportOnly }) =>
					[path, origin, reason, reportOnly].join(" "),
				);
				assert.deepEqual(
					told.sort(),
					[
						`/list/ ${b} unlisted-origin true`,
						`/list/ ${a.replace("a", "tenant")} unlisted-origin true`,
						`/tenants/ ${b} unlisted-origin true`,
					].sort(),
				);
			},
		));

	test("a refusal whose origin or path is long, with the first 256 characters of each", () =>
		withEdge({ policy: ofA }, async (edge) => {
			const long = `https://${"x".repeat(10_000)}.example`;
			await get(edge, long, `/socket.io/${"y".repeat(10_000)}?z`);
			await edge.send(poll, { headers: { "sec-fetch-site": "cross-site" } });
			const [line, withoutOrigin] = await lines(edge, "request-refused", 2);
			assert.equal(line.origin, long.slice(0, 256));
			assert.equal(line.path, `/socket.io/${"y".repeat(245)}`);
			assert.equal(line.reason, "malformed-origin");
			assert.equal(withoutOrigin.reason, "cross-site-embed");
			assert.ok(!("origin" in withoutOrigin));
		}));

	test("a refusal because no policy could be read, with that reason", () =>
		withEdge({ policy: "{" }, async (edge) => {
			const answer = await get(edge, a);
			assert.equal(answer.status, 503);
			assert.equal(
				answer.headers.get("x-cors-decision"),
				"refuse; reason=policy-unavailable; policy=none",
			);
			const [line] = await lines(edge, "request-refused", 1);
			assert.deepEqual([line.reason, line.policy], ["policy-unavailable", "none"]);
		}));

	test("an UPSTREAM that is the request's own origin, once", () =>
		withEdge({ policy: ofA }, async (edge) => {
			const { host, port } = new URL(server.url);
			await get(edge, a);
			await edge.send("/elsewhere", { headers: { host: `localhost:${port}` } });
			assert.deepEqual(edge.logged("upstream-is-own-origin"), []);
			for (const path of ["/elsewhere", poll, poll]) await edge.send(path, { headers: { host } });
			const [{ detail, ...line }] = await lines(edge, "upstream-is-own-origin", 1);
			assert.deepEqual(line, { event: "upstream-is-own-origin", host });
			assert.match(detail, /^UPSTREAM is this Worker's own address: /);
		}));

	test("an UPSTREAM that is the request's own origin in another spelling", () =>
		withEdge(
			{ upstream: server.url.replace("http://127.0.0.1", "HTTP://LocalHost") },
			async (edge) => {
				const { port } = new URL(server.url);
				await edge.send("/elsewhere", { headers: { host: `localhost.:${port}` } });
				await lines(edge, "upstream-is-own-origin", 1);
			},
		));

	test(`${refusalsPerMinute} refusals a minute, and then for the number of suppressed ones`, () =>
		withEdge({ policy: ofA }, async (edge) => {
			await get(edge, a);
			const begin = Date.now();
			await flood(edge, 2000);
			assert.ok(Date.now() - begin < 60_000, "the flood took more than its minute");
			await lines(edge, "request-refused", refusalsPerMinute);
			assert.deepEqual(edge.logged("log-lines-suppressed"), []);
			await sleep(begin + 60_100 - Date.now());
			// The next request after that minute.
			await edge.sendUntil(() => edge.logged("log-lines-suppressed").length > 0, poll);
			assert.deepEqual(edge.logged("log-lines-suppressed"), [
				{
					event: "log-lines-suppressed",
					lines: "request-refused",
					count: 2000 - refusalsPerMinute,
				},
			]);
			await get(edge, b);
			await lines(edge, "request-refused", refusalsPerMinute + 1);
		}));
});

describe("the dataset DECISIONS", { concurrency: true }, () => {
	// A dataset that logs what it is given.
	const wrapper = `
		import worker from "./index.js";
		const writeDataPoint = (point) => console.log(JSON.stringify({ event: "point", point }));
		export default {
			fetch: (request, env, ctx) =>
				worker.fetch(request, { ...env, DECISIONS: { writeDataPoint } }, ctx),
		};
	`;

	test("gets a data point for each decision on a covered route", () =>
		withEdge(
			{
				policy: {
					routes: {
						"/socket.io/": { origin: [a, { kv: "t:" }] },
						"/report/": { origin: a, reportOnly: true },
					},
				},
				wrapper,
			},
			async (edge) => {
				await edge.kv.put("t:https://tenant.example", "");
				for (const [ask] of Object.values(requests)) await ask(edge, a);
				await get(edge, "https://tenant.example");
				await get(edge, b);
				await get(edge, b, "/report/");
				await get(edge);
				await get(edge, `https://${"x".repeat(300)}`);
				await get(edge, b, "/elsewhere");
				const points = (await lines(edge, "point", 9)).map(({ point }) => point);
				const { host } = new URL(edge.url);
				const policy = points[0]?.blobs[7];
				assert.match(policy, /^[0-9a-f]{8}$/);
				const point = (...blobs) => ({
					indexes: [host],
					blobs: [...blobs, policy],
				});
				const allowed = ["allow", "listed-origin", a];
				const end = ["/socket.io/", "enforced"];
				assert.deepEqual(points, [
					point(...allowed, "polling", "GET", ...end),
					point(...allowed, "polling", "POST", ...end),
					point("preflight", "listed-origin", a, "polling", "OPTIONS", ...end),
					point(...allowed, "polling", "GET", ...end),
					point("allow", "tenant-origin", "https://tenant.example", "polling", "GET", ...end),
					point("refuse", "unlisted-origin", b, "polling", "GET", ...end),
					point("refuse", "unlisted-origin", b, "other", "GET", "/report/", "report-only"),
					point("allow", "missing-origin", "", "polling", "GET", ...end),
					point(
						"refuse",
						"malformed-origin",
						`https://${"x".repeat(248)}`,
						"polling",
						"GET",
						...end,
					),
				]);
			},
		));

	test("may be a real one", () =>
		withEdge({ policy: ofA, datasets: { DECISIONS: { dataset: "decisions" } } }, async (edge) => {
			assert.deepEqual([(await get(edge, a)).status, (await get(edge, b)).status], [200, 403]);
			assert.deepEqual(edge.logged("metrics-write-failed"), []);
		}));

	test("affects no request if it cannot be written to", () =>
		withEdge({ policy: ofA, vars: { DECISIONS: "no dataset" } }, async (edge) => {
			for (let turn = 0; turn < 50; turn += 1) {
				assert.deepEqual([(await get(edge, a)).status, (await get(edge, b)).status], [200, 403]);
			}
			const lines = edge.logged("metrics-write-failed");
			assert.match(lines[0].detail, /writeDataPoint is not a function/);
			assert.equal(lines.length, 20);
		}));
});
