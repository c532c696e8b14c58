// An edge on a KV that says what was asked of it, and fails at will.
import { startEdge } from "../harness/edge.js";

// In place of a KV namespace: it has the two methods that the Worker calls, as RPC methods,
// and hands on to a real one.
const script = `
import { WorkerEntrypoint } from "cloudflare:workers";

const later = (milliseconds) => async (use) => {
	await scheduler.wait(milliseconds);
	return use();
};
const answering = (value) => async (use) => {
	await use();
	return value;
};
// Until the fault is "none".
const heldBack = (matters) => async (use, keys) => {
	const answer = await use();
	while (fault !== "none" && [keys].flat().some(matters)) await scheduler.wait(10);
	return answer;
};
const faults = {
	none: (use) => use(),
	"is late": later(500),
	"answers in 100 ms": later(100),
	"is late by 1.5 s": later(1500),
	"is slow by 5 s": later(5000),
	"never answers": later(600_000),
	"holds its answers back": heldBack(() => true),
	"holds the last good one back": heldBack((key) => key.endsWith("@last-good")),
	"holds nothing more back": (use) => use(),
	fails: async () => {
		throw new Error("KV GET_BULK failed: 503 Service Unavailable");
	},
	"answers with nonsense": answering("nonsense"),
	"answers with numbers": async (use, keys) =>
		Array.isArray(keys) ? new Map(keys.map((key) => [key, 42])) : 42,
	"leaves out what is not there": async (use, keys) => {
		const values = await use();
		if (!Array.isArray(keys)) return values ?? undefined;
		return new Map([...values].filter(([, value]) => value !== null));
	},
	"takes no writes": async (use, _keys, isWrite) => {
		if (isWrite) throw new Error("KV PUT failed: 429 Too Many Requests");
		return use();
	},
};
const log = { reads: [], writes: [], answers: 0 };
let fault = "none";

async function suffering(use, keys, isWrite) {
	try {
		return await faults[fault](use, keys, isWrite);
	} finally {
		log.answers += 1;
	}
}

export default class extends WorkerEntrypoint {
	get(keys, options) {
		log.reads.push([keys].flat());
		return suffering(() => this.env.STORE.get(keys, options), keys, false);
	}
	put(key, value) {
		log.writes.push(key);
		return suffering(() => this.env.STORE.put(key, value), key, true);
	}
	async fetch(request) {
		fault = (await request.text()) || fault;
		return Response.json(log);
	}
}
`;

/**
 * Starts the Worker as `startEdge` does. Its `kv` has more to it.
 *
 * @param {object} options
 * @param {string} [options.fault] what KV suffers from the start
 * @param {boolean} [options.isBound] whether the Worker has the namespace
 */
export async function startEdgeOnKv({
	fault = "none",
	isBound = true,
	services,
	workers = [],
	...options
}) {
	const edge = await startEdge({
		kv: [],
		namespace: "STORE",
		services: { ...(isBound && { POLICY: "kv" }), ...services },
		workers: [
			{
				name: "kv",
				modules: [{ type: "ESModule", path: "kv.js", contents: script }],
				compatibilityDate: "2026-07-01",
				kvNamespaces: ["STORE"],
				unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
			},
			...workers,
		],
		...options,
	});
	const { origin } = await edge.runtime.unsafeGetDirectURL("kv");
	await command(fault);

	async function command(fault) {
		const response = await fetch(origin, { method: "POST", body: fault });
		return response.json();
	}

	return {
		...edge,
		kv: {
			...edge.kv,
			/** From now on it does what one of the `faults` says; "none" mends it. */
			suffer: command,
			/** The requests to it: `reads` and `writes`, the keys of each, and how many were answered. */
			asked: () => command(""),
			/** The keys of each read but those of policies, and of one origin if that is given. */
			async reads(origin = "") {
				const { reads } = await command("");
				return reads.filter((keys) =>
					keys.every((key) => !key.startsWith("policy") && key.endsWith(origin)),
				);
			},
		},
	};
}
