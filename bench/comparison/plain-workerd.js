// A workerd without Miniflare, with one Worker and a KV namespace with the policy, always there.
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../../tests/harness/workerd.js";
import { bundle } from "./bundle.js";

const build = fileURLToPath(new URL("../../build/", import.meta.url));

/** The package of the workerd that is measured: `workerd`, or `workerd-oldest`, the oldest that is supported. */
export const RUNTIME = process.env.WORKERD ?? "workerd";
export const { default: binary } = (await import(RUNTIME)).default;

/** This Worker's module of Wasm, which any of them may import. */
const WASM = "index_bg.wasm";

/** This Worker, among the names of those in `workers/`. */
export const THIS_WORKER = "this-worker";

/**
 * Writes down what a workerd needs for the Worker of that name. Resolves to the configuration's
 * path, to that of its Wasm, if it has any, and to a function that removes them.
 * @param {string} [options.upstream] the origin server
 * @param {string} [options.zone] the same, where every request to the outside ends: without UPSTREAM
 * @param {string} [options.kv] the KV namespace, of one policy if absent
 * @param {object} [options.vars] further variables
 * @param {string[]} [options.v8Flags]
 */
export async function configure(name, options = {}) {
	const directory = await mkdtemp(join(tmpdir(), "plain-workerd-"));
	const main =
		name === THIS_WORKER ? await readFile(`${build}index.js`, "utf8") : await bundle(name);
	await writeFile(join(directory, "index.js"), main);
	// The runtime compiles what it is given, imported or not.
	const hasWasm = main.includes(WASM);
	if (hasWasm) await copyFile(build + WASM, join(directory, WASM));
	await writeFile(join(directory, "kv.js"), await bundle("kv"));
	const path = join(directory, "workerd.capnp");
	await writeFile(path, configuration(hasWasm, options));
	return { path, wasm: join(directory, WASM), remove: () => rm(directory, { recursive: true }) };
}

/** Starts a workerd; see `serve`. */
export const start = (config, output) => serve(binary, config, output);

const KV_WORKER = `worker = (
	modules = [(name = "kv.js", esModule = embed "kv.js")],
	compatibilityDate = "2026-07-01",
)`;

function configuration(hasWasm, { upstream = "", zone, kv, vars, v8Flags = [] }) {
	const variables = Object.entries({
		...(upstream && { UPSTREAM: upstream }),
		EXPLAIN: "off",
		...vars,
	});
	const outside = (url) => `external = (address = "${new URL(url).host}", http = ())`;
	const bindings = variables.map(([name, value]) => `(name = "${name}", text = "${value}")`);
	return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [
		(name = "main", worker = (
			modules = [
				(name = "index.js", esModule = embed "index.js"),
				${hasWasm ? `(name = "${WASM}", wasm = embed "${WASM}"),` : ""}
			],
			compatibilityDate = "2026-07-01",
			bindings = [(name = "POLICY", kvNamespace = "kv"), ${bindings}],
			globalOutbound = "network",
		)),
		(name = "kv", ${kv ? outside(kv) : KV_WORKER}),
		(name = "network", ${zone ? outside(zone) : `network = (allow = ["public", "private"])`}),
	],
	sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
	v8Flags = [${v8Flags.map((flag) => `"${flag}"`)}],
);
`;
}
