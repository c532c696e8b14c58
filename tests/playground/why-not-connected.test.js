// The reason beside "Not connected" in the playground, where no policy has to be asked for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { whyNotConnected } from "../../playground/page/why-not-connected.js";

const transport = { type: "TransportError", message: "xhr poll error" };
const answered = (status) => ({ state: "answered", status });
const refusal = { reason: "unlisted-origin", policy: "11111111" };
const unreadable = (refusal) => ({ state: "unreadable", method: "GET", refusal });

for (const [what, error, exchange, why] of [
	["a middleware refuses it", { message: "no token" }, answered(200), "the server says: no token"],
	[
		"no server is there",
		transport,
		answered(502),
		"the Worker answered 502: the server behind it does not answer",
	],
	[
		"another server is there",
		transport,
		answered(404),
		"the server answered 404: is Socket.IO there, at /socket.io/?",
	],
	[
		"the policy only reports, and the server has no CORS",
		transport,
		unreadable({ ...refusal, reportOnly: true }),
		"the server's own answer does not let the page read it",
	],
	["the Worker refused it, which is told elsewhere", transport, unreadable(refusal), ""],
	["no request was sent", transport, undefined, "xhr poll error"],
]) {
	test(what, async () => assert.equal(await whyNotConnected(error, exchange, {}), why));
}
