// Why a page is not connected although the Worker did not refuse it.
import { judge } from "./judge.js";
import { textOf } from "./text-of.js";

/** How long the line of the Worker's log may take, in milliseconds. */
const patience = 500;

/**
 * Resolves to a sentence. `error` is the client's, `exchange` its last one, if there was one; `asked`
 * says of its requests what `explain` is asked.
 */
export async function whyNotConnected(error, exchange, asked) {
	// Of a middleware of the server, for instance.
	if (error.type !== "TransportError") return `the server says: ${error.message}`;
	if (exchange?.status >= 400) return ofStatus(exchange.status);
	await new Promise((resolve) => setTimeout(resolve, patience));
	if (!exchange || exchange.refusal?.reportOnly) {
		const { details = [] } = exchange ? judge(exchange) : {};
		return details.at(-1) ?? error.message;
	}
	if (exchange.refusal) return "";
	return ofPolicy({ ...asked, ...requestOf(exchange) }).catch(() => unread);
}

const unread = "the browser does not let this page read the answer, or there is none";

function ofStatus(status) {
	if (status === 502 || status === 504)
		return `the Worker answered ${status}: the server behind it does not answer`;
	return `the server answered ${status}: is Socket.IO there, at /socket.io/?`;
}

function requestOf({ method, url, transport }) {
	return { method, path: url, websocket: transport === "websocket" };
}

/** The explanation of the request under the policy in force. */
async function ofPolicy(asked) {
	const { inForce } = JSON.parse(await textOf("/in-force"));
	if (inForce === undefined) return "the Worker does not answer";
	// Compiled Wasm, which a page that connects does without.
	const { explain, version } = await import("./reports.js");
	const text = await textOf("/policy");
	if (version(text) !== inForce) return unread;
	const { request, outcome, readable } = explain(text, asked);
	if (readable)
		return "the Worker lets the request through, but the server's answer is not Socket.IO's";
	return outcome ?? request.why;
}
