// docs/deploying.md, walked from its first step to its last as printed, with the real
// wrangler and a stand-in for Cloudflare's API.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { checkedByEye, documents, shellCommands } from "./harness/documents.js";
import { assertSays, hasTerminal } from "./harness/tool.js";
import { startWorkspace } from "./harness/workspace.js";

const { sections, section } = documents.get("docs/deploying.md");
const byEye = new Map(checkedByEye());
/** The first block of a language below a heading; "" is none. */
const block = (heading, language) =>
	section(heading).blocks.find(({ type, lang }) => type === "code" && lang === language).text;

const text = (heading) => section(heading).body;

const reporting = block("4. Publish a policy that only reports", "json");
const enforcing = reporting.replace(/^ *"reportOnly": true,\n/m, "");
const route = { pattern: "api.example.com/*", zone_name: "example.com" };
const closed = { enabled: false, previews_enabled: false };

let workspace;
before(async () => {
	workspace = await startWorkspace({ deployed: false });
});
after(() => workspace.stop());

const worker = (name = "socketio-cors-edge") => workspace.cloudflare.workers.get(name);

/** What is in the namespace of a Worker. */
function values(name) {
	const { namespace_id } = worker(name).bindings.find(({ name }) => name === "POLICY");
	return Object.fromEntries(workspace.cloudflare.namespaces.get(namespace_id).values);
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

	"3. Deploy, in front of nothing yet": async (outputs, heading) => {
		const [output] = await outputs();
		assertSays(output, ...block(heading, "").split("\n…\n"));
		const [{ type, name }, ...others] = worker().bindings;
		assert.deepEqual([type, name, others], ["kv_namespace", "POLICY", []]);
		assert.deepEqual([worker().routes, worker().subdomain], [[], closed]);
	},

	"4. Publish a policy that only reports": async (outputs) => {
		await workspace.write("policy.json", reporting);
		const [checked, published] = await outputs();
		assertSays(checked, "policy.json: valid, 1 route, 1 origin");
		assertSays(published, '"policy" in the live KV is version ');
		assert.deepEqual(values(), { policy: reporting });
	},

	"5. Put it in front of your domain": async (outputs, heading) => {
		await workspace.uncomment(block(heading, "toml"));
		const [deployed] = await outputs();
		assertSays(deployed, "  api.example.com/* (zone name: example.com)\n");
		assert.deepEqual([worker().routes, worker().subdomain], [[route], closed]);
		assert.deepEqual(values(), { policy: reporting });
	},

	"6. Read what would be refused": async (outputs) => assert.deepEqual(await outputs(), []),

	"7. Enforce it": async (outputs, heading) => {
		await workspace.write("policy.json", enforcing);
		const [published] = await outputs();
		const promised = text(heading).match(/`(reportOnly: .*)`/)[1];
		const [, difference] = published.replaceAll("\r", "").split("/socket.io\n");
		assert.ok(difference.startsWith(`    ${promised}\n\n`), published);
		assert.deepEqual(values(), { policy: enforcing, "policy@previous": reporting });
	},

	"Going back": async () => {
		await typed("socketio-cors rollback");
		assert.deepEqual(values(), { policy: reporting, "policy@previous": enforcing });

		assert.deepEqual(worker().live, [2, 1]);
		const output = await typed("npx wrangler rollback");
		assertSays(output, "will not rollback any of the bound resources");
		assert.deepEqual(worker().live, [1, 2, 1]);
		assert.deepEqual(values(), { policy: reporting, "policy@previous": enforcing });
		assert.deepEqual(worker().routes, [route]);

		// Taken out of wrangler.toml, the route stays.
		await workspace.comment("routes = ");
		assertSays(await typed("make deploy"), "No targets deployed");
		assert.deepEqual(worker().routes, [route]);
	},

	"Staging and production": async (outputs) => {
		await workspace.uncommentAll();
		const live = values();
		// What there is to roll back to.
		await typed("make deploy ARGS='--env staging'");
		await workspace.write("policy.json", reporting);
		await typed("socketio-cors publish policy.json --env staging");
		await workspace.write("policy.json", enforcing);

		const [, published, rolledBack] = await outputs();
		assertSays(published, "reportOnly: true → false");
		assertSays(rolledBack, "Worker Version 1 has been deployed");
		const staging = "socketio-cors-edge-staging";
		assert.deepEqual(values(staging), { policy: reporting, "policy@previous": enforcing });
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
