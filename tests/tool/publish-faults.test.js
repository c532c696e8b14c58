// `socketio-cors publish` and `rollback` over every state of KV, and with a wrangler that
// goes wrong.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startOriginServer } from "../harness/http.js";
import { environment, root, run as runCommand } from "../harness/process.js";
import { assertSays, hasTerminal, tool as toolPath, useTool } from "../harness/tool.js";

const A = '{"origin": ["https://a.example"], "maxAge": 600}\n';
const B = '{"origin": ["https://b.example"], "maxAge": 86400}\n';
const FAULTY = '{"origin": ["https://A.example"], "\\u001b[2J": 1}';

let tool;
let store;
before(async () => {
	tool = await useTool();
	store = join(tool.directory, "store.json");
});
after(() => tool.remove());

/** The options that are a wrangler with that fault, over a KV of `values`. */
async function over(values, fault) {
	await writeFile(store, JSON.stringify({ values, puts: 0 }));
	const script = join(root, "tests/tool/fake-wrangler.js");
	const words = [process.execPath, script, store, JSON.stringify(fault)];
	return ["--local", "--wrangler", words.join(" ")];
}

/** What is in the KV, and how often it was written to. */
const left = async () => JSON.parse(await readFile(store, "utf8"));

/** Runs the tool over such a KV. Resolves to what it prints, and what is left. */
async function run(status, args, { values = {}, fault = {}, yes = ["--yes"] } = {}) {
	const options = await over(values, fault);
	const output = await tool.run(status, [...args, ...yes, ...options]);
	return { output, ...(await left()) };
}

/** The file in which the tool says that it saved the policy that was live. */
const savedIn = (output) => output.match(/--path (\S+)/)[1];

const live = { policy: A, "policy@previous": FAULTY };
const unsaid = ["It could not be written, and it is not known what KV holds."];
for (const [what, fault, says, expected] of [
	["cannot read", { read: "fails" }, ["✘ [ERROR] no \\u{202e}network", "Nothing was published."]],
	["answers nonsense", { read: "nonsense" }, ["Value not found", "Nothing was published."]],
	["writes nothing and fails", { write: "fails", writes: [] }, ["ERROR", "Nothing was changed."]],
	[
		"writes only the previous version and fails",
		{ write: "fails", writes: ["policy@previous"], once: true },
		[
			"It could not be written. The policy that was live still is.",
			'"policy" holds the document that was live, "policy@previous" the document that was kept.',
		],
	],
	[
		"writes only the policy and fails",
		{ write: "fails", writes: ["policy"], once: true },
		["The policy that was live still is."],
	],
	[
		"writes only the policy, fails, and fails again",
		{ write: "fails", writes: ["policy"] },
		["The policy that was live still is."],
	],
	[
		"writes only the policy, fails, and then writes nothing",
		{ write: "fails", writes: ["policy"], writesLater: [] },
		["nor could the policy that was live be put back", '"policy" holds the new document'],
		{ policy: B, "policy@previous": FAULTY },
	],
	[
		"writes only the previous version, fails, and cannot put it back",
		{ write: "fails", writes: ["policy@previous"], readLater: "fails" },
		unsaid,
		{ policy: A, "policy@previous": A },
	],
	[
		"fails while somebody else writes",
		{ write: "fails", instead: "{}" },
		[
			"somebody else may have",
			'"policy" holds another text, "policy@previous" the document that was live',
		],
		{ policy: "{}", "policy@previous": A },
	],
	["loses what it writes", { writes: [] }, ['"policy" holds the document that was live']],
	[
		"loses the previous version",
		{ writes: ["policy"] },
		[
			'"policy" holds the new document, "policy@previous" the document that was kept.',
			"put it back:",
		],
		{ policy: B, "policy@previous": FAULTY },
	],
	[
		"writes something else",
		{ instead: "{}" },
		['"policy" holds another text, "policy@previous" the document that was live.'],
		{ policy: "{}", "policy@previous": A },
	],
	[
		"cannot read back",
		{ readLater: "fails" },
		[
			"wrangler wrote it, but it could not be read back.",
			"kv key get --binding POLICY --local policy",
		],
		{ policy: B, "policy@previous": A },
	],
]) {
	test(`one that ${what} publishes nothing unsaid`, async () => {
		const args = ["publish", await tool.file(B)];
		const { output, values } = await run(3, args, { values: live, fault });
		assertSays(output, ...says);
		assert.doesNotMatch(output, /is version/);
		assert.deepEqual(values, expected ?? live);
		const isKept = Object.values(values).includes(A);
		if (!isKept) assert.equal(await readFile(savedIn(output), "utf8"), A);
	});
}

