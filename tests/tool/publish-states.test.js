// `socketio-cors publish`, `rollback`, `history` and `diff` over every state of KV.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { environment, root, run as runCommand } from "../harness/process.js";
import { assertSays, tool as toolPath, typedTool } from "../harness/tool.js";
import { hashOf, versionOf } from "../harness/version.js";
import { A, B, early, FAULTY, kept, late, left, over, run, store, tool } from "./kv-in-file.js";

describe("publish says that nothing is enforced", () => {
	const toml = `[vars]\nREPORT_ONLY = "on"\n[env.staging.vars]\nUPSTREAM = "https://a.example"\n`;
	const json = JSON.stringify({
		vars: { REPORT_ONLY: "off" },
		env: { staging: { vars: { REPORT_ONLY: "on" } } },
	});
	for (const [what, name, text, options, isTold] of [
		["if REPORT_ONLY is on", "wrangler.toml", toml, [], true],
		[
			"but not if it is on only in another environment",
			"wrangler.toml",
			toml,
			["--env", "staging"],
			false,
		],
		[
			"if REPORT_ONLY is on in the chosen environment",
			"wrangler.jsonc",
			`// ü\n${json}`,
			["--env", "staging"],
			true,
		],
		["but not if REPORT_ONLY is off", "wrangler.json", json, [], false],
	]) {
		test(`${what}: ${name} ${options.join(" ")}`, async () => {
			const config = await tool.file(text, name);
			const path = await tool.file(A);
			const args = ["publish", path, "--config", config, ...options];
			const line = `Nothing is enforced: ${config} has REPORT_ONLY = "on".`;
			const published = (await run(0, args)).output;
			const again = (await run(0, args, { values: { policy: A } })).output;
			assertSays(published, "is version ");
			assertSays(again, "Nothing to publish");
			for (const output of [published, again]) {
				assert.equal(output.split(line).length - 1, isTold ? 1 : 0, output);
			}
		});
	}

	test("also for a configuration in a parent directory", async () => {
		const below = await mkdtemp(join(tool.directory, "below-"));
		const config = await tool.file(toml, "wrangler.toml");
		for (const name of ["wrangler.json", "wrangler.jsonc"]) await rm(join(tool.directory, name));
		const [, ...wrangler] = await over({}, {});
		const words = [toolPath, "publish", await tool.file(A), "--local", "--yes", ...wrangler];
		const command = words.map((word) => `'${word}'`).join(" ");
		const { output } = await runCommand("/bin/sh", ["-c", `cd '${below}' && ${command}`]);
		assertSays(output, `Nothing is enforced: ${config} has`);
	});
});

for (const [what, status, args, values, says] of [
	[
		"a change of white space changes no decision",
		0,
		B,
		{ policy: B.trim() },
		"only the text differs, the decisions are the same",
	],
	["the same text is not written", 0, A, { policy: A }, "Nothing to publish"],
	["faults are listed", 1, FAULTY, { policy: A }, 'write "https://a.example"'],
	["a warning does not stop it", 0, '{"origin": true, "credentials": true}', {}, "1 warning"],
	[
		"a public suffix is refused",
		1,
		'{"origin": "https://*.github.io", "credentials": true}',
		{},
		"public suffix",
	],
	[
		"a faulty live policy is replaced",
		0,
		A,
		{ policy: FAULTY },
		"has 2 faults, so the Worker does not use it",
	],
	[
		"control characters of the live policy are escaped",
		0,
		A,
		{ policy: '{"routes": {"/\u202e": {"origin": "*"}}}' },
		"- /\\u{202e} (route removed)",
	],
]) {
	test(`publish: ${what}`, async () => {
		const result = await run(status, ["publish", await tool.file(args)], { values });
		assertSays(result.output, says);
		const isWritten = status === 0 && values.policy !== args;
		assert.equal(result.puts, isWritten ? 1 : 0);
		assert.equal(result.values.policy, isWritten ? args : values.policy);
		assert.deepEqual(result.kept, isWritten && values.policy ? [values.policy] : []);
	});
}

