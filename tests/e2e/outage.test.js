// A KV that is slow, wrong or gone: what stays in force, and that no allowed request
// fails and no refused one passes meanwhile.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "./harness/inspector.js";
import { startEdgeOnKv } from "./harness/kv.js";
import { assertAnswers, underLoad } from "./harness/load.js";
import { get, poll, requests, startEchoServer } from "./harness/pages.js";
import { until } from "./harness/process.js";

const a = "https://a.example";
const b = "https://b.example";
const ofA = { origin: a };
const ofB = { origin: b };
const forLong = { POLICY_FRESH_SECONDS: "3600" };
let server;

before(async () => {
	server = await startEchoServer();
});
after(() => server.stop());

/** Starts an edge with further KV keys, has `use` use it, and stops it. */
async function withEdge({ keys = {}, ...options }, use) {
	const edge = await startEdgeOnKv({ upstream: server.url, ...options });
	try {
		for (const [key, value] of Object.entries(keys)) await edge.kv.put(key, value);
		await use(edge);
	} finally {
		await edge.stop();
	}
}

const from = (page) => ({ headers: { origin: page } });
const is = (status) => (answer) => answer.status === status;
const statusOf = async (edge, page, host) =>
	(await edge.send(poll, { headers: { origin: page, ...(host && { host }) } })).status;

/** That what needs no policy is forwarded whatever KV does. */
async function assertOthersPass(edge) {
	const passing = [get(edge), get(edge, edge.url), get(edge, b, "/elsewhere")];
	for (const { status } of await Promise.all(passing)) assert.equal(status, 200);
}

/** The names of the answers of every way to ask, from `page`. */
async function askInTurn(edge, page, turn) {
	const ways = Object.entries(requests);
	const [way, [ask, expected]] = ways[Math.floor(turn / 2) % ways.length];
	const { status } = await ask(edge, page);
	return `${page === a ? "a" : "b"}: ${status === expected ? "ok" : `${way} ${status}`}`;
}

describe("an isolate that holds nothing", { concurrency: true }, () => {
	for (const [name, options, statuses, event, host] of [
		["uses a valid document", { policy: ofA }, [200, 403], "policy-changed"],
		[
			"uses the last good document where the new one is faulty",
			{ policy: '{"orign": 1}', keys: { "policy@last-good": ofA } },
			[200, 403],
			"policy-faulty",
		],
		["is closed where there is no last good one", { policy: "{" }, [503, 503], "policy-faulty"],
		[
			"is closed where that is faulty too",
			{ policy: "{", keys: { "policy@last-good": "{}" } },
			[503, 503],
			"last-good-missing",
		],
		[
			"does not use the document for every host in place of a host's faulty one",
			{ policy: ofA, keys: { "policy:b.test": "{" } },
			[503, 503],
			"policy-faulty",
			"b.test",
		],
		[
			"uses a host's last good document",
			{ policy: ofB, keys: { "policy:b.test": "{", "policy:b.test@last-good": ofA } },
			[200, 403],
			"policy-faulty",
			"b.test",
		],
		["is closed without a document", {}, [403, 403], "policy-missing"],
		[
			"is closed without a document, though there was one",
			{ keys: { "policy@last-good": ofA } },
			[403, 403],
			"policy-missing",
		],
		["is closed if KV fails", { policy: ofA, fault: "fails" }, [503, 503], "policy-unread"],
		[
			"is closed if KV is slow by 5 s",
			{ policy: ofA, fault: "is slow by 5 s" },
			[503, 503],
			"policy-unread",
		],
		[
			"is closed if KV never answers",
			{ policy: ofA, fault: "never answers" },
			[503, 503],
			"policy-unread",
		],
		[
			"is closed if KV answers with nonsense",
			{ policy: ofA, fault: "answers with nonsense" },
			[503, 503],
			"policy-unread",
		],
		[
			"is closed if KV answers with numbers",
			{ policy: ofA, fault: "answers with numbers" },
			[503, 503],
			"policy-faulty",
		],
	]) {
		test(name, () =>
			withEdge({ vars: forLong, ...options }, async (edge) => {
				const answers = [await statusOf(edge, a, host), await statusOf(edge, b, host)];
				assert.deepEqual(answers, statuses);
				await assertOthersPass(edge);
				assert.ok(edge.logged(event).length > 0, edge.log.join("\n"));
			}),
		);
	}

	test("is closed when the key is deleted while the last good document is on its way", () =>
		withEdge({ policy: "{", keys: { "policy@last-good": ofA }, vars: forLong }, async (edge) => {
			await edge.kv.suffer("answers 600 ms late");
			const first = statusOf(edge, a);
			await until("the question", async () =>
				(await edge.kv.asked()).reads.some(([key]) => key === "policy@last-good"),
			);
			await edge.kv.suffer("none");
			await edge.kv.delete("policy");
			assert.equal(await statusOf(edge, a), 403);
			assert.deepEqual([await first, await statusOf(edge, a)], [403, 403]);
		}));

	test("waits no longer than two seconds for a faulty document and the last good one together", () =>
		withEdge({ policy: "{", keys: { "policy@last-good": ofA } }, async (edge) => {
			await edge.kv.suffer("is late by 1.5 s");
			assert.equal(await statusOf(edge, a), 503);
			const { reads } = await edge.kv.asked();
			assert.ok(reads.some(([key]) => key === "policy@last-good"));
			await edge.kv.suffer("none");
			await edge.sendUntil(is(200), poll, from(a));
		}));
});

