// A KV that is slow, wrong or gone under constant load: no allowed request fails and no refused one
// passes meanwhile.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertAnswers, underLoad } from "../harness/load.js";
import { poll, requests, startEchoServer } from "../harness/pages.js";
import {
	a,
	askInTurn,
	assertOthersPass,
	b,
	from,
	is,
	ofA,
	withEdge as start,
	statusOf as statusAt,
} from "./outage.js";

let server;

before(async () => {
	server = await startEchoServer();
});
after(() => server.stop());

const withEdge = (options, use) => start(server, options, use);
const statusOf = (edge, page) => statusAt(edge, page, poll);

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
		["while KV is down", (edge) => edge.kv.suffer("fails"), "policy-read-failed"],
		["while KV never answers", (edge) => edge.kv.suffer("never answers"), "policy-read-failed"],
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

	test("while KV is down from the start (others get a 503), and when it is back", () =>
		withEdge({ policy: ofA, fault: "fails" }, async (edge) => {
			const told = (page) => Object.keys(requests).map((way) => `${page}: ${way} 503`);
			assertAnswers(await loaded(edge, () => sleep(5000)), [...told("a"), ...told("b")]);
			await assertOthersPass(edge);
			assert.ok(edge.logged("policy-read-failed").length > 0, edge.log.join("\n"));
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
				// It has to be missing for 35 seconds.
				await sleep(39_000);
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
