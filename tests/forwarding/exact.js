// The ways to an origin server: direct, through a Worker that does nothing but pass on, and
// through ours. What the second does to a message is the platform's doing.
import assert from "node:assert/strict";
import { startBare } from "../harness/bare.js";
import { startEdge } from "../harness/edge.js";
import { exchange, message, startRawServer, valuesOf } from "../harness/raw.js";

export const page = "https://page.example";

/** Headers, of odd but legal names and values. */
export const oddFields = [
	["X-Latin-1", "\xe4\xf6\xfc\xff"],
	["X-UTF-8", "\xc3\xbc\xf0\x9f\x98\x80"],
	["X-Broken-UTF-8", "\xc3\xf0\x9f"],
	["X-Controls", "a\x01b\x0b\x0c\x1b\x7f"],
	["X-Tab", "a\tb  c"],
	["X-Around", "  a\t "],
	["X-Empty", ""],
	["X-Signs", ";,=\"'\\<>@()[]{}?/:%00%0d%0a"],
	["x!#$%&'*+-.^_`|~0", "any token is a name"],
];

const ok = message("HTTP/1.1 200 OK", [["Content-Length", 2]], "ok");

const rule = { origin: page, credentials: true };
const corsOfRule = {
	"access-control-allow-credentials": ["true"],
	"access-control-allow-origin": [page],
	vary: ["Origin"],
};

/** Starts an origin server and every way to it. */
export async function startWays() {
	const origin = await startRawServer();
	const { host } = new URL(origin.url);
	const bare = await startBare(origin.url);
	const edge = await startEdge({ upstream: origin.url, vars: { EXPLAIN: "off" } });
	await edge.kv.put("policy:covered.example", { routes: { "/": rule } });
	await edge.kv.put("policy:reported.example", { routes: { "/": { ...rule, reportOnly: true } } });
	await edge.kv.put("policy:other.example", { routes: { "/elsewhere/": rule } });
	const zone = await startEdge({ policy: { routes: { "/": rule } }, vars: { EXPLAIN: "off" } });

	const ways = {
		direct: { url: origin.url, host: "direct.example" },
		bare: { url: bare.bareUrl, host: "bare.example" },
		"ours, covered": { url: edge.bareUrl, host: "covered.example", owns: true },
		"ours, only reporting": { url: edge.bareUrl, host: "reported.example" },
		"ours, not covered": { url: edge.bareUrl, host: "other.example" },
		"ours, without UPSTREAM": { url: zone.bareUrl, host, owns: true, isZone: true },
	};

	/** Sends a request one way. Resolves to the answer, and to the requests that the origin server saw. */
	async function travel({ url, host }, { method, target, fields, body, answer }) {
		origin.answer = answer;
		const before = origin.seen.length;
		const head = [["Host", host], ["Origin", page], ...fields];
		const [came] = await exchange(url, message(`${method} ${target} HTTP/1.1`, head, body));
		return { came, seen: origin.seen.slice(before) };
	}

	/** Sends a request every way. Resolves to the results by the way's name. */
	async function travelAll(row) {
		const full = { method: "GET", target: "/", fields: [], body: "", answer: ok, ...row };
		const travels = {};
		for (const [name, way] of Object.entries(ways)) travels[name] = await travel(way, full);
		return travels;
	}

	return {
		origin,
		/**
		 * Asserts that a request and its answer are the same on all ways, except for changes by the platform
		 * and for our own headers. Resolves to the answer and the request of the direct way.
		 *
		 * @param {object} row
		 * @param {string} [row.method]
		 * @param {string} [row.target] the path with its query, as the request line has it
		 * @param {string} [row.arrives] what the URL parser makes of it, if that is something else
		 * @param {[string, unknown][]} [row.fields] headers, besides Host and Origin
		 * @param {string | Buffer} [row.body]
		 * @param {string} [row.answer] the origin server's, as bytes
		 * @param {boolean} [row.underEveryRoute] whether every route covers the path
		 */
		async same(row) {
			const { direct, bare, ...others } = await travelAll(row);
			for (const [name, { seen }] of Object.entries({ direct, bare, ...others })) {
				assert.equal(seen.length, 1, `${name}: requests at the origin server`);
			}
			const expected = { request: forwarded(direct.seen[0], host), answer: returned(direct.came) };
			if (row.arrives) {
				const [method, , version] = direct.seen[0].start.split(" ");
				expected.request.start = [method, row.arrives, version].join(" ");
			}
			const control = { request: bare.seen[0], answer: bare.came };
			assert.deepEqual(sorted(without(control.request, ["cf-worker"])), sorted(expected.request));
			assert.deepEqual(sorted(control.answer), sorted(expected.answer));
			for (const [name, { came, seen }] of Object.entries(others)) {
				const owns = ways[name].owns || (row.underEveryRoute && name === "ours, not covered");
				const way = { ...ways[name], owns };
				assertOnlyOurs(name, way, control, { request: seen[0], answer: came });
			}
			return { request: direct.seen[0], answer: direct.came };
		},
		/**
		 * Asserts that workerd itself answers a request, with any Worker, and that nothing of it reaches
		 * the origin server. Resolves to the status.
		 */
		async refusedByPlatform(row) {
			const { direct, bare, ...others } = await travelAll(row);
			assert.equal(direct.seen.length, 1, "direct");
			for (const [name, { came, seen }] of Object.entries({ bare, ...others })) {
				assert.deepEqual(seen, [], name);
				assert.deepEqual(came, bare.came, name);
			}
			return Number(bare.came.start.split(" ")[1]);
		},
		/** Asserts that the bare Worker gives no answer to a request, and that ours give a 502. */
		async broken(row) {
			const { direct: _, bare, ...others } = await travelAll(row);
			assert.equal(bare.came, undefined);
			for (const [name, { came }] of Object.entries(others)) {
				assert.equal(came.start, "HTTP/1.1 502 Bad Gateway", name);
			}
		},
		async stop() {
			await Promise.all([bare.stop(), edge.stop(), zone.stop()]);
			await origin.stop();
		},
	};
}

