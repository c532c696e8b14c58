// `socketio-cors publish`, `history`, `diff` and `rollback` with wrangler and its local KV. Each wrangler
// takes two seconds of CPU time, so publish-states.test.js has the rest.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { withLocalKv } from "../harness/store.js";
import { assertSays, hasTerminal, useTool } from "../harness/tool.js";
import { versionOf } from "../harness/version.js";
import { A, B, wrangler } from "./publishing.js";

/** The tool with a local KV of its own, while the tests of a suite run. */
function useLocalKv() {
	const used = {};
	before(async () => {
		used.tool = await useTool();
		used.kv = ["--local", "--persist-to", join(used.tool.directory, "kv")];
		used.local = [...used.kv, "--wrangler", wrangler];
	});
	after(() => used.tool.remove());
	// Without a wrangler, which takes some seconds.
	const open = (use) => withLocalKv(join(used.tool.directory, "kv"), "POLICY", use);
	used.value = (key) => open((store) => store.get(key));
	used.put = (key, text) => open((store) => store.put(key, text));
	return used;
}

// Each waits for wrangler most of the time; more than two would keep a small machine from all else.
describe("with wrangler and its local KV", { concurrency: 2 }, () => {
	describe("a policy", { concurrency: 1 }, () => {
		const kv = useLocalKv();

		test("a policy is published, changed, listed, compared, and put back by its digits", async () => {
			const { tool, local, value } = kv;
			// Non-ASCII text, white space at its end, and what JSON and JavaScript spell otherwise.
			const first = '{"$schema": "ü\\u2028\u2028😀\\/", "origin": ["https://a.example"]}\r\n\n\t ';
			const signed = ["--by", "Ann", "--message", "The shop", "--yes"];
			const path = await tool.file(first);
			const published = await tool.run(0, ["publish", path, ...local, ...signed]);
			assertSays(
				published,
				"policy.json: valid, 1 route, 1 origin\n",
				"There is no policy in the local KV of wrangler dev yet: only same-origin pages are allowed.",
				"+ /socket.io\n  + https://a.example\n",
				'"policy" in the local KV of wrangler dev is version ',
				"POLICY_FRESH_SECONDS",
			);
			assert.doesNotMatch(published, /put it back/);
			assert.equal(await value("policy"), first);

			await tool.file(B);
			const changed = await tool.run(0, ["publish", path, ...local, ...signed]);
			const difference = "+ https://b.example\n  - https://a.example\n    maxAge: unset → 86400\n";
			assertSays(changed, difference, "socketio-cors rollback --local --persist-to ");

			const history = JSON.parse(await tool.run(0, ["history", "--json", ...local]));
			assert.equal(history.key, "policy");
			const versions = [history.live, ...history.kept].map(({ version, by, message }) => [
				version,
				by,
				message,
			]);
			const expected = [B, first].map((text) => [versionOf(text), "Ann", "The shop"]);
			assert.deepEqual(versions, expected);

			const back = ["rollback", "--to", versionOf(first), "--yes", ...local];
			assertSays(
				await tool.run(0, back),
				"+ https://a.example\n  - https://b.example\n    maxAge: 86400 → unset\n",
			);
			assert.equal(await value("policy"), first);
			assertSays(await tool.run(1, ["diff", path, ...local]), "+ https://b.example\n");
		});
	});

	describe("a policy of a host", { concurrency: 1 }, () => {
		const kv = useLocalKv();

		test("a document of 5 MB is published for one host, in place of another", async () => {
			const { tool, local, value, put } = kv;
			const large = (name) => {
				const origins = Array.from({ length: 160_000 }, (_, n) => `https://${name}-${n}.example`);
				return JSON.stringify({ origin: origins });
			};
			const [before, after] = [large("tenant"), large("client")];
			assert.ok(after.length > 5e6);
			const key = "policy:api.example.com:8443";
			await put(key, before);
			const host = ["--host", "https://API.example.com:8443", "--yes", ...local];
			assertSays(
				await tool.run(0, ["publish", await tool.file(after), ...host]),
				`Changes in the local KV of wrangler dev, under "${key}":`,
				"  + … and 159980 more\n",
				"  - … and 159980 more\n",
			);
			assert.equal(await value(key), after);
		});
	});

	describe("at a terminal", { concurrency: 1 }, () => {
		const kv = useLocalKv();

		test("it asks on a terminal, with the wrangler of npx", { skip: !hasTerminal }, async () => {
			const args = ["publish", await kv.tool.file(A), ...kv.kv];
			const question = "Publish it to the local KV of wrangler dev? [y/N] ";
			assertSays(await kv.tool.asked("y", args), "There is no policy", `${question}"policy" in`);
		});
	});
});
