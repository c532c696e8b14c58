// Origins that have a KV key each: who is let in, what is read for it, and what
// happens when KV fails or a flood of strangers comes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "../harness/inspector.js";
import {
	askEveryWay,
	assertAllowed,
	assertRefused,
	flood,
	get,
	newOrigin,
	poll,
	requests,
	startEchoServer,
} from "../harness/pages.js";
import {
	ask,
	client,
	connected,
	next,
	refused,
	startSocketServer,
	upgraded,
} from "../harness/socketio.js";
import { startEdgeOnKv } from "./edge-on-kv.js";

const listed = "https://listed.example";
const policy = {
	routes: {
		"/socket.io/": { origin: [listed, "https://*.wild.example", { kv: "tenant:" }] },
		"/two/": { origin: [{ kv: "tenant:" }, { kv: "partner:" }] },
		"/partners/": { origin: { kv: "partner:" }, credentials: true },
		"/report/": { origin: { kv: "tenant:" }, reportOnly: true },
	},
};
const forLong = { POLICY_FRESH_SECONDS: "3600" };

let server;

before(async () => {
	server = await startEchoServer();
});
after(() => server.stop());

const start = (options) => startEdgeOnKv({ policy, upstream: server.url, ...options });

async function withEdge(options, use) {
	const edge = await start(options);
	try {
		await use(edge);
	} finally {
		await edge.stop();
	}
}

const is = (status) => (answer) => answer.status === status;

/** The number of different sets of keys that were read. */
const different = (reads) => new Set(reads.map(String)).size;

describe("while the answer of KV is fresh", () => {
	let edge;
	before(async () => {
		edge = await start({ vars: forLong });
	});
	after(() => edge.stop());

	for (const [name, [ask, status]] of Object.entries(requests)) {
		test(`${name}: an origin with a key is let in, another is not, for one read each`, async () => {
			const [tenant, stranger] = [newOrigin(), newOrigin()];
			await edge.kv.put(`tenant:${tenant}`);
			for (let round = 0; round < 2; round += 1) {
				assertRefused(await ask(edge, stranger), "unlisted-origin");
				const answer = await ask(edge, tenant);
				assertAllowed(answer, tenant, status, "tenant-origin");
				if (name === "POST") assert.equal(answer.body, "4hello");
			}
			assertRefused(await ask(edge, stranger), "unlisted-origin");
			for (const page of [tenant, stranger]) {
				assert.deepEqual(await edge.kv.reads(page), [[`tenant:${page}`]]);
			}
		});

		test(`${name}: reportOnly blocks nothing and waits for nothing`, async () => {
			const [tenant, stranger] = [newOrigin(), newOrigin()];
			await edge.kv.put(`tenant:${tenant}`);
			for (const [page, decision] of [
				[tenant, /^(allow|preflight); reason=tenant-origin; .*report-only$/],
				[stranger, /^refuse; reason=unlisted-origin; .*report-only$/],
			]) {
				// The first is reported before KV has answered, each one after that as KV says.
				for (const expected of [/^refuse; reason=unasked-origin; .*report-only$/, decision]) {
					const answer = await ask(edge, page, "/report/");
					assert.equal(answer.status, status === 101 ? 101 : 200);
					assert.equal(answer.headers.has("access-control-allow-origin"), false);
					if (status !== 101) assert.match(answer.headers.get("x-cors-decision"), expected);
					await sleep(200);
				}
				assert.equal((await edge.kv.reads(page)).length, 1);
			}
		});
	}

	test("the patterns beside the prefix are used as usual, without a read", async () => {
		const readsBefore = await edge.kv.reads();
		for (const page of [listed, "https://a.b.wild.example"]) {
			for (const [answer, status] of await askEveryWay(edge, page)) {
				assertAllowed(answer, page, status, "listed-origin");
			}
		}
		assert.deepEqual(await edge.kv.reads(), readsBefore);
	});

	for (const [name, page, status] of [
		["the same origin", () => edge.url, 200],
		["no origin", () => undefined, 200],
		["null", () => "null", 403],
		["a malformed origin", () => "https://Upper.example", 403],
		["several origins", () => [newOrigin(), newOrigin(), newOrigin()].join(", "), 403],
	]) {
		test(`${name} needs no read`, async () => {
			const readsBefore = await edge.kv.reads();
			assert.equal((await get(edge, page())).status, status);
			assert.deepEqual(await edge.kv.reads(), readsBefore);
		});
	}

	test("a key allows an origin with any value, also an empty one", async () => {
		for (const value of ["", "0", "null", '{"name": "Acme"}']) {
			const tenant = newOrigin();
			await edge.kv.put(`tenant:${tenant}`, value);
			assert.equal((await get(edge, tenant)).status, 200, value);
		}
	});

	test("a key under either of two prefixes is enough, and both are read at once", async () => {
		const [one, other, stranger] = [newOrigin(), newOrigin(), newOrigin()];
		await edge.kv.put(`tenant:${one}`);
		await edge.kv.put(`partner:${other}`);
		for (let round = 0; round < 2; round += 1) {
			assertAllowed(await get(edge, one, "/two/"), one, 200, "tenant-origin");
			assertAllowed(await get(edge, other, "/two/"), other, 200, "tenant-origin");
			assertRefused(await get(edge, stranger, "/two/"), "unlisted-origin");
		}
		for (const page of [one, other, stranger]) {
			assert.deepEqual(await edge.kv.reads(page), [[`tenant:${page}`, `partner:${page}`]]);
		}
	});

	test("a route with another prefix has other tenants", async () => {
		const [tenant, partner] = [newOrigin(), newOrigin()];
		await edge.kv.put(`tenant:${tenant}`);
		await edge.kv.put(`partner:${partner}`);
		for (let round = 0; round < 2; round += 1) {
			assert.equal((await get(edge, tenant)).status, 200);
			assertRefused(await get(edge, tenant, "/partners/"), "unlisted-origin");
			assert.equal((await get(edge, partner, "/partners/")).status, 200);
			assertRefused(await get(edge, partner), "unlisted-origin");
		}
	});

	test("a tenant of a rule with credentials may send them", async () => {
		const partner = newOrigin();
		await edge.kv.put(`partner:${partner}`);
		for (const name of ["polling GET", "preflight"]) {
			const [ask, status] = requests[name];
			const answer = await ask(edge, partner, "/partners/");
			assertAllowed(answer, partner, status, "tenant-origin");
			assert.equal(answer.headers.get("access-control-allow-credentials"), "true");
		}
		assertRefused(await get(edge, newOrigin(), "/partners/"), "unlisted-origin");
	});

	test("an answer of KV that leaves a key out does not make it a tenant's", async () => {
		await edge.kv.suffer("leaves out what is not there");
		const stranger = newOrigin();
		const answers = [await get(edge, stranger), await get(edge, stranger, "/two/")];
		await edge.kv.suffer("none");
		for (const answer of answers) assert.equal(answer.status, 403);
	});
});