test("one that writes all and then fails has published", async () => {
	const fault = { write: "fails" };
	const { output, values } = await run(0, ["publish", await tool.file(B)], { values: live, fault });
	assertSays(output, "ERROR", "is version ");
	assert.deepEqual(values, { policy: B, "policy@previous": A });
});

test("one that is not there is told of", async () => {
	const args = ["publish", await tool.file(A), "--yes", "--wrangler"];
	const says = ["cannot run no-such-wrangler", "--wrangler", "Nothing was published."];
	assertSays(await tool.run(3, [...args, "no-such-wrangler"]), ...says);
	await tool.run(2, [...args, " "]);
});

describe("where no --wrangler is given", () => {
	let elsewhere, bin;
	before(async () => {
		elsewhere = await mkdtemp(join(tool.directory, "elsewhere-"));
		bin = await mkdtemp(join(tool.directory, "bin-"));
	});

	/** A program in the PATH that the fake wrangler stands behind, and that says how it was called. */
	async function program(name) {
		const script = join(root, "tests/tool/fake-wrangler.js");
		const body = `echo "${name} $*" >> ${bin}/calls
			while [ "$1" != kv ]; do shift; done
			exec ${process.execPath} ${script} ${store} {} "$@"`;
		await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
	}

	/** Publishes from a directory, with a PATH. Resolves to what is printed, and what was called. */
	async function publish(status, directory, PATH, env = {}) {
		await writeFile(store, JSON.stringify({ values: {}, puts: 0 }));
		await writeFile(join(bin, "calls"), "");
		const command = `cd '${directory}' && exec '${toolPath}' publish '${await tool.file(A)}' --local --yes`;
		const ran = await runCommand("/bin/sh", ["-c", command], { ...environment, ...env, PATH });
		assert.equal(ran.code, status, ran.output);
		return { output: ran.output, calls: await readFile(join(bin, "calls"), "utf8") };
	}

	const install = ["In the directory of your wrangler.toml run", "npm install --save-dev wrangler"];

	test("the project's own is run by npx, which may install none", async () => {
		await program("npx");
		await program("wrangler");
		const { output, calls } = await publish(0, join(root, "docs"), `${bin}:/bin:/usr/bin`);
		assertSays(output, "is version ");
		assert.match(calls, /^(npx --no-install wrangler kv bulk (get|put) .*\n)+$/);
	});

	test("the PATH's is run where the project has none", async () => {
		await program("npx");
		await program("wrangler");
		const { output, calls } = await publish(0, elsewhere, `${bin}:/bin:/usr/bin`);
		assertSays(output, "is version ");
		assert.match(calls, /^(wrangler kv bulk (get|put) .*\n)+$/);
	});

	test("npx is asked where neither has one, and what to install is told where it has none", async () => {
		// A registry that has it.
		const registry = await startOriginServer((_request, response) => {
			const dist = { tarball: `${registry.url}/wrangler.tgz` };
			const manifest = { name: "wrangler", version: "4.0.0", bin: { wrangler: "a.js" }, dist };
			response.setHeader("Content-Type", "application/json");
			const versions = { "4.0.0": manifest };
			response.end(JSON.stringify({ "dist-tags": { latest: "4.0.0" }, versions }));
		});
		const npm_config_registry = `${registry.url}/`;
		const npm_config_cache = join(elsewhere, "cache");
		const env = { npm_config_registry, npm_config_cache, HOME: elsewhere };
		try {
			const { output } = await publish(3, elsewhere, environment.PATH, env);
			assertSays(output, ...install, "canceled due to missing packages", "Nothing was published.");
			// npm may also ask about itself.
			assert.ok(!registry.seen.some(({ url }) => url.endsWith(".tgz")));
		} finally {
			await registry.stop();
		}
	});

	test("what to install is told where there is no npx either", async () => {
		const { output } = await publish(3, elsewhere, join(elsewhere, "nothing"));
		assertSays(output, ...install, "cannot run npx", "Nothing was published.");
	});
});