describe("an isolate that holds a policy", { concurrency: true }, () => {
	test("has an edit count while KV is slow by 5 s, stale or ten times as old", () =>
		withEdge({ policy: ofA }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await edge.kv.put("policy", ofB);
			await edge.kv.suffer("is slow by 5 s");
			await edge.sendUntil(is(200), poll, from(b));
			assert.equal(await statusOf(edge, a), 403);
			await sleep(11_000);
			await edge.kv.put("policy", ofA);
			// This one waits for two seconds, and what comes after that counts for others.
			assert.equal(await statusOf(edge, a), 403);
			await edge.sendUntil(is(200), poll, from(a));
		}));

	test("keeps it while strangers make up hosts and KV is down", () =>
		withEdge({ policy: ofA, vars: forLong }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await edge.kv.suffer("fails");
			for (let host = 0; host < 100; host += 1) {
				assert.equal(await statusOf(edge, a, `h${host}.test`), 503);
			}
			assert.equal(await statusOf(edge, a), 200);
		}));

	test("keeps it, and its memory small, when 24 MB are saved over it", () =>
		withEdge({ policy: ofA, inspectorPort: 0 }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await edge.kv.put("policy", `{"$schema": "\u00fc${"x".repeat(24_000_000)}", "origin": true}`);
			await edge.sendUntil(() => edge.logged("policy-fault").length > 0, poll, from(a));
			assert.equal(edge.logged("policy-fault")[0].problem, "has more than 8388608 bytes");
			assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
			const inspector = await inspect(edge.runtime);
			const { wasm } = await inspector.sizes();
			inspector.close();
			// 72 MB would be reserved for so many characters.
			assert.ok(wasm[0] < 50 * 1024 * 1024, `${wasm[0]} bytes`);
		}));

	test("does not read KV while it is fresh, though KV be gone", () =>
		withEdge({ policy: ofA, vars: forLong }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await until("the last good one", () => edge.kv.get("policy@last-good"));
			await edge.kv.suffer("never answers");
			const { reads } = await edge.kv.asked();
			for (let turn = 0; turn < 40; turn += 1) {
				assert.match(await askInTurn(edge, turn % 2 ? a : b, turn), turn % 2 ? /ok/ : /403/);
			}
			assert.deepEqual((await edge.kv.asked()).reads, reads);
		}));

	test("asks behind the request when it is stale, and has the next one use the answer", () =>
		withEdge({ policy: ofA }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await until("the last good one", () => edge.kv.get("policy@last-good"));
			await sleep(1100);
			await edge.kv.put("policy", ofB);
			await edge.kv.suffer("is late");
			const before = await edge.kv.asked();
			// It is answered before KV is.
			assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
			const meanwhile = await edge.kv.asked();
			assert.equal(meanwhile.reads.length, before.reads.length + 1);
			assert.equal(meanwhile.answers, before.answers);
			await until("KV's answer", async () => (await edge.kv.asked()).answers > before.answers);
			await edge.sendUntil(is(200), poll, from(b));
			assert.equal(await statusOf(edge, a), 403);
		}));

	test("asks first when it is ten times as old", () =>
		withEdge({ policy: ofA }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await edge.kv.put("policy", ofB);
			await edge.kv.suffer("is late");
			await sleep(10_100);
			assert.deepEqual([await statusOf(edge, b), await statusOf(edge, a)], [200, 403]);
		}));

	test("drops it when its key is deleted, last good one or not", () =>
		withEdge({ policy: ofA }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await until("the last good one", () => edge.kv.get("policy@last-good"));
			await edge.kv.delete("policy");
			await edge.sendUntil(is(403), poll, from(a));
			await assertOthersPass(edge);
		}));

	for (const fault of [
		"fails",
		"is slow by 5 s",
		"never answers",
		"answers with nonsense",
		"answers with numbers",
	]) {
		test(`keeps it at any age if KV ${fault}`, () =>
			withEdge({ policy: ofA }, async (edge) => {
				assert.equal(await statusOf(edge, a), 200);
				await edge.kv.suffer(fault);
				for (const wait of [0, 1100, 1100, 10_100]) {
					await sleep(wait);
					assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
				}
				await assertOthersPass(edge);
				await edge.kv.put("policy", ofB);
				await edge.kv.suffer("none");
				await edge.sendUntil(is(200), poll, from(b));
			}));
	}
});

