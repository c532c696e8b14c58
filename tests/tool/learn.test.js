// `socketio-cors learn`: from what the real Worker logs while it only reports, from Cloudflare's SQL API,
// and from files that are not what they should be.
import assert from "node:assert/strict";
import { chmod, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { startCloudflare } from "../harness/cloudflare.js";
import { startEdge } from "../harness/edge.js";
import { poll, startEchoServer } from "../harness/pages.js";
import { until } from "../harness/process.js";
import { assertSays, hasTerminal, useTool } from "../harness/tool.js";

let tool;
before(async () => {
	tool = await useTool();
});
after(() => tool.remove());

const line = (origin, more = {}) => ({
	event: "request-refused",
	host: "api.example.com",
	...(origin && { origin }),
	reason: "unlisted-origin",
	method: "GET",
	path: "/socket.io/",
	transport: "polling",
	policy: "0a568b28",
	reportOnly: true,
	...more,
});
/** As `wrangler tail --format json` has it. */
const tailed = (logged, timestamp = Date.UTC(2026, 10, 26)) => ({
	outcome: "ok",
	scriptName: "socketio-cors-edge",
	event: { request: { url: "https://api.example.com/socket.io/", headers: { origin: "x" } } },
	logs: [{ message: [JSON.stringify(logged)], level: "log", timestamp }],
	exceptions: [],
	eventTimestamp: timestamp,
});
const text = (...values) => `${values.map((value) => JSON.stringify(value)).join("\n")}\n`;
const listed = (policy) =>
	[policy.origin].flat().map((entry) => (typeof entry === "string" ? entry : entry.origin));
const A = "https://a.example";
const B = "https://b.example.net";
const C = "https://c.example.org";

describe("the log of a Worker that only reports", () => {
	let server;
	let edge;
	const own = "https://app.example.com";
	const policy = { origin: [own], credentials: true };
	const customers = [
		"https://shop.example.net",
		"https://a.staging.example.org",
		"https://b.staging.example.org",
	];
	const others = [
		"null",
		"http://app.example.com",
		"https://app.example.com.evil.example",
		"https://evilexample.com",
		"https://a.example/path",
	];
	before(async () => {
		server = await startEchoServer();
		edge = await startEdge({
			upstream: server.url,
			policy: { ...policy, reportOnly: true },
		});
	});
	after(async () => {
		await edge.stop();
		await server.stop();
	});
	const asked = async (origin) => {
		const { status } = await edge.send(poll, { headers: { origin } });
		return status;
	};

	test("becomes a policy that check accepts, and that allows the logged origins alone", async () => {
		for (const origin of [...customers, ...others, own]) assert.equal(await asked(origin), 200);
		await edge.send(poll, { headers: { origin: customers[0] } });
		await until("the log", () => edge.logged("request-refused").length === 9);
		const log = await tool.file(`${edge.log.join("\n")}\n`, "edge.log");
		const path = await tool.file(`${JSON.stringify(policy, null, 2)}\n`, "edge.json");
		const said = await tool.run(0, ["learn", log, "--policy", path, "--write"]);
		assertSays(
			said,
			"9 refusals of 7 origins",
			"2 refused: unlisted-origin; polling",
			"every sandboxed frame",
			"is not encrypted, so anybody on the network can change its pages",
			"looks like app.example.com, but only begins like it",
			"looks like example.com, but only ends like it",
			"https://*.staging.example.org",
			"edge.json: 3 origins added",
			"The counts are lower bounds",
		);
		const written = JSON.parse(await readFile(path, "utf8"));
		assert.equal(written.credentials, true);
		assert.deepEqual(listed(written).sort(), [...customers, own].sort());
		assertSays(await tool.run(0, ["check", "--deny-warnings", path]), "valid, 1 route, 4 origins");
		await edge.kv.put("policy", written);
		await edge.sendUntil(({ status }) => status === 403, poll, { headers: { origin: others[3] } });
		for (const origin of [...customers, own]) assert.equal(await asked(origin), 200, origin);
		for (const origin of others) assert.equal(await asked(origin), 403, origin);
		assertSays(await tool.run(0, ["learn", log, "--policy", path]), "Listed already:");
	});
});

describe("a log", () => {
	test("is read from wrangler tail, pretty-printed, compressed, from several files and from the standard input", async () => {
		const pretty = await tool.file(JSON.stringify(tailed(line(A)), null, 4), "pretty.json");
		const packed = join(tool.directory, "logpush.log.gz");
		const trace = {
			EventTimestampMs: 1,
			Logs: [{ Level: "log", Message: [JSON.stringify(line(B))], TimestampMs: 1 }],
		};
		await writeFile(packed, gzipSync(text(trace, trace)));
		const { stdout, stderr } = await tool.runApart(0, ["learn", pretty, packed]);
		assert.deepEqual(listed(JSON.parse(stdout)), [B, A]);
		assertSays(stderr, "The log: 3 entries\n", "at 2026-11-26T00:00:00Z");
		assertSays(await tool.run(0, ["check", await tool.file(stdout)]), "valid, 1 route, 2 origins");
	});

	test("is read as far as it is complete", async () => {
		const whole = text(tailed(line(A)));
		const cut = whole.slice(0, -10);
		const mixed = `[wrangler] Connected\n${cut}\nGET / 200\n${text(line(B))}${cut}`;
		const said = await tool.runApart(0, ["learn", await tool.file(mixed, "mixed.log")]);
		assertSays(said.stderr, "The log: 1 entry, 2 cut off, 2 other lines", "3 refusals");
		const packed = join(tool.directory, "cut.gz");
		const random = Array.from({ length: 5000 }, (_, nth) => line(`https://a${nth}.example`));
		await writeFile(packed, gzipSync(text(...random)).subarray(0, -1000));
		assertSays((await tool.runApart(0, ["learn", packed])).stderr, "cut.gz is cut off: ");
	});

	test("may be empty, and a file that is not a log is reported", async () => {
		const nothing = await tool.runApart(0, ["learn", await tool.file("", "empty.log")]);
		assert.equal(nothing.stdout, "");
		assertSays(nothing.stderr, "The log: 0 entries", "0 refusals of 0 origins");
		const binary = join(tool.directory, "binary");
		await writeFile(binary, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 0x0a, 0xff, 0x7b, 0xfe]));
		assertSays(
			await tool.run(1, ["learn", binary]),
			"found no log entries, only 2 lines of other text",
		);
		const utf16 = join(tool.directory, "utf16.log");
		await writeFile(utf16, Buffer.from(`\ufeff${text(line(A))}`, "utf16le"));
		assertSays(await tool.run(2, ["learn", utf16]), "is UTF-16");
		const directory = join(tool.directory, "logs");
		await mkdir(directory);
		assertSays(await tool.run(2, ["learn", directory]), "cannot read");
		const missing = join(tool.directory, "missing.log");
		assertSays(await tool.run(2, ["learn", missing]), "cannot read", "missing.log");
		assertSays(await tool.run(2, ["learn"]), "required");
	});

	test("is filtered by host, by --skip and by --at-least", async () => {
		const log = await tool.file(
			text(line(A), line(A), line(B), line(C), line(C), line(B, { host: "other.example.com" })),
			"hosts.log",
		);
		const options = ["--host", "api.example.com", "--skip", "https://*.example.org"];
		const { stdout } = await tool.runApart(0, ["learn", log, ...options, "--at-least", "2"]);
		assert.deepEqual(listed(JSON.parse(stdout)), [A]);
		const found = JSON.parse(await tool.run(0, ["learn", "--json", log, ...options]));
		assert.deepEqual(
			found.origins.map(({ origin, count, verdict }) => [origin, count, verdict]),
			[
				[A, 2, "list"],
				[C, 2, "skipped"],
				[B, 1, "list"],
			],
		);
		assert.deepEqual(listed(JSON.parse(found.policy)), [A, B]);
	});

	test("with more origins than learn keeps yields the frequent ones", async () => {
		const flood = Array.from({ length: 50_000 }, (_, nth) =>
			line(`https://${nth}.evil${nth}.test`),
		);
		const log = await tool.file(text(...flood, line(A), line(A)), "flood.log");
		const { stdout, stderr } = await tool.runApart(0, ["learn", log, "--limit", "1"]);
		assert.deepEqual(listed(JSON.parse(stdout)), [A]);
		assertSays(stderr, "There were too many origins", "more frequent origins fill --limit");
	});

	test("is read with its progress on a terminal", {
		skip: !hasTerminal && "no script",
	}, async () => {
		const log = await tool.file(text(line(A)).repeat(200_000), "large.log");
		assertSays(await tool.asked("", ["learn", log]), "MiB read", "200000 refused");
	});
});