/** Asserts that our Worker changed both messages as the bare one did, plus its own headers. */
function assertOnlyOurs(name, { host, owns, isZone }, control, { request, answer }) {
	const asked = valuesOf(control.request, "accept-encoding").filter((value) => value !== "");
	const ours = {
		"accept-encoding": asked.length > 0 ? asked : ["identity"],
		...(!isZone && { "x-forwarded-host": [host], "x-forwarded-proto": ["http"] }),
	};
	for (const [header, values] of Object.entries(ours)) {
		assert.deepEqual(valuesOf(request, header), values, `${name}: ${header}`);
	}
	const requestOwned = [...Object.keys(ours), "cf-worker"];
	assert.deepEqual(
		without(request, requestOwned),
		without(control.request, requestOwned),
		`${name}: the request`,
	);
	const answerOwned = owns ? Object.keys(corsOfRule) : [];
	for (const header of answerOwned) {
		assert.deepEqual(valuesOf(answer, header), corsOfRule[header], `${name}: ${header}`);
	}
	assert.deepEqual(
		without(answer, answerOwned),
		without(control.answer, answerOwned),
		`${name}: the answer`,
	);
}

// Between two neighbours alone, or about the connection between them (RFC 9110, 7.6.1).
const hopByHop = ["connection", "keep-alive", "trailer", "upgrade"];

// Headers that workerd has a number for: lines of one name become one, an empty one is left
// out, and they come in an order and a spelling of their own. It does so to no others.
const numbered = new Set(
	`accept accept-charset accept-language access-control-allow-origin age allow authorization
	cache-control cf-ray content-encoding content-language content-type cookie date etag expect
	expires from if-match if-modified-since if-none-match if-range if-unmodified-since
	last-modified link location max-forwards origin pragma proxy-authorization range referer
	retry-after server strict-transport-security user-agent vary via www-authenticate
	accept-encoding`.split(/\s+/),
);

/** A request as workerd forwards it; docs/fidelity.md lists what it does. */
function forwarded(request, host) {
	const [method] = request.start.split(" ");
	const hasBody = request.framing !== "none";
	const kept = without(request, [...hopByHop, "te", "cf-connecting-ip"]);
	const fields = merged(kept.fields.map(([name, value]) => [name, name === "Host" ? host : value]));
	if (["GET", "HEAD"].includes(method)) {
		if (request.framing !== "chunked") return { ...kept, fields };
		const empty = { fields, framing: "none", body: Buffer.alloc(0) };
		return without({ ...kept, ...empty }, ["transfer-encoding"]);
	}
	if (hasBody) return { ...kept, fields };
	return { ...kept, fields: [...fields, ["content-length", "0"]], framing: "length" };
}

/** An answer as workerd returns it. */
function returned(answer) {
	const isEmpty = /^HTTP\/1\.1 (204|304) /.test(answer.start);
	const dropped = answer.framing === "none" ? ["transfer-encoding"] : [];
	const kept = without(answer, [...hopByHop, ...dropped, ...(isEmpty ? ["content-length"] : [])]);
	const fields = merged(kept.fields);
	if (answer.framing !== "close") return { ...kept, fields };
	return { ...kept, fields: [...fields, ["transfer-encoding", "chunked"]], framing: "chunked" };
}

function merged(fields) {
	const lines = new Map();
	for (const [index, [cased, value]] of fields.entries()) {
		const name = cased.toLowerCase();
		if (!numbered.has(name)) lines.set(index, [name, value]);
		else if (lines.has(name)) lines.get(name)[1] += `, ${value}`;
		else if (value !== "") lines.set(name, [name, value]);
	}
	return [...lines.values()];
}

const without = (message, names) => ({
	...message,
	fields: message.fields.filter(([name]) => !names.includes(name.toLowerCase())),
});

/** With the headers in one order and spelling: workerd has its own of those that it knows. */
const sorted = (message) => ({
	...message,
	fields: message.fields
		.map(([name, value]) => [name.toLowerCase(), value])
		.sort(([one], [other]) => (one < other ? -1 : Number(one > other))),
});
