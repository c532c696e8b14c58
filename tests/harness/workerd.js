// A workerd without Miniflare, of any version, with the built Worker and a KV namespace.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./process.js";

/**
 * Starts the Worker on the runtime `binary`. Resolves to its URL and a function that stops it.
 * @param {object} options
 * @param {object} options.policy the document under `policy`
 * @param {string} options.upstream the origin server
 * @param {string} options.compatibilityDate
 */
export async function startOn(binary, { policy, upstream, compatibilityDate }) {
	const directory = await mkdtemp(join(tmpdir(), "workerd-"));
	for (const name of ["index.js", "index_bg.wasm"]) {
		await copyFile(join(root, "build", name), join(directory, name));
	}
	await writeFile(join(directory, "kv.js"), namespaceOf(policy));
	const config = join(directory, "workerd.capnp");
	await writeFile(config, configuration(upstream, compatibilityDate));
	const { url, stop } = await serve(binary, config);
	return {
		url,
		async stop() {
			await stop();
			await rm(directory, { recursive: true });
		},
	};
}

/**
 * Starts a workerd of that configuration. Resolves to its process id, its URL and a function that
 * stops it.
 * @param {number | "ignore"} output the file descriptor that it writes to
 * @param {string[]} under a command that runs it, with its options
 */
export async function serve(binary, config, output = "ignore", under = []) {
	const [command, ...words] = [...under, binary, "serve", config, "--control-fd=3"];
	const runtime = spawn(command, words, {
		// V8 may write files of its own.
		cwd: dirname(config),
		stdio: ["ignore", output, "inherit", "pipe"],
	});
	const ended = once(runtime, "exit");
	const [line] = await Promise.race([once(runtime.stdio[3], "data"), ended]);
	if (runtime.exitCode !== null) throw new Error(`${binary} ended with ${runtime.exitCode}`);
	return {
		pid: runtime.pid,
		url: `http://127.0.0.1:${JSON.parse(line).port}`,
		async stop() {
			runtime.kill();
			await ended;
		},
	};
}

/** The service that workerd asks for a namespace's keys. */
const namespaceOf = (policy) => `
	const stored = (key) => (key === "policy" ? ${JSON.stringify(JSON.stringify(policy))} : null);
	export default {
		async fetch(request) {
			if (request.method === "PUT") return new Response(await request.text());
			const value = stored(new URL(request.url).pathname.slice(1));
			return new Response(value, { status: value === null ? 404 : 200 });
		},
	};
`;

const configuration = (upstream, compatibilityDate) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [
		(name = "main", worker = (
			modules = [
				(name = "index.js", esModule = embed "index.js"),
				(name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
			],
			compatibilityDate = "${compatibilityDate}",
			bindings = [
				(name = "POLICY", kvNamespace = "kv"),
				(name = "UPSTREAM", text = "${upstream}"),
			],
			globalOutbound = "network",
		)),
		(name = "kv", worker = (
			modules = [(name = "kv.js", esModule = embed "kv.js")],
			compatibilityDate = "${compatibilityDate}",
		)),
		(name = "network", network = (allow = ["private"])),
	],
	sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
