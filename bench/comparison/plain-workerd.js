// A workerd without Miniflare, with one Worker and a KV namespace with the policy, always there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import workerd from "workerd";
import { bundle } from "./bundle.js";

const build = fileURLToPath(new URL("../../build/", import.meta.url));

/** This Worker, among the names of those in `workers/`. */
export const THIS_WORKER = "this-worker";

/**
 * Writes down what a workerd needs for the Worker of that name. Resolves to the configuration's
 * path and to a function that removes it.
 * @param {string} [options.upstream] the origin server
 * @param {string[]} [options.v8Flags]
 */
export async function configure(name, options = {}) {
	const directory = await mkdtemp(join(tmpdir(), "plain-workerd-"));
	const modules = name === THIS_WORKER ? ["index.js", "index_bg.wasm"] : [`${name}.js`];
	for (const module of modules) {
		const path = join(directory, module);
		if (name === THIS_WORKER) await copyFile(build + module, path);
		else await writeFile(path, await bundle(name));
	}
	await writeFile(join(directory, "kv.js"), await bundle("kv"));
	const path = join(directory, "workerd.capnp");
	await writeFile(path, configuration(modules, options));
	return { path, remove: () => rm(directory, { recursive: true }) };
}

/** Starts a workerd. Resolves to its process and its URL. */
export async function start(config) {
	const runtime = spawn(workerd.default, ["serve", config, "--control-fd=3"], {
		stdio: ["ignore", "ignore", "inherit", "pipe"],
	});
	const [line] = await once(runtime.stdio[3], "data");
	return {
		pid: runtime.pid,
		url: `http://127.0.0.1:${JSON.parse(line).port}`,
		async stop() {
			runtime.kill();
			await once(runtime, "exit");
		},
	};
}

function configuration(modules, { upstream = "", v8Flags = [] }) {
	const embedded = modules.map((name) => {
		const kind = name.endsWith(".wasm") ? "wasm" : "esModule";
		return `(name = "${name}", ${kind} = embed "${name}")`;
	});
	const variables = Object.entries({ ...(upstream && { UPSTREAM: upstream }), EXPLAIN: "off" });
	const bindings = variables.map(([name, value]) => `(name = "${name}", text = "${value}")`);
	return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [
		(name = "main", worker = (
			modules = [${embedded}],
			compatibilityDate = "2026-07-01",
			bindings = [(name = "POLICY", kvNamespace = "kv"), ${bindings}],
			globalOutbound = "network",
		)),
		(name = "kv", worker = (
			modules = [(name = "kv.js", esModule = embed "kv.js")],
			compatibilityDate = "2026-07-01",
		)),
		(name = "network", network = (allow = ["public", "private"])),
	],
	sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
	v8Flags = [${v8Flags.map((flag) => `"${flag}"`)}],
);
`;
}
