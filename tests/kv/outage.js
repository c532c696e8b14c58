// Shared by the tests of a KV that is slow, wrong or gone.
import assert from "node:assert/strict";
import { get, requests } from "../harness/pages.js";
import { startEdgeOnKv } from "./edge-on-kv.js";

export const a = "https://a.example";
export const b = "https://b.example";
export const ofA = { origin: a };
export const ofB = { origin: b };
export const forLong = { POLICY_FRESH_SECONDS: "3600" };

/** The places of Socket.IO: a path to poll, and the document with a rule for it. */
export const places = {
	"Socket.IO's path": {
		poll: "/socket.io/?EIO=4&transport=polling",
		documentOf: (rule) => rule,
	},
	"a path of its own": {
		poll: "/ws/?EIO=4&transport=polling",
		documentOf: (rule) => (typeof rule === "string" ? rule : { routes: { "/ws/": rule } }),
	},
};

/** Starts an edge before `server` with further KV keys, has `use` use it, and stops it. */
export async function withEdge(server, { keys = {}, ...options }, use) {
	const edge = await startEdgeOnKv({ upstream: server.url, ...options });
	try {
		for (const [key, value] of Object.entries(keys)) await edge.kv.put(key, value);
		await use(edge);
	} finally {
		await edge.stop();
	}
}

export const from = (page) => ({ headers: { origin: page } });
export const is = (status) => (answer) => answer.status === status;

/** The status of a poll from `page`. */
export async function statusOf(edge, page, path, host) {
	const { status } = await edge.send(path, { headers: { origin: page, ...(host && { host }) } });
	return status;
}

/** Asserts that requests which need no policy are forwarded in any state of KV. */
export async function assertOthersPass(edge, path) {
	const passing = [
		get(edge, undefined, path),
		get(edge, edge.url, path),
		get(edge, b, "/elsewhere"),
	];
	for (const { status } of await Promise.all(passing)) assert.equal(status, 200);
}

/** The name of the answer to one of the ways to ask, by turns, from `page`. */
export async function askInTurn(edge, page, turn, path) {
	const ways = Object.entries(requests);
	const [way, [ask, expected]] = ways[Math.floor(turn / 2) % ways.length];
	const { status } = await ask(edge, page, path);
	return `${page === a ? "a" : "b"}: ${status === expected ? "ok" : `${way} ${status}`}`;
}
