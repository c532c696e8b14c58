// The cost of a request, in figures that do not depend on the machine: how often it crosses between
// JavaScript and Wasm, the bytes of the texts that are copied then, and how often Wasm reads or writes
// memory, which grows with its instructions.
import assert from "node:assert/strict";
import { copyFile, mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { get, requests, startEchoServer } from "../harness/pages.js";
import { root, run } from "../harness/process.js";

// Evaluated before the Worker, whose instance of Wasm it wraps.
const counter = `
	export let cost;
	export const reset = () => { cost = { calls: [], bytesIn: 0, bytesOut: 0, accesses: 0 }; };
	reset();
	const called = (name, [length]) => {
		if (name === "__wbindgen_malloc") cost.bytesIn += length;
		else cost.calls.push(name);
	};
	const counted = (functions) => Object.fromEntries(Object.entries(functions).map(([name, it]) =>
		[name, typeof it === "function" ? (...values) => { called(name, values); return it(...values); } : it]));
	// Each of these has the address or the value as its last argument, and returns it.
	const env = new Proxy({}, { get: (_, name) => (...values) => {
		if (name.endsWith("_ptr")) cost.accesses += 1;
		return values.at(-1);
	} });
	const { Instance } = WebAssembly;
	WebAssembly.Instance = function (module, imports) {
		const spaces = Object.entries(imports).map(([name, functions]) => [name, counted(functions)]);
		return { exports: counted(new Instance(module, { ...Object.fromEntries(spaces), env }).exports) };
	};
	const { decode } = TextDecoder.prototype;
	TextDecoder.prototype.decode = function (bytes, ...options) {
		cost.bytesOut += bytes?.byteLength ?? 0;
		return decode.call(this, bytes, ...options);
	};
`;
const wrapper = `
	import { cost, reset } from "./counter.js";
	import worker from "./index.js";
	export default {
		fetch(request, env, ctx) {
			if (!request.url.endsWith("/cost")) return worker.fetch(request, env, ctx);
			const answer = Response.json(cost);
			reset();
			return answer;
		},
	};
`;

/** The Worker with Wasm that says when it reads or writes memory. */
const build = "target/counted";

// The runtime of these tests asks for it alone, as it replaces `Accept-Encoding`.
const IGNORED = "clientAcceptEncoding";
const a = "https://a.example";
const b = "https://b.example";
const ways = Object.fromEntries(Object.entries(requests).map(([how, [ask]]) => [how, ask]));
const asks = {
	"an allowed preflight": () => ways.preflight(edge, a),
	"a refused preflight": () => ways.preflight(edge, b),
	"an allowed poll": () => get(edge, a),
	"a refused poll": () => get(edge, b),
	"an allowed POST": () => ways.POST(edge, a),
	"an upgrade": () => ways["WebSocket upgrade"](edge, a),
	"an upgrade without cookies": () => ways["WebSocket upgrade"](edge, a, "/quiet/"),
	"a poll without an origin": () => get(edge),
	"a path under no route": () => get(edge, b, "/elsewhere"),
};
let server, edge;

before(async () => {
	await mkdir(root + build, { recursive: true });
	await copyFile(`${root}build/index.js`, `${root}${build}/index.js`);
	const files = [`${root}build/index_bg.wasm`, "-o", `${root}${build}/index_bg.wasm`];
	// The compact form of imports is newer than the oldest runtime.
	const features = ["--all-features", "--disable-compact-imports"];
	const counted = await run(`${root}node_modules/.bin/wasm-opt`, [
		...features,
		"--instrument-memory",
		...files,
	]);
	assert.equal(counted.code, 0, counted.output);
	server = await startEchoServer();
	edge = await startEdge({
		policy: {
			routes: { "/socket.io/": { origin: a }, "/quiet/": { origin: a, websocketCookies: false } },
		},
		upstream: server.url,
		vars: { EXPLAIN: "off", POLICY_FRESH_SECONDS: "3600" },
		wrapper,
		modules: { "counter.js": counter },
		build,
	});
	// The policy is read, what many answers share is made, and no more refusals of this minute are logged.
	for (const ask of Object.values(asks)) await ask();
	for (let refusals = 0; refusals < 60; refusals += 1) await get(edge, b);
	await spent();
});
after(() => Promise.all([edge?.stop(), server?.stop()]));

/** The calls since the last time, without the hashes that wasm-bindgen adds to names. */
async function spent() {
	const { calls, ...counts } = JSON.parse((await edge.send("/cost")).body);
	const named = calls.map((name) => name.replace(/^__wbg_(\w+)_[0-9a-f]{16}$/, "$1"));
	return { calls: named.filter((name) => name !== IGNORED), ...counts };
}

// Into Wasm, for the clock, and to have it done.
const answered = ["fetch", "now", "answer"];
const preflight = ["fetch", "now", "requestedMethod", "requestedHeaders", "answer"];
// Besides, a header is read, and another request made, of which three headers are set.
const prepared = ["header", "replaceRequest", "set", "set", "set"];
const forwarded = (action) => ["fetch", "now", ...prepared, action];
// Fetch Metadata, without which these decisions cannot be taken.
const metadata = ["header", "header", "header"];
/**
 * For each: the calls between JavaScript and Wasm, and the limits of the bytes copied into and out of Wasm,
 * and of its reads and writes of memory: a tenth more than when this was last changed.
 */
const expected = {
	"an allowed preflight": [preflight, 95, 0, 2540],
	"a refused preflight": [preflight, 95, 0, 2460],
	"an allowed poll": [forwarded("forwardWithCors"), 95, 180, 3020],
	"a refused poll": [answered, 85, 0, 2470],
	"an allowed POST": [forwarded("forwardWithCors"), 95, 180, 3020],
	"an upgrade": [forwarded("forwardWithCors"), 105, 180, 3070],
	"an upgrade without cookies": [
		["fetch", "now", ...metadata, ...prepared, "removeNamed", "forwardWithCors"],
		...[75, 230, 3090],
	],
	"a poll without an origin": [
		["fetch", "now", ...metadata, ...prepared, "forwardWithCors"],
		...[75, 225, 3380],
	],
	"a path under no route": [
		["fetch", "now", ...metadata, ...prepared, "forwardUntouched"],
		...[70, 180, 2360],
	],
};

/** The hint in a failure, where a request costs more. */
const why = {
	calls:
		"every request pays for each call between JavaScript and Wasm, and for the object it makes",
	bytesIn: "bytes are copied into Wasm: does a header cross that few decisions hang on?",
	bytesOut: "bytes are copied out of Wasm: what answers share is kept in a template",
	accesses: "times memory is read or written: Wasm does as much more for every request",
};

for (const [what, ask] of Object.entries(asks)) {
	test(`${what} stays within its limits of calls, copied bytes and memory accesses`, async () => {
		await ask();
		const cost = await spent();
		const [calls, bytesIn, bytesOut, accesses] = expected[what];
		assert.deepEqual(cost.calls, calls, why.calls);
		for (const [figure, limit] of Object.entries({ bytesIn, bytesOut, accesses })) {
			assert.ok(cost[figure] <= limit, `${cost[figure]} ${why[figure]} (at most ${limit})`);
		}
	});
}
