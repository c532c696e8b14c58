// Answers: the edge's own, and those of the origin server.
import { logFailure, mergeVary } from "wasm";
import { current } from "./instance.js";
import { within } from "./within.js";

/**
 * What answers have in common that differ in no more than what they echo of the request.
 * @param {string} lines header names and values, by turns
 */
export function template(status, lines, body, echoesOrigin, echoesHeaders) {
	const parts = lines.split("\n");
	const fields = {};
	for (let at = 1; at < parts.length; at += 2) fields[parts[at - 1]] = parts[at];
	return {
		fields,
		isEmpty: lines === "",
		echoesOrigin,
		echoesHeaders,
		// In the forms that the runtime copies with the least work.
		init: { status, headers: new Headers(fields) },
		body: body === undefined ? null : new TextEncoder().encode(body),
	};
}

/** An answer of the edge's own. */
export function answer(event, template) {
	const { init, body } = template;
	echo(event, template, init.headers);
	return new Response(body, init);
}

function echo({ origin, requestedHeaders }, { echoesOrigin, echoesHeaders }, headers) {
	if (echoesOrigin) headers.set("Access-Control-Allow-Origin", origin);
	if (echoesHeaders) headers.set("Access-Control-Allow-Headers", requestedHeaders);
}

/**
 * Forwards the request and gives back the answer, or the edge's own 502 or 504. Never rejects.
 * @param {string} [upstream] scheme and authority to put in place of the URL's first `originLength` characters
 * @param {number} [timeout] milliseconds for the origin server to begin its answer, whose CORS
 *   headers are replaced then
 * @param {object} template of which the answer gets the headers
 * @param {string} [removed] names of request headers that are not sent on, with commas; a `*` at
 *   the end of one stands for whatever follows
 */
export async function forward(event, upstream, originLength, timeout, template, removed) {
	const owned = timeout !== undefined;
	try {
		const answering = send(event, upstream, originLength, removed);
		let response = await (owned ? within(timeout, answering) : answering);
		if (isUnasked(response)) throw "a 101 that nobody asked for";
		response ??= gatewayError(504, "the origin server did not begin its answer in time");
		return edit(event, response, template, owned);
	} catch (error) {
		const failed = gatewayError(502, `the origin server gave no usable answer: ${error}`);
		return edit(event, failed, template, owned);
	}
}

/** Sends the request on. Without a `Request` of its own, which costs more than the decision. */
function send({ request, url }, upstream, originLength, removed) {
	const asksForEncoding = encodingOf(request);
	if (upstream === undefined && asksForEncoding && removed === undefined) {
		return fetch(url, request);
	}
	const { method, body } = request;
	const headers = new Headers(request.headers);
	if (removed !== undefined) remove(headers, removed.toLowerCase().split(","));
	if (upstream !== undefined) {
		const [scheme, authority] = url.slice(0, originLength).split("://");
		headers.set("x-forwarded-host", authority);
		headers.set("x-forwarded-proto", scheme);
	}
	// Outside of Cloudflare nobody decodes what a client cannot read that asked for nothing.
	if (!asksForEncoding) headers.set("accept-encoding", "identity");
	const target = upstream === undefined ? url : upstream + url.slice(originLength);
	// Nothing but a Request may have a body with these.
	const isOdd = body !== null && (method === "GET" || method === "HEAD");
	const init = { method, headers, body, redirect: "manual" };
	return fetch(target, isOdd ? new Request(request, { headers }) : init);
}

/** Removes the headers of these names, however often they are there. */
function remove(headers, names) {
	const isRemoved = (name) =>
		names.some((it) => (it.endsWith("*") ? name.startsWith(it.slice(0, -1)) : name === it));
	for (const name of [...headers.keys()]) if (isRemoved(name)) headers.delete(name);
}

/** What the client accepts. The runtime of Cloudflare and `wrangler dev` put their own in its place. */
function encodingOf(request) {
	const asked = request.headers.get("accept-encoding");
	return asked === "br, gzip" || asked === "gzip, br"
		? (request.cf?.clientAcceptEncoding ?? asked)
		: asked;
}

/** Whether it is a 101 without a WebSocket: no client can use it, and `wrangler dev` makes a bare 500 of it. */
const isUnasked = (response) => response?.status === 101 && response.webSocket === null;

/** The answer with the headers of `template`, which are in place of its CORS headers if `owned`. */
function edit(event, response, template, owned) {
	const { fields, isEmpty } = template;
	if (response.status === 101 || isEmpty) return response;
	// The runtime copies status, cookies and the undecoded body by itself.
	const edited = new Response(response.body, response);
	const { headers } = edited;
	const vary = owned ? disown(headers) : null;
	for (const name in fields) headers.set(name, fields[name]);
	echo(event, template, headers);
	if (vary !== null && vary !== fields.Vary) {
		current();
		headers.set("Vary", mergeVary(vary, fields.Vary));
	}
	return edited;
}

/** Removes the origin server's CORS headers. Returns its `Vary`. */
function disown(headers) {
	let vary = null;
	for (const name of [...headers.keys()]) {
		if (name === "vary") vary = headers.get(name);
		else if (name.startsWith("access-control-")) headers.delete(name);
	}
	return vary;
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
