// `socketio-cors publish` and `rollback` with wrangler: with its local KV, and with a
// stand-in for Cloudflare's API.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startCloudflare } from "../harness/cloudflare.js";
import { root, run } from "../harness/process.js";
import { assertSays, hasTerminal, useTool } from "../harness/tool.js";

const wranglerScript = join(root, "node_modules/wrangler/bin/wrangler.js");
// With the node of the tests, as the system's may be too old for it.
const wrangler = `${process.execPath} ${wranglerScript}`;

const versionOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 8);

const A = '{"origin": ["https://a.example"], "maxAge": 600}\n';
const B = '{"origin": ["https://b.example"], "maxAge": 86400}\n';
const C = '{"origin": ["https://c.example"]}\n';

let tool;
before(async () => {
	tool = await useTool();
});
after(() => tool.remove());

describe("with wrangler and its local KV", () => {
	let local;
	before(() => {
		local = [
			"--local",
			"--persist-to",
			join(tool.directory, "kv"),
			"--yes",
			"--wrangler",
			wrangler,
		];
	});

	/** What is under a key, as wrangler gives it. */
	async function value(key) {
		const args = ["kv", "key", "get", "--binding", "POLICY", ...local.slice(0, 3), key];
		return (await run(process.execPath, [wranglerScript, ...args])).output;
	}

	test("a policy is published, changed, put back, and put back again", async () => {
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
		assert.doesNotMatch(published, /is kept/);
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

	test("a version that was kept is listed, and put back by its digits", async () => {
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

	test("what people have at hand is published as strict JSON", async () => {
		const host = ["--host", "pasted.example", ...local];
		const written = `// The shop's policy.
{
  origin: [
    'https://a.example', // live
    /* 'https://old.example', */
  ],
  note: "it's ours",
}
`;
		const path = await tool.file(written);
		assertSays(
			await tool.run(0, ["check", path]),
			"1 origin; it is not strict JSON, which `publish`",
		);
		const published = await tool.run(0, ["publish", path, ...host]);
		assertSays(published, "+ https://a.example\n");
		const json = '{\n  "origin": [\n    "https://a.example"\n  ],\n  "note": "it\'s ours"\n}\n';
		assert.equal(await value("policy:pasted.example"), json);
		assertSays(await tool.run(0, ["publish", path, ...host]), "Nothing to publish");

		const pasted = `const io = new Server(httpServer, {\n  cors: ${written.slice(written.indexOf("{"))}});`;
		const refused = await tool.run(1, ["publish", await tool.file(pasted), ...host]);
		assertSays(
			refused,
			"error: text around the policy\n",
			'"note": "it\'s ours"',
			"Nothing was published.",
		);
		assert.equal(await value("policy:pasted.example"), json);
	});

	test("a document of 5 MB is published for one host, and another in its place", async () => {
		const origins = Array.from({ length: 160_000 }, (_, n) => `https://tenant-${n}.example`);
		const host = ["--host", "https://API.example.com:8443", ...local];
		const large = JSON.stringify({ origin: origins });
		assert.ok(large.length > 5e6);
		assertSays(
			await tool.run(0, ["publish", await tool.file(large), ...host]),
			'"policy:api.example.com:8443" is not in the local KV of wrangler dev yet, so "policy" is used',
			"  + … and 159980 more\n",
		);
		assertSays(
			await tool.run(0, ["publish", await tool.file(A), ...host]),
			"  - … and 159980 more\n",
		);
		assertSays(await tool.run(0, ["rollback", ...host]), "  + … and 159980 more\n");
		assert.equal(await value("policy"), B);
	});

	test("a port's first policy is compared with its host's, which was in force there", async () => {
		const host = (name) => ["--host", name, ...local];
		await tool.run(0, ["publish", await tool.file(A), ...host("ported.example.com")]);
		assertSays(
			await tool.run(0, ["publish", await tool.file(B), ...host("ported.example.com:8443")]),
			'"policy:ported.example.com:8443" is not in the local KV',
			'so "policy:ported.example.com" is used',
			"+ https://b.example\n  - https://a.example\n",
		);
	});

	test("it asks on a terminal, with the wrangler of npx", { skip: !hasTerminal }, async () => {
		const kv = ["--local", "--persist-to", join(tool.directory, "asked")];
		const args = ["publish", await tool.file(A), ...kv];
		const question = "Publish it to the local KV of wrangler dev? [y/N] ";
		assertSays(await tool.asked("n", args), `${question}Nothing was changed.`);
		assertSays(await tool.asked("y", args), "There is no policy", `${question}"policy" in`);
	});
});

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
			'"policy" holds the document that was live.',
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
