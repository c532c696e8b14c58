// The local KV as a test reads and writes it: over HTTP, by a Worker beside the one that is tested.
// Miniflare's own `getKVNamespace` starts a thread for each, which takes longer than the edge.
import { join } from "node:path";
import { loadMiniflare } from "./large-packages.js";

const NAME = "store";
const script = `
export default {
	async fetch(request, { STORE }) {
		const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
		if (request.method === "PUT") await STORE.put(key, request.body ?? "");
		if (request.method === "DELETE") await STORE.delete(key);
		const value = request.method === "GET" ? await STORE.get(key, "stream") : null;
		return new Response(value, { status: value === null ? 204 : 200 });
	},
};
`;

/** The Worker that has the namespace of that name, for Miniflare's options. */
export const storeWorker = (namespace) => ({
	name: NAME,
	modules: [{ type: "ESModule", path: "store.js", contents: script }],
	compatibilityDate: "2026-07-01",
	kvNamespaces: { STORE: namespace },
	unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
});

/** The namespace, once the runtime is ready. */
export async function openStore(runtime) {
	const { origin } = await runtime.unsafeGetDirectURL(NAME);
	async function ask(method, key, body) {
		const response = await fetch(`${origin}/${encodeURIComponent(key)}`, { method, body });
		if (!response.ok) throw new Error(`${method} ${key}: ${await response.text()}`);
		return response;
	}
	return {
		/** Resolves when `value` is under `key`, as JSON if it is no text. */
		async put(key, value = "") {
			await ask("PUT", key, typeof value === "string" ? value : JSON.stringify(value));
		},
		/** Resolves to what is under `key`; to null if it is not there. */
		async get(key) {
			const response = await ask("GET", key);
			return response.status === 200 ? response.text() : null;
		},
		async delete(key) {
			await ask("DELETE", key);
		},
	};
}

/**
 * Opens a namespace in `directory`, the `--persist-to` of wranglers that have ended, for `use`. Resolves to
 * what that resolves to.
 */
export async function withLocalKv(directory, namespace, use) {
	const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = loadMiniflare();
	const runtime = new Miniflare({
		...convertV4MiniflareOptions({
			host: "127.0.0.1",
			port: 0,
			workers: [storeWorker(namespace)],
			resourcePersistencePath: join(directory, "v3"),
		}),
		log: new Log(LogLevel.NONE),
	});
	try {
		await runtime.ready;
		return await use(await openStore(runtime));
	} finally {
		await runtime.dispose();
	}
}
