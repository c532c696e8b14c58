// `socketio-cors publish` and `rollback` with a wrangler that goes wrong, on a terminal, and with a wrong
// command line.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { startOriginServer } from "../harness/http.js";
import { environment, root, run as runCommand } from "../harness/process.js";
import { assertSays, hasTerminal, tool as toolPath } from "../harness/tool.js";
import { versionOf } from "../harness/version.js";
import {
	A,
	B,
	kept,
	late,
	left,
	leftOver,
	live,
	over,
	run,
	savedIn,
	store,
	tool,
} from "./kv-in-file.js";

const unsaid = ["It could not be written, and it is unknown what KV has."];
for (const [what, fault, says, policy = A, keptThen = []] of [
	["cannot read", { read: "fails" }, ["✘ [ERROR] no \\u{202e}network", "Nothing was published."]],
	["answers nonsense", { read: "nonsense" }, ["Value not found", "Nothing was published."]],
	["cannot list", { list: "fails" }, ["✘ [ERROR] no \\u{202e}network", "Nothing was published."]],
	["lists nonsense", { list: "nonsense" }, ["No keys", "Nothing was published."]],
	["writes nothing and fails", { write: "fails", writes: [] }, ["ERROR", "Nothing was changed."]],
	[
		"writes only what it keeps and fails",
		{ write: "fails", writes: ["kept"], once: true },
		[
			"It could not be written. The policy that was live is still live.",
			'"policy" has the document that was live, "policy@history:',
		],
		A,
		[A],
	],
	[
		"writes only the policy and fails",
		{ write: "fails", writes: ["policy"], once: true },
		["The policy that was live is still live."],
	],
	[
		"writes only the policy, fails, and fails again",
		{ write: "fails", writes: ["policy"] },
		["The policy that was live is still live."],
	],
	[
		"writes only the policy, fails, and then writes nothing",
		{ write: "fails", writes: ["policy"], writesLater: [] },
		["the policy that was live could not be put back", '"policy" has the new document.'],
		B,
	],
	[
		"writes only what it keeps, fails, and cannot read again",
		{ write: "fails", writes: ["kept"], readLater: "fails" },
		unsaid,
		A,
		[A],
	],
	[
		"fails while somebody else writes",
		{ write: "fails", instead: "{}" },
		["somebody else may have", '"policy" has another text, "policy@history:'],
		"{}",
		[A],
	],
	["loses what it writes", { writes: [] }, ['"policy" has the document that was live.']],
	[
		"loses what it keeps",
		{ writes: ["policy"] },
		['"policy" has the new document.', "put it back:"],
		B,
	],
	[
		"writes something else",
		{ instead: "{}" },
		['"policy" has another text, "policy@history:', "the document that was live."],
		"{}",
		[A],
	],
	[
		"cannot read back",
		{ readLater: "fails" },
		[
			"wrangler wrote it, but it could not be read back.",
			"kv key get --binding POLICY --local policy",
		],
		B,
		[A],
	],
]) {
	test(`a wrangler that ${what}: publish fails and says what KV has`, async () => {
		const args = ["publish", await tool.file(B)];
		const result = await run(3, args, { values: live, fault });
		assertSays(result.output, ...says);
		assert.doesNotMatch(result.output, /is version/);
		assert.deepEqual([result.values, result.kept], [{ policy }, keptThen]);
		const isKept = [policy, ...keptThen].includes(A);
		if (!isKept) assert.equal(await readFile(savedIn(result.output), "utf8"), A);
	});
}

test("a wrangler that writes everything and then fails has published", async () => {
	const fault = { write: "fails" };
	const result = await run(0, ["publish", await tool.file(B)], { values: live, fault });
	assertSays(result.output, "ERROR", "is version ");
	assert.deepEqual([result.values, result.kept], [{ policy: B }, [A]]);
});

test("live KV that does not show the new policy in ten seconds is reported as late", async () => {
	const [, ...wrangler] = await over(live, { writes: [] });
	const args = ["publish", await tool.file(B), "--yes", ...wrangler];
	const env = { ...environment, CLOUDFLARE_ACCOUNT_ID: "an-account" };
	const output = await tool.run(3, args, env);
	assertSays(output, "look again in a minute", '"policy" has the document that was live.');
	const reads = (await left()).calls.filter((call) => call === "kv bulk get");
	assert.equal(reads.length, 5);
});

test("a wrangler that does not exist is reported", async () => {
	const args = ["publish", await tool.file(A), "--yes", "--wrangler"];
	const says = ["cannot run no-such-wrangler", "--wrangler", "Nothing was published."];
	assertSays(await tool.run(3, [...args, "no-such-wrangler"]), ...says);
	await tool.run(2, [...args, " "]);
});

