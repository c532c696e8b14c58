// One request seen from both ends, each of which the test drives.
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { patience } from "./patience.js";

const soon = () => ({ signal: AbortSignal.timeout(patience) });

/**
 * Starts a request at `url` and waits for it at `server`, a `node:http` one that answers nothing
 * by itself. A GET is whole; the body of another method is the test's to write.
 */
export async function exchange(server, url, { method = "GET", headers } = {}) {
	const arrival = once(server, "request", soon());
	const request = httpRequest(url, { method, headers, agent: false });
	const answered = once(request, "response", soon());
	// The caller that awaits the answer gets the error too.
	answered.catch(() => {});
	request.flushHeaders();
	if (method === "GET") request.end();
	const [atOrigin, response] = await arrival;
	return { request, atOrigin, response, answer: async () => (await answered)[0] };
}

/** The next chunk of a stream, as a text. */
export async function chunk(stream) {
	const read = once(stream, "data", soon());
	stream.resume();
	const [bytes] = await read;
	stream.pause();
	return `${bytes}`;
}
