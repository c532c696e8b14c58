// The last good document: the newest valid text of a key, which the Worker keeps in KV.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { poll, startEchoServer } from "../harness/pages.js";
import { until } from "../harness/process.js";
import { a, b, from, is, ofA, ofB, withEdge as start, statusOf as statusAt } from "./outage.js";

let server;

before(async () => {
	server = await startEchoServer();
});
after(() => server.stop());

const withEdge = (options, use) => start(server, options, use);
const statusOf = (edge, page, host) => statusAt(edge, page, poll, host);

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

	test("is not written again if KV has it already, and each host has its own", () =>
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

	test("is written in the background, and a failed write affects no request", () =>
		withEdge({ policy: ofA, fault: "takes no writes" }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await until("the log", () => edge.logged("last-good-write-failed").length > 0);
			assert.deepEqual(edge.logged("last-good-write-failed"), [
				{
					event: "last-good-write-failed",
					detail: "policy@last-good: Error: KV PUT failed: 429 Too Many Requests",
				},
			]);
			assert.equal(await statusOf(edge, a), 200);
		}));
});
