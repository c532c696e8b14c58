// `dev`: the Worker on this machine, in front of one's own Socket.IO server or of a small one, with
// the policy of a file and the playground.
import { existsSync, watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { answering, isServerUrl, startLocalEdge, whyTaken } from "../playground/local-edge.js";
import { putPolicy } from "../playground/local-policy.js";
import { startPlayground } from "../playground/server.js";
import { orRefused, Refusal } from "./say.js";
import { runTool, strictJson } from "./tool.js";
import { findConfig, findWrangler } from "./wrangler.js";

export const usage = `Run the Worker on this machine, in front of your Socket.IO server

The local KV gets the policy of a file: a saved edit takes effect at once. The playground is a
page that connects from two origins and shows each decision, and why.

Usage: socketio-cors dev [OPTIONS]

Options:
      --upstream <URL>  Your server, as in http://localhost:3000 [default: a small Socket.IO server]
      --policy <FILE>   The policy document [default: policy.json]
      --port <PORT>     The Worker's port; the playground takes the next [default: 8787]
  -h, --help            Print help`;

const options = {
	upstream: { type: "string" },
	policy: { type: "string", default: "policy.json" },
	port: { type: "string", default: "8787" },
	help: { type: "boolean", short: "h" },
};

/** How long after a change a file is read: editors write in several steps. */
const settling = 50;

export const run = (words) => orRefused(() => dev(words));

async function dev(words) {
	const { values } = parseArgs({ args: words, options });
	if (values.help) return void console.log(usage);
	const port = Number(values.port);
	if (!Number.isInteger(port) || port < 1 || port > 65535)
		throw new Refusal(`--port ${values.port} is not a port`);
	if (values.upstream !== undefined && !isServerUrl(values.upstream)) {
		throw new Refusal(`--upstream ${values.upstream} is not the URL of a server`, {
			help: "write it as in http://localhost:3000",
		});
	}
	const policy = resolve(values.policy);
	if (!existsSync(policy)) throw new Refusal(`there is no ${values.policy} here`);
	findConfig();
	const command = [process.execPath, findWrangler()];
	const why = await whyTaken(port);
	if (why)
		throw new Refusal(`127.0.0.1:${port} cannot be used: ${why}`, {
			help: "choose another port: --port 9000",
			status: 3,
		});
	return serve({ command, port, policy, upstream: values.upstream });
}

/** Resolves to the exit status when it has ended. */
async function serve({ command, port, policy, upstream }) {
	const ending = new AbortController();
	const { signal } = ending;
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => ending.abort());
	const edge = `http://127.0.0.1:${port}`;
	let playground;
	const tell = (event) => playground?.tell(event);
	const server = upstream ? { url: upstream, stop() {} } : await startSmallServer(tell);
	const worker = startLocalEdge({
		command,
		port,
		// The configuration of a roll-out would get in the way of trying things.
		variables: {
			UPSTREAM: server.url,
			POLICY_FRESH_SECONDS: "1",
			EXPLAIN: "on",
			REPORT_ONLY: "off",
		},
		words: [],
		onLog: (line) => tell({ type: "log", line }),
		signal,
	});
	const ended = new Promise((resolve, reject) => {
		worker.once("error", (error) => (signal.aborted ? resolve(0) : reject(error)));
		worker.once("exit", (status) => resolve(signal.aborted ? 0 : (status ?? 3)));
	});
	const started = answering(edge, signal).then(async () => {
		if (signal.aborted) return;
		await follow(policy, edge, signal);
		playground = await startPlayground({
			port: Math.min(port + 1, 65535),
			edge,
			upstream,
			assets: assets(policy),
		});
		console.log(whatToTry({ playground, edge, server, policy }));
	});
	try {
		return await Promise.race([ended, started.then(() => ended)]);
	} finally {
		ending.abort();
		playground?.stop();
		await server.stop();
	}
}

/** A Socket.IO server to try the Worker with. */
async function startSmallServer(tell) {
	const { startDemoServer } = createRequire(import.meta.url)("../demo/server.cjs");
	return startDemoServer({
		onRequest: ({ method, url, headers: { origin } }) =>
			tell({ type: "reached", method, url, origin }),
	});
}

/** The files that the playground serves besides its own page. */
const assets = (policy) => ({
	"/socket.io-client.js": new URL("../playground/socket.io-client.js", import.meta.url),
	"/tool.js": new URL("../playground/tool.js", import.meta.url),
	"/tool_bg.wasm": new URL("../playground/tool_bg.wasm", import.meta.url),
	"/first-policy.json": pathToFileURL(policy),
});

/** Puts the policy into the local KV, now and whenever the file is saved without a fault. */
async function follow(file, edge, signal) {
	let last;
	const update = async () => {
		const text = await readFile(file, "utf8").catch(() => undefined);
		if (text === undefined || text === last) return;
		last = text;
		if ((await runTool(["check", file])) !== 0) return;
		await putPolicy(edge, strictJson(text)).catch((error) => console.error(error.message));
	};
	await update();
	// Some editors replace the file, so it is the directory that is watched.
	let timer;
	watch(dirname(file), { signal, persistent: false }, (_event, name) => {
		if (name !== null && name !== basename(file)) return;
		clearTimeout(timer);
		timer = setTimeout(update, settling);
	}).on("error", () => {});
}

function whatToTry({ playground, edge, server, policy }) {
	return `
The playground      ${playground.url}
The Worker          ${edge}
its origin server   ${server.url}

Let your page connect to ${edge}, or open the playground. Edit ${policy}:
a saved change takes effect within a second or two. With "reportOnly" in it, the Worker refuses
nothing and adds no headers: remove that to see your pages connect by the policy.

Ctrl-C stops everything.
`;
}
