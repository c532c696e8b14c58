// The policies that an isolate caches, who reads KV for them, and who waits meanwhile.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "../harness/inspector.js";
import { peakOf, workerds } from "../harness/memory.js";
import { get, poll, requests, startEchoServer } from "../harness/pages.js";
import { until } from "../harness/process.js";
import {
	a,
	b,
	forLong,
	from,
	is,
	ofA,
	ofB,
	withEdge as start,
	statusOf as statusAt,
} from "./outage.js";

const MB = 1024 * 1024;
let server;

/**
 * The most reads in so many milliseconds: the first, and one by another request wherever there is no
 * answer after half a second, as a busy machine may have it.
 */
const mostReads = (elapsed) => 1 + Math.ceil(elapsed / 500);

before(async () => {
	server = await startEchoServer();
});
after(() => server.stop());

const withEdge = (options, use) => start(server, options, use);
const statusOf = (edge, page, host) => statusAt(edge, page, poll, host);
/** The reads of policies, but for those of last good ones. */
const policyReads = async (edge) =>
	(await edge.kv.asked()).reads.filter(([key]) => key.startsWith("policy:") && !key.includes("@"));

describe("a burst on a new isolate", () => {
	const origins = Array.from(
		{ length: 100_000 },
		(_, index) => `https://customer-${index}.example.com`,
	);
	const large = JSON.stringify({ origin: [...origins, a] });

	/** The peak of workerd's memory after so many requests at once, and how often KV was read for them. */
	async function peakAfter(count, policy) {
		const before = await workerds();
		let measured;
		await withEdge({ policy, vars: forLong, fault: "answers in 100 ms" }, async (edge) => {
			const [pid] = (await workerds()).filter((id) => !before.includes(id));
			const start = performance.now();
			const answers = await Promise.all(
				Array.from({ length: count }, (_, index) => get(edge, index % 2 ? a : b)),
			);
			const statuses = answers.map(({ status }) => status);
			const expected = answers.map((_, index) => (index % 2 ? 200 : 403));
			assert.deepEqual(statuses, expected);
			const elapsed = performance.now() - start;
			measured = { peak: await peakOf(pid), reads: (await policyReads(edge)).length, elapsed };
		});
		return measured;
	}

	test("reads the policy once, or again when KV is late, and needs memory only for its reads", async () => {
		const one = await peakAfter(2, large);
		const many = await peakAfter(200, large);
		const plain = { one: await peakAfter(2, ofA), many: await peakAfter(200, ofA) };
		assert.ok(many.reads <= mostReads(many.elapsed), `${many.reads} reads in ${many.elapsed} ms`);
		// The memory of 200 requests themselves does not depend on the document.
		const growth = many.peak - one.peak - (plain.many.peak - plain.one.peak);
		const allowed = (1 + many.reads) * large.length;
		assert.ok(growth < allowed, `${growth / MB} MB more, of ${allowed / MB}`);
	});

	test("of 200 hosts reads the document for every host once, or again when KV is late, cached or not", () =>
		withEdge(
			{ policy: large, vars: forLong, fault: "answers in 100 ms", inspectorPort: 0 },
			async (edge) => {
				const sharedReads = async () =>
					(await edge.kv.asked()).reads.filter(([key]) => key === "policy").length;
				const start = performance.now();
				for (const burst of ["cold", "warm"]) {
					const hosts = Array.from({ length: 200 }, (_, index) => `${burst}-${index}.test`);
					const statuses = await Promise.all(hosts.map((host) => statusOf(edge, a, host)));
					// So many at once may keep KV for more than the two seconds that a request waits.
					const late = hosts.filter((_, index) => statuses[index] === 503);
					assert.equal(statuses.filter((status) => status === 200).length, 200 - late.length);
					for (const host of late)
						await until(
							`the policy of ${host}`,
							async () => (await statusOf(edge, a, host)) === 200,
						);
				}
				const elapsed = performance.now() - start;
				const reads = await sharedReads();
				assert.ok(reads <= mostReads(elapsed), `${reads} reads in ${elapsed} ms`);
				const inspector = await inspect(edge.runtime);
				const { wasm } = await inspector.sizes();
				inspector.close();
				// The text as it is parsed, the origins, and the table that says where each is.
				assert.ok(wasm[0] < 4 * large.length, `${wasm[0] / MB} MB of ${large.length / MB}`);
			},
		));
});

describe("while KV hangs", { concurrency: 4 }, () => {
	for (const [name, options] of [
		["and nothing is cached", { policy: ofA, fault: "never answers" }],
		["and a policy is cached", { policy: ofA }],
	]) {
		test(`${name}, only a request that would be refused waits after a late read`, () =>
			withEdge(options, async (edge) => {
				await get(edge, a);
				await edge.kv.suffer("never answers");
				await sleep(2200);
				// This one waits for two seconds at most, and finds that KV is late.
				await get(edge, a);
				let isRefused = false;
				const refused = get(edge, b).then(({ status }) => {
					isRefused = true;
					return status;
				});
				const others = Array.from({ length: 12 }, () => [
					get(edge, undefined, "/elsewhere"),
					get(edge, edge.url),
					get(edge, b, "/elsewhere"),
				]);
				const statuses = (await Promise.all(others.flat())).map(({ status }) => status);
				assert.ok(statuses.every((status) => status === 200));
				const isCached = options.fault === undefined;
				assert.equal(isRefused, isCached, "who would be refused waits where nothing is cached");
				assert.equal(await refused, isCached ? 403 : 503);
			}));
	}

	test("a request that the cached policy does not cover does not wait, however old the policy is", () =>
		withEdge({ policy: ofA }, async (edge) => {
			assert.equal(await statusOf(edge, a), 200);
			await edge.kv.suffer("is late by 1.5 s");
			await sleep(2200);
			let isAnswered = false;
			const covered = get(edge, a).then(() => {
				isAnswered = true;
			});
			assert.equal((await get(edge, b, "/elsewhere")).status, 200);
			assert.equal(isAnswered, false);
			await covered;
		}));

	test("a request reads by itself if the one that was reading has been aborted", () =>
		withEdge({ policy: ofA, fault: "never answers" }, async (edge) => {
			const leaving = new AbortController();
			const left = fetch(edge.url + poll, { headers: { origin: a }, signal: leaving.signal });
			await until("its read", async () => (await policyReads(edge)).length > 0);
			leaving.abort();
			await assert.rejects(left);
			await edge.kv.suffer("none");
			assert.equal(await statusOf(edge, a), 200);
		}));
});

