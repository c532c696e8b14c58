// The built Worker on workerd, with the local KV that `wrangler dev` has too.
import { fileURLToPath } from "node:url";
import { send } from "./http.js";
import { loadMiniflare } from "./large-packages.js";
import { until } from "./process.js";
import { openStore, storeWorker } from "./store.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Starts the Worker on a port that the system gives.
 *
 * @param {object} options
 * @param {object | string} [options.policy] the document under `policy`; none if absent
 * @param {string} [options.upstream] the origin server
 * @param {Record<string, unknown>} [options.vars] further variables
 * @param {string[]} [options.kv] bindings of KV namespaces, ["POLICY"] by default
 * @param {string} [options.namespace] the one that a test reads and writes, the first of them by default
 * @param {Record<string, string>} [options.services] bindings of further Workers
 * @param {object[]} [options.workers] those Workers
 * @param {Record<string, object>} [options.datasets] bindings of Analytics Engine datasets
 * @param {string} [options.wrapper] a module around the Worker's own, "./index.js"
 * @param {Record<string, string>} [options.modules] further modules, for the wrapper
 * @param {string} [options.build] where the Worker was built, "build" by default
 */
export async function startEdge({
	policy,
	upstream,
	vars,
	kv = ["POLICY"],
	namespace = kv[0],
	services,
	workers = [],
	datasets,
	wrapper,
	modules = {},
	build = "build",
	...more
}) {
	const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = loadMiniflare();
	const lines = [];
	const runtime = new Miniflare({
		...convertV4MiniflareOptions({
			host: "127.0.0.1",
			port: 0,
			workers: [
				{
					name: "edge",
					modulesRoot: root + build,
					modules: [
						...Object.entries({ ...(wrapper && { "wrapper.js": wrapper }), ...modules }).map(
							([name, contents]) => ({
								type: "ESModule",
								path: `${root}${build}/${name}`,
								contents,
							}),
						),
						{ type: "ESModule", path: `${root}${build}/index.js` },
						{ type: "CompiledWasm", path: `${root}${build}/index_bg.wasm` },
					],
					compatibilityDate: "2026-07-01",
					kvNamespaces: kv,
					serviceBindings: services,
					analyticsEngineDatasets: datasets,
					unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
					bindings: {
						EXPLAIN: "on",
						POLICY_FRESH_SECONDS: "1",
						...(upstream && { UPSTREAM: upstream }),
						...vars,
					},
				},
				...(namespace === undefined ? [] : [storeWorker(namespace)]),
				...workers,
			],
			...more,
		}),
		log: new Log(LogLevel.NONE),
		handleStructuredLogs: ({ message }) => lines.push(message),
	});
	const url = (await runtime.ready).origin;
	const store = namespace === undefined ? undefined : await openStore(runtime);
	if (policy !== undefined) await store.put("policy", policy);

	return {
		url,
		/** The same Worker, without what stands before it here and at Cloudflare and normalises URLs. */
		bareUrl: (await runtime.unsafeGetDirectURL("edge")).origin,
		/** The Worker's log, a line an element. */
		log: lines,
		/** The lines of one event, parsed. */
		logged: (event) => lines.map(JSON.parse).filter((line) => line.event === event),
		runtime,
		kv: store,
		/** Sends a request; see `send`. */
		send: (path, options) => send(url, path, options),
		/** Asks again until `settled` holds of the answer: an edit takes a freshness to be seen. */
		async sendUntil(settled, path, options) {
			let answer;
			await until(`the change for ${path}`, async () => {
				answer = await send(url, path, options);
				return settled(answer);
			});
			return answer;
		},
		stop: () => runtime.dispose(),
	};
}