test("an edit takes effect without a redeploy: a key that is put, and one that is deleted", () =>
	withEdge({}, async (edge) => {
		const tenant = newOrigin();
		for (let round = 0; round < 2; round += 1) {
			assertRefused(await get(edge, tenant), "unlisted-origin");
			await edge.kv.put(`tenant:${tenant}`);
			await edge.sendUntil(is(200), poll, { headers: { origin: tenant } });
			await edge.kv.delete(`tenant:${tenant}`);
			await edge.sendUntil(is(403), poll, { headers: { origin: tenant } });
		}
	}));

test("a tenant whose key was deleted is not served once twice the freshness is over", () =>
	withEdge({}, async (edge) => {
		const tenant = newOrigin();
		await edge.kv.put(`tenant:${tenant}`);
		assertAllowed(await get(edge, tenant), tenant, 200, "tenant-origin");
		await edge.kv.delete(`tenant:${tenant}`);
		await sleep(2100);
		assertRefused(await get(edge, tenant), "unlisted-origin");
	}));

describe("a KV that", { concurrency: true }, () => {
	for (const fault of ["fails", "never answers", "answers with nonsense"]) {
		test(`${fault} keeps out unknown origins, but no known ones`, () =>
			withEdge({}, async (edge) => {
				const [known, unknown, stranger] = [newOrigin(), newOrigin(), newOrigin()];
				for (const page of [known, unknown]) await edge.kv.put(`tenant:${page}`);
				assert.equal((await get(edge, known)).status, 200);
				await edge.kv.suffer(fault);
				// At the last one, twice the freshness is over.
				for (const wait of [0, 1100, 1100, 2100]) {
					await sleep(wait);
					const pages = [known, listed];
					const all = await Promise.all(pages.map((page) => askEveryWay(edge, page)));
					for (const [a, s] of all[0]) assertAllowed(a, known, s, "tenant-origin");
					for (const [a, s] of all[1]) assertAllowed(a, listed, s, "listed-origin");
				}
				const refusals = await askEveryWay(edge, unknown);
				for (const [answer] of refusals) assertRefused(answer, "lookup-failed");
				const passing = [
					get(edge),
					get(edge, edge.url),
					get(edge, unknown, "/report/"),
					get(edge, unknown, "/elsewhere"),
				];
				for (const { status } of await Promise.all(passing)) assert.equal(status, 200);
				assert.match(edge.log.join("\n"), /"event":"lookup-failed"/);

				await edge.kv.suffer("none");
				await edge.sendUntil(is(200), poll, { headers: { origin: unknown } });
				assert.equal((await get(edge, known)).status, 200);
				assertRefused(await get(edge, stranger), "unlisted-origin");
			}));
	}
});

