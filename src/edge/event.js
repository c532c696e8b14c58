// What a request hands over, and what of it Wasm is told.

/** A request with its bindings, its execution context, and what is used of it more than once. */
export function event(request, env, ctx) {
	const { method, headers } = request;
	const url = urlOf(request);
	const origin = headers.get("origin");
	const requestedHeaders =
		method === "OPTIONS" ? headers.get("access-control-request-headers") : null;
	const facts = factsOf(method, url, origin, requestedHeaders, headers);
	return { request, env, ctx, url, origin, requestedHeaders, facts };
}

/**
 * The facts that a decision may hang on, one a line, in the order in which `Facts::head` in
 * shell.rs reads them. What is present starts with "=".
 */
function factsOf(method, url, origin, requestedHeaders, headers) {
	const line = (value) => (value === null ? "\n" : `\n=${value}`);
	const head = `${method}\n${url}${line(origin)}`;
	// What the browser says of itself matters where it gives no origin, or for the log.
	if (origin === null) {
		const [site, mode, dest] = FETCH_METADATA.map((name) => line(headers.get(name)));
		return `${head}\n\n${site}${mode}${dest}`;
	}
	if (method === "OPTIONS") {
		const requestedMethod = headers.get("access-control-request-method");
		return head + line(requestedMethod) + line(requestedHeaders);
	}
	return TRANSPORT.test(url) ? head : `${head}\n\n\n${line(headers.get("sec-fetch-mode"))}`;
}

// One that the query names.
const TRANSPORT = /[?&]transport=(?:polling|websocket)(?:&|$)/;
const FETCH_METADATA = ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"];

/** Keeps the request's I/O alive until `promise` settles. */
export const waitUntil = ({ ctx }, promise) => ctx.waitUntil(promise);

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
