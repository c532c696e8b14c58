// `deploy`: uploads the Worker, and puts the policy into KV where there is none yet.
import { parseArgs } from "node:util";
import { orRefused, Refusal } from "./say.js";
import { runTool } from "./tool.js";
import { findConfig, findWrangler, runWrangler, wranglerOutput } from "./wrangler.js";

export const usage = `Upload the Worker; where KV has no policy yet, publish policy.json as well

A first deploy enforces nothing until the policy is published and read back, whatever the
configuration says. Later ones do not change the policy.

Usage: socketio-cors deploy [OPTIONS]

Options:
      --policy <FILE>  The policy document [default: policy.json]
  -e, --env <NAME>     The environment in wrangler's configuration
      --dry-run        Check the policy, build the Worker, and upload nothing
  -h, --help           Print help`;

const options = {
	policy: { type: "string", default: "policy.json" },
	env: { type: "string", short: "e" },
	"dry-run": { type: "boolean" },
	help: { type: "boolean", short: "h" },
};

export const run = (words) => orRefused(() => deploy(words));

async function deploy(words) {
	const { values } = parseArgs({ args: words, options });
	if (values.help) return void console.log(usage);
	findConfig();
	findWrangler();
	const environment = values.env ? ["--env", values.env] : [];
	const status = await runTool(["check", values.policy]);
	if (status !== 0) return status;
	if (values["dry-run"]) return runWrangler(["deploy", "--dry-run", ...environment]);

	if (hasPolicy(environment)) {
		const publish = ["npx socketio-cors publish", values.policy, ...environment].join(" ");
		console.log(`KV has a policy already, and this does not change it. To change it: ${publish}`);
	} else {
		console.log("KV has no policy yet: this deploy enforces nothing until it has one.\n");
		const first = ["deploy", "--var", "REPORT_ONLY:on", ...environment];
		await succeed("deploy", runWrangler(first));
		const publish = ["publish", values.policy, "--yes", ...environment];
		await succeed("publish", runTool(publish));
	}
	return runWrangler(["deploy", ...environment]);
}

/** Returns true if KV has a policy, for every host or for one. */
function hasPolicy(environment) {
	const key = ["kv", "key", "list", "--prefix", "policy", "--binding", "POLICY"];
	const { status, output, errors } = wranglerOutput([...key, "--remote", ...environment]);
	if (status === 0) return JSON.parse(output).length > 0;
	// So it is before the first deploy, which makes the Worker and its namespace.
	if (/\[code: 10007\]|No KV namespace ID found for binding/.test(errors)) return false;
	throw new Refusal(`wrangler cannot read KV, and nothing was changed:\n${errors}`, { status: 3 });
}

/** Goes on only if a step has ended well. */
async function succeed(step, running) {
	const status = await running;
	if (status === 0) return;
	throw new Refusal(`${step} failed; nothing is enforced`, {
		help: "run `npx socketio-cors deploy` again: it continues where it stopped",
		status: 3,
	});
}