describe("the host and the port of a request", { concurrency: 4 }, () => {
	const keys = {
		"policy:api.test": ofA,
		"policy:ported.test:8443": ofB,
		"policy:ported.test": ofA,
	};

	test("are under the document of that port, of that host, or of every host", () =>
		withEdge({ policy: { origin: "*" }, keys, vars: forLong }, async (edge) => {
			for (const [host, ofPage, page] of [
				["api.test", a, b],
				["api.test:8443", a, b],
				["API.test.:2053", a, b],
				["ported.test:8443", b, a],
				["ported.test:2053", a, b],
				["ported.test", a, b],
			]) {
				assert.equal(await statusOf(edge, ofPage, host), 200, host);
				assert.equal(await statusOf(edge, page, host), 403, host);
			}
			assert.equal(await statusOf(edge, b, "other.test:8443"), 200);
			const reads = (await edge.kv.asked()).reads.flat().filter((key) => !key.includes("@"));
			const expected = ["policy:api.test", "policy"];
			expected.push("policy:api.test:8443", "policy:api.test", "policy");
			assert.deepEqual(reads.slice(0, expected.length), expected);
			// Two of a host on the scheme's own port, three of another; once for all requests.
			assert.equal(reads.length, 2 * 2 + 5 * 3);
		}));
});

describe("a policy's version", { concurrency: 4 }, () => {
	// The SHA-256 of both begins with 3842cb29.
	const collidingB = '{"origin":"https://b.example","$schema":"27784"}';
	const collidingA = '{"origin":"https://a.example","$schema":"130985"}';

	test("is its whole digest: an edit to a text with the same eight digits takes effect", () =>
		withEdge({ policy: collidingA }, async (edge) => {
			assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
			await edge.kv.put("policy", collidingB);
			const { headers } = await edge.sendUntil(is(200), poll, from(b));
			assert.match(headers.get("x-cors-decision"), /policy=3842cb29$/);
			assert.equal(await statusOf(edge, a), 403);
			assert.equal(edge.logged("policy-changed").length, 2);
		}));

	test("is its whole digest: two hosts with the same eight digits have their own policies", () =>
		withEdge({ policy: collidingA, keys: { "policy:b.test": collidingB } }, async (edge) => {
			assert.deepEqual([await statusOf(edge, a), await statusOf(edge, b)], [200, 403]);
			assert.equal(await statusOf(edge, a, "b.test"), 403);
			assert.equal(await statusOf(edge, b, "b.test"), 200);
		}));
});

test("made-up hosts evict neither a host's own policy nor its parsed form", () =>
	withEdge(
		{ policy: ofA, keys: { "policy:real.test": { origin: [b] } }, vars: forLong },
		async (edge) => {
			assert.equal(await statusOf(edge, b, "real.test"), 200);
			for (let batch = 0; batch < 20; batch += 1) {
				const hosts = Array.from({ length: 50 }, (_, index) => `h${batch}-${index}.test`);
				const statuses = await Promise.all(hosts.map((host) => statusOf(edge, a, host)));
				assert.ok(statuses.every((status) => status === 200));
			}
			const before = (await policyReads(edge)).length;
			assert.equal(await statusOf(edge, b, "real.test"), 200);
			assert.equal((await policyReads(edge)).length, before);
			// The document of the others was parsed once.
			assert.equal(edge.logged("policy-changed").length, 2);
		},
	));

test("made-up hosts share the last document that was known, when its key is gone", () => {
	const origins = Array.from({ length: 20_000 }, (_, index) => `https://c-${index}.example`);
	const keys = { "policy@last-good": { origin: origins } };
	return withEdge({ keys, vars: forLong, inspectorPort: 0 }, async (edge) => {
		const inspector = await inspect(edge.runtime);
		const sizes = [];
		for (let number = 0; number < 40; number += 1) {
			assert.equal(await statusOf(edge, a, `h${number}.test`), 403);
			sizes.push((await inspector.sizes()).wasm[0]);
		}
		inspector.close();
		assert.ok(sizes.at(-1) - sizes[1] < 2 * MB, sizes.join(" "));
	});
});

test("past twice the freshness no request is decided by what KV has replaced", () =>
	withEdge({ policy: ofA }, async (edge) => {
		for (const [policy, page] of [
			[ofB, b],
			[ofA, a],
			[ofB, b],
		]) {
			await statusOf(edge, a);
			await edge.kv.put("policy", policy);
			await sleep(2000);
			const ways = Object.values(requests);
			for (const [ask, status] of ways) assert.equal((await ask(edge, page)).status, status);
		}
	}));