describe("the last good document", { concurrency: true }, () => {
	const settled = (edge, text) =>
		until("the last good one", async () => (await edge.kv.get("policy@last-good")) === text);

	test("is the newest valid text, byte for byte, written once a change", () =>
		withEdge({}, async (edge) => {
			const texts = [' {"origin": "https://a.example",\n"$schema": "ü"}\n', '{"origin":true}'];
			for (const text of texts) {
				await edge.kv.put("policy", text);
				await edge.sendUntil(is(200), poll, from(a));
				await edge.sendUntil(is(200), poll, from(text === texts[0] ? a : b));
				await settled(edge, text);
				// Some refreshes more.
				for (let turn = 0; turn < 25; turn += 1) {
					assert.equal(await statusOf(edge, a), 200);
					await sleep(100);
				}
			}
			const { writes } = await edge.kv.asked();
			assert.deepEqual(writes, ["policy@last-good", "policy@last-good"]);
		}));

	test("is never a faulty text", () =>
		withEdge({ policy: ofA }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await settled(edge, JSON.stringify(ofA));
			await edge.kv.put("policy", '{"orign": 1}');
			await edge.sendUntil(() => edge.logged("policy-faulty").length > 0, poll, from(a));
			await edge.kv.put("policy", ofA);
			await edge.sendUntil(() => edge.logged("policy-changed").length > 1, poll, from(a));
			assert.equal(await edge.kv.get("policy@last-good"), JSON.stringify(ofA));
			assert.equal((await edge.kv.asked()).writes.length, 1);
		}));

	test("is not written again where it stands already, and hosts have one each", () =>
		withEdge({ policy: ofA, keys: { "policy@last-good": ofA } }, async (edge) => {
			await edge.kv.put("policy:b.test", ofB);
			for (const [page, host] of [
				[a, "x.test"],
				[a, "y.test"],
				[b, "b.test"],
			]) {
				assert.equal(await statusOf(edge, page, host), 200);
			}
			await until("a host's", () => edge.kv.get("policy:b.test@last-good"));
			assert.deepEqual((await edge.kv.asked()).writes, ["policy:b.test@last-good"]);
			assert.equal(await edge.kv.get("policy:b.test@last-good"), JSON.stringify(ofB));
		}));

	test("is written behind the request, and harms none if it cannot be", () =>
		withEdge({ policy: ofA, fault: "takes no writes" }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await until("the log", () => edge.logged("last-good-unkept").length > 0);
			assert.deepEqual(edge.logged("last-good-unkept"), [
				{
					event: "last-good-unkept",
					detail: "policy@last-good: Error: KV PUT failed: 429 Too Many Requests",
				},
			]);
			assert.equal(await statusOf(edge, a), 200);
		}));
});