describe("a policy file", () => {
	const written =
		"{\n  // ours\n  origin: ['https://own.example'], // the site\n  credentials: true,\n}\n";
	const log = () => tool.file(text(line(A), line(B)), "two.log");

	test("gets the missing origins, and is not changed otherwise", async () => {
		const path = await tool.file(written, "commented.js");
		await chmod(path, 0o640);
		const link = join(tool.directory, "link.js");
		await symlink(path, link);
		assertSays(await tool.run(1, ["learn", await log(), "--policy", link]), "link.js lacks:", A);
		assert.equal(await readFile(path, "utf8"), written);
		await tool.run(0, ["learn", await log(), "--policy", link, "--write"]);
		const now = await readFile(path, "utf8");
		assertSays(
			now,
			"// ours\n",
			"'https://own.example',\n",
			"// the site\n",
			'"note": "learned on ',
		);
		assert.equal((await stat(path)).mode & 0o777, 0o640);
		assertSays(await tool.run(0, ["check", path]), "valid, 1 route, 3 origins");
		assertSays(
			await tool.run(0, ["learn", await log(), "--policy", link, "--write"]),
			"is unchanged",
		);
		assert.equal(await readFile(path, "utf8"), now);
	});

	test("gets a wildcard instead of one owner's origins, if an option asks for it", async () => {
		const family = ["a", "b", "c"].map((name) => line(`https://${name}.staging.example.com`));
		const shared = ["a", "b", "c"].map((name) => line(`https://${name}.vercel.app`));
		const path = await tool.file('{"origin": false, "credentials": true}', "wild.json");
		const args = ["learn", await tool.file(text(...family, ...shared), "wild.log")];
		await tool.run(0, [...args, "--policy", path, "--wildcards", "--write"]);
		assert.deepEqual(listed(JSON.parse(await readFile(path, "utf8"))), [
			"https://*.staging.example.com",
			"https://a.vercel.app",
			"https://b.vercel.app",
			"https://c.vercel.app",
		]);
		assertSays(await tool.run(0, ["check", "--deny-warnings", path]), "valid, 1 route, 4 origins");
	});

	test("is not changed if it has faults, or no list", async () => {
		for (const [policy, status, said] of [
			['{"origin": "x"}', 1, "1 fault"],
			['{"origins": "a.example:*"}', 1, 'has "origins", which cannot have notes'],
			['{"origin": true}', 0, "Listed already"],
		]) {
			const path = await tool.file(policy, "left.json");
			assertSays(await tool.run(status, ["learn", await log(), "--policy", path, "--write"]), said);
			assert.equal(await readFile(path, "utf8"), policy);
		}
		assertSays(await tool.run(2, ["learn", await log(), "--write"]), "--policy");
	});

	test("gets each origin in the rule of the path that it requested", async () => {
		const routes = { "/socket.io/": { origin: [] }, "/chat/": { origin: A } };
		const path = await tool.file(JSON.stringify({ routes }), "routes.json");
		const lines = text(
			line(A),
			line(B, { path: "/chat/" }),
			line(C, { path: "/elsewhere" }),
			line(A, { path: "/chat/x" }),
		);
		const args = ["learn", await tool.file(lines, "routes.log"), "--policy", path, "--write"];
		assertSays(await tool.run(0, args), "1 refusal for paths that no route of the policy covers");
		const { routes: now } = JSON.parse(await readFile(path, "utf8"));
		assert.deepEqual(listed(now["/socket.io/"]), [A]);
		assert.deepEqual(listed(now["/chat/"]), [A, B]);
	});
});