describe("that nothing is enforced", () => {
	const toml = `[vars]\nREPORT_ONLY = "on"\n[env.staging.vars]\nUPSTREAM = "https://a.example"\n`;
	const json = JSON.stringify({
		vars: { REPORT_ONLY: "off" },
		env: { staging: { vars: { REPORT_ONLY: "on" } } },
	});
	for (const [what, name, text, options, isTold] of [
		["is told where the variable says so", "wrangler.toml", toml, [], true],
		["is not told of another environment", "wrangler.toml", toml, ["--env", "staging"], false],
		["is told of the environment", "wrangler.jsonc", `// ü\n${json}`, ["--env", "staging"], true],
		["is not told where it is off", "wrangler.json", json, [], false],
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

	test("is told of the configuration that is found from here", async () => {
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
		"a change of white space is one of the text",
		0,
		B,
		{ policy: B.trim() },
		"the text differs, the decisions do not",
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
		"what is live may be faulty",
		0,
		A,
		{ policy: FAULTY },
		"has 2 faults, so the Worker does not use it",
	],
	[
		"nothing live is obeyed",
		0,
		A,
		{ policy: '{"routes": {"/\u202e": {"origin": "*"}}}' },
		"- /\\u{202e} (route removed)",
	],
]) {
	test(`publish: ${what}`, async () => {
		const {
			output,
			puts,
			values: now,
		} = await run(status, ["publish", await tool.file(args)], { values });
		assertSays(output, says);
		const isWritten = status === 0 && values.policy !== args;
		assert.equal(puts, isWritten ? 1 : 0);
		assert.equal(now.policy, isWritten ? args : values.policy);
		assert.equal(now["policy@previous"], isWritten ? values.policy : undefined);
	});
}

test("publish: over a faulty policy, the previous one stays, and the last good one is compared with", async () => {
	const values = { policy: FAULTY, "policy@previous": A, "policy@last-good": A };
	const { output, values: now } = await run(0, ["publish", await tool.file(B)], { values });
	assertSays(output, "the Worker uses the last good one. Changes from that:");
	assertSays(output, '"policy@previous" is as it was; put it back: socketio-cors rollback');
	assert.deepEqual(now, { ...values, policy: B });
});

for (const [what, status, values, says, expected = values] of [
	["there may be nothing to put back", 1, { policy: A }, 'there is no "policy@previous"'],
	["what is live may be that already", 1, { policy: A, "policy@previous": A }, "already"],
	["a faulty version is not put back", 1, live, "policy@previous: 2 faults\nNothing was changed."],
	[
		"a faulty policy is replaced",
		0,
		{ policy: FAULTY, "policy@previous": A },
		"has 2 faults",
		{ policy: A, "policy@previous": FAULTY },
	],
	[
		"a deleted policy comes back",
		0,
		{ "policy@previous": A },
		"There is no policy",
		{ policy: A, "policy@previous": A },
	],
]) {
	test(`rollback: ${what}`, async () => {
		const { output, values: now } = await run(status, ["rollback"], { values });
		assertSays(output, says);
		assert.deepEqual(now, expected);
	});
}

test("it is not written over what came while it asked", { skip: !hasTerminal }, async () => {
	const fault = { meanwhile: "{}" };
	const args = ["publish", await tool.file(B), ...(await over({ policy: A }, fault))];
	assertSays(await tool.asked("y", args), "Nothing was changed, as somebody else did meanwhile.");
	assert.equal((await left()).puts, 0);
	const back = ["rollback", ...(await over({ policy: A, "policy@previous": B }, {}))];
	assertSays(await tool.asked("yes", back), "Put it back into the local KV", "is version ");
	assert.deepEqual((await left()).values, { policy: B, "policy@previous": A });
});

test("what is no command is wrong usage, and nothing is written", async () => {
	const path = await tool.file(B);
	for (const [args, yes, says] of [
		[["publish", path], [], "there is no terminal to ask on; add --yes"],
		[["publish", "-"], [], "add --yes"],
		[["rollback"], [], "add --yes"],
		[["publish"], ["--yes"], "FILE"],
		[["publish", join(tool.directory, "no-such-file")], ["--yes"], "cannot read"],
		[["publish", path, "--remote"], ["--yes"], "--remote"],
		[["publish", path, "--host", "a.example/x"], ["--yes"], "is not a host"],
		[["rollback", "--host", "*.a.example"], ["--yes"], "is not a host"],
	]) {
		const { output, puts } = await run(2, args, { values: live, yes });
		assertSays(output, says);
		assert.equal(puts, 0);
	}
});
