// Requests that go on to the origin server. Bodies and WebSockets stay in the runtime.
import { badGateway, gatewayTimeout, mergeVary } from "wasm";
import { repeat } from "./answer.js";

/** The origin server's answer as it comes, with the headers of `template`, if any. */
export function forwardUntouched(event, url, headers, template) {
	return settle(event, send(event, url, headers), (response) => edit(event, response, template));
}

/** The origin server's answer with the headers of `template` in place of those `replaced`. */
export function forwardWithCors(event, url, headers, template, replaced, timeout) {
	const answering = withTimeout(timeout, send(event, url, headers));
	return settle(event, answering, (response) => edit(event, response, template, replaced));
}

/** The origin server's answer, or a 502 or 504 in its place, after `edit`. Never rejects. */
async function settle(event, answering, edit) {
	try {
		const response = await answering;
		if (isUnasked(response)) throw "a 101 that nobody asked for";
		return edit(response ?? gatewayTimeout(event));
	} catch (error) {
		return edit(badGateway(event, String(error)));
	}
}

/** Sends the request, to another URL and with other headers if they are given. */
async function send({ request, url }, target, headers) {
	// A `Request` of its own costs more than the decision, but nothing else takes these bodies.
	if (target === undefined && headers === undefined) return fetch(url, request);
	const { method, body, headers: own } = request;
	const isOdd = body !== null && (method === "GET" || method === "HEAD");
	if (isOdd) return fetch(target ?? url, new Request(request, { headers: headers ?? own }));
	return fetch(target ?? url, { method, headers: headers ?? own, body, redirect: "manual" });
}

/** A 101 without a WebSocket: no client can use it, and `wrangler dev` makes a bare 500 of it. */
const isUnasked = (response) => response?.status === 101 && response.webSocket === null;

/** The answer with the headers of `template`, if any, and without those `replaced`. */
function edit(event, response, template, replaced) {
	if (response.status === 101 || template === undefined) return response;
	// The runtime copies status, cookies and the undecoded body by itself.
	const edited = new Response(response.body, response);
	const { headers } = edited;
	if (replaced !== undefined) removeHeaders(headers, replaced);
	const vary = headers.get("vary");
	for (const [name, value] of template.headers) headers.set(name, value);
	repeat(event, template.repeated, headers);
	const added = headers.get("vary");
	if (vary !== null && vary !== added) headers.set("vary", mergeVary(vary, added));
	return edited;
}

/** Removes headers. A `*` at the end of a name stands for whatever follows. */
export function removeHeaders(headers, names) {
	const patterns = names.toLowerCase().split(",");
	const isRemoved = (name) =>
		patterns.some((it) => (it.endsWith("*") ? name.startsWith(it.slice(0, -1)) : name === it));
	for (const name of [...headers.keys()]) if (isRemoved(name)) headers.delete(name);
}

export const copyHeaders = ({ request }) => new Headers(request.headers);

/** The client's own `Accept-Encoding`, where the runtime has replaced it by another. */
export const clientAcceptEncoding = ({ request }) => request.cf?.clientAcceptEncoding;

/** Settles as `promise` does, or resolves to undefined after `timeout` milliseconds. */
export function withTimeout(timeout, promise) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(resolve, timeout);
		promise.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}