describe("--analytics", () => {
	let cloudflare;
	let args;
	before(async () => {
		cloudflare = await startCloudflare();
		const config =
			'name = "x"\n[[analytics_engine_datasets]]\nbinding = "DECISIONS"\ndataset = "cors"\n';
		args = ["learn", "--analytics", "--config", await tool.file(config, "wrangler.toml")];
	});
	after(() => cloudflare.stop());
	const row = (origin, decisions, more) => ({
		host: "api.example.com",
		origin,
		reason: "unlisted-origin",
		transport: "websocket",
		route: "/socket.io",
		mode: "report-only",
		decisions,
		points: "2",
		first: "2026-11-20 10:00:00",
		last: "2026-11-26 18:00:00",
		...more,
	});
	const learned = (status, more = []) =>
		tool.run(status, [...args, ...more], cloudflare.environment);

	test("queries the configured dataset, in which a row stands for several decisions", async () => {
		cloudflare.rows = [row(A, "400"), row("", 3, { reason: "jsonp" }), row("null", 2)];
		const said = await learned(0, ["--days", "7", "--host", "api.example.com"]);
		assertSays(
			said,
			"The dataset: cors",
			"400 refused: unlisted-origin; websocket; from 2026-11-20T10:00:00Z to 2026-11-26T18:00:00Z",
			"the counts are estimates",
			"jsonp: 3",
		);
		const [sql] = cloudflare.queries;
		assertSays(
			sql,
			"FROM cors WHERE blob1 = 'refuse'",
			"INTERVAL '7' DAY",
			"index1 = 'api.example.com'",
		);
		assert.doesNotMatch(said, /lower bounds/);
	});

	test("says so if Cloudflare refuses, fails or answers something else", async () => {
		for (const [answer, ...said] of [
			[{ status: 401 }, "it answers 401", "Account Analytics: Read"],
			[{ status: 403 }, "it answers 403: Authentication error", "Account Analytics: Read"],
			[{ status: 404, body: "unknown table: cors" }, "unknown table: cors", "dataset's name"],
			[{ status: 500, body: "\u001b[2J<html>" }, "it answers 500: \\u{1b}[2J<html>"],
			[{ status: 302 }, "it answers 302"],
			[{ status: 200, body: "<html>" }, "does not have the SQL API's format"],
			[{ status: 200, body: '{"data":[{"origin":1}]}' }, "does not have the SQL API's format"],
			[{ breaks: true }, "the connection is closed before an answer is complete"],
		]) {
			cloudflare.sqlAnswer = answer;
			assertSays(await learned(3), ...said);
		}
		cloudflare.sqlAnswer = undefined;
	});

	test("needs a dataset, an account and a token, and never sends the token unencrypted", async () => {
		const { environment: env } = cloudflare;
		for (const [changed, said, status = 2] of [
			[{ CLOUDFLARE_API_TOKEN: "" }, "set CLOUDFLARE_API_TOKEN"],
			[{ CLOUDFLARE_ACCOUNT_ID: "" }, "set CLOUDFLARE_ACCOUNT_ID"],
			[{ CLOUDFLARE_ACCOUNT_ID: "../x" }, "is not an account id"],
			[{ CLOUDFLARE_API_BASE_URL: "http://api.test" }, "is not an https: URL"],
			[{ CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:1" }, "cannot ask", 3],
		])
			assertSays(await tool.run(status, args, { ...env, ...changed }), said);
		const without = ["--config", await tool.file('name = "x"\n', "plain.toml")];
		assertSays(await tool.run(2, ["learn", "--analytics", ...without], env), "--dataset NAME");
		const wrong = [...args, "--dataset", "a; DROP"];
		assertSays(await tool.run(2, wrong, env), "is not a dataset name");
	});
});
