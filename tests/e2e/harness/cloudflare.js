// What of Cloudflare's API wrangler needs for `kv bulk`, on this machine.
import { once } from "node:events";
import { createServer } from "node:http";
import { environment } from "./process.js";

const namespace = "/accounts/an-account/storage/kv/namespaces/a-namespace";
const settings = "/accounts/an-account/workers/scripts/socketio-cors-edge/settings";

/** Starts it, with an empty namespace as the Worker's POLICY. */
export async function startCloudflare() {
	const values = new Map();
	let shown = new Map();
	let stale = 0;
	const api = {
		/** What is in the namespace. */
		values,
		/** "PUT /accounts/…" */
		requests: [],
		/** How many reads after a write show what was there before. */
		staleReads: 0,
		/** Whether keys that are missing are left out of answers, and not null. */
		omitsMissing: false,
		/** Whether the token is refused. */
		refuses: false,
	};
	const routes = {
		[`GET ${settings}`]: () => ({
			bindings: [{ type: "kv_namespace", name: "POLICY", namespace_id: "a-namespace" }],
		}),
		[`POST ${namespace}/bulk/get`]: ({ keys }) => {
			if (stale > 0) stale -= 1;
			else shown = new Map(values);
			const read = keys.map((key) => [key, shown.get(key) ?? null]);
			return {
				values: Object.fromEntries(read.filter(([, value]) => value !== null || !api.omitsMissing)),
			};
		},
		[`PUT ${namespace}/bulk`]: (pairs) => {
			for (const { key, value } of pairs) values.set(key, value);
			stale = api.staleReads;
			return { successful_key_count: pairs.length, unsuccessful_keys: [] };
		},
	};
	const server = createServer(async (request, response) => {
		let body = "";
		for await (const chunk of request.setEncoding("utf8")) body += chunk;
		const route = `${request.method} ${request.url}`;
		api.requests.push(route);
		const answer = routes[route];
		const success = answer !== undefined && !api.refuses;
		const errors = success ? [] : [{ code: 10000, message: "Authentication error" }];
		response.writeHead(success ? 200 : 403, { "Content-Type": "application/json" });
		const result = success ? answer(body && JSON.parse(body)) : null;
		response.end(JSON.stringify({ success, errors, messages: [], result }));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	/** The environment in which wrangler takes it for Cloudflare. */
	api.environment = {
		...environment,
		CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${server.address().port}`,
		CLOUDFLARE_API_TOKEN: "a-token",
		CLOUDFLARE_ACCOUNT_ID: "an-account",
	};
	api.stop = () => {
		server.closeAllConnections();
		return new Promise((resolve) => server.close(resolve));
	};
	return api;
}
