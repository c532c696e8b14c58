// `socketio-cors publish`, `history` and `rollback` with wrangler and a stand-in for Cloudflare's API.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startCloudflare } from "../harness/cloudflare.js";
import { assertSays, useTool } from "../harness/tool.js";
import { A, B, C, versionOf, wrangler } from "./publishing.js";

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

	test("a policy is published to the live KV, which shows it late", async () => {
		assertSays(
			await published(0, A),
			"To the live KV: account an-account, Worker socketio-cors-edge, the namespace",
			"There is no policy in the live KV yet",
			"60 seconds or more",
		);
		cloudflare.staleReads = 1;
		cloudflare.omitsMissing = true;
		assertSays(await published(0, B, ["--host", "api.example.com"]), "- https://a.example");
		assert.deepEqual(Object.fromEntries(cloudflare.values), {
			policy: A,
			"policy:api.example.com": B,
		});
	});

	test("what KV does not show in ten seconds is said to be late", async () => {
		cloudflare.staleReads = 10;
		assertSays(
			await published(3, B),
			"look again in a minute",
			'"policy" has the document that was live.',
		);
		cloudflare.staleReads = 0;
	});

	test("versions are kept with who published them, however many keys there are", async () => {
		const host = ["--host", "kept.example"];
		const signed = ["--by", "Ann", "--message", "The shop"];
		cloudflare.pageLength = 2;
		for (const text of [A, B, C]) await published(0, text, [...host, ...signed]);
		// An edit in the dashboard keeps the metadata of what was there.
		cloudflare.values.set("policy:kept.example", A);
		const env = cloudflare.environment;
		const words = [...host, "--wrangler", wrangler];
		const history = JSON.parse(await tool.run(0, ["history", "--json", ...words], env));
		const versions = [history.live, ...history.kept].map(({ version, by }) => [version, by]);
		assert.deepEqual(versions, [
			[versionOf(A), null],
			[versionOf(B), "Ann"],
			[versionOf(A), "Ann"],
		]);
		const back = await tool.run(0, ["rollback", ...host, ...live], env);
		assertSays(back, "+ https://b.example\n");
		assert.equal(cloudflare.values.get("policy:kept.example"), B);
		cloudflare.pageLength = 1000;
	});

	test("the account is asked for where nobody names it", async () => {
		const env = { ...cloudflare.environment, CLOUDFLARE_ACCOUNT_ID: "" };
		const args = ["publish", await tool.file(C), "--host", "asked.example", ...live];
		assertSays(await tool.run(0, args, env), "account Shop (an-account), Worker");
	});

	test("a refused token is no missing key", async () => {
		const values = new Map(cloudflare.values);
		cloudflare.refuses = true;
		cloudflare.requests.length = 0;
		const env = cloudflare.environment;
		assertSays(await published(3, A), "Authentication error", "Nothing was published.");
		const back = await tool.run(3, ["rollback", ...live], env);
		assertSays(back, "Authentication error", "Nothing was changed.");
		assert.ok(cloudflare.requests.length > 0);
		assert.ok(!cloudflare.requests.some((request) => request.startsWith("PUT")));
		const words = ["--wrangler", wrangler];
		assertSays(await tool.run(3, ["history", ...words], env), "Authentication error");
		assertSays(
			await tool.run(3, ["diff", await tool.file(B), ...words], env),
			"Authentication error",
		);
		assert.deepEqual(cloudflare.values, values);
	});

	test("neither is a token that is missing, nor a namespace", async () => {
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
