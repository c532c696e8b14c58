// An edge under attack, with and without what stands before it and normalises URLs, with and
// without UPSTREAM; and what holds after whatever it was sent.
import assert from "node:assert/strict";
import { posix } from "node:path";
import { startEdge } from "../harness/edge.js";
import { exchange, message, startRawServer, valuesOf } from "../harness/raw.js";

export const good = "https://good.example";
export const evil = "https://evil.example";

/** True if more random requests are sent: `make hostile` sends more than `make test`. */
export const isLong = process.env.HOSTILE === "long";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Starts the origin server and the edges. `/socket.io` lets in `good` alone; other paths, all. */
export async function startTarget() {
	const origin = await startRawServer();
	const policy = { origin: good, credentials: true };
	const served = await startEdge({ policy, upstream: origin.url, inspectorPort: 0 });
	const zone = await startEdge({ policy });
	const host = new URL(origin.url).host;
	const urls = {
		"with UPSTREAM": served.bareUrl,
		"with UPSTREAM, normalised": served.url,
		"without UPSTREAM": zone.bareUrl,
		"without UPSTREAM, normalised": zone.url,
	};

	const lines = (start, fields) => {
		const hosted = fields.some(([name]) => name === "Host") ? [] : [["Host", host]];
		return [start, [...hosted, ...fields]];
	};

	/** Asserts that an allowed page gets an answer. */
	async function assertAlive(url) {
		const bytes = message(...lines("GET /socket.io/ HTTP/1.1", [["Origin", good]]));
		const [answer] = await exchange(url, bytes);
		assert.equal(answer?.start, "HTTP/1.1 200 OK", "a normal request right afterwards");
		assert.deepEqual(valuesOf(answer, "access-control-allow-origin"), [good]);
	}

	/**
	 * Sends bytes to each edge. That nothing reaches Socket.IO but of the good page, and that a
	 * normal request is answered right afterwards. Resolves to `[name, answers, seen]` of each.
	 * `toUpstream` leaves out the edges without UPSTREAM.
	 */
	async function attack(bytes, { count = 1, thenAlive = true, toUpstream = false } = {}) {
		const outcomes = [];
		for (const [name, url] of Object.entries(urls)) {
			// The others would look for the host of the URL, in whatever DNS there is.
			if (toUpstream && name.startsWith("without")) continue;
			const before = origin.seen.length;
			const answers = await exchange(url, bytes, { count });
			const seen = origin.seen.slice(before);
			for (const request of seen) assertHarmless(request, `${name}: ${JSON.stringify(bytes)}`);
			if (thenAlive) await assertAlive(url);
			outcomes.push([name, answers, seen]);
		}
		// Nobody reads them all, and there are many.
		origin.seen.length = 0;
		return outcomes;
	}

	return {
		host,
		origin,
		served,
		urls,
		attack,
		assertAlive,
		/** A request of the evil page, unless `fields` say otherwise. */
		request: (start, fields = [["Origin", evil]], body) => message(...lines(start, fields), body),
		async stop() {
			await Promise.all([served.stop(), zone.stop()]);
			await origin.stop();
		},
	};
}

/** Asserts that a request is from the good page, or that its path does not lead to Socket.IO. */
function assertHarmless(request, what) {
	const [, target] = request.start.split(" ");
	const origins = valuesOf(request, "origin");
	const isGood = origins.length === 1 && origins[0] === good;
	assert.ok(isGood || !leadsToSocketIo(target), `${what} reached ${target} as of "${origins}"`);
}

/** The steps by which servers change a path. Each server does some of them, in its own order. */
const steps = [
	(path) => posix.normalize(path),
	(path) => path.replace(/\/{2,}/g, "/"),
	(path) => path.replaceAll("\\", "/"),
	(path) => path.replace(/;[^/]*/g, ""),
	(path) => path.toLowerCase(),
	(path) =>
		path.replace(/%[0-9a-f]{2}/gi, (code) =>
			String.fromCharCode(Number.parseInt(code.slice(1), 16)),
		),
];

/**
 * Returns true if Socket.IO is at `target` for a server that takes any of these steps in any order.
 * Shares no code with the edge.
 */
export function leadsToSocketIo(target) {
	const readings = new Set([target.split(/[?#]/, 1)[0]]);
	// It grows while it is gone through.
	for (const reading of readings) for (const step of steps) readings.add(step(reading));
	return [...readings].some((reading) => reading.startsWith("/socket.io"));
}
