// The documents: every command is run by a test, or listed in CONTRIBUTING.md as checked by
// eye; every link leads somewhere; every page is in the index.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../harness/process.js";
import { assertSays } from "../harness/tool.js";
import { startWorkspace } from "../harness/workspace.js";
import { checkedByEye, documents, shellCommands } from "./documents.js";

const policy = '{"origin": ["https://app.example.com", "https://*.example.com"]}\n';
const example = (name) => readFileSync(join(root, "examples", name), "utf8");
const tenant = "tenant:https://shop.example";

/** The file of expectations in docs/tool.md, and what is printed for it there. */
const [{ text: cases }, { text: session }] = documents
	.get("docs/tool.md")
	.section("`test`: expectations for CI")
	.blocks.filter(({ type }) => type === "code");

/** The pasted options in docs/tool.md, and the tool's output for them. */
const [, pasted, checked] = documents
	.get("docs/tool.md")
	.section("`check`: before a document is live")
	.blocks.filter(({ type }) => type === "code")
	.map(({ text }) => text);

/** The imported configuration in docs/tool.md, and the tool's output for it. */
const [{ text: nginx }, { text: imported }] = documents
	.get("docs/tool.md")
	.section("`import`: from nginx, or from Socket.IO's options")
	.blocks.filter(({ type }) => type === "code");

/** The log in docs/tool.md, and the output of `learn` for it. */
const [{ text: refused }, { text: learned }] = documents
	.get("docs/tool.md")
	.section("`learn`: from what a roll-out logged")
	.blocks.filter(({ type }) => type === "code");

/** Commands that this test runs as they are printed, in this order, each with a check of the result. */
const runs = {
	"npx wrangler kv key put --binding POLICY --remote policy --path policy.json": (_, kv) =>
		assert.equal(kv.get("policy"), policy),
	"npx wrangler kv key get --binding POLICY --remote policy | socketio-cors check -": (output) =>
		assertSays(output, "valid, 1 route, 2 origins"),
	"npx wrangler kv key put --binding POLICY --remote policy --path examples/one-app.json": (
		_,
		kv,
	) => assert.equal(kv.get("policy"), example("one-app.json")),
	"npx wrangler kv key put --binding POLICY --remote policy:api.example.com --path examples/hosts-and-routes/policy.api.example.com.json":
		(_, kv) =>
			assert.equal(
				kv.get("policy:api.example.com"),
				example("hosts-and-routes/policy.api.example.com.json"),
			),
	[`npx wrangler kv key put --binding POLICY --remote "${tenant}" 1`]: (_, kv) =>
		assert.equal(kv.get(tenant), "1"),
	[`npx wrangler kv key delete --binding POLICY --remote "${tenant}"`]: (_, kv) =>
		assert.equal(kv.has(tenant), false),
	"socketio-cors check policy.json": (output) => assertSays(output, "valid, 1 route, 2 origins"),
	"socketio-cors check pasted.js": (output) =>
		assert.equal(`$ socketio-cors check pasted.js\n${output}`, `${checked}\n`),
	"socketio-cors explain policy.json --origin https://app.example.com": (output) =>
		assertSays(output, "decision  allow"),
	"socketio-cors explain policy.json --origin https://app.example.com --method PUT": (output) =>
		assertSays(output, "→ the browser stops at the preflight", "does not list PUT"),
	"socketio-cors test cases.json": (output) =>
		assert.equal(`$ socketio-cors test cases.json\n${output}`, `${session}\n`),
	"socketio-cors import nginx.conf": (output) => {
		// The policy and the rest are in different streams.
		const policy = imported.slice(imported.indexOf("\n{") + 1);
		assertSays(output, policy);
		const rest = output.replace(`${policy}\n`, "");
		assert.equal(`$ socketio-cors import nginx.conf\n${rest}${policy}`, imported);
	},
	"socketio-cors learn refused.log": (output) => {
		// The policy and the rest are in different streams.
		const policy = learned.slice(learned.indexOf("\n{") + 1);
		const undated = (text) => text.replace(/learned on \S+:/, "learned on a day:");
		assertSays(undated(output), undated(policy));
		const rest = undated(output).replace(`${undated(policy)}\n`, "");
		assert.equal(`$ socketio-cors learn refused.log\n${rest}${undated(policy)}`, undated(learned));
	},
	'node -p \'require("./policy.json").origin.join("\\n")\' > tenants.csv': (output) =>
		assert.equal(output, ""),
	"sha256sum policy.json": (output) =>
		assertSays(output, createHash("sha256").update(policy).digest("hex")),
	"make build": (output) => assert.doesNotMatch(output, /building/),
	"npx wrangler deploy --dry-run": (output) => assertSays(output, "Total Upload: "),
};

