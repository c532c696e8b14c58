// A KV that is slow, wrong or gone: what stays in force, on Socket.IO's path and on another.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "../harness/inspector.js";
import { requests, startEchoServer } from "../harness/pages.js";
import { until } from "../harness/process.js";
import {
	a,
	askInTurn,
	assertOthersPass,
	b,
	forLong,
	from,
	is,
	ofA,
	ofB,
	places,
	withEdge as start,
	statusOf as statusAt,
} from "./outage.js";

/** A policy's key is dropped when a second read finds it missing, so much later. */
const confirmedAfter = 36_000;
let server;

before(async () => {
	server = await startEchoServer();
});
after(() => server.stop());

const withEdge = (options, use) => start(server, options, use);

describe("a KV that is slow, wrong or gone", { concurrency: 3 }, () => {
	for (const [place, { poll, documentOf }] of Object.entries(places)) {
		const statusOf = (edge, page, host) => statusAt(edge, page, poll, host);
		/** The statuses of every way to ask from `page`, in the order of their names. */
		const statusesOf = async (edge, page) =>
			Promise.all(
				Object.values(requests).map(async ([ask]) => (await ask(edge, page, poll)).status),
			);
		const documentA = documentOf(ofA);
		const documentB = documentOf(ofB);

		describe(`on ${place}, an isolate that holds nothing`, { concurrency: 6 }, () => {
			for (const [name, options, statuses, event, host] of [
				["uses a valid document", { policy: documentA }, [200, 403], "policy-changed"],
				[
					"uses the last good document where the new one is faulty",
					{ policy: '{"orign": 1}', keys: { "policy@last-good": documentA } },
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
					{ policy: documentA, keys: { "policy:b.test": "{" } },
					[503, 503],
					"policy-faulty",
					"b.test",
				],
				[
					"uses a host's last good document",
					{
						policy: documentB,
						keys: { "policy:b.test": "{", "policy:b.test@last-good": documentA },
					},
					[200, 403],
					"policy-faulty",
					"b.test",
				],
				["is closed without a document", {}, [403, 403], "policy-missing"],
				[
					"is closed without a document, though there was one",
					{ keys: { "policy@last-good": documentA } },
					[403, 403],
					"policy-missing",
				],
				[
					"is closed if KV fails",
					{ policy: documentA, fault: "fails" },
					[503, 503],
					"policy-read-failed",
				],
				[
					"is closed if KV is slow by 5 s",
					{ policy: documentA, fault: "is slow by 5 s" },
					[503, 503],
					"policy-read-failed",
				],
				[
					"is closed if KV never answers",
					{ policy: documentA, fault: "never answers" },
					[503, 503],
					"policy-read-failed",
				],
				[
					"is closed if KV answers with nonsense",
					{ policy: documentA, fault: "answers with nonsense" },
					[503, 503],
					"policy-read-failed",
				],
				[
					"is closed if KV answers with numbers",
					{ policy: documentA, fault: "answers with numbers" },
					[503, 503],
					"policy-read-failed",
				],
				["is closed without a KV namespace", { isBound: false }, [503, 503], "policy-read-failed"],
			]) {
				test(name, () =>
					withEdge({ vars: forLong, ...options }, async (edge) => {
						const asked = [statusOf(edge, a, host), statusOf(edge, b, host)];
						const ofAllWays = host === undefined ? statusesOf(edge, b) : [];
						assert.deepEqual(await Promise.all(asked), statuses);
						for (const status of await ofAllWays) assert.equal(status, statuses[1]);
						await assertOthersPass(edge, poll);
						await until(event, () => edge.logged(event).length > 0);
					}),
				);
			}

			test("uses a policy for one null answer among many, and closes nothing for it", () =>
				withEdge({ policy: documentA }, async (edge) => {
					assert.equal(await statusOf(edge, a), 200);
					await edge.kv.delete("policy");
					for (let turn = 0; turn < 4; turn += 1) {
						await sleep(1100);
						assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
					}
					await edge.kv.put("policy", documentB);
					await edge.sendUntil(is(200), poll, from(b));
				}));

			test("is closed when the key is deleted while the last good document is on its way", () =>
				withEdge({ policy: "{", keys: { "policy@last-good": documentA } }, async (edge) => {
					await edge.kv.suffer("holds the last good one back");
					const first = statusOf(edge, a);
					await until("the question", async () =>
						(await edge.kv.asked()).reads.some(([key]) => key === "policy@last-good"),
					);
					await edge.kv.suffer("holds nothing more back");
					await edge.kv.delete("policy");
					assert.equal(await statusOf(edge, a), 403);
					await edge.kv.suffer("none");
					assert.deepEqual([await first, await statusOf(edge, a)], [403, 403]);
				}));

			test("waits no longer than two seconds for a faulty document and the last good one together", () =>
				withEdge({ policy: "{", keys: { "policy@last-good": documentA } }, async (edge) => {
					await edge.kv.suffer("is late by 1.5 s");
					assert.equal(await statusOf(edge, a), 503);
					const { reads } = await edge.kv.asked();
					assert.ok(reads.some(([key]) => key === "policy@last-good"));
					await edge.kv.suffer("none");
					await edge.sendUntil(is(200), poll, from(a));
				}));
		});

		describe(`on ${place}, an isolate that holds a policy`, { concurrency: 6 }, () => {
			test("sees an edit while KV is slow by 5 s, whether it waits for it or not", () =>
				withEdge({ policy: documentA }, async (edge) => {
					assert.equal(await statusOf(edge, a), 200);
					await edge.kv.put("policy", documentB);
					await edge.kv.suffer("is slow by 5 s");
					await edge.sendUntil(is(200), poll, from(b));
					assert.equal(await statusOf(edge, a), 403);
					await sleep(3000);
					// An answer that comes later than two seconds after a request takes effect for other requests.
					await edge.kv.put("policy", documentA);
					await edge.sendUntil(is(200), poll, from(a));
					assert.equal(await statusOf(edge, b), 403);
				}));

			test("keeps it, and its memory small, when 24 MB are saved over it", () =>
				withEdge({ policy: documentA, inspectorPort: 0 }, async (edge) => {
					assert.equal(await statusOf(edge, a), 200);
					await edge.kv.put(
						"policy",
						`{"$schema": "\u00fc${"x".repeat(24_000_000)}", "origin": true}`,
					);
					await edge.sendUntil(() => edge.logged("policy-fault").length > 0, poll, from(a));
					assert.equal(edge.logged("policy-fault")[0].message, "larger than 8388608 bytes");
					assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
					const inspector = await inspect(edge.runtime);
					const { wasm } = await inspector.sizes();
					inspector.close();
					// 72 MB would be reserved for so many characters.
					assert.ok(wasm[0] < 50 * 1024 * 1024, `${wasm[0]} bytes`);
				}));

			test("does not read KV while it is fresh, even if KV is gone", () =>
				withEdge({ policy: documentA, vars: forLong }, async (edge) => {
					assert.equal(await statusOf(edge, a), 200);
					await until("the last good one", () => edge.kv.get("policy@last-good"));
					await edge.kv.suffer("never answers");
					const { reads } = await edge.kv.asked();
					for (let turn = 0; turn < 40; turn += 1) {
						const answer = await askInTurn(edge, turn % 2 ? a : b, turn, poll);
						assert.match(answer, turn % 2 ? /ok/ : /403/);
					}
					assert.deepEqual((await edge.kv.asked()).reads, reads);
				}));

			test("reads in the background when it is stale, and the next request uses the answer", () =>
				withEdge({ policy: documentA, vars: { POLICY_FRESH_SECONDS: "12" } }, async (edge) => {
					assert.equal(await statusOf(edge, a), 200);
					await until("the last good one", () => edge.kv.get("policy@last-good"));
					await sleep(12_200);
					await edge.kv.put("policy", documentB);
					await edge.kv.suffer("holds its answers back");
					const before = await edge.kv.asked();
					// It is answered before KV is.
					assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
					const meanwhile = await edge.kv.asked();
					assert.equal(meanwhile.reads.length, before.reads.length + 3);
					assert.equal(meanwhile.answers, before.answers);
					await edge.kv.suffer("none");
					await edge.sendUntil(is(200), poll, from(b));
					assert.equal(await statusOf(edge, a), 403);
				}));

			test("reads first when it is twice as old", () =>
				withEdge({ policy: documentA }, async (edge) => {
					assert.equal(await statusOf(edge, a), 200);
					await edge.kv.put("policy", documentB);
					await edge.kv.suffer("is late");
					await sleep(2000);
					assert.deepEqual([await statusOf(edge, b), await statusOf(edge, a)], [200, 403]);
				}));

			test("drops it when its key is deleted and a second read says so, but closes its routes", () =>
				withEdge({ policy: documentA }, async (edge) => {
					assert.equal(await statusOf(edge, a), 200);
					await until("the last good one", () => edge.kv.get("policy@last-good"));
					await edge.kv.delete("policy");
					await sleep(1100);
					assert.equal(await statusOf(edge, a), 200);
					await sleep(confirmedAfter);
					await edge.sendUntil(is(403), poll, from(a));
					assert.deepEqual(await statusesOf(edge, b), [403, 403, 403, 403]);
					await assertOthersPass(edge, poll);
					assert.equal(edge.logged("policy-missing").length, 1);
				}));

			test("uses a less specific document only after two reads that miss its own", () =>
				withEdge({ policy: documentB, keys: { "policy:h.test": documentA } }, async (edge) => {
					assert.equal(await statusOf(edge, a, "h.test"), 200);
					await edge.kv.delete("policy:h.test");
					await sleep(1100);
					await statusOf(edge, a, "h.test");
					await sleep(1100);
					const before = [await statusOf(edge, a, "h.test"), await statusOf(edge, b, "h.test")];
					assert.deepEqual(before, [200, 403]);
					await sleep(confirmedAfter);
					await edge.sendUntil(is(200), poll, { headers: { origin: b, host: "h.test" } });
					assert.equal(await statusOf(edge, a, "h.test"), 403);
				}));

			for (const fault of [
				"fails",
				"is slow by 5 s",
				"never answers",
				"answers with nonsense",
				"answers with numbers",
			]) {
				test(`keeps it at any age if KV ${fault}`, () =>
					withEdge({ policy: documentA }, async (edge) => {
						assert.equal(await statusOf(edge, a), 200);
						await edge.kv.suffer(fault);
						for (const wait of [0, 1100, 1100, 5000]) {
							await sleep(wait);
							assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
						}
						await assertOthersPass(edge, poll);
						await edge.kv.put("policy", documentB);
						await edge.kv.suffer("none");
						await edge.sendUntil(is(200), poll, from(b));
					}));
			}
		});

		describe(`on ${place}, REPORT_ONLY refuses nothing`, { concurrency: 6 }, () => {
			const forwarded = [200, 200, 200, 101];
			for (const [name, options] of [
				["under a valid document", { policy: documentA }],
				["under a last good document", { policy: "{", keys: { "policy@last-good": documentA } }],
				["without a last good document", { policy: "{" }],
				["without a document", {}],
				["without a document, though there was one", { keys: { "policy@last-good": documentA } }],
				["if KV fails", { policy: documentA, fault: "fails" }],
				["if KV is slow by 5 s", { policy: documentA, fault: "is slow by 5 s" }],
				["if KV never answers", { policy: documentA, fault: "never answers" }],
				["without a KV namespace", { isBound: false }],
				[
					"if another variable is bad",
					{ policy: documentA, vars: { POLICY_FRESH_SECONDS: "soon" } },
				],
			]) {
				test(name, () =>
					withEdge({ ...options, vars: { REPORT_ONLY: "on", ...options.vars } }, async (edge) => {
						for (const page of [b, "null", a]) {
							assert.deepEqual(await statusesOf(edge, page), forwarded, page);
						}
						await assertOthersPass(edge, poll);
						await until("the line", () =>
							edge.logged("request-refused").some((line) => line.origin === b && line.reportOnly),
						);
						assert.equal(edge.logged("report-only").length, 1);
						const { headers } = await edge.send(poll, from(b));
						assert.match(headers.get("x-cors-decision"), /^refuse; .*; report-only$/);
						assert.equal(headers.get("access-control-allow-origin"), null);
					}),
				);
			}

			test("at any age of a policy, and when its key is gone", () =>
				withEdge({ policy: documentA, vars: { REPORT_ONLY: "on" } }, async (edge) => {
					assert.deepEqual(await statusesOf(edge, b), forwarded);
					for (const hurt of [
						() => edge.kv.suffer("is late"),
						() => edge.kv.suffer("never answers"),
						() => edge.kv.suffer("fails"),
						() => edge.kv.suffer("none"),
						() => edge.kv.put("policy", "{"),
						() => edge.kv.delete("policy"),
					]) {
						await hurt();
						for (const wait of [1100, 2100]) {
							await sleep(wait);
							assert.deepEqual(await statusesOf(edge, b), forwarded);
						}
					}
					await sleep(confirmedAfter);
					for (let turn = 0; turn < 3; turn += 1) {
						assert.deepEqual(await statusesOf(edge, b), forwarded);
						await sleep(500);
					}
					assert.ok(edge.logged("policy-missing").length > 0, edge.log.join("\n"));
				}));
		});
	}
});
