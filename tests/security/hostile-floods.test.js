// Too much of everything: it is refused or forwarded as it is, and the isolate does not grow.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "../harness/inspector.js";
import { flood } from "../harness/pages.js";
import { evil, good, isLong, random, startTarget } from "./hostile.js";

const limit = { timeout: 600_000 };
const KB = 1024;
const MB = 1024 * KB;

let target;
let inspector;
before(async () => {
	target = await startTarget();
	inspector = await inspect(target.served.runtime);
});
after(async () => {
	inspector.close();
	await target.stop();
});

const statusOf = (answer) => Number(answer?.start.split(" ")[1]);

describe("origins that are made up", () => {
	// It has no part of which a change would give the same origin.
	const alphabet =
		"adeghlmopstx:/.-_*@?#%[]|\\<>'\"{}^`~!$&()+,;= 0123456789\t\x01\x7f\x80\xff\xc3\xa9";

	/** The good origin with some characters more, fewer, or others. */
	function mutated(next) {
		const characters = [...good];
		for (let changes = 1 + next() * 3; changes >= 1; changes -= 1) {
			const at = Math.floor(next() * (characters.length + 1));
			const added = Array.from(
				{ length: next() * 3 },
				() => alphabet[Math.floor(next() * alphabet.length)],
			);
			characters.splice(at, Math.floor(next() * 3), ...added);
		}
		const origin = characters.join("").trim();
		return origin === good || origin === "" ? mutated(next) : origin;
	}

	test("are all refused, and the isolate's memory does not grow with them", limit, async () => {
		const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
		const next = random(seed);
		const count = isLong ? 100_000 : 5_000;
		const before = target.origin.seen.length;
		const sizes = [];
		for (const url of [target.urls["with UPSTREAM"], target.urls["with UPSTREAM, normalised"]]) {
			const answers = await flood({ url }, count, () => mutated(next));
			const statuses = Object.keys(answers).map((answer) => answer.split(" ")[0]);
			assert.deepEqual([...new Set(statuses)], ["403"], `SEED=${seed} ${JSON.stringify(answers)}`);
			await target.assertAlive(url);
			sizes.push(await inspector.sizes());
		}
		// But for the good page that asked whether all are alive.
		assert.equal(target.origin.seen.length - before, 2);
		const [first, second] = sizes;
		assert.deepEqual(second.wasm, first.wasm);
		assert.ok(second.js - first.js < MB, `JavaScript holds ${second.js - first.js} bytes more`);
	});
});

describe("an excessive amount of anything is refused, or forwarded as it is", () => {
	const many = (count) => Array.from({ length: count }, (_, number) => [`X-${number}`, "x"]);
	for (const [name, path, fields, status] of [
		["100 KB of Origin", "/socket.io/", [["Origin", `https://${"a".repeat(100 * KB)}.com`]], 403],
		["1 MB of Origin", "/socket.io/", [["Origin", `https://${"a".repeat(MB)}.com`]], 431],
		["100 KB of commas", "/socket.io/", [["Origin", ",".repeat(100 * KB)]], 403],
		["10,000 lines of Origin", "/socket.io/", Array(10_000).fill(["Origin", good]), 403],
		[
			"a cookie of 200 KB",
			"/socket.io/",
			[
				["Origin", evil],
				["Cookie", "x".repeat(200 * KB)],
			],
			403,
		],
		["5,000 headers", "/socket.io/", [["Origin", evil], ...many(5000)], 403],
		["50,000 headers", "/socket.io/", [["Origin", evil], ...many(50_000)], 431],
		["60 KB of path", `/socket.io/${"a".repeat(60 * KB)}`, [["Origin", evil]], 403],
		["200 KB of path", `/socket.io/${"a".repeat(200 * KB)}`, [["Origin", evil]], 414],
		["20,000 slashes", `${"/".repeat(20_000)}socket.io/`, [["Origin", evil]], 403],
		["20,000 segments up", `${"/..".repeat(20_000)}/socket.io/`, [["Origin", evil]], 403],
		[
			"20,000 segments up, encoded",
			`${"/x/%2e%2e".repeat(6_000)}/socket.io/`,
			[["Origin", evil]],
			403,
		],
		["60 KB of percent signs", `/socket.io/${"%".repeat(60 * KB)}`, [["Origin", evil]], 403],
		["60 KB of query", `/socket.io/?${"j=1&".repeat(15 * KB)}`, [["Origin", evil]], 403],
		[
			"60 KB of Host",
			"/socket.io/",
			[
				["Origin", evil],
				["Host", "x".repeat(60 * KB)],
			],
			undefined,
		],
		[
			"300 KB of requested headers",
			"/socket.io/",
			[
				["Origin", evil],
				["Access-Control-Request-Headers", "x-a,".repeat(75 * KB)],
			],
			403,
		],
	]) {
		test(name, async () => {
			for (const method of ["GET", "POST", "OPTIONS"]) {
				const preflight = method === "OPTIONS" ? [["Access-Control-Request-Method", "PUT"]] : [];
				const bytes = target.request(`${method} ${path} HTTP/1.1`, [...preflight, ...fields]);
				const options = { toUpstream: status === undefined };
				for (const [way, [answer], seen] of await target.attack(bytes, options)) {
					if (way.endsWith("normalised") || status === undefined)
						assert.ok(statusOf(answer) >= 400);
					else assert.equal(statusOf(answer), status, way);
					assert.deepEqual(seen, [], way);
				}
			}
		});
	}

	test("a refused body of 20 MB is not kept in memory", limit, async () => {
		const body = "x".repeat(20 * MB);
		const fields = [
			["Origin", evil],
			["Content-Length", body.length],
		];
		const before = await inspector.sizes();
		for (let times = isLong ? 20 : 1; times > 0; times -= 1) {
			const bytes = target.request("POST /socket.io/ HTTP/1.1", fields, body);
			for (const [way, [answer], seen] of await target.attack(bytes)) {
				// A client that is still sending when the connection is closed may miss the answer.
				if (answer !== undefined) assert.equal(statusOf(answer), 403, way);
				assert.deepEqual(seen, [], way);
			}
		}
		const after = await inspector.sizes();
		assert.deepEqual(after.wasm, before.wasm);
		assert.ok(after.js - before.js < MB, `JavaScript holds ${after.js - before.js} bytes more`);
	});
});
