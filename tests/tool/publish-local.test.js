// `socketio-cors publish`, `history`, `diff` and `rollback` with wrangler and its local KV. Each wrangler
// takes two seconds of CPU time, so publish-states.test.js has the rest.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { withLocalKv } from "../harness/store.js";
import { assertSays, hasTerminal, useTool } from "../harness/tool.js";
import { versionOf } from "../harness/version.js";
import { A, B } from "./publishing.js";

// Non-ASCII text, white space at its end, and what JSON and JavaScript spell otherwise.
const SPELLED = '{"$schema": "ü\\u2028\u2028😀\\/", "origin": ["https://c.example"]}\r\n\n\t ';

// The second test goes on from the first, which types the answer.
describe("with wrangler and its local KV", { skip: !hasTerminal }, () => {
	let tool, state, local;
	before(async () => {
		tool = await useTool();
		state = join(tool.directory, "kv");
		local = ["--local", "--persist-to", state];
	});
	after(() => tool.remove());
	// Without a wrangler.
	const inKv = (use) => withLocalKv(state, "POLICY", use);
	const live = () => inKv((kv) => kv.get("policy"));

	test("a policy is published at a terminal, which is asked", async () => {
		const publish = ["publish", await tool.file(A), ...local, "--by", "Ann", "--message", "Shop"];
		const output = await tool.asked("y", publish);
		assertSays(
			output,
			"policy.json: valid, 1 route, 1 origin\r\n",
			"There is no policy in the local KV of wrangler dev yet: only same-origin pages are allowed.",
			"+ /socket.io\r\n",
			"+ https://a.example\r\n",
			'Publish it to the local KV of wrangler dev? [y/N] "policy" in the local KV',
			"POLICY_FRESH_SECONDS",
		);
		assert.doesNotMatch(output, /put it back/);
		assert.equal(await live(), A);
	});

	test("it is changed, listed, compared, and put back by its digits", async () => {
		const changed = ["publish", await tool.file(SPELLED), ...local, "--yes"];
		assertSays(
			await tool.run(0, changed),
			"+ https://c.example\n  - https://a.example\n    maxAge: 600 → unset\n",
			"socketio-cors rollback --local --persist-to ",
		);
		assert.equal(await live(), SPELLED);

		const history = JSON.parse(await tool.run(0, ["history", "--json", ...local]));
		assert.equal(history.key, "policy");
		const versions = [history.live, ...history.kept].map(({ version }) => version);
		assert.deepEqual(versions, [versionOf(SPELLED), versionOf(A)]);
		assert.deepEqual([history.kept[0].by, history.kept[0].message], ["Ann", "Shop"]);
		assertSays(await tool.run(1, ["diff", await tool.file(B), ...local]), "+ https://b.example\n");

		const back = ["rollback", "--to", versionOf(A), "--yes", ...local];
		assertSays(await tool.run(0, back), "+ https://a.example\n  - https://c.example\n");
		assert.equal(await live(), A);
	});
});