describe("under constant load, no allowed request fails and no refused one passes", {
	concurrency: true,
}, () => {
	/** Half of the clients ask from a page that is allowed, half from one that is not. */
	const loaded = (edge, use) => {
		let turn = 0;
		return underLoad((client) => askInTurn(edge, client % 2 ? a : b, turn++), use);
	};
	const refusals = Object.keys(requests).map((way) => `b: ${way} 403`);

	const garbage = "{garbage";
	for (const [name, hurt, event] of [
		["while KV is down", (edge) => edge.kv.suffer("fails"), "policy-unread"],
		["while KV never answers", (edge) => edge.kv.suffer("never answers"), "policy-unread"],
		// It answers behind the requests.
		["while KV is slow by 5 s", (edge) => edge.kv.suffer("is slow by 5 s"), "policy-changed"],
		["while garbage is saved", (edge) => edge.kv.put("policy", garbage), "policy-fault"],
	]) {
		test(`${name}, at any age, and when that is over`, () =>
			withEdge({ policy: ofA }, async (edge) => {
				assert.equal(await statusOf(edge, a), 200);
				const answers = await loaded(edge, async () => {
					await hurt(edge);
					await sleep(13_000);
					await edge.kv.put("policy", { origin: [a], maxAge: 1 });
					await edge.kv.suffer("none");
					await sleep(3000);
				});
				assertAnswers(answers, ["a: ok", ...refusals]);
				assert.ok(edge.logged(event).length > 0, edge.log.join("\n"));
				assert.equal(edge.logged("policy-changed").length, 2);
			}));
	}

	test("while KV is down from the start, which others are told, and when that is over", () =>
		withEdge({ policy: ofA, fault: "fails" }, async (edge) => {
			const told = (page) => Object.keys(requests).map((way) => `${page}: ${way} 503`);
			assertAnswers(await loaded(edge, () => sleep(5000)), [...told("a"), ...told("b")]);
			await assertOthersPass(edge);
			assert.ok(edge.logged("policy-unread").length > 0, edge.log.join("\n"));
			await edge.kv.suffer("none");
			await edge.sendUntil(is(200), poll, from(a));
			assertAnswers(await loaded(edge, () => sleep(2000)), ["a: ok", ...refusals]);
		}));

	test("when the key is deleted, which closes everything, and put again", () =>
		withEdge({ policy: ofA }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			const answers = await loaded(edge, async () => {
				await sleep(1000);
				await edge.kv.delete("policy");
				await sleep(3000);
			});
			const closed = Object.keys(requests).map((way) => `a: ${way} 403`);
			assertAnswers(answers, ["a: ok", ...closed, ...refusals]);
			assertAnswers(await loaded(edge, () => sleep(2000)), [...closed, ...refusals]);
			assert.ok(edge.logged("policy-missing").length > 0, edge.log.join("\n"));
			await edge.kv.put("policy", ofA);
			await edge.sendUntil(is(200), poll, from(a));
			assertAnswers(await loaded(edge, () => sleep(2000)), ["a: ok", ...refusals]);
		}));

	test("while the policy is replaced 100 times in a minute, and no answer is of two policies", () =>
		withEdge({}, async (edge) => {
			const versions = Array.from({ length: 100 }, (_, index) => {
				const name = `x-version-${index}`;
				const document = { origin: [a], exposedHeaders: name, allowedHeaders: name, maxAge: index };
				const text = JSON.stringify(document);
				const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
				return { name, text, hash, maxAge: String(index) };
			});
			const ask = async (client) => {
				if (client % 10 === 0) return `b: ${await statusOf(edge, b)}`;
				const preflight = client % 2 === 0;
				const asked = preflight && { method: "OPTIONS" };
				const headers = { origin: a, ...(preflight && { "access-control-request-method": "GET" }) };
				const { status, headers: got } = await edge.send(poll, { ...asked, headers });
				const hash = got.get("x-cors-decision").match(/policy=(\w+)/)[1];
				const version = versions.find((version) => version.hash === hash);
				seen.add(hash);
				const all = preflight
					? [got.get("access-control-allow-headers"), got.get("access-control-max-age")]
					: [got.get("access-control-expose-headers")];
				const expected = preflight
					? [version.name, version.maxAge]
					: [`${version.name},x-cors-decision`];
				const whole = JSON.stringify(all) === JSON.stringify(expected);
				return `a: ${status} ${got.get("access-control-allow-origin")} ${whole}`;
			};
			const seen = new Set();
			await edge.kv.put("policy", versions[0].text);
			const answers = await underLoad(ask, async () => {
				for (const { text } of versions) {
					await edge.kv.put("policy", text);
					await sleep(600);
				}
			});
			assertAnswers(answers, [`a: 200 ${a} true`, `a: 204 ${a} true`, "b: 403"]);
			// One a second is what an isolate can have noticed.
			assert.ok(seen.size > 30, `${seen.size} versions`);
			await edge.sendUntil(
				({ headers }) => headers.get("x-cors-decision").endsWith(versions.at(-1).hash),
				poll,
				from(a),
			);
		}));
});