test("a request waits for its policy and its origin's key for two seconds together", () =>
	withEdge({ vars: forLong, fault: "is late by 1.5 s" }, async (edge) => {
		const tenant = newOrigin();
		await edge.kv.put(`tenant:${tenant}`);
		assertRefused(await get(edge, tenant), "lookup-failed");
		// An answer that comes later takes effect for other requests.
		await edge.sendUntil(is(200), poll, { headers: { origin: tenant } });
	}));

test("a crowd of one tenant's pages, all at once, leaves room for the tenants after it", () =>
	withEdge({ vars: forLong }, async (edge) => {
		const [tenant, ...others] = Array.from({ length: 101 }, newOrigin);
		for (const page of [tenant, ...others]) await edge.kv.put(`tenant:${page}`);
		assert.equal((await get(edge, listed)).status, 200);
		await edge.kv.suffer("is late");
		for (const crowd of [Array(180).fill(tenant), others]) {
			const answers = await Promise.all(crowd.map((page) => get(edge, page)));
			assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
		}
	}));

test("a crowd of one tenant's pages makes one read, however few look-ups their address has", () =>
	withEdge({ vars: forLong, fault: "is late" }, async (edge) => {
		const tenant = newOrigin();
		await edge.kv.put(`tenant:${tenant}`);
		const answers = await Promise.all(Array.from({ length: 50 }, () => get(edge, tenant)));
		for (const answer of answers) assertAllowed(answer, tenant, 200, "tenant-origin");
		const reads = await edge.kv.reads(tenant);
		// One more if the first takes half a second.
		assert.ok(reads.length <= 2, `${reads.length} reads`);
	}));

describe("an address", () => {
	let edge;
	before(async () => {
		edge = await start({ vars: forLong });
	});
	after(() => edge.stop());

	const from = async (address, page, more) => {
		const headers = { origin: page, ...(address && { "cf-connecting-ip": address }), ...more };
		const { headers: answer } = await edge.send(poll, { headers });
		return answer.get("x-cors-decision").match(/reason=([^;]+)/)[1];
	};
	const misses = async (...addresses) => {
		const reasons = [];
		for (const address of addresses) reasons.push(await from(address, newOrigin()));
		return reasons.map((reason) => reason === "unlisted-origin");
	};

	test("has two look-ups that find no key", async () => {
		assert.deepEqual(await misses(...Array(4).fill("192.0.2.1")), [true, true, false, false]);
		assert.deepEqual(await misses("192.0.2.2"), [true]);
	});

	test("is the same throughout an IPv6 network of 64 bits", async () => {
		const network = ["2001:db8:0:1::1", "2001:0DB8::1:ffff:0:0:2", "2001:db8:0:1:2::"];
		assert.deepEqual(await misses(...network), [true, true, false]);
		assert.deepEqual(await misses("2001:db8:0:2::1"), [true]);
	});

	test("is the same for all requests without a valid one, whatever X-Forwarded-For says", async () => {
		const forwarded = (number) => ({ "x-forwarded-for": `198.51.100.${number}` });
		const reasons = [];
		for (const number of [1, 2, 3]) {
			reasons.push(await from("no address", newOrigin(), forwarded(number)));
		}
		assert.deepEqual(reasons, ["unlisted-origin", "unlisted-origin", "lookup-limited"]);
		assert.deepEqual(
			await misses("999.0.2.1", "::1%lo", "192.0.2.1, 192.0.2.9"),
			Array(3).fill(false),
		);
	});

	test("has any number of look-ups that find a key", async () => {
		for (let number = 0; number < 10; number += 1) {
			const tenant = newOrigin();
			await edge.kv.put(`tenant:${tenant}`);
			assert.equal(await from("192.0.2.3", tenant), "tenant-origin");
		}
		assert.deepEqual(await misses(...Array(3).fill("192.0.2.3")), [true, true, false]);
		// One that is known needs none.
		const tenant = newOrigin();
		await edge.kv.put(`tenant:${tenant}`);
		assert.equal(await from("192.0.2.4", tenant), "tenant-origin");
		assert.equal(await from("192.0.2.3", tenant), "tenant-origin");
	});
});

