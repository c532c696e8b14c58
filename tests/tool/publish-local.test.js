// `socketio-cors publish`, `history` and `rollback` with wrangler and its local KV.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { withLocalKv } from "../harness/store.js";
import { assertSays, hasTerminal, useTool } from "../harness/tool.js";
import { A, B, C, versionOf, wrangler } from "./publishing.js";

/** The tool with a local KV of its own, while the tests of a suite run. */
function useLocalKv() {
	const used = {};
	before(async () => {
		used.tool = await useTool();
		used.kv = ["--local", "--persist-to", join(used.tool.directory, "kv")];
		used.local = [...used.kv, "--yes", "--wrangler", wrangler];
	});
	after(() => used.tool.remove());
	// Without a wrangler, which takes some seconds.
	const open = (use) => withLocalKv(join(used.tool.directory, "kv"), "POLICY", use);
	used.value = (key) => open((store) => store.get(key));
	used.put = (key, text) => open((store) => store.put(key, text));
	return used;
}

// Each waits for wrangler most of the time.
describe("with wrangler and its local KV", { concurrency: 4 }, () => {
	describe("a policy", { concurrency: 1 }, () => {
		const kv = useLocalKv();

		test("a policy is published, changed, put back, and put back again", async () => {
			const { tool, local, value } = kv;
			// Non-ASCII text, white space at its end, and what JSON and JavaScript spell otherwise.
			const first = '{"$schema": "ü\\u2028\u2028😀\\/", "origin": ["https://a.example"]}\r\n\n\t ';
			const path = await tool.file(first);
			const published = await tool.run(0, ["publish", path, ...local]);
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

			assertSays(await tool.run(0, ["publish", path, ...local]), "Nothing to publish");

			await tool.file(B);
			const changed = await tool.run(0, ["publish", path, ...local]);
			const difference = "+ https://b.example\n  - https://a.example\n    maxAge: unset → 86400\n";
			assertSays(changed, difference, "socketio-cors rollback --local --persist-to ");

			const back = await tool.run(0, ["rollback", ...local]);
			assertSays(back, "+ https://a.example\n  - https://b.example\n    maxAge: 86400 → unset\n");
			assert.equal(await value("policy"), first);
			await tool.run(0, ["rollback", ...local]);
			assert.equal(await value("policy"), B);
		});
	});

	describe("a policy of a host", { concurrency: 1 }, () => {
		const kv = useLocalKv();

		test("a document of 5 MB is published for one host, and another in its place", async () => {
			const { tool, local, value, put } = kv;
			await put("policy", B);
			const origins = Array.from({ length: 160_000 }, (_, n) => `https://tenant-${n}.example`);
			const host = ["--host", "https://API.example.com:8443", ...local];
			const large = JSON.stringify({ origin: origins });
			assert.ok(large.length > 5e6);
			assertSays(
				await tool.run(0, ["publish", await tool.file(large), ...host]),
				'"policy:api.example.com:8443" is not in the local KV of wrangler dev yet, so the Worker uses "policy"',
				"  + … and 159980 more\n",
			);
			assertSays(
				await tool.run(0, ["publish", await tool.file(A), ...host]),
				"  - … and 159980 more\n",
			);
			assertSays(await tool.run(0, ["rollback", ...host]), "  + … and 159980 more\n");
			assert.equal(await value("policy"), B);
		});
	});

	describe("what is kept", { concurrency: 1 }, () => {
		const kv = useLocalKv();

		test("a version that was kept is listed, and put back by its digits", async () => {
			const { tool, local, value } = kv;
			const host = ["--host", "kept.example", ...local];
			const signed = ["--by", "Ann", "--message", "The shop"];
			const options = host.filter((word) => word !== "--yes");
			for (const text of [A, B, C]) {
				await tool.run(0, ["publish", await tool.file(text), ...host, ...signed]);
			}
			const history = JSON.parse(await tool.run(0, ["history", "--json", ...options]));
			assert.equal(history.key, "policy:kept.example");
			const versions = [history.live, ...history.kept].map(({ version, by, message }) => [
				version,
				by,
				message,
			]);
			const expected = [C, B, A].map((text) => [versionOf(text), "Ann", "The shop"]);
			assert.deepEqual(versions, expected);
			const back = await tool.run(0, ["rollback", "--to", versionOf(A), ...host]);
			assertSays(back, "+ https://a.example\n", `"policy:kept.example" in the local KV`);
			assert.equal(await value("policy:kept.example"), A);
			const path = await tool.file(A);
			assertSays(await tool.run(0, ["diff", path, ...options]), "No difference");
			assertSays(
				await tool.run(1, ["diff", await tool.file(B), ...options]),
				"+ https://b.example\n",
			);
		});
	});

	describe("at a terminal", { concurrency: 1 }, () => {
		const kv = useLocalKv();

		test("it asks on a terminal, with the wrangler of npx", { skip: !hasTerminal }, async () => {
			const { tool } = kv;
			const args = ["publish", await tool.file(A), ...kv.kv];
			const question = "Publish it to the local KV of wrangler dev? [y/N] ";
			assertSays(await tool.asked("n", args), `${question}Nothing was changed.`);
			assertSays(await tool.asked("y", args), "There is no policy", `${question}"policy" in`);
		});
	});
});
