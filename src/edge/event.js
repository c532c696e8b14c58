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
 * shell.rs reads them. What is present starts with "=", and what is absent at the end is left out.
 */
function factsOf(method, url, origin, requestedHeaders, headers) {
	const line = (value) => (value === null ? "\n" : `\n=${value}`);
	const lines = (...names) => names.map((name) => line(headers.get(name))).join("");
	const head = `${method}\n${url}${line(origin)}`;
	if (method === "OPTIONS" && origin !== null) {
		const requestedMethod = headers.get("access-control-request-method");
		if (requestedMethod !== null) return head + line(requestedMethod) + line(requestedHeaders);
	}
	const upgrade = headers.get("upgrade");
	// What the browser says of itself matters where it gives no origin, or for the log.
	if (origin === null) {
		const metadata = lines("sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest");
		return `${head}\n\n${metadata}${line(upgrade)}`;
	}
	if (TRANSPORT.test(url)) return upgrade === null ? head : `${head}\n\n\n\n\n\n=${upgrade}`;
	return `${head}\n\n\n${lines("sec-fetch-mode")}\n${line(upgrade)}`;
}

// One that the query names.
const TRANSPORT = /[?&]transport=(?:polling|websocket)(?:&|$)/;

/**
 * The client's address as Cloudflare saw it. What else names one (`X-Forwarded-For`), the client
 * may have written.
 */
export const connectingIp = ({ request }) => request.headers.get("cf-connecting-ip");

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
