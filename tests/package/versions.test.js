// Going forward and back between versions: an older Worker and a newer document. The older one is the
// built one without the name of a field, as it was before it had that field.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { poll, startEchoServer } from "../harness/pages.js";
import { root } from "../harness/process.js";
import { assertSays, useTool } from "../harness/tool.js";

const a = "https://a.example";
const b = "https://b.example";
const old = { origin: [a] };
const newer = { origin: [b], websocketCookies: false };
const from = (origin) => ({ headers: { Origin: origin } });
const is =
	(wanted) =>
	({ status }) =>
		status === wanted;

describe("a newer document", () => {
	const older = "target/older";
	let server, tool;
	before(async () => {
		server = await startEchoServer();
		tool = await useTool();
		await mkdir(join(root, older), { recursive: true });
		for (const name of ["index.js", "index_bg.wasm"]) {
			const built = await readFile(join(root, "build", name), "latin1");
			const without = built.replaceAll("websocketCookies", "websocketC00kies");
			await writeFile(join(root, older, name), without, "latin1");
		}
	});
	after(async () => {
		await tool.remove();
		await server.stop();
	});

	test("is refused by an older Worker, which keeps the policy that it has", async () => {
		const edge = await startEdge({ upstream: server.url, policy: old, build: older });
		try {
			await edge.sendUntil(is(200), poll, from(a));
			await edge.kv.put("policy", newer);
			await edge.sendUntil(() => edge.logged("policy-fault").length > 0, poll, from(a));
			const [{ message }] = edge.logged("policy-fault");
			assertSays(message, 'unknown field "websocketCookies"');
			assert.equal((await edge.send(poll, from(a))).status, 200);
			assert.equal((await edge.send(poll, from(b))).status, 403);
			// The policy is rolled back before the Worker: then the older one has what it reads.
			await edge.kv.put("policy", { ...old, maxAge: 60 });
			await edge.sendUntil(() => edge.logged("policy-changed").length > 1, poll, from(a));
		} finally {
			await edge.stop();
		}
	});

	test("takes effect with the Worker version that check names, which also reads older documents", async () => {
		const file = await tool.file(JSON.stringify(newer));
		const [, version] = (await tool.run(0, ["check", file])).match(
			/, needs Worker (\S+) or newer\n/,
		);
		assert.equal(JSON.parse(await tool.run(0, ["check", "--json", file])).oldestWorker, version);
		const edge = await startEdge({ upstream: server.url, policy: old });
		try {
			await edge.sendUntil(is(200), poll, from(a));
			await edge.kv.put("policy", newer);
			await edge.sendUntil(is(200), poll, from(b));
			const { worker } = edge.logged("policy-changed").at(-1);
			assert.ok(worker >= version, `${worker} ${version}`);
		} finally {
			await edge.stop();
		}
	});
});