test("publish: if KV keys replace a list, its origins without a key are named", async () => {
	const policy = '{"origin": ["https://a.example", "https://b.example", "https://*.c.example"]}';
	const values = { policy, "tenant:https://a.example": "1" };
	const publish = async (document, more = {}) => {
		const words = ["publish", await tool.file(document)];
		return (await run(0, words, { values: { ...values, ...more } })).output;
	};
	const keys = '{"origin": [{"kv": "tenant:"}]}';
	const warning = 'warning: the local KV of wrangler dev has no key "tenant:https://b.example"';
	assertSays(await publish(keys), warning, `${typedTool} tenants add`);
	for (const [document, more] of [
		[keys, { "tenant:https://b.example": "1" }],
		['{"origin": [{"kv": "tenant:"}, {"kv": "partner:"}]}', { "partner:https://b.example": "1" }],
		['{"origin": ["https://*.b.example", "https://b.example", {"kv": "tenant:"}]}', {}],
		['{"origin": "https://a.example"}', {}],
	]) {
		assert.doesNotMatch(await publish(document, more), /has no key/, document);
	}
});

test("publish: a faulty live policy is compared by its last good one, and both are kept", async () => {
	const values = { policy: FAULTY, [kept(1_700_000_000_000, A)]: A, "policy@last-good": A };
	const result = await run(0, ["publish", await tool.file(B)], { values });
	assertSays(result.output, "the Worker uses the last good one. Changes from that:");
	assertSays(
		result.output,
		`The version that was live is ${versionOf(FAULTY)}; put it back: ${typedTool} rollback`,
	);
	assert.deepEqual(result.values, { policy: B, "policy@last-good": A });
	assert.deepEqual(result.kept, [A, FAULTY]);
});

test("publish: a JavaScript policy is published as strict JSON, and text around it is refused", async () => {
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
		"1 origin, needs Worker 0.2.0 or newer; it is not strict JSON: `publish` converts it",
	);
	const published = await run(0, ["publish", path]);
	assertSays(published.output, "+ https://a.example\n");
	const policy = '{\n  "origin": [\n    "https://a.example"\n  ],\n  "note": "it\'s ours"\n}\n';
	assert.deepEqual(published.values, { policy });
	assertSays(
		(await run(0, ["publish", path], { values: { policy } })).output,
		"Nothing to publish",
	);

	const pasted = `const io = new Server(httpServer, {\n  cors: ${written.slice(written.indexOf("{"))}});`;
	const refused = await run(1, ["publish", await tool.file(pasted)], { values: { policy } });
	assertSays(
		refused.output,
		"error: text around the policy\n",
		'"note": "it\'s ours"',
		"Nothing was published.",
	);
	assert.deepEqual(refused.values, { policy });
});

test("publish: a port's first policy is compared with its host's, which was in force there", async () => {
	const values = { "policy:api.example.com": A };
	const host = ["--host", "api.example.com:8443"];
	const { output } = await run(0, ["publish", await tool.file(B), ...host], { values });
	assertSays(
		output,
		'"policy:api.example.com:8443" is not in the local KV',
		'so the Worker uses "policy:api.example.com"',
		"+ https://b.example\n  - https://a.example\n",
	);
});

