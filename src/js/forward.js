// Requests that go on to the origin server. Bodies and WebSockets stay in the runtime.
import { badGateway, gatewayTimeout, mergeVary } from "wasm";
import { repeat } from "./answer.js";

/** The origin server's answer as it comes, with the headers of `template`, if any. */
export function forwardUntouched(event, template) {
	return settle(event, send(event), (response) => edit(event, response, template));
}

/** The origin server's answer with the headers of `template` in place of those `replaced`. */
export function forwardWithCors(event, template, replaced, timeout) {
	const answering = withTimeout(timeout, send(event));
	return settle(event, answering, (response) => edit(event, response, template, replaced));
}

/** The origin server's answer, or a 502 or 504 in its place, after `edit`. Never rejects. */
async function settle(event, answering, edit) {
	try {
		const response = await answering;
		// No client can use a 101 without a WebSocket, and `wrangler dev` makes a bare 500 of it.
		if (response?.status === 101 && !response.webSocket) throw "a 101 that nobody asked for";
		return edit(response ?? gatewayTimeout(event));
	} catch (error) {
		return edit(badGateway(event, String(error)));
	}
}

/** Sends the request, or the one that is in its place. */
async function send({ request, url, replacement }) {
	if (replacement !== undefined) return fetch(replacement);
	// Without a URL that has to be read anew, as far as possible.
	return url === request.url ? fetch(request) : fetch(url, request);
}

/** Puts another request in place of the event's, to another URL if one is given. Returns its headers. */
export function replaceRequest(event, target = event.url) {
	event.replacement = new Request(target, event.request);
	return event.replacement.headers;
}

/** The answer with the headers of `template`, if any, and without those `replaced`. */
function edit(event, response, template, replaced) {
	if (response.status === 101 || template === undefined) return response;
	// The runtime copies status, cookies and the undecoded body by itself.
	const edited = new Response(response.body, response);
	const { headers } = edited;
	if (replaced !== undefined) removeHeaders(headers, replaced);
	const theirs = headers.get("vary");
	for (const [name, value] of template.headers) headers.set(name, value);
	repeat(event, template.repeated, headers);
	const ours = theirs && headers.get("vary");
	if (theirs !== ours) headers.set("vary", mergeVary(theirs, ours));
	return edited;
}

/** Removes headers. A `*` at the end of a name stands for whatever follows. */
export function removeHeaders(headers, names) {
	const patterns = names.toLowerCase().split(",");
	const isRemoved = (name) =>
		patterns.some((it) => (it.endsWith("*") ? name.startsWith(it.slice(0, -1)) : name === it));
	for (const name of [...headers.keys()]) if (isRemoved(name)) headers.delete(name);
}

/** The client's own `Accept-Encoding`, where the runtime has replaced it by another. */
export const clientAcceptEncoding = ({ request }) => request.cf?.clientAcceptEncoding;

/** Settles as `promise` does, or resolves to undefined after `timeout` milliseconds. */
export function withTimeout(timeout, promise) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(resolve, timeout);
		promise.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}