/** The exit statuses that are not 0. */
const statuses = { "socketio-cors check pasted.js": 1 };

/** Commands that another test runs: its file in tests/, and the place in it. */
const runElsewhere = {
	"make dev": ["playground/dev.test.js", 'start("make", words)'],
	"make dev PORT=9000": ["playground/dev.test.js", '["dev", `PORT='],
	"make dev UPSTREAM=http://localhost:3000": ["playground/dev.test.js", "words.push(`UPSTREAM="],
	...Object.fromEntries(
		["react", "flask", "esp32", "multi-tenant"].map((name) => [
			`make example NAME=${name}`,
			[`examples/${name}.test.js`, `startExample("${name}"`],
		]),
	),
	"npx socketio-cors tenants add http://bakery.localhost:8790 --local": [
		"tool/tenants-wrangler.test.js",
		'"add", "https://Shop.example/"',
	],
	"make deploy": ["docs/deploying.test.js", 'typed("make deploy")'],
	"npm run deploy": ["docs/deploying.test.js", '"A button"'],
	"npx wrangler deploy --var REPORT_ONLY:on": [
		"docs/deploying.test.js",
		'typed("npx wrangler deploy --var REPORT_ONLY:on")',
	],
	"npx wrangler rollback": ["docs/deploying.test.js", 'typed("npx wrangler rollback")'],
	"npx wrangler deploy --config site/wrangler.jsonc": [
		"site/deploy.test.js",
		'["deploy", "--dry-run", "--config", "site/wrangler.jsonc"',
	],
	"npx wrangler deploy --dry-run --env staging": ["worker/deploy.test.js", '"--env", environment'],
	"nginx -T | socketio-cors import - --write policy.json": [
		"tool/import.test.js",
		'const args = ["-T", ',
	],
	"socketio-cors learn tail.json --policy policy.json --write": [
		"tool/learn.test.js",
		'["learn", log, "--policy", path, "--write"]',
	],
	"socketio-cors doctor --har recording.har": ["doctor/recording.test.js", '["doctor", "--har", '],
	"socketio-cors publish policy.json --message 'The new site'": [
		"tool/publish-states.test.js",
		'"--message", "The shop"',
	],
	"socketio-cors diff policy.json": ["tool/publish-states.test.js", '["diff", await tool.file('],
	"socketio-cors history": ["tool/publish-states.test.js", '["history"]'],
	"npx socketio-cors check policy.json": ["package/package.test.js", '["check", "policy.json"]'],
	"npx socketio-cors publish policy.json": ["package/package.test.js", '["publish", "policy.json"'],
	"socketio-cors tenants add https://shop.example": [
		"tool/tenants-command.test.js",
		'["add", "https://A.example:443/"]',
	],
	"socketio-cors tenants add https://Shop.example/": [
		"tool/tenants-wrangler.test.js",
		'"add", "https://Shop.example/"',
	],
	"socketio-cors tenants add --file tenants.csv": [
		"tool/tenants-command.test.js",
		'["add", "--file", file]',
	],
	"socketio-cors tenants add --file tenants.csv --prefix tenant:": [
		"tool/tenants-command.test.js",
		'"add", "--file", "-", ...prefix',
	],
	"socketio-cors tenants remove https://shop.example": [
		"tool/tenants-wrangler.test.js",
		'"remove", "https://shop.example"',
	],
	"socketio-cors rollback": ["tool/publish-live.test.js", '["rollback", ...host, '],
};

