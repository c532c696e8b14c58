// `make dev`: a Socket.IO server, the Worker in front of it on workerd, and what to try.
import { execFile, spawn } from "node:child_process";
import { parseArgs, promisify } from "node:util";
import { startDemoServer } from "../demo/server.js";

const { values: options } = parseArgs({
	options: {
		port: { type: "string", default: "8787" },
		"persist-to": { type: "string", default: ".wrangler/state" },
	},
});
const edge = `http://127.0.0.1:${options.port}`;
const kvOptions = ["--binding", "POLICY", "--local", "--persist-to", options["persist-to"]];

await seedPolicy();
const server = await startDemoServer();
const worker = spawn(
	"wrangler",
	[
		"dev",
		...["--ip", "127.0.0.1", "--port", options.port, "--var", `UPSTREAM:${server.url}`],
		...["--persist-to", options["persist-to"], "--show-interactive-dev-session=false"],
	],
	{ stdio: ["ignore", "inherit", "inherit"] },
);
let ending = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
	process.on(signal, () => {
		ending = true;
		worker.kill("SIGTERM");
	});
}
worker.once("error", (error) => {
	console.error(`wrangler could not be started: ${error.message}`);
	process.exit(1);
});
worker.once("exit", async (code) => {
	await server.stop();
	process.exit(ending ? 0 : (code ?? 1));
});
await answering();
console.log(whatToTry());

async function seedPolicy() {
	const wrangler = (...args) => promisify(execFile)("wrangler", ["kv", "key", ...args]);
	const { stdout } = await wrangler("list", ...kvOptions);
	if (JSON.parse(stdout).some((key) => key.name === "policy")) return;
	await wrangler("put", "policy", "--path", "demo/policy.json", ...kvOptions);
	console.log("→ put demo/policy.json into the local KV, as it held no policy");
}

async function answering() {
	while (!ending) {
		const response = await fetch(edge).catch(() => undefined);
		if (response !== undefined) return;
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

function whatToTry() {
	const poll = `'${edge}/socket.io/?EIO=4&transport=polling'`;
	return `
The Worker          ${edge}
its origin server   ${server.url}, Socket.IO 4

A preflight, answered at the edge:

  curl -i -X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: POST' ${poll}

A polling handshake, allowed from the first origin and refused from the second:

  curl -i -H 'Origin: https://app.example.com' ${poll}
  curl -i -H 'Origin: https://other.example' ${poll}

Change the policy; the second origin is allowed within a second or two:

  npx wrangler kv key put --binding POLICY --local policy '{"origin": "https://other.example"}'

Ctrl-C ends all of it.
`;
}
