// Values that an answer repeats of its request are never in another request's answer, though answers
// share what they have in common.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { close, corsHeaders, listen } from "../harness/http.js";
import { poll } from "../harness/pages.js";

const pages = Array.from({ length: 8 }, (_, number) => `https://page-${number}.example`);
/** Spelt as browsers do, otherwise, as a rule has it, and not at all. */
const requested = ["x-a,x-b", "x-a, x-c", "x-named", undefined];
const rule = { origin: pages, credentials: true };
let server, edge;

before(async () => {
	// Answers come in another order than the requests did.
	server = createServer((_, response) => {
		setTimeout(() => response.end("polled"), Math.random() * 50);
	});
	await listen(server);
	edge = await startEdge({
		policy: {
			routes: { "/socket.io/": rule, "/named/": { ...rule, allowedHeaders: "x-named" } },
		},
		upstream: `http://127.0.0.1:${server.address().port}`,
		vars: { EXPLAIN: "off" },
	});
});
after(() => Promise.all([edge.stop(), close(server)]));

test("each of many pages that are forwarded at the same time gets its own origin", async () => {
	const asked = Array.from({ length: 10 }, () => pages).flat();
	const answers = await Promise.all(
		asked.map((origin) => edge.send(poll, { headers: { origin } })),
	);
	assert.deepEqual(
		answers.map(({ headers }) => headers.get("access-control-allow-origin")),
		asked,
	);
});

for (const [path, allowed] of [
	[poll, (headers) => headers?.replaceAll(" ", "") ?? null],
	["/named/", () => "x-named"],
]) {
	test(`preflights for ${path}, mixed with refused ones, get their own origin and headers`, async () => {
		const asked = [...pages, "https://stranger.example"].flatMap((origin) =>
			requested.map((headers) => ({ origin, headers })),
		);
		const answers = await Promise.all(
			[...asked, ...asked.toReversed()].map(async ({ origin, headers }) => {
				const answer = await edge.send(path, {
					method: "OPTIONS",
					headers: {
						origin,
						"access-control-request-method": "POST",
						...(headers && { "access-control-request-headers": headers }),
					},
				});
				return { origin, headers, answer };
			}),
		);
		for (const { origin, headers, answer } of answers) {
			if (!pages.includes(origin)) {
				assert.deepEqual([answer.status, corsHeaders(answer.headers)], [403, {}]);
				continue;
			}
			assert.equal(answer.headers.get("access-control-allow-origin"), origin);
			assert.equal(answer.headers.get("access-control-allow-headers"), allowed(headers));
		}
	});
}
