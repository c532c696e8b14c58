// docs/deploying.md, walked from its first step to its last as printed, with the real
// wrangler and a stand-in for Cloudflare's API.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertSays, hasTerminal } from "../harness/tool.js";
import { startWorkspace } from "../harness/workspace.js";
import { checkedByEye, documents, shellCommands } from "./documents.js";

const { sections, section } = documents.get("docs/deploying.md");
const byEye = new Set(checkedByEye());
/** The first block of a language below a heading; "" is none. */
const block = (heading, language) =>
	section(heading).blocks.find(({ type, lang }) => type === "code" && lang === language).text;

const policy = block("5. Publish a policy", "json");
const edited = policy.replace("[", '["https://new.example.com", ');
const [vars, reportOnly] = block("3. Enforce nothing yet", "toml").split("\n");
const decisions = section("3. Enforce nothing yet")
	.blocks.findLast(({ lang }) => lang === "toml")
	.text.split("\n");
const route = { pattern: "api.example.com/*", zone_name: "example.com" };
const closed = { enabled: false, previews_enabled: false };

let workspace;
before(async () => {
	workspace = await startWorkspace({ deployed: false });
});
after(() => workspace.stop());

const worker = (name = "socketio-cors-edge") => workspace.cloudflare.workers.get(name);

/** The bindings of a Worker, by name: the type, or the text of a variable. */
const bindings = (name) =>
	Object.fromEntries(worker(name).bindings.map(({ type, name, text }) => [name, text ?? type]));
const enforcing = { POLICY: "kv_namespace", DECISIONS: "analytics_engine" };
const reporting = { REPORT_ONLY: "on", ...enforcing };

/** The namespace of a Worker. */
function kv(name) {
	const { namespace_id } = worker(name).bindings.find(({ name }) => name === "POLICY");
	return workspace.cloudflare.namespaces.get(namespace_id).values;
}

/** The values in it; the replaced texts are one list. */
function values(name) {
	const entries = [...kv(name)];
	const kept = entries.filter(([key]) => key.startsWith("policy@history:"));
	const others = Object.fromEntries(entries.filter((entry) => !kept.includes(entry)));
	return kept.length > 0 ? { ...others, kept: kept.map(([, text]) => text) } : others;
}

const isAsking = (command) => /^socketio-cors (publish|rollback)/.test(command);
const typed = (command) =>
	isAsking(command) ? workspace.answered("y", command) : workspace.typed(command);

/** Runs what is printed below a heading, but for what is checked by eye. */
async function walk(heading) {
	const outputs = [];
	for (const command of shellCommands(section(heading).blocks)) {
		if (!byEye.has(command)) outputs.push(await typed(command));
	}
	return outputs;
}

/** The steps that have commands, and what is so after them. */
const steps = {
	"1. Log in": async (outputs) => assert.deepEqual(await outputs(), []),

	"4. Deploy, in front of nothing yet": async (outputs, heading) => {
		await workspace.uncomment(vars);
		await workspace.uncomment(reportOnly);
		for (const line of decisions) await workspace.uncomment(line);
		const [output] = await outputs();
		assertSays(output, ...block(heading, "").split("\n…\n"));
		assert.deepEqual(bindings(), reporting);
		assert.deepEqual([worker().routes, worker().subdomain], [[], closed]);
	},

	"5. Publish a policy": async (outputs) => {
		await workspace.write("policy.json", policy);
		const [checked, published] = await outputs();
		assertSays(checked, "policy.json: valid, 1 route, 1 origin");
		assertSays(published, '"policy" in the live KV is version ');
		assertSays(published, `wrangler.toml has ${reportOnly}`, "Worker socketio-cors-edge, ");
		assert.deepEqual(values(), { policy });
	},

	"6. Put it in front of your domain": async (outputs, heading) => {
		await workspace.uncomment(block(heading, "toml"));
		const [deployed] = await outputs();
		assertSays(deployed, "  api.example.com/* (zone name: example.com)\n");
		assert.deepEqual([worker().routes, worker().subdomain], [[route], closed]);
		assert.deepEqual(bindings(), reporting);
		assert.deepEqual(values(), { policy });
	},

	"7. Read what would be refused": async (outputs) => assert.deepEqual(await outputs(), []),

	"8. Enforce it": async (outputs) => {
		await workspace.comment(reportOnly);
		await outputs();
		assert.deepEqual(bindings(), enforcing);
		assert.deepEqual(values(), { policy });
	},

	"Going back": async () => {
		await typed("npx wrangler deploy --var REPORT_ONLY:on");
		assert.deepEqual(bindings(), reporting);
		assert.deepEqual(worker().routes, [route]);
		// The next deploy releases the brake. Taken out of wrangler.toml, the route stays.
		await workspace.comment("routes = ");
		assertSays(await typed("make deploy"), "No targets deployed");
		assert.deepEqual(bindings(), enforcing);
		assert.deepEqual(worker().routes, [route]);

		const live = [...worker().live];
		const output = await typed("npx wrangler rollback");
		assertSays(output, "will not rollback any of the bound resources");
		assert.deepEqual(worker().live, [live[1], ...live]);
		assert.deepEqual(values(), { policy });
		assert.deepEqual(worker().routes, [route]);
	},

	"Staging and production": async (outputs) => {
		await workspace.uncommentAll();
		const live = values();
		// A version to roll back to.
		await typed("make deploy ARGS='--env staging'");
		const staging = "socketio-cors-edge-staging";
		kv(staging).set("policy", policy);
		await workspace.write("policy.json", edited);

		const [, published, rolledBack] = await outputs();
		assertSays(published, "Worker socketio-cors-edge-staging, environment staging, ");
		assertSays(published, "+ https://new.example.com");
		assertSays(rolledBack, "Worker Version 1 has been deployed");
		assert.deepEqual(values(staging), { policy, kept: [policy, edited] });
		assert.deepEqual(worker(staging).live, [1, 2, 1]);
		assert.deepEqual(worker(staging).routes, [{ ...route, pattern: "api.staging.example.com/*" }]);
		assert.deepEqual(values(), live);
	},

	"A button": async (outputs) => {
		const [output] = await outputs();
		assertSays(output, "Total Upload: ", "--dry-run: exiting now.");
	},
};

describe("docs/deploying.md", { skip: !hasTerminal }, () => {
	test("has these steps with commands, in this order", () => {
		const withCommands = sections.filter(({ blocks }) => shellCommands(blocks).length > 0);
		const names = withCommands.map(({ heading }) => heading);
		assert.deepEqual(
			Object.keys(steps).filter((name) => name !== "Going back"),
			names,
		);
	});

	for (const [heading, step] of Object.entries(steps)) {
		test(heading, () => step(() => walk(heading), heading));
	}
});
