// Requests that go on to the origin server. Bodies and WebSockets stay in the runtime.
import { badGateway, gatewayTimeout, mergeVary } from "wasm";

/** The origin server's answer as it comes, with the headers of `template`, if any. */
export const forwardUntouched = (event, template) => settle(event, send(event), template);

/** The origin server's answer with the headers of `template` in place of those that it replaces. */
export const forwardWithCors = (event, template, timeout) =>
	settle(event, withTimeout(timeout, send(event)), template);

/** The origin server's answer, or a 502 or 504 in its place, with the headers of `template`. Never rejects. */
async function settle(event, answering, template) {
	try {
		const response = await answering;
		// No client can use a 101 without a WebSocket, and `wrangler dev` makes a bare 500 of it.
		if (response?.status === 101 && !response.webSocket) throw "a 101 that nobody asked for";
		return edit(event, response ?? gatewayTimeout(event), template);
	} catch (error) {
		return edit(event, badGateway(event, String(error)), template);
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

/** Removes the headers whose names fit, as in `^(?:cookie|cf-access-.*)$`. */
export const removeNamed = (headers, pattern) => removeHeaders(headers, new RegExp(pattern, "i"));

function removeHeaders(headers, pattern) {
	for (const name of [...headers.keys()]) if (pattern.test(name)) headers.delete(name);
}

/** The answer with the headers of `template`, if any, and without those that it replaces. */
function edit(event, response, template) {
	if (response.status === 101 || template === undefined) return response;
	// The runtime copies status, cookies and the undecoded body by itself.
	const edited = new Response(response.body, response);
	const { headers } = edited;
	if (template.replaced) removeHeaders(headers, template.replaced);
	const theirs = headers.get("vary");
	for (const [name, value] of template.headers) headers.set(name, value);
	for (const { name, field } of template.repeated) headers.set(name, event[field]);
	const ours = theirs && headers.get("vary");
	if (theirs !== ours) headers.set("vary", mergeVary(theirs, ours));
	return edited;
}

/** The client's own `Accept-Encoding`, where the runtime has replaced it by another. */
export const clientAcceptEncoding = ({ request }) => request.cf?.clientAcceptEncoding;

/** Settles as `promise` does, or resolves to undefined after `timeout` milliseconds. */
export function withTimeout(timeout, promise) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(resolve, timeout);
		promise.finally(() => clearTimeout(timer)).then(resolve, reject);
	});
}
