// On a covered route every CORS header is the policy's, whatever the origin server's answer has.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { exchange, message, startRawServer, valuesOf } from "../harness/raw.js";

const good = "https://good.example";
const evil = "https://evil.example";
const rule = { origin: good, credentials: true, exposedHeaders: ["x-a"] };
const policy = {
	routes: {
		"/socket.io": rule,
		"/plain/": { origin: [good, "https://*.good.example"] },
		"/any/": { origin: true, credentials: true },
		"/open/": { origin: "*" },
		"/continued/": { ...rule, preflightContinue: true },
	},
};

const allow = "Access-Control-Allow-Origin";
const credentials = ["Access-Control-Allow-Credentials", "true"];
const everything = [
	credentials,
	["Access-Control-Allow-Headers", "x-theirs"],
	["Access-Control-Allow-Methods", "DELETE"],
	[allow, "*"],
	["Access-Control-Allow-Private-Network", "true"],
	["Access-Control-Expose-Headers", "x-theirs"],
	["Access-Control-Max-Age", "86400"],
];

/** The origin server's own CORS headers. */
const theirs = {
	nothing: [],
	"the same as the policy": [[allow, good], credentials],
	"another origin": [[allow, evil]],
	"every origin": [[allow, "*"]],
	null: [[allow, "null"], credentials],
	"the same twice": [
		[allow, good],
		[allow, good],
	],
	"two origins": [[allow, good], credentials, [allow, evil]],
	"two in one": [[allow, `${good}, ${evil}`]],
	"in capitals": [["ACCESS-CONTROL-ALLOW-ORIGIN", evil], credentials],
	"an empty value": [[allow, ""]],
	"no origin's bytes": [[allow, "\xff\x01"]],
	everything: everything,
	"unknown Access-Control headers": [
		["Access-Control-", "a"],
		["Access-Control-Allow-Future", "b"],
		credentials,
	],
};

/** Its Vary, a line each, and what becomes of it. */
const varies = [
	[[], "Origin"],
	[[""], "Origin"],
	[["Origin"], "Origin"],
	[["oRIGIN"], "oRIGIN"],
	[["Accept-Encoding"], "Accept-Encoding, Origin"],
	[["X-Origin"], "X-Origin, Origin"],
	[["Cookie", "Accept-Encoding, ORIGIN"], "Cookie, Accept-Encoding, ORIGIN"],
	[["Cookie,,a , b", "c"], "Cookie, a, b, c, Origin"],
	[["*"], "*"],
	[["Cookie", "*"], "*"],
];

/** Rows: the client, the path, its origin, and the CORS headers that the policy gives it. */
const asked = [
	["a page that is allowed", "/socket.io/", good, credentialed(good, { expose: "x-a" })],
	["nobody", "/socket.io/", undefined, {}],
	["the edge's own page", "/socket.io/", "http://edge.example", {}],
	["a page that is allowed without credentials", "/plain/", good, { [allow]: good }],
	[
		"a page below a wildcard",
		"/plain/",
		`https://a.b.good.example`,
		{
			[allow]: "https://a.b.good.example",
		},
	],
	["any page", "/any/", evil, credentialed(evil)],
	["nobody where any page is allowed", "/any/", undefined, {}],
	["any page, with no credentials", "/open/", evil, { [allow]: "*" }],
	["nobody, who may be a cache", "/open/", undefined, { [allow]: "*" }],
];

function credentialed(origin, { expose } = {}) {
	return {
		"Access-Control-Allow-Credentials": "true",
		[allow]: origin,
		...(expose && { "Access-Control-Expose-Headers": expose }),
	};
}

let origin;
let edge;
before(async () => {
	origin = await startRawServer();
	edge = await startEdge({ policy, upstream: origin.url, vars: { EXPLAIN: "off" } });
});
after(async () => {
	await edge.stop();
	await origin.stop();
});

/** Asks `target`, which the origin server answers with `status` and `fields`. */
async function ask(target, page, status, fields, { method = "GET", more = [] } = {}) {
	origin.answer = message(`HTTP/1.1 ${status} Said So`, [...fields, ["Content-Length", 0]]);
	const head = [["Host", "edge.example"], ...(page ? [["Origin", page]] : []), ...more];
	const [answer] = await exchange(edge.bareUrl, message(`${method} ${target} HTTP/1.1`, head));
	assert.equal(answer.start, `HTTP/1.1 ${status} Said So`);
	return answer;
}

/** Every CORS header, by its name; each has one line, or this fails. */
function corsOf(answer) {
	const cors = answer.fields.filter(([name]) => /^access-control-/i.test(name));
	const names = cors.map(([name]) => name.toLowerCase());
	assert.equal(new Set(names).size, names.length, `${names}`);
	return Object.fromEntries(cors);
}

for (const [who, target, page, ours] of asked) {
	describe(`${target} to ${who}: the policy's CORS headers replace the origin server's`, () => {
		for (const [what, cors] of Object.entries(theirs)) {
			test(`${what}, with every Vary, on every kind of status`, async () => {
				for (const status of [200, 304, 404, 500]) {
					for (const [lines, merged] of varies) {
						const vary = lines.map((line) => ["Vary", line]);
						const answer = await ask(target, page, status, [...cors, ...vary]);
						assert.deepEqual(corsOf(answer), ours);
						assert.deepEqual(valuesOf(answer, "vary"), [merged]);
					}
				}
			});
		}
	});
}

test("a refused page gets nothing of the origin server's answer", async () => {
	const before = origin.seen.length;
	origin.answer = message("HTTP/1.1 200 OK", [...everything, ["Content-Length", 0]]);
	for (const page of [evil, "null", `${good}, ${evil}`]) {
		const fields = [
			["Host", "edge.example"],
			["Origin", page],
		];
		const [answer] = await exchange(edge.bareUrl, message("GET /socket.io/ HTTP/1.1", fields));
		assert.match(answer.start, /^HTTP\/1\.1 403 /);
		assert.deepEqual(corsOf(answer), {});
		assert.deepEqual(valuesOf(answer, "vary"), ["Origin"]);
	}
	assert.equal(origin.seen.length, before);
});

test("a continued preflight is answered with the policy's CORS headers", async () => {
	const more = [
		["Access-Control-Request-Method", "PUT"],
		["Access-Control-Request-Headers", "x-b"],
	];
	for (const [what, cors] of Object.entries(theirs)) {
		const vary = [["Vary", "access-control-request-method"]];
		const options = { method: "OPTIONS", more };
		const answer = await ask("/continued/", good, 200, [...cors, ...vary], options);
		assert.deepEqual(
			corsOf(answer),
			{
				...credentialed(good),
				"Access-Control-Allow-Headers": "x-b",
				"Access-Control-Allow-Methods": "GET,POST",
			},
			what,
		);
		assert.deepEqual(valuesOf(answer, "vary"), [
			"access-control-request-method, Origin, Access-Control-Request-Headers",
		]);
	}
});

test("on a path without a route, the origin server's CORS headers stay as they are", async () => {
	for (const cors of Object.values(theirs)) {
		for (const [lines] of varies) {
			const fields = [...cors, ...lines.map((line) => ["Vary", line])];
			const answer = await ask("/api", evil, 200, fields);
			// In one line or in several, with or without empty ones, that is workerd's: see docs/fidelity.md.
			for (const [name] of fields) {
				const inOne = (message) => valuesOf(message, name.toLowerCase()).filter(Boolean).join(", ");
				assert.equal(inOne(answer), inOne({ fields }), name);
			}
		}
	}
});
