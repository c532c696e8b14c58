// The ways to an origin server: with the Worker before it, with the thinnest pass-through, with nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startBare } from "./bare.js";
import { startEdge } from "./edge.js";

/** The origin of the pages that may ask. */
export const allowed = "https://good.example";

/**
 * Starts a Worker and a bare pass-through before `upstream`. Both are asked at their own sockets:
 * what miniflare puts before a Worker is not there at Cloudflare.
 */
export async function startWays(upstream, { policy = { origin: allowed }, ...options } = {}) {
	const bare = await startBare(upstream);
	const edge = await startEdge({ policy, upstream, ...options });
	return {
		urls: { direct: upstream, bare: bare.bareUrl, edge: edge.bareUrl },
		edge,
		async stop() {
			await edge.stop();
			await bare.stop();
		},
	};
}

/**
 * Tests that `observe`, given a URL to ask at, sees `expected` by every way; by one that `except`
 * names, what that says instead. The Worker's own difference would be called `edge` there.
 *
 * @param {() => { urls: object }} ways what `startWays` gave, once it has
 * @param {{ direct?: unknown, bare?: unknown, edge?: unknown }} [except]
 */
export function testEveryWay(name, ways, observe, expected, except = {}) {
	test(name, async () => {
		for (const [way, url] of Object.entries(ways().urls)) {
			const seen = await observe(url);
			assert.deepEqual(seen, way in except ? except[way] : expected, way);
		}
	});
}
