// The module that workerd calls. It also serves a request again that has waited for KV.
import { fetch as decide } from "wasm";
import { withTimeout } from "./forward.js";

export default { fetch: (request, env, ctx) => serve({ request, env, ctx, url: urlOf(request) }) };

/** Answers a request: a Response, or a promise of one; of nothing if it `isAnswered` already. */
function serve(event, arrivedAt, isAnswered = false) {
	const { method, headers } = event.request;
	event.origin = headers.get("origin");
	const upgrade = headers.get("upgrade");
	return decide(event, method, event.url, event.origin, upgrade, arrivedAt, isAnswered);
}

// Headers of the request, for those decisions alone that hang on them.
export const requestedMethod = ({ request }) =>
	request.headers.get("access-control-request-method");

export function requestedHeaders(event) {
	event.requestedHeaders = event.request.headers.get("access-control-request-headers");
	return event.requestedHeaders;
}

export const header = ({ request }, name) => request.headers.get(name);

/** Serves the request again when its own `reading` of KV has ended, or after `pause` milliseconds. */
export async function serveAgain(event, arrivedAt, pause, reading, isAnswered) {
	await (reading === undefined ? scheduler.wait(pause) : withTimeout(pause, reading));
	return serve(event, arrivedAt, isAnswered);
}

/** Puts a new instance of Wasm in place of the one that a panic has ended. */
export { __wbg_reset_state as beginAnew } from "wasm";

// A request's URL as fetch will read it, so that what is decided on is what is forwarded. Outside of
// Cloudflare it has the dots and backslashes of the client's path, and whatever its `Host` has.
function urlOf({ url }) {
	if (PLAIN.test(url)) return url;
	const parsed = URL.parse(url);
	if (parsed === null) return encodeURI(url);
	parsed.username = parsed.password = "";
	return parsed.href;
}

// A name or an IPv4 address, segments that do not begin with a dot, and a query: nothing to resolve.
const PLAIN = /^https?:\/\/[\w.-]+(?::[1-9]\d*)?(?:\/(?!\.|%2e)[^/?\\\t]*)+(?:\?[^\t]*)?$/i;
