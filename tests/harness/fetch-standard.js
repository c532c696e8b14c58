// The CORS checks of a browser on a page's request, as https://fetch.spec.whatwg.org says.
//
// A request is `{ origin, method, unsafeHeaders, credentials }`: the page's serialised origin,
// the method as `fetch` sends it, the names that "CORS-unsafe request-header names" gives, and
// whether the credentials mode is "include". `headers` are an answer's.

/** Fetch, "CORS-safelisted method". */
const safelistedMethods = ["GET", "HEAD", "POST"];
/** Fetch, "CORS non-wildcard request-header name". */
const nonWildcardHeaders = ["authorization"];
/** In seconds, where the answer says none: Fetch, "CORS-preflight fetch". */
const defaultMaxAge = 5;

/** Returns true if the browser sends a preflight first: Fetch, "main fetch". */
export function needsPreflight({ method, unsafeHeaders }) {
	return !safelistedMethods.includes(method) || unsafeHeaders.length > 0;
}

/** The headers of the preflight: Fetch, "CORS-preflight fetch". */
export function preflightHeaders({ origin, method, unsafeHeaders }) {
	return {
		accept: "*/*",
		"access-control-request-method": method,
		...(unsafeHeaders.length > 0 && { "access-control-request-headers": unsafeHeaders.join(",") }),
		origin,
	};
}

/** Returns true if the request may follow this answer to its preflight: Fetch, "CORS-preflight fetch". */
export function passesPreflight(request, { status, headers }) {
	const isOk = status >= 200 && status <= 299;
	const allowedMethods = list(headers, "access-control-allow-methods");
	const allowedHeaders = list(headers, "access-control-allow-headers");
	if (!passesCorsCheck(request, headers) || !isOk || !allowedMethods || !allowedHeaders)
		return false;
	const { method, unsafeHeaders, credentials } = request;
	const isWildcard = (names) => names.includes("*") && !credentials;
	const allowsHeader = (name) =>
		allowedHeaders.some((allowed) => allowed.toLowerCase() === name) ||
		(isWildcard(allowedHeaders) && !nonWildcardHeaders.includes(name));
	const allowsMethod =
		allowedMethods.includes(method) ||
		safelistedMethods.includes(method) ||
		isWildcard(allowedMethods);
	return allowsMethod && unsafeHeaders.every(allowsHeader);
}

/** For how long the browser remembers the preflight, in seconds: Fetch, "CORS-preflight fetch". */
export function preflightMaxAge(headers) {
	const value = headers.get("access-control-max-age") ?? "";
	return /^\d+$/.test(value) ? Number(value) : defaultMaxAge;
}

/** Returns true if the page may read the answer: Fetch, "CORS check". */
export function passesCorsCheck({ origin, credentials }, headers) {
	const allowed = headers.get("access-control-allow-origin");
	if (allowed === "*" && !credentials) return true;
	if (allowed !== origin) return false;
	return !credentials || headers.get("access-control-allow-credentials") === "true";
}

/** Which further headers of it the page may read, `*` being every one: Fetch, "main fetch". */
export function exposedHeaders({ credentials }, headers) {
	const names = list(headers, "access-control-expose-headers") ?? [];
	if (names.includes("*") && !credentials) return ["*"];
	return names.map((name) => name.toLowerCase()).sort();
}

/** The names in a header; undefined if it holds anything else: Fetch, "extract header list values". */
function list(headers, name) {
	const elements = (headers.get(name) ?? "").split(",").map((element) => element.trim());
	const names = elements.filter((element) => element !== "");
	return names.every((element) => /^[\w!#$%&'*+.^`|~-]+$/.test(element)) ? names : undefined;
}
