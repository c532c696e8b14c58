// What the Worker does with the runtime's objects, each in one call from Wasm.
// It takes no decision: which headers, which status and where to all come from there.

import { logFailure, mergeVary, revive, fetch as serve } from "wasm";

let instance = 0;

/** Notes that an instance of Wasm begins. */
export function began() {
	instance += 1;
}

/**
 * The number of this instance of Wasm; a panic ends one, and this starts the next. Call it before
 * anything that is exported with arguments, which would lie in the old one.
 */
function current() {
	revive();
	return instance;
}

/** The facts of a request, one a line; what is present starts with "=". */
export function facts(request) {
	const { method, headers } = request;
	let lines = `${method}\n${urlOf(request)}`;
	for (const name of FACTS) {
		const value = headers.get(name);
		lines += value === null ? "\n" : `\n=${value}`;
	}
	return lines;
}

// In the order in which `Facts::head` in shell.rs reads them.
const FACTS = [
	"origin",
	"access-control-request-method",
	"access-control-request-headers",
	"sec-fetch-site",
	"sec-fetch-mode",
	"sec-fetch-dest",
];

/**
 * A request's URL as fetch will read it, so that what is decided on is what is forwarded. Outside
 * of Cloudflare it has the dots and backslashes of the client's path, and whatever its `Host` has.
 * It is ASCII up to the path, so that Wasm and JavaScript count the same characters.
 */
function urlOf({ url }) {
	if (PLAIN.test(url)) return url;
	const parsed = URL.parse(url);
	if (parsed === null) return encodeURI(url);
	parsed.username = parsed.password = "";
	return parsed.href;
}

// A name or an IPv4 address, segments that do not begin with a dot, and a query: nothing to resolve.
const PLAIN = /^https?:\/\/[\w.-]+(?::[1-9]\d*)?(?:\/(?!\.|%2e)[^/?\\\t]*)+(?:\?[^\t]*)?$/i;

/** An answer of the edge's own. `lines` are header names and values, by turns. */
export function answer(status, lines, body) {
	return new Response(body ?? null, { status, headers: record(lines) });
}

/**
 * Forwards a request and gives back the answer, or the edge's own 502 or 504. Never rejects.
 * @param {string} [upstream] scheme and authority to put in place of the URL's first `originLength` characters
 * @param {number} [timeout] milliseconds for the origin server to begin its answer
 * @param {string} [owned] header names and values, by turns, in place of the origin server's CORS headers
 * @param {string} [explain] a header name and its value
 */
export async function forward(request, upstream, originLength, timeout, owned, explain) {
	try {
		const answering = fetch(outgoing(request, upstream, originLength));
		let response = await within(timeout, answering);
		response ??= gatewayError(504, "the origin server did not begin its answer in time");
		return edit(response, owned, explain);
	} catch (error) {
		const failed = gatewayError(502, `the origin server gave no usable answer: ${error}`);
		return edit(failed, owned, explain);
	}
}

function edit(response, owned, explain) {
	if (response.status === 101 || (owned ?? explain) === undefined) return response;
	// The runtime copies status, cookies and the undecoded body by itself.
	const edited = new Response(response.body, response);
	const { headers } = edited;
	if (owned !== undefined) own(headers, record(owned));
	if (explain !== undefined) setAll(headers, record(explain));
	return edited;
}

function outgoing(request, upstream, originLength) {
	const url = urlOf(request);
	const forwarded = new Request(
		upstream === undefined ? url : upstream + url.slice(originLength),
		request,
	);
	const { headers } = forwarded;
	if (upstream !== undefined) {
		const [scheme, authority] = url.slice(0, originLength).split("://");
		headers.set("x-forwarded-host", authority);
		headers.set("x-forwarded-proto", scheme);
	}
	// Cloudflare's edge puts its own encodings in place of the client's and keeps those in `cf`.
	// Outside of it nobody decodes what a client cannot read that asked for nothing.
	const asked = request.cf?.clientAcceptEncoding ?? headers.get("accept-encoding");
	if (!asked) headers.set("accept-encoding", "identity");
	return forwarded;
}

/** Puts the edge's CORS headers in place of the origin server's. */
function own(headers, ours) {
	for (const name of [...headers.keys()]) {
		if (name.startsWith("access-control-")) headers.delete(name);
	}
	const vary = headers.get("Vary");
	if (vary !== null) {
		current();
		ours.Vary = mergeVary(vary, ours.Vary);
	}
	setAll(headers, ours);
}

function setAll(headers, values) {
	for (const name in values) headers.set(name, values[name]);
}

