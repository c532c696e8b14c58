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
	const headers = {};
	for (let at = 1; at < parts.length; at += 2) headers[parts[at - 1]] = parts[at];
	return { status, headers, body: body ?? null, echoesOrigin, echoesHeaders };
}

/** An answer of the edge's own. */
export function answer(event, template) {
	echo(event, template, template.headers);
	return new Response(template.body, template);
}

/** Puts what is echoed of the request into `headers`. */
function echo({ origin, requestedHeaders }, { echoesOrigin, echoesHeaders }, headers) {
	if (echoesOrigin) headers["Access-Control-Allow-Origin"] = origin;
	if (echoesHeaders) headers["Access-Control-Allow-Headers"] = requestedHeaders;
}

/**
 * Forwards the request and gives back the answer, or the edge's own 502 or 504. Never rejects.
 * @param {string} [upstream] scheme and authority to put in place of the URL's first `originLength` characters
 * @param {number} [timeout] milliseconds for the origin server to begin its answer, whose CORS
 *   headers are replaced then
 * @param {object} template of which the answer gets the headers
 */
export async function forward(event, upstream, originLength, timeout, template) {
	const owned = timeout !== undefined;
	const ours = { ...template.headers };
	echo(event, template, ours);
	try {
		const answering = fetch(outgoing(event, upstream, originLength));
		let response = await (owned ? within(timeout, answering) : answering);
		response ??= gatewayError(504, "the origin server did not begin its answer in time");
		return edit(response, owned, ours);
	} catch (error) {
		const failed = gatewayError(502, `the origin server gave no usable answer: ${error}`);
		return edit(failed, owned, ours);
	}
}

function outgoing({ request, url }, upstream, originLength) {
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
	// Outside of Cloudflare nobody decodes what a client cannot read that asked for nothing.
	if (!asksForEncoding(request)) headers.set("accept-encoding", "identity");
	return forwarded;
}

function asksForEncoding(request) {
	const asked = request.headers.get("accept-encoding");
	// `wrangler dev` puts its own in place of what the client asked, and keeps that in `cf`.
	return asked === "br, gzip" ? request.cf?.clientAcceptEncoding : asked;
}

function edit(response, owned, ours) {
	if (response.status === 101) return response;
	if (!owned && Object.keys(ours).length === 0) return response;
	// The runtime copies status, cookies and the undecoded body by itself.
	const edited = new Response(response.body, response);
	const { headers } = edited;
	if (owned) disown(headers, ours);
	for (const name in ours) headers.set(name, ours[name]);
	return edited;
}

/** Removes the origin server's CORS headers, and has our `Vary` say what its own did. */
function disown(headers, ours) {
	for (const name of [...headers.keys()]) {
		if (name.startsWith("access-control-")) headers.delete(name);
		else if (name === "vary") {
			current();
			ours.Vary = mergeVary(headers.get(name), ours.Vary);
		}
	}
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
