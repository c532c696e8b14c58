// HTTP requests over 16 connections, one after the other on each.
import { Pool } from "undici";

const LANES = 16;

/**
 * Requests to a subject, every answer of which is to be as `expected`.
 * @param {(lane: unknown) => object} request the next request, as undici takes it
 * @param {(pool: Pool) => Promise<unknown>} [prepare] what a lane has of its own
 * @param {(body: Readable) => Promise<boolean>} [isRight] reads an answer's body to its end; by
 *   default that is to be the expected text
 */
export async function openHttp(subject, expected, { count, request, prepare, isRight }) {
	const pool = new Pool(subject.url, { connections: LANES, pipelining: 1 });
	const lanes = await Promise.all(Array.from({ length: LANES }, () => prepare?.(pool)));

	async function exchange(lane, checkCors) {
		const began = performance.now();
		const asked = request(lane);
		const { statusCode, headers, body } = await pool.request(asked);
		const right = isRight ? await isRight(body) : (await body.text()) === expected.text;
		const taken = performance.now() - began;
		if (statusCode !== expected.status) throw new Error(`status ${statusCode}`);
		if (!right) throw new Error("another body than it should have");
		const { cors } = expected;
		if (checkCors && !hasCors(headers, cors === true ? asked.headers.origin : cors)) {
			throw new Error(`headers ${JSON.stringify(headers)}`);
		}
		return taken;
	}

	return {
		async slice() {
			const latencies = [];
			let left = count;
			async function sendOneByOne(lane) {
				while (left > 0) {
					left -= 1;
					latencies.push(await exchange(lane, left === 0));
				}
			}
			await Promise.all(lanes.map(sendOneByOne));
			return { units: count, latencies };
		},
		close: () => pool.close(),
	};
}

/** Whether an answer is granted to pages of that origin, or to none. */
function hasCors(headers, page) {
	const origin = headers["access-control-allow-origin"];
	if (!page) return origin === undefined;
	const credentials = headers["access-control-allow-credentials"];
	return origin === page && credentials === "true" && /\borigin\b/i.test(headers.vary);
}