function gatewayError(status, detail) {
	current();
	logFailure("upstream-failed", `${status}: ${detail}`);
	const message = status === 504 ? "Gateway Timeout" : "Bad Gateway";
	return new Response(JSON.stringify({ message }), {
		status,
		headers: { "content-type": "application/json", "cache-control": "no-store" },
	});
}

/** The form in which a browser sends a Unicode host, if it has one. */
export function toAscii(host) {
	return URL.parse(`https://${host}`)?.hostname;
}

/** Whether something is bound by that name. */
export const isBound = (env, binding) => env[binding] !== undefined;

/** The Worker's variables of these names, as texts; undefined where one is not set. */
export function variables(env, names) {
	return names.map((name) => (env[name] === undefined ? undefined : String(env[name])));
}

/**
 * One JSON line, as Workers Logs indexes them.
 * @param {string} names the fields' names, with spaces between them
 * @param {unknown[]} values as many values
 */
export function log(level, event, names, values) {
	const fields = names.split(" ").map((name, index) => [name, values[index]]);
	console[level](JSON.stringify({ event, ...Object.fromEntries(fields) }));
}

/** Writes a data point, if it can be written; gives back why not. */
export function writeDataPoint(env, binding, index, blobs) {
	try {
		env[binding].writeDataPoint({ indexes: [index], blobs });
	} catch (reason) {
		return String(reason);
	}
}

/**
 * Reads the first of some KV values that is there, and gives its first `limit` characters to `then`
 * after the index of its key, and before the first 32 bits of its SHA-256 and what went wrong.
 * `then` is called once.
 * @param {Request} [waiting] the request that waits for it, if one does
 */
export function readFirst(env, binding, keys, limit, timeout, then, waiting, ctx) {
	const firstOf = async (values) => {
		const index = values.findIndex((value) => value !== null);
		const text = values[index];
		if (text === undefined) return [];
		return [index, text.length > limit ? text.slice(0, limit) : text, await sha256Head(text)];
	};
	const learn = ([index, text, head], error) => then(index, text, head, error);
	return reading(env, binding, keys, timeout, firstOf, learn, waiting, ctx);
}

/** Finds out which of some KV keys are there, and gives their indices to `then`, or what went wrong. */
export function readPresent(env, binding, keys, timeout, then, waiting, ctx) {
	const indicesOf = (values) => [
		Uint32Array.from(keys.keys()).filter((index) => values[index] !== null),
	];
	const learn = ([present], error) => then(present, error);
	return reading(env, binding, keys, timeout, indicesOf, learn, waiting, ctx);
}

/**
 * Reads KV values and gives what `use` makes of them to `learn`, or an empty list and what went
 * wrong. If `learn` has ended with its instance of Wasm, a new one serves the request that waits.
 */
async function reading(env, binding, keys, timeout, use, learn, waiting, ctx) {
	const began = current();
	let learned = [];
	let error;
	try {
		learned = await use(await read(env, binding, keys, timeout));
	} catch (reason) {
		error = String(reason);
	}
	return current() !== began ? waiting && serve(waiting, env, ctx) : learn(learned, error);
}

/** Puts a text under a KV key, unless it is there already. A read costs a tenth of a write. */
export async function keep(env, binding, key, text) {
	async function put() {
		if ((await env[binding].get(key)) !== text) await env[binding].put(key, text);
	}
	try {
		// KV takes one write a second for a key, and other isolates write at the same time.
		await put().catch(() => scheduler.wait(1500).then(put));
	} catch (reason) {
		current();
		logFailure("last-good-unkept", `${key}: ${reason}`);
	}
}

async function sha256Head(text) {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
	return new DataView(digest).getUint32(0);
}

/** The KV values of `keys` in one call: a text each, or null. */
async function read(env, binding, keys, timeout) {
	if (env[binding] === undefined) throw `no KV namespace is bound as ${binding}`;
	const values = await within(timeout, env[binding].get(keys, { cacheTtl: 30 }));
	if (values === undefined) throw `KV gave no answer within ${timeout} ms`;
	return keys.map((key) => values.get(key) ?? null);
}

/** What `promise` resolves to, or undefined after `timeout` milliseconds, if there is one. */
async function within(timeout, promise) {
	if (timeout === undefined) return promise;
	let timer;
	const late = new Promise((resolve) => {
		timer = setTimeout(resolve, timeout);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Header names and values, by turns on the lines of a text, as an object. */
function record(lines) {
	const headers = {};
	const parts = lines.split("\n");
	for (let at = 0; at < parts.length; at += 2) headers[parts[at]] = parts[at + 1];
	return headers;
}