const printed = new Set([...documents.values()].flatMap(({ commands }) => commands));
/** deploying.test.js runs all that is not checked by eye. */
const walked = documents
	.get("docs/deploying.md")
	.sections.flatMap(({ blocks }) => shellCommands(blocks));
const covered = {
	"run here": Object.keys(runs),
	"run by another test": Object.keys(runElsewhere),
	"checked by eye": checkedByEye(),
};

describe("a command that is printed", () => {
	let workspace;
	before(async () => {
		workspace = await startWorkspace();
		await workspace.write("policy.json", policy);
		await workspace.write("cases.json", cases);
		await workspace.write("pasted.js", pasted);
		await workspace.write("nginx.conf", nginx);
		await workspace.write("refused.log", refused);
	});
	after(() => workspace.stop());

	for (const [command, check] of Object.entries(runs)) {
		test(`does what it is for: ${command}`, async () => {
			check(await workspace.typed(command, statuses[command]), workspace.cloudflare.values);
		});
	}

	test("is run by a test, or listed in CONTRIBUTING.md", () => {
		const known = new Set([...walked, ...Object.values(covered).flat()]);
		assert.deepEqual(
			[...printed].filter((command) => !known.has(command)),
			[],
		);
	});

	for (const [how, commands] of Object.entries(covered)) {
		test(`is still printed, if it is ${how}`, () => {
			assert.deepEqual(
				commands.filter((command) => !printed.has(command)),
				[],
			);
		});
	}

	test("is run by the other test that is named", () => {
		for (const [command, [file, text]] of Object.entries(runElsewhere)) {
			const source = readFileSync(join(root, "tests", file), "utf8");
			assert.ok(source.includes(text), `${file} does not run ${command}`);
		}
	});
});

describe("a document", () => {
	for (const [path, { links }] of documents) {
		test(`has only links that lead somewhere: ${path}`, () => {
			const inside = links.filter((href) => !/^[a-z]+:/.test(href));
			assert.deepEqual(
				inside.filter((href) => !leadsSomewhere(path, href)),
				[],
			);
		});
	}

	test("is in the index, if it is in docs/", () => {
		const pages = [...documents.keys()].filter((path) => path.startsWith("docs/"));
		const linked = documents.get("docs/README.md").links.map((href) => normalize(`docs/${href}`));
		assert.deepEqual(
			pages.filter((path) => path !== "docs/README.md" && !linked.includes(path)),
			[],
		);
	});
});

test("the documents and `publish` say in the same sentence how soon an edit takes effect", () => {
	const text = (path) => readFileSync(join(root, path), "utf8");
	const inOneLine = (path) => text(path).replaceAll("`", "").replaceAll(/\s+/g, " ");
	const source = text("crates/cli/src/kv/change/change_report.rs");
	const [, printed] = /WHEN_LIVE: &str = "\\\n([^"]+)"/.exec(source);
	const sentence = printed.replaceAll("\n", " ");
	for (const path of ["README.md", "docs/changes.md", "docs/tool.md"]) {
		assert.ok(inOneLine(path).includes(sentence), `${path}: ${sentence}`);
	}
});

/** Returns true if a link of a document leads to a file or directory, and to a heading if it names one. */
function leadsSomewhere(from, href) {
	const [path, anchor] = decodeURI(href).split("#");
	const target = path === "" ? from : normalize(join(dirname(from), path));
	if (!existsSync(join(root, target))) return false;
	return anchor === undefined || documents.get(target)?.anchors.includes(anchor) === true;
}