describe("the metadata of a version", () => {
	/** Without git's user and CI. */
	const bare = { GITHUB_ACTOR: "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
	async function publish(text, args = [], env = {}) {
		const options = ["--local", "--yes", "--wrangler", wranglerWords()];
		const path = await tool.file(text);
		await tool.run(0, ["publish", path, ...args, ...options], { ...environment, ...bare, ...env });
		return (await left()).metadata;
	}
	const wranglerWords = (fault = {}) =>
		[
			process.execPath,
			join(root, "tests/tool/fake-wrangler.js"),
			store,
			JSON.stringify(fault),
		].join(" ");

	test("is written beside it, and kept with it", async () => {
		await over({}, {});
		const first = (await publish(A, ["--by", "Ann", "--message", "The shop"])).policy;
		assert.deepEqual(
			{ ...first, at: undefined },
			{ by: "Ann", message: "The shop", version: hashOf(A), at: undefined },
		);
		assert.match(first.at, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
		const { policy, ...others } = await publish(B, [], { GITHUB_ACTOR: "a-bot" });
		assert.equal(policy.by, "a-bot");
		assert.deepEqual(Object.values(others), [{ ...first, bytes: A.length }]);
		const [key] = Object.keys(others);
		assert.match(key, new RegExp(`^policy@history:\\d{13}-${versionOf(A)}$`));
	});

	test("is at most 1,024 bytes", async () => {
		await over({}, {});
		const { policy } = await publish(A, ["--by", "ü".repeat(300), "--message", '"'.repeat(3000)]);
		assert.ok(JSON.stringify(policy).length <= 1024);
		assert.ok(policy.message.endsWith("…"));
	});

	test("is ignored if it is that of another text", async () => {
		const metadata = { policy: { by: "Mallory", version: hashOf(B) } };
		await over({ policy: A }, {}, { metadata });
		const { policy, ...others } = await publish(B);
		assert.equal(policy.by, undefined);
		assert.deepEqual(Object.values(others), [{ version: hashOf(A), bytes: A.length }]);
	});

	test("has the commit of a file that is committed without changes", async () => {
		const directory = await mkdtemp(join(tool.directory, "git-"));
		const git = (...args) => runCommand("git", ["-C", directory, ...args], environment);
		await git("init", "-q");
		await git("config", "user.name", "Bea");
		await git("config", "user.email", "bea@a.example");
		await writeFile(join(directory, "policy.json"), A);
		await git("add", ".");
		await git("commit", "-qm", "One");
		const head = (await git("rev-parse", "HEAD")).output.trim();
		const words = [
			toolPath,
			"publish",
			"policy.json",
			"--local",
			"--yes",
			"--wrangler",
			wranglerWords(),
		];
		const command = `cd '${directory}' && ${words.map((word) => `'${word}'`).join(" ")}`;
		const publishThere = () =>
			runCommand("/bin/sh", ["-c", command], { ...environment, GITHUB_ACTOR: "" });
		await over({}, {});
		assert.equal((await publishThere()).code, 0);
		const { policy } = (await left()).metadata;
		assert.deepEqual([policy.by, policy.commit], ["Bea", head]);
		await writeFile(join(directory, "policy.json"), B);
		await publishThere();
		assert.equal((await left()).metadata.policy.commit, undefined);
	});
});

describe("history", () => {
	const C = '{"origin": ["https://c.example"]}\n';
	const signed = {
		by: "Ann \u001b[2J",
		at: "2026-11-20T10:00:00Z",
		message: "The\nshop",
		commit: "3f2a".repeat(10),
	};
	const values = {
		policy: A,
		[kept(1_763_632_800_000, B)]: B,
		[kept(1_763_636_400_000, C)]: C,
		"policy@previous": FAULTY,
	};
	const metadata = {
		policy: { ...signed, version: hashOf(C) },
		[kept(1_763_632_800_000, B)]: { ...signed, version: hashOf(B), bytes: B.length },
		[kept(1_763_636_400_000, C)]: { by: "Mallory", version: hashOf(A) },
	};
	const short = (text) => hashOf(text).slice(0, 8);

	test("lists who published each version, when and why, the newest first", async () => {
		const { output } = await run(0, ["history"], { values, yes: [], more: { metadata } });
		const unsigned = "author unknown: not written by this tool";
		assert.equal(
			output,
			[
				'"policy" in the local KV of wrangler dev',
				`  ${short(A)}  live, ${unsigned}`,
				`  ${short(C)}  until 2025-11-20T11:00:00Z, ${unsigned}`,
				`  ${short(B)}  until 2025-11-20T10:00:00Z, by Ann \\u{1b}[2J, at 2026-11-20T10:00:00Z, commit 3f2a3f2a3f2a`,
				"            The\\u{a}shop",
				`  ${short(FAULTY)}  "policy@previous", ${unsigned}`,
				"",
			].join("\n"),
		);
	});

	test("is printed as JSON with --json", async () => {
		const { output } = await run(0, ["history", "--json"], { values, yes: [], more: { metadata } });
		const { key, live: now, kept: before } = JSON.parse(output);
		assert.equal(key, "policy");
		assert.deepEqual(now, { version: short(A), by: null, at: null, message: null, commit: null });
		assert.deepEqual(
			before.map(({ version }) => version),
			[C, B, FAULTY].map(short),
		);
		assert.deepEqual(before[1], {
			version: short(B),
			...signed,
			bytes: B.length,
			replacedAt: "2025-11-20T10:00:00Z",
			kvKey: kept(1_763_632_800_000, B),
		});
	});

	test("says if it is empty, or if KV cannot be read", async () => {
		assertSays(
			(await run(0, ["history"], { yes: [] })).output,
			'There is no "policy" in the local KV',
		);
		for (const fault of [{ read: "fails" }, { list: "fails" }]) {
			const { output } = await run(3, ["history"], { yes: [], fault });
			assertSays(output, "no \\u{202e}network");
		}
	});

	test("has fifty versions at most", async () => {
		const old = Array.from({ length: 52 }, (_, n) => [kept(1_700_000_000_000 + n, `${n}`), `${n}`]);
		const sized = Object.fromEntries(
			old.map(([key, text]) => [key, { version: hashOf(text), bytes: 2 }]),
		);
		const more = { metadata: sized };
		const all = { policy: A, ...Object.fromEntries(old) };
		const args = ["publish", await tool.file(B)];
		const after = await run(0, args, { values: all, more });
		assert.deepEqual(after.kept, [...old.slice(3).map(([, text]) => text), A]);
		const failed = await run(0, args, { values: all, more, fault: { delete: "fails" } });
		assertSays(failed.output, "the oldest versions could not be deleted", "is version ");
		assert.equal(failed.kept.length, 53);
	});

	test("has 64 MiB at most", async () => {
		const old = Array.from({ length: 9 }, (_, n) => [kept(1_700_000_000_000 + n, `${n}`), `${n}`]);
		const sized = Object.fromEntries(
			old.map(([key, text]) => [key, { version: hashOf(text), bytes: 8 * 1024 * 1024 }]),
		);
		const values = { policy: A, ...Object.fromEntries(old) };
		const after = await run(0, ["publish", await tool.file(B)], {
			values,
			more: { metadata: sized },
		});
		assert.deepEqual(after.kept, ["2", "3", "4", "5", "6", "7", "8", A]);
	});
});

for (const [what, status, args, values, says, policy = values.policy, more = []] of [
	[
		"without an older version, there is nothing to put back",
		1,
		[],
		{ policy: A },
		"has no older version",
	],
	[
		"the only kept version may be live already",
		1,
		[],
		{ policy: A, [kept(early, A)]: A },
		"is live already",
	],
	[
		"the version that was replaced last is put back",
		0,
		[],
		{ policy: A, [kept(early, A)]: A, [kept(late, B)]: B },
		"+ https://b.example",
		B,
		[A],
	],
	[
		"a version that an older tool kept is put back",
		0,
		[],
		{ policy: A, "policy@previous": B },
		"+ https://b.example",
		B,
		[A],
	],
	[
		"a faulty version is not put back",
		1,
		[],
		{ policy: A, [kept(late, FAULTY)]: FAULTY },
		"2 faults\nNothing was changed.",
	],
	[
		"past a faulty version, an older one comes back",
		0,
		[],
		{ policy: A, [kept(early, B)]: B, [kept(late, FAULTY)]: FAULTY },
		"+ https://b.example",
		B,
		[A],
	],
	[
		"a faulty policy is replaced",
		0,
		[],
		{ policy: FAULTY, [kept(late, A)]: A },
		"has 2 faults",
		A,
		[FAULTY],
	],
	["a deleted policy comes back", 0, [], { [kept(late, A)]: A }, "There is no policy", A],
	[
		"a version is named by its digits",
		0,
		["--to", hashOf(B).slice(0, 12)],
		{ policy: A, [kept(early, B)]: B, [kept(late, FAULTY)]: FAULTY },
		"+ https://b.example",
		B,
		[A],
	],
	[
		"a version that the older tool kept is named as well",
		0,
		["--to", versionOf(B)],
		{ policy: A, "policy@previous": B },
		"+ https://b.example",
		B,
		[A],
	],
	[
		"a version that is not there",
		1,
		["--to", "00000000"],
		{ policy: A, [kept(late, B)]: B },
		"There is no version 00000000",
	],
	[
		"the live version",
		1,
		["--to", versionOf(A)],
		{ policy: A, [kept(late, B)]: B },
		"is live already",
	],
	[
		"a text whose digest is not that in its key",
		1,
		["--to", versionOf(B)],
		{ policy: A, [kept(late, B)]: "{}" },
		"There is no version",
	],
]) {
	test(`rollback: ${what}`, async () => {
		const result = await run(status, ["rollback", ...args], { values });
		assertSays(result.output, says);
		assert.equal(result.values.policy, policy);
		const before = Object.entries(values).filter(([key]) => key.includes("@history:"));
		assert.deepEqual(result.kept, [...before.map(([, text]) => text), ...more]);
	});
}

test("rollback: an unreadable KV is not reported as a missing version", async () => {
	const values = { policy: A, [kept(late, B)]: B };
	for (const fault of [{ read: "fails" }, { list: "fails" }]) {
		const { output, puts } = await run(3, ["rollback"], { values, fault });
		assertSays(output, "no \\u{202e}network", "Nothing was changed.");
		assert.equal(puts, 0);
	}
});

test("rollback: the restored version has a new author and keeps its commit", async () => {
	const key = kept(late, B);
	const metadata = { [key]: { by: "Ann", commit: "3f2a", version: hashOf(B), bytes: B.length } };
	const args = ["rollback", "--by", "Bea"];
	const result = await run(0, args, { values: { policy: A, [key]: B }, more: { metadata } });
	const { by, commit, message, version } = result.metadata.policy;
	const expected = ["Bea", "3f2a", `Roll back to ${versionOf(B)}`, hashOf(B)];
	assert.deepEqual([by, commit, message, version], expected);
});

describe("diff", () => {
	const noted = '{"note": "x", "origin": ["https://a.example"], "maxAge": 600}';
	for (const [what, status, text, values, says] of [
		[
			"is empty if the text is live",
			0,
			A,
			{ policy: A },
			"No difference: the local KV of wrangler dev has exactly this text.",
		],
		[
			"has the origins that are added and removed",
			1,
			B,
			{ policy: A },
			"+ https://b.example\n  - https://a.example\n    maxAge: 600 → 86400\n",
		],
		[
			"says if only the text differs",
			1,
			noted,
			{ policy: A },
			"nothing: only the text differs, the decisions are the same",
		],
		[
			"compares with the version that the Worker uses",
			1,
			B,
			{ policy: FAULTY, "policy@last-good": A },
			"Changes from that:\n  /socket.io\n  + https://b.example",
		],
		["lists the faults of a document", 1, FAULTY, { policy: A }, "policy.json: 2 faults"],
	]) {
		test(what, async () => {
			const result = await run(status, ["diff", await tool.file(text)], { values, yes: [] });
			assertSays(result.output, says);
			assert.equal(result.puts, 0);
			assert.deepEqual(result.values, values);
		});
	}

	test("is printed as JSON with --json, without a limit", async () => {
		const origins = Array.from({ length: 30 }, (_, n) => `https://${n + 10}.example`);
		const path = await tool.file(JSON.stringify({ origin: origins, maxAge: 600 }));
		const { output } = await run(1, ["diff", "--json", path], { values: { policy: A }, yes: [] });
		const { file, routes, ...others } = JSON.parse(output);
		assert.equal(file, path);
		const live = versionOf(A);
		const now = hashOf(await readFile(path, "utf8")).slice(0, 8);
		assert.deepEqual(others, { valid: true, key: "policy", differs: true, live, new: now });
		const removed = ["https://a.example"];
		const route = {
			route: "/socket.io",
			change: "changed",
			origin: null,
			added: origins,
			removed,
			fields: {},
		};
		assert.deepEqual(routes, [route]);
		const faulty = await run(1, ["diff", "--json", await tool.file(FAULTY)], { yes: [] });
		assert.deepEqual(
			[JSON.parse(faulty.output).valid, JSON.parse(faulty.output).faults.length],
			[false, 2],
		);
		const same = await run(0, ["diff", "--json", await tool.file(A)], {
			values: { policy: A },
			yes: [],
		});
		assert.deepEqual(
			[JSON.parse(same.output).differs, JSON.parse(same.output).routes],
			[false, []],
		);
	});

	test("fails if KV cannot be read", async () => {
		const { output } = await run(3, ["diff", await tool.file(B)], {
			fault: { read: "fails" },
			yes: [],
		});
		assertSays(output, "no \\u{202e}network");
	});
});

describe("publish names its destination", () => {
	const toml = `name = "api"
account_id = "an-account"
kv_namespaces = [{ binding = "POLICY", id = "a-namespace" }]
[env.staging]
kv_namespaces = [{ binding = "POLICY", id = "another" }]
`;
	const warning = "has environments (staging), and this command uses the top level.";
	for (const [what, text, options, says, isWarned] of [
		[
			"is told",
			toml,
			["--env", "staging"],
			"To the live KV: account an-account, Worker api-staging, environment staging, namespace another",
			false,
		],
		[
			"with a warning if the configuration has other environments",
			toml,
			[],
			"To the live KV: account an-account, Worker api, namespace a-namespace",
			true,
		],
		[
			"the top level, without a warning, if it is chosen",
			toml,
			["--env", ""],
			"Worker api, namespace a-namespace",
			false,
		],
		[
			"a local namespace",
			toml,
			["--local", "--env", "staging"],
			"To the local KV of wrangler dev: Worker api-staging, environment staging, namespace another",
			false,
		],
		[
			"the account that wrangler names, if the configuration has none",
			'name = "api"\n',
			[],
			"To the live KV: account Shop (0f), Worker api, the namespace that wrangler created",
			false,
		],
	]) {
		test(what, async () => {
			const config = await tool.file(text, "elsewhere.toml");
			const [, ...wrangler] = await over({}, {}, { accounts: [{ name: "Shop", id: "0f" }] });
			const args = [
				"publish",
				await tool.file(A),
				"--yes",
				"--config",
				config,
				...options,
				...wrangler,
			];
			const env = { ...environment, CLOUDFLARE_ACCOUNT_ID: "", CLOUDFLARE_ENV: undefined };
			const output = await tool.run(0, args, env);
			assertSays(output, says);
			assert.equal(output.includes(`warning: ${config} ${warning}`), isWarned, output);
			const again = await tool.run(0, args, env);
			assert.equal(again.includes(warning), isWarned, again);
		});
	}
});
