// How often a request crosses between JavaScript and Wasm: what its speed hangs on, and what no
// noise of a machine changes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { get, requests, startEchoServer } from "../harness/pages.js";

// Evaluated before the Worker, whose instance of Wasm it wraps.
const counter = `
	export let calls = [];
	export const reset = () => { calls = []; };
	const counted = (functions) => Object.fromEntries(Object.entries(functions).map(([name, it]) =>
		[name, typeof it === "function" ? (...values) => { calls.push(name); return it(...values); } : it]));
	const { Instance } = WebAssembly;
	WebAssembly.Instance = function (module, imports) {
		const spaces = Object.entries(imports).map(([name, functions]) => [name, counted(functions)]);
		return { exports: counted(new Instance(module, Object.fromEntries(spaces)).exports) };
	};
`;
const wrapper = `
	import { calls, reset } from "./counter.js";
	import worker from "./index.js";
	export default {
		fetch(request, env, ctx) {
			if (!request.url.endsWith("/calls")) return worker.fetch(request, env, ctx);
			const answer = Response.json(calls);
			reset();
			return answer;
		},
	};
`;

// Room for texts, and what the runtime of these tests asks for alone, as it replaces `Accept-Encoding`.
const IGNORED = ["__wbindgen_malloc", "clientAcceptEncoding"];
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
	server = await startEchoServer();
	edge = await startEdge({
		policy: {
			routes: { "/socket.io/": { origin: a }, "/quiet/": { origin: a, websocketCookies: false } },
		},
		upstream: server.url,
		vars: { EXPLAIN: "off", POLICY_FRESH_SECONDS: "3600" },
		wrapper,
		modules: { "counter.js": counter },
	});
	// The policy is read, what many answers share is made, and no more refusals of this minute are logged.
	for (const ask of Object.values(asks)) await ask();
	for (let refusals = 0; refusals < 60; refusals += 1) await get(edge, b);
	await calls();
});
after(() => Promise.all([edge.stop(), server.stop()]));

/** What was called since the last time, without the hashes that wasm-bindgen adds. */
async function calls() {
	const { body } = await edge.send("/calls");
	return JSON.parse(body).map((name) => name.replace(/^__wbg_(\w+)_[0-9a-f]{16}$/, "$1"));
}

// Into Wasm, for the clock, and to have it done; and once for room for each text that comes along.
const answered = ["fetch", "now", "answer"];
// Besides, the request's headers are copied, and three of them set.
const forwarded = (action) => ["fetch", "now", "copyHeaders", "set", "set", "set", action];
const expected = {
	"an allowed preflight": answered,
	"a refused preflight": answered,
	"an allowed poll": forwarded("forwardWithCors"),
	"a refused poll": answered,
	"an allowed POST": forwarded("forwardWithCors"),
	"an upgrade": forwarded("forwardWithCors"),
	"an upgrade without cookies": forwarded("forwardWithCors").toSpliced(-1, 0, "removeHeaders"),
	"a poll without an origin": forwarded("forwardWithCors"),
	"a path under no route": forwarded("forwardUntouched"),
};

for (const [what, ask] of Object.entries(asks)) {
	test(`${what} crosses no more than it has to`, async () => {
		await ask();
		const crossings = (await calls()).filter((name) => !IGNORED.includes(name));
		assert.deepEqual(crossings, expected[what]);
	});
}
