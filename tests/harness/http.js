// Plain HTTP: a client that sends what it is told to, and a server that says what it saw.
import { createServer, request as httpRequest } from "node:http";

/**
 * Sends a request as it is given: any method, path spelling and headers; on a connection of its own,
 * unless there is an `agent`.
 * Resolves to `{ status, headers, body }`; several values of a header are joined with ", ".
 */
export function send(url, path, { method = "GET", headers = {}, body, agent = false } = {}) {
	const { hostname, port } = new URL(url);
	return new Promise((resolve, reject) => {
		const request = httpRequest({ hostname, port, path, method, headers, agent });
		request.once("error", reject);
		request.setTimeout(20_000, () => request.destroy(new Error(`no answer to ${path} in 20 s`)));
		request.once("response", async (response) => {
			const chunks = await response.toArray();
			resolve({
				status: response.statusCode,
				headers: new Headers(
					Object.entries(response.headersDistinct).map(([name, values]) => [
						name,
						values.join(", "),
					]),
				),
				body: Buffer.concat(chunks).toString(),
			});
		});
		request.end(body);
	});
}

/**
 * Starts an origin server on 127.0.0.1. `seen` holds each request that reached
 * it, upgrades included, as `{ method, url, headers }`.
 */
export async function startOriginServer(answer = (_request, response) => response.end("origin")) {
	const server = createServer(answer);
	const seen = await listen(server);
	return {
		url: `http://127.0.0.1:${server.address().port}`,
		seen,
		stop: () => close(server),
	};
}

/**
 * Has `server` listen on 127.0.0.1. Resolves to the list of what it sees.
 *
 * @param {string[]} events whoever listens for no "upgrade" gets such requests as others
 */
export async function listen(server, port = 0, events = ["request", "upgrade"]) {
	const seen = [];
	for (const event of events) {
		server.prependListener(event, ({ method, url, headers }) => {
			seen.push({ method, url, headers });
		});
	}
	await new Promise((resolve, reject) => {
		server.once("error", reject).listen(port, "127.0.0.1", resolve);
	});
	return seen;
}

/** Ends `server` and every connection to it. */
export function close(server) {
	return new Promise((resolve) => {
		server.close(resolve);
		server.closeAllConnections();
	});
}

/** The CORS headers among `headers`. */
export function corsHeaders(headers) {
	return Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));
}