test("a flood from a thousand addresses leaves the first requests of new tenants through", (t) =>
	withEdge({ vars: forLong }, async (edge) => {
		const bare = { url: edge.bareUrl };
		assert.equal((await get(bare, listed)).status, 200);
		const tenants = Array.from({ length: 20 }, newOrigin);
		for (const page of tenants) await edge.kv.put(`tenant:${page}`);
		const thousand = (_page, number) => `192.0.${number % 4}.${Math.floor(number / 4) % 250}`;
		const addresses = new Set(Array.from({ length: 5000 }, (_, number) => thousand("", number)));
		assert.equal(addresses.size, 1000);
		// All of them have misses behind them before the first tenant comes.
		await flood(bare, 3000, newOrigin, thousand);
		let flooding = true;
		const keepFlooding = async () => {
			while (flooding) await flood(bare, 1000, newOrigin, thousand);
		};
		const comeInTurn = async () => {
			const answers = [];
			for (const page of tenants) {
				answers.push(await get(bare, page));
				await sleep(100);
			}
			flooding = false;
			return answers;
		};
		const [answers] = await Promise.all([comeInTurn(), keepFlooding()]);
		const passed = answers.filter(is(200)).length;
		t.diagnostic(`${passed} of ${tenants.length} pass`);
		assert.ok(passed >= 18, `${passed} of ${tenants.length} pass`);
		const reads = (await edge.kv.reads()).length;
		assert.ok(reads <= 2 * 1000 + tenants.length + 5, `${reads} reads`);
	}));

test("a flood of strangers costs few reads and little memory, and displaces no tenant", (t) =>
	withEdge({ inspectorPort: 0 }, async (edge) => {
		const count = 100_000;
		const [known, unknown] = [newOrigin(), newOrigin()];
		for (const page of [known, unknown]) await edge.kv.put(`tenant:${page}`);
		// Without what stands before the Worker here, which takes longer than the Worker.
		const bare = { url: edge.bareUrl };
		assert.equal((await get(bare, known)).status, 200);
		const inspector = await inspect(edge.runtime);
		const before = await inspector.sizes();

		const start = performance.now();
		let flooding = true;
		const watch = async () => {
			while (flooding) {
				assertAllowed(await get(bare, known), known, 200, "tenant-origin");
				assertAllowed(await get(bare, listed), listed, 200, "listed-origin");
				await sleep(50);
			}
		};
		const ended = () => {
			flooding = false;
		};
		const [answers] = await Promise.all([flood(bare, count).finally(ended), watch()]);
		const seconds = (performance.now() - start) / 1000;

		const readsOfKnown = await edge.kv.reads(known);
		const reads = await edge.kv.reads();
		const ofKnown = readsOfKnown.length;
		const ofStrangers = reads.length - ofKnown;
		// A key that KV is slow with is read twice.
		const strangers = different(reads) - different(readsOfKnown);
		const grown = (await inspector.sizes()).wasm[0] - before.wasm[0];
		inspector.close();
		t.diagnostic(`${seconds} s, ${ofStrangers} + ${ofKnown} reads, ${grown} bytes of Wasm more`);
		const {
			"403 unlisted-origin": asked,
			"403 lookup-limited": limited,
			"403 lookup-failed": failed = 0,
			...rest
		} = answers;
		assert.deepEqual([rest, asked + limited + failed], [{}, count]);
		// On a busy machine KV is late for some. They fail, or are limited if no other read may be made.
		const late = strangers - asked;
		assert.ok(
			0 <= late && Math.max(late, failed) <= count / 200,
			`${strangers} keys, ${asked}, ${failed} failed`,
		);
		assert.ok(ofStrangers <= 3000 + 3 * seconds + 5, `${ofStrangers} reads in ${seconds} s`);
		assert.ok(ofKnown <= seconds + 5, `${ofKnown} reads in ${seconds} s`);
		assert.ok(grown <= 2 * 1024 * 1024, `${grown} bytes more`);
		// Each minute has 60 lines and one that counts what was left out; the first and last are parts.
		const minutes = Math.floor(seconds / 60) + 2;
		assert.ok(edge.log.length <= minutes * 61, edge.log.join("\n"));
		await edge.sendUntil(is(200), poll, { headers: { origin: unknown } });
	}));

test("Socket.IO: a tenant's client connects and upgrades, a stranger's once it has a key", async () => {
	const server = await startSocketServer();
	await withEdge({ upstream: server.url }, async (edge) => {
		const [tenant, stranger] = [newOrigin(), newOrigin()];
		await edge.kv.put(`tenant:${tenant}`);
		const inside = client(4, edge.url, { origin: tenant });
		const outside = client(4, edge.url, { origin: stranger, reconnection: true });
		try {
			await Promise.all([connected(inside), refused(outside)]);
			await upgraded(inside);
			assert.equal(await ask(inside, "echo", "hello"), "hello");
			const origins = new Set(server.seen.map(({ headers }) => headers.origin));
			assert.deepEqual(origins, new Set([tenant]));
			const letIn = next(outside, "connect");
			await edge.kv.put(`tenant:${stranger}`);
			await letIn;
			assert.equal(await ask(outside, "echo", "hello"), "hello");
		} finally {
			inside.disconnect();
			outside.disconnect();
		}
	}).finally(server.stop);
});
