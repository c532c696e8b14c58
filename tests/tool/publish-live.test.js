// `socketio-cors publish`, `history` and `rollback` with wrangler and a stand-in for Cloudflare's API. Each
// wrangler takes a second of CPU time, so publish-states.test.js has the rest.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startCloudflare } from "../harness/cloudflare.js";
import { assertSays, useTool } from "../harness/tool.js";
import { versionOf } from "../harness/version.js";
import { A, B, C, wrangler } from "./publishing.js";

let tool;
before(async () => {
	tool = await useTool();
});
after(() => tool.remove());

describe("with wrangler and Cloudflare's API", () => {
	let cloudflare;
	const live = ["--yes", "--wrangler", wrangler];
	before(async () => {
		cloudflare = await startCloudflare();
	});
	after(() => cloudflare.stop());
	const published = async (status, text, options = []) =>
		tool.run(
			status,
			["publish", await tool.file(text), ...live, ...options],
			cloudflare.environment,
		);

	test("a policy is published to the live KV, of an account that only wrangler knows", async () => {
		const env = { ...cloudflare.environment, CLOUDFLARE_ACCOUNT_ID: "" };
		assertSays(
			await tool.run(0, ["publish", await tool.file(A), ...live], env),
			"To the live KV: account Shop (an-account), Worker socketio-cors-edge, the namespace",
			"There is no policy in the live KV yet",
			"60 seconds or more",
		);
		assert.deepEqual(Object.fromEntries(cloudflare.values), { policy: A });
	});

	test("versions keep their authors, though KV is late and lists them on several pages", async () => {
		const key = "policy:api.example.com";
		const host = ["--host", "api.example.com"];
		const signed = ["--by", "Ann", "--message", "The shop"];
		const env = cloudflare.environment;
		cloudflare.values.set(key, C);
		cloudflare.staleReads = 1;
		cloudflare.omitsMissing = true;
		cloudflare.pageLength = 1;
		assertSays(await published(0, B, [...host, ...signed]), "- https://c.example");
		cloudflare.staleReads = 0;
		const back = await tool.run(0, ["rollback", ...host, ...live], env);
		assertSays(back, "+ https://c.example\n");
		assert.doesNotMatch(back, /enforced/);
		assert.equal(cloudflare.values.get(key), C);
		assert.equal(cloudflare.values.get("policy"), A);
		// An edit in the dashboard keeps the metadata of what was there.
		cloudflare.values.set(key, A);
		const words = [...host, "--wrangler", wrangler];
		const history = JSON.parse(await tool.run(0, ["history", "--json", ...words], env));
		const versions = [history.live, ...history.kept].map(({ version, by }) => [version, by]);
		assert.deepEqual(versions, [
			[versionOf(A), null],
			[versionOf(B), "Ann"],
			[versionOf(C), null],
		]);
		cloudflare.pageLength = 1000;
	});

	test("a document of 5 MB is published for one host, in place of another", async () => {
		const large = (name) => {
			const origins = Array.from({ length: 160_000 }, (_, n) => `https://${name}-${n}.example`);
			return JSON.stringify({ origin: origins });
		};
		const [before, after] = [large("tenant"), large("client")];
		assert.ok(after.length > 5e6);
		const key = "policy:api.example.com:8443";
		cloudflare.values.set(key, before);
		assertSays(
			await published(0, after, ["--host", "https://API.example.com:8443"]),
			`, under "${key}":`,
			"  + … and 159980 more\n",
			"  - … and 159980 more\n",
		);
		assert.equal(cloudflare.values.get(key), after);
	});

	test("a refused token is not taken for a missing key", async () => {
		const values = new Map(cloudflare.values);
		cloudflare.refuses = true;
		cloudflare.requests.length = 0;
		assertSays(await published(3, A), "Authentication error", "Nothing was published.");
		assert.ok(cloudflare.requests.length > 0);
		assert.ok(!cloudflare.requests.some((request) => request.startsWith("PUT")));
		const diff = ["diff", await tool.file(B), "--wrangler", wrangler];
		assertSays(await tool.run(3, diff, cloudflare.environment), "Authentication error");
		assert.deepEqual(cloudflare.values, values);
		cloudflare.refuses = false;
	});

	test("a missing token or namespace is not taken for a missing key", async () => {
		const { CLOUDFLARE_API_TOKEN, ...env } = cloudflare.environment;
		const args = ["publish", await tool.file(A), ...live];
		const home = { ...env, HOME: tool.directory, XDG_CONFIG_HOME: tool.directory };
		assertSays(await tool.run(3, args, home), "CLOUDFLARE_API_TOKEN", "Nothing was published.");
		const config = ["--config", await tool.file('name = "x"\n', "wrangler.toml")];
		assertSays(
			await tool.run(3, [...args, ...config], cloudflare.environment),
			"No KV namespaces are configured",
			"Nothing was published.",
		);
	});
});
