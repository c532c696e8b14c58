// The part of Cloudflare's API that wrangler uses to deploy a Worker and to read and write KV,
// on this machine. It knows what wrangler sends, and not what Cloudflare makes of it.
import { once } from "node:events";
import { createServer } from "node:http";
import { Hono } from "hono";
import { environment } from "./process.js";

const account = "/accounts/an-account";
const namespaces = `${account}/storage/kv/namespaces`;
const worker = `${account}/workers/scripts/:name`;

/**
 * Starts it, with the Worker deployed unless `deployed` is false, and an empty namespace
 * as its POLICY.
 */
export async function startCloudflare({ deployed = true } = {}) {
	const api = {
		/** "PUT /accounts/…" */
		requests: [],
		/** The uploads of Workers, with the values of their variables by name: `{ worker, variables }`. */
		uploads: [],
		/** The number of reads after a write that still return the old value. */
		staleReads: 0,
		/** true: answers leave missing keys out; false: they are null. */
		omitsMissing: false,
		/** The number of keys on a page of a list. */
		pageLength: 1000,
		/** The rows of the SQL API, the queries that it got, and `{ status, body, breaks }` in place of its answer. */
		rows: [],
		queries: [],
		sqlAnswer: undefined,
		/** true: the token is refused. */
		refuses: false,
		/** true: the token may not use KV. */
		refusesKv: false,
		/** The number of bulk writes and deletions that are still allowed today. */
		bulkLeft: Number.POSITIVE_INFINITY,
		/** The Workers by name: `{ bindings, routes, subdomain, live }`; `live` are versions, the present first. */
		workers: new Map(),
		/** The namespaces by id, with their `values`. */
		namespaces: new Map(),
	};
	const app = new Hono();
	app.use(async (context, next) => {
		api.requests.push(`${context.req.method} ${new URL(context.req.url).pathname}`);
		return api.refuses ? failure(context, 403, 10000, "Authentication error") : next();
	});
	app.notFound((context) => failure(context, 404, 10007, "not found"));
	serveKv(app, api);
	serveWorkers(app, api);
	serveAnalytics(app, api);
	if (deployed) {
		/** The values in the namespace. */
		api.values = addNamespace(api, "a-namespace").values;
		const bindings = [{ type: "kv_namespace", name: "POLICY", namespace_id: "a-namespace" }];
		api.workers.set("socketio-cors-edge", { bindings, routes: [], subdomain: {}, live: [1] });
	}

	const server = createServer((request, response) => answer(app, request, response));
	await once(server.listen(0, "127.0.0.1"), "listening");
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

function serveKv(app, api) {
	const use = (handle) => async (context, next) => {
		if (api.refusesKv) return failure(context, 403, 10000, "Authentication error");
		const namespace = api.namespaces.get(context.req.param("id"));
		return namespace ? handle(context, namespace) : next();
	};
	const useBulk = (handle) =>
		use((context, namespace) => {
			if (api.bulkLeft === 0)
				return failure(
					context,
					429,
					10048,
					"your account has reached the free usage limit for this operation for today",
				);
			api.bulkLeft -= 1;
			return handle(context, namespace);
		});
	app.get("/user/tokens/verify", (context) =>
		success(context, { id: "a-token", status: "active" }),
	);
	app.get("/user", (context) => success(context, { email: "ann@a.example" }));
	app.get("/accounts", (context) => success(context, [{ id: "an-account", name: "Shop" }]));
	app.get("/memberships", (context) =>
		success(context, [{ account: { id: "an-account", name: "Shop" }, roles: [] }]),
	);
	app.get(namespaces, (context) => success(context, []));
	app.post(namespaces, async (context) => {
		const { title } = await context.req.json();
		addNamespace(api, `id-of-${title}`);
		return success(context, { id: `id-of-${title}`, title });
	});
	app.post(
		`${namespaces}/:id/bulk/get`,
		use(async (context, namespace) => {
			const { keys } = await context.req.json();
			if (namespace.stale > 0) namespace.stale -= 1;
			else namespace.shown = new Map(namespace.values);
			const read = keys.map((key) => [key, namespace.shown.get(key) ?? null]);
			return success(context, {
				values: Object.fromEntries(read.filter(([, value]) => value !== null || !api.omitsMissing)),
			});
		}),
	);
	app.put(
		`${namespaces}/:id/bulk`,
		useBulk(async (context, namespace) => {
			const pairs = await context.req.json();
			for (const { key, value, metadata, expiration_ttl: ttl } of pairs) {
				namespace.values.set(key, value);
				namespace.metadata.set(key, metadata);
				namespace.expirations.set(key, ttl && Math.floor(Date.now() / 1000) + ttl);
			}
			namespace.stale = api.staleReads;
			return success(context, { successful_key_count: pairs.length, unsuccessful_keys: [] });
		}),
	);
	app.delete(
		`${namespaces}/:id/bulk`,
		useBulk(async (context, { values }) => {
			for (const key of await context.req.json()) values.delete(key);
			return success(context, {});
		}),
	);
	app.get(
		`${namespaces}/:id/keys`,
		use((context, { values, metadata, expirations }) => {
			const { prefix = "", cursor } = context.req.query();
			const names = [...values.keys()].filter((name) => name.startsWith(prefix)).sort();
			const start = Number(cursor ?? 0);
			const page = names.slice(start, start + api.pageLength);
			const result = page.map((name) => ({
				name,
				metadata: metadata.get(name),
				expiration: expirations.get(name),
			}));
			const next = start + page.length < names.length ? String(start + page.length) : "";
			return context.json({
				success: true,
				errors: [],
				messages: [],
				result,
				result_info: { count: page.length, cursor: next },
			});
		}),
	);
	const value = `${namespaces}/:id/values/:key`;
	app.get(
		value,
		use((context, { values }) => {
			const text = values.get(context.req.param("key"));
			return text === undefined
				? failure(context, 404, 10009, "get: 'key not found'")
				: context.body(text);
		}),
	);
	app.put(
		value,
		use(async (context, { values }) => {
			values.set(context.req.param("key"), await context.req.text());
			return success(context, {});
		}),
	);
	app.delete(
		value,
		use((context, { values }) => {
			values.delete(context.req.param("key"));
			return success(context, {});
		}),
	);
}

function serveWorkers(app, api) {
	const use = (handle) => async (context, next) => {
		const deployed = api.workers.get(context.req.param("name"));
		return deployed ? handle(context, deployed) : next();
	};
	app.get(
		`${account}/workers/services/:name`,
		use((context) =>
			success(context, {
				default_environment: {
					environment: "production",
					script: { last_deployed_from: "wrangler" },
				},
			}),
		),
	);
	app.get(
		`${account}/workers/workers/:name`,
		use((context, { subdomain }) => success(context, { subdomain, references: {} })),
	);
	app.get(`${worker}/secrets`, (context) => success(context, []));
	app.get(
		`${worker}/settings`,
		use((context, { bindings }) => success(context, { bindings })),
	);
	app.patch(
		`${worker}/script-settings`,
		use((context) => success(context, {})),
	);
	/** The bindings of an upload, which is noted down. */
	async function upload(context) {
		const form = await context.req.formData();
		const { bindings } = JSON.parse(form.get("metadata"));
		const texts = bindings.filter(({ type }) => type === "plain_text");
		const variables = Object.fromEntries(texts.map(({ name, text }) => [name, text]));
		api.uploads.push({ worker: context.req.param("name"), variables });
		return bindings;
	}
	// The first upload is a deployment as well.
	app.put(worker, async (context) => {
		const name = context.req.param("name");
		const bindings = await upload(context);
		api.workers.set(name, { bindings, routes: [], subdomain: {}, live: [1] });
		return success(context, { id: name, startup_time_ms: 1 });
	});
	app.post(
		`${worker}/versions`,
		use(async (context, deployed) => {
			const held = Object.groupBy(deployed.bindings, ({ name }) => name);
			deployed.bindings = (await upload(context)).map((binding) =>
				binding.type === "inherit" ? held[binding.name][0] : binding,
			);
			return success(context, version(Math.max(...deployed.live) + 1));
		}),
	);
	app.get(`${worker}/versions/:version`, (context) =>
		success(context, version(context.req.param("version"))),
	);
	app.get(
		`${worker}/deployments`,
		use((context, { live }) =>
			success(context, {
				deployments: live.map((number, age) => ({
					created_on: date(live.length - age),
					versions: [{ version_id: String(number), percentage: 100 }],
				})),
			}),
		),
	);
	app.post(
		`${worker}/deployments`,
		use(async (context, deployed) => {
			const { versions } = await context.req.json();
			deployed.live.unshift(Number(versions[0].version_id));
			return success(context, { id: "a-deployment" });
		}),
	);
	app.post(
		`${worker}/subdomain`,
		use(async (context, deployed) => {
			deployed.subdomain = await context.req.json();
			return success(context, deployed.subdomain);
		}),
	);
	app.put(
		`${worker}/routes`,
		use(async (context, deployed) => {
			deployed.routes = await context.req.json();
			return success(context, deployed.routes);
		}),
	);
	app.get("/zones", (context) => success(context, [{ id: "a-zone", name: "example.com" }]));
	// The routes of other Workers: none.
	app.get("/zones/a-zone/workers/routes", (context) => success(context, []));
}

function serveAnalytics(app, api) {
	app.post(`${account}/analytics_engine/sql`, async (context) => {
		if (context.req.header("Authorization") !== "Bearer a-token")
			return failure(context, 403, 10000, "Authentication error");
		api.queries.push(await context.req.text());
		const { status, body, breaks } = api.sqlAnswer ?? {};
		if (breaks) return context.body(null, 200, { [breaksOff]: "yes" });
		if (body !== undefined) return context.body(body, status);
		if (status !== undefined) return failure(context, status, 10000, "Authentication error");
		return context.json({ meta: [], data: api.rows, rows: api.rows.length });
	});
}

/** A header of an answer in place of which the connection is broken off. */
const breaksOff = "x-breaks-off";

const date = (minute) => `2026-11-21T00:${String(minute).padStart(2, "0")}:00Z`;

const version = (number) => ({
	id: String(number),
	metadata: { created_on: date(number) },
	resources: { bindings: [], script: {}, script_runtime: {} },
});

function addNamespace(api, id) {
	const [values, metadata, expirations, shown] = Array.from({ length: 4 }, () => new Map());
	const namespace = { values, metadata, expirations, shown, stale: 0 };
	api.namespaces.set(id, namespace);
	return namespace;
}

const success = (context, result) =>
	context.json({ success: true, errors: [], messages: [], result });

const failure = (context, status, code, message) =>
	context.json({ success: false, errors: [{ code, message }], messages: [], result: null }, status);

/** Has `app` answer a request of node:http. */
async function answer(app, request, response) {
	const chunks = await Array.fromAsync(request);
	const { method, url, headers } = request;
	const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
	const made = await app.fetch(new Request(`http://api.test${url}`, { method, headers, body }));
	if (made.headers.has(breaksOff)) return response.destroy();
	response.writeHead(made.status, Object.fromEntries(made.headers));
	response.end(Buffer.from(await made.arrayBuffer()));
}
