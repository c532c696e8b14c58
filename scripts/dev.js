// `make dev`: a Socket.IO server, or one's own, the Worker in front of it on workerd, and the playground.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { startDemoServer } from "../demo/server.js";
import { answering, isServerUrl, startLocalEdge, whyTaken } from "../playground/local-edge.js";
import { putPolicy, readPolicy } from "../playground/local-policy.js";
import { startPlayground } from "../playground/server.js";

const wranglersState = ".wrangler/state";
const { values: options } = parseArgs({
	options: {
		port: { type: "string", default: "8787" },
		"persist-to": { type: "string", default: wranglersState },
		upstream: { type: "string" },
	},
});
const edge = `http://127.0.0.1:${options.port}`;

// Aborting ends the wrangler that is running.
const ending = new AbortController();
const { signal } = ending;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => ending.abort());

checkUpstream();
await checkPort();
// Started once the Worker answers: before, its page has nothing to show.
let playground;
const tell = (event) => playground?.tell(event);
const server = options.upstream
	? { url: options.upstream, stop() {} }
	: await startDemoServer({
			onRequest: ({ method, url, headers: { origin } }) =>
				tell({ type: "reached", method, url, origin }),
		});
const worker = startLocalEdge({
	command: ["wrangler"],
	port: options.port,
	variables: { UPSTREAM: server.url },
	words: ["--persist-to", options["persist-to"]],
	onLog: (line) => tell({ type: "log", line }),
	signal,
});
worker.once("error", (error) => {
	if (signal.aborted) return;
	console.error(`wrangler could not be started: ${error.message}`);
	process.exit(1);
});
let failed = false;
worker.once("exit", async (code) => {
	playground?.stop();
	await server.stop();
	if (failed) process.exit(1);
	process.exit(signal.aborted ? 0 : (code ?? 1));
});
await answering(edge, signal);
await seedPolicy();
if (!signal.aborted) {
	playground = await startPlayground({
		port: Math.min(Number(options.port) + 1, 65535),
		edge,
		upstream: options.upstream,
	});
	console.log(whatToTry());
}

function checkUpstream() {
	const { upstream } = options;
	if (upstream === undefined || isServerUrl(upstream)) return;
	console.error(`${upstream} is not the URL of a server`);
	console.error("    write it as in: make dev UPSTREAM=http://localhost:3000");
	process.exit(1);
}

async function checkPort() {
	const why = await whyTaken(Number(options.port));
	if (why === undefined) return;
	console.error(`127.0.0.1:${options.port} cannot be used: ${why}`);
	console.error("    choose another port: make dev PORT=9000");
	process.exit(1);
}

async function seedPolicy() {
	try {
		if (signal.aborted || (await readPolicy(edge)) !== undefined) return;
		await putPolicy(edge, await readFile("demo/policy.json"));
		console.log("→ put demo/policy.json into the local KV, which had no policy");
	} catch (error) {
		// Its end interrupts this.
		if (signal.aborted) return;
		console.error(error.message);
		failed = true;
		ending.abort();
	}
}

function whatToTry() {
	const poll = `'${edge}/socket.io/?EIO=4&transport=polling'`;
	const state = options["persist-to"];
	const kv = state === wranglersState ? "--local" : `--local --persist-to '${state}'`;
	return `
The playground      ${playground.url}
The Worker          ${edge}
its origin server   ${server.url}, ${options.upstream ? "yours" : "Socket.IO 4; for yours: make dev UPSTREAM=http://localhost:3000"}

Open the playground: a page of an allowed origin and one of a refused origin connect
through the Worker, and you change the policy. Or, by hand:

A preflight, answered at the edge:

  curl -i -X OPTIONS -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: POST' ${poll}

A polling handshake, allowed from the first origin and refused from the second:

  curl -i -H 'Origin: https://app.example.com' ${poll}
  curl -i -H 'Origin: https://other.example' ${poll}

Change the policy; the second origin is allowed within a second or two:

  npx wrangler kv key put --binding POLICY ${kv} policy '{"origin": "https://other.example"}'

Ctrl-C stops everything.
`;
}
