// action.yml and the workflow to copy: valid as GitHub's own parser has it, and each step does in a
// workspace what it says.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "esbuild";
import { parse } from "yaml";
import { root } from "../harness/process.js";
import { assertSays } from "../harness/tool.js";
import { startWorkspace } from "../harness/workspace.js";

// GitHub's own. Bundled, as it imports JSON in a way that Node does not take.
const { outputFiles } = await build({
	stdin: {
		contents: `export { validate } from "@actions/languageservice";
			export { TextDocument } from "vscode-languageserver-textdocument";`,
		resolveDir: root,
	},
	bundle: true,
	format: "cjs",
	platform: "node",
	write: false,
});
const bundle = join(mkdtempSync(join(tmpdir(), "languageservice-")), "bundle.cjs");
writeFileSync(bundle, outputFiles[0].contents);
const { validate, TextDocument } = createRequire(import.meta.url)(bundle);
after(() => rmSync(dirname(bundle), { recursive: true }));

const read = (path) => readFileSync(join(root, path), "utf8");
const action = parse(read("action.yml"));
const workflow = parse(read("examples/github/policy.yml"));
const { version } = JSON.parse(read("npm/package.json"));

describe("as GitHub has it", () => {
	let documents = 0;
	for (const [path, name, right, wrong] of [
		["action.yml", "action.yml", "shell: bash", "shel: bash"],
		["examples/github/policy.yml", ".github/workflows/policy.yml", "runs-on:", "runs-of:"],
	]) {
		const said = async (text) => {
			// It remembers what it read by the name.
			documents += 1;
			const url = `file:///${documents}/${name}`;
			const found = await validate(TextDocument.create(url, "yaml", 1, text));
			return found.map(({ message, range }) => `${range.start.line + 1}: ${message}`);
		};
		test(`valid: ${path}`, async () => assert.deepEqual(await said(read(path)), []));
		test(`not valid, if a key is misspelled: ${path}`, async () =>
			assert.notDeepEqual(await said(read(path).replace(right, wrong)), []));
	}
});

test("the workflow takes the action of this version, with inputs that it has", () => {
	const { uses, with: given } = workflow.jobs.policy.steps.at(-1);
	assert.equal(uses.split("@")[1], `v${version}`);
	assert.equal(action.inputs.version.default, version);
	for (const name of Object.keys(given)) assert.ok(name in action.inputs, name);
});

describe("a step", () => {
	let workspace;
	let summary;
	const scripts = mkdtempSync(join(tmpdir(), "action-"));
	before(async () => {
		workspace = await startWorkspace();
		summary = join(scripts, "summary.md");
	});
	after(async () => {
		await workspace.stop();
		rmSync(scripts, { recursive: true });
	});

	/** Runs the script of a step with these inputs, as GitHub does. Resolves to what it prints. */
	function run(name, given = {}, status = 0, more = {}) {
		const step = action.runs.steps.find((step) => step.name === name);
		assert.equal(step.shell, "bash");
		const event = { "github.event.head_commit.message": "Let the shop in\n\nIt asked." };
		const inputOf = (expression) =>
			event[expression] ??
			given[expression.slice("inputs.".length)] ??
			action.inputs[expression.slice("inputs.".length)].default;
		const expanded = Object.entries(step.env).map(([name, text]) => [
			name,
			text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression) => inputOf(expression)),
		]);
		const variables = { ...Object.fromEntries(expanded), GITHUB_STEP_SUMMARY: summary, ...more };
		const path = join(scripts, "step.sh");
		const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
		const exports = Object.entries(variables).map(
			([name, text]) => `export ${name}=${quoted(text)}`,
		);
		writeFileSync(path, `${exports.join("\n")}\n${step.run}`);
		writeFileSync(summary, "");
		return workspace.typed(`bash --noprofile --norc -eo pipefail ${path}`, status);
	}

	const good = '{"origin": ["https://app.example.com"]}\n';
	const cases = (expect) =>
		`{"policy": "x.json", "cases": [{"origin": "https://app.example.com", "expect": "${expect}"}]}`;

	test("checks the policy, and annotates what is wrong with it", async () => {
		await workspace.write("policy.json", good);
		assertSays(await run("Check"), "policy.json: valid");
		await workspace.write("warned.json", '{"origin": true}');
		const warned = await run("Check", { policy: "warned.json" }, 1);
		assertSays(warned, "::warning file=warned.json,line=1,col=12::");
		await run("Check", { policy: "warned.json", "deny-warnings": "false" });
	});

	test("tests it", async () => {
		await workspace.write("cases.json", cases("readable"));
		assertSays(await run("Test", { cases: "cases.json" }), "0 failed");
		await workspace.write("cases.json", cases("refuse"));
		assertSays(await run("Test", { cases: "cases.json" }, 1), "::error file=");
	});

	test("shows the difference and succeeds", async () => {
		const shown = await run("Show the difference");
		assertSays(shown, "+ https://app.example.com");
		const markdown = readFileSync(summary, "utf8");
		assertSays(markdown, "### What publishing policy.json changes\n", "+ https://app.example.com");
	});

	test("fails if the difference cannot be determined", async () => {
		await run("Show the difference", { config: "nowhere.toml" }, 3);
	});

	test("reads nothing without a token, as in a pull request from a fork", async () => {
		const said = await run("Show the difference", {}, 0, { CLOUDFLARE_API_TOKEN: "" });
		assertSays(said, "the live policy is not read");
	});

	test("publishes it, with the first line of the commit's message", async () => {
		await run("Publish", { publish: "true" });
		assert.equal(workspace.cloudflare.values.get("policy"), good);
		assertSays(await workspace.typed("socketio-cors history"), "Let the shop in\n");
		assertSays(await run("Show the difference"), "No difference");
	});
});