describe("without --wrangler", () => {
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

	/** Installs the fake wrangler in that project, as npm would. It says how it was called too. */
	async function useFakeWrangler(project) {
		const modules = join(project, "node_modules");
		const script = `#!/usr/bin/env node
			import { appendFileSync } from "node:fs";
			appendFileSync("${bin}/calls", \`wrangler.js \${process.argv.slice(2).join(" ")}\\n\`);
			process.argv.splice(2, 0, "${store}", "{}");
			await import("${join(root, "tests/tool/fake-wrangler.js")}");
		`;
		const manifest = { version: "4.164.0", type: "module", bin: { wrangler: "wrangler.js" } };
		await mkdir(join(modules, "wrangler"), { recursive: true });
		await mkdir(join(modules, ".bin"));
		await writeFile(join(modules, "wrangler/package.json"), JSON.stringify(manifest));
		await writeFile(join(modules, "wrangler/wrangler.js"), script, { mode: 0o755 });
		await symlink("../wrangler/wrangler.js", join(modules, ".bin/wrangler"));
	}

	/** Publishes from a directory, with a PATH. Resolves to what is printed, and what was called. */
	async function publish(status, directory, PATH, env = {}) {
		await writeFile(store, JSON.stringify({ values: {} }));
		await writeFile(join(bin, "calls"), "");
		const command = `cd '${directory}' && exec '${toolPath}' publish '${await tool.file(A)}' --local --yes`;
		const ran = await runCommand("/bin/sh", ["-c", command], { ...environment, ...env, PATH });
		assert.equal(ran.code, status, ran.output);
		return { output: ran.output, calls: await readFile(join(bin, "calls"), "utf8") };
	}

	const install = [
		"In the directory of your wrangler.toml, run",
		"npm install --save-dev wrangler",
	];

	test("the project's wrangler is run, and nothing is installed", async () => {
		await program("npx");
		await program("wrangler");
		const project = await mkdtemp(join(tool.directory, "project-"));
		await useFakeWrangler(project);
		const { output, calls } = await publish(0, project, `${bin}:/bin:/usr/bin`);
		assertSays(output, "is version ");
		// Without npx, which takes half a second.
		assert.match(calls, /^(wrangler\.js kv (bulk (get|put)|key list) .*\n)+$/);
	});

	test("the wrangler in PATH is run if the project has none", async () => {
		await program("npx");
		await program("wrangler");
		const { output, calls } = await publish(0, elsewhere, `${bin}:/bin:/usr/bin`);
		assertSays(output, "is version ");
		assert.match(calls, /^(wrangler kv (bulk (get|put)|key list) .*\n)+$/);
	});

	test("without any wrangler, the output says what to install, and npx installs nothing", async () => {
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

	test("without npx, the output says what to install", async () => {
		const { output } = await publish(3, elsewhere, join(elsewhere, "nothing"));
		assertSays(output, ...install, "cannot run npx", "Nothing was published.");
	});
});

test("nothing is written if the answer is no", { skip: !hasTerminal }, async () => {
	const args = ["publish", await tool.file(B), ...(await over({ policy: A }, {}))];
	const question = "Publish it to the local KV of wrangler dev? [y/N] ";
	assertSays(await tool.asked("n", args), `${question}Nothing was changed.`);
	assert.equal((await leftOver()).puts, 0);
});

test("a change that somebody made during the question is not overwritten", {
	skip: !hasTerminal,
}, async () => {
	const fault = { meanwhile: "{}" };
	const args = ["publish", await tool.file(B), ...(await over({ policy: A }, fault))];
	assertSays(
		await tool.asked("y", args),
		"Nothing was changed: somebody else changed the policy in the meantime.",
	);
	assert.equal((await leftOver()).puts, 0);
	const back = ["rollback", ...(await over({ policy: A, [kept(late, B)]: B }, {}))];
	const question = `Put version ${versionOf(B)} back into the local KV`;
	assertSays(await tool.asked("yes", back), question, "is version ");
	const { values, kept: all } = await leftOver();
	assert.deepEqual([values, all], [{ policy: B }, [B, A]]);
});

test("a wrong command line is wrong usage, and nothing is written", async () => {
	const path = await tool.file(B);
	for (const [args, yes, says] of [
		[["publish", path], [], "there is no terminal for the question; add --yes"],
		[["publish", "-"], [], "add --yes"],
		[["rollback"], [], "add --yes"],
		[["publish"], ["--yes"], "FILE"],
		[["publish", join(tool.directory, "no-such-file")], ["--yes"], "cannot read"],
		[["publish", path, "--remote"], ["--yes"], "--remote"],
		[["publish", path, "--host", "a.example/x"], ["--yes"], "is not a host"],
		[["rollback", "--host", "*.a.example"], ["--yes"], "is not a host"],
		[["rollback", "--to", "0a5"], ["--yes"], "--to 0a5 is not a version"],
		[["rollback", "--to", "policy@previous"], ["--yes"], "is not a version"],
		[["diff", join(tool.directory, "no-such-file")], [], "cannot read"],
		[["history", "--host", "a.example/x"], [], "is not a host"],
	]) {
		const { output, puts } = await run(2, args, { values: live, yes });
		assertSays(output, says);
		assert.equal(puts, 0);
	}
});
