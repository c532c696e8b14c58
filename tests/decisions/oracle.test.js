// Compares what browsers let pages do with real Socket.IO servers and with the Worker, whose policy
// is the same object. The Worker may allow less, but never more; each difference has its reason here.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { browse, startServer } from "../harness/oracle.js";

const a = "https://a.example";
const a8443 = "https://a.example:8443";
const b = "http://b.example:3000";
const malformed = [
	"https://A.EXAMPLE",
	"https://a.example/",
	"https://a.example, https://c.example",
];
// Socket.IO for Swift sends this; no page does.
const socket = "wss://a.example";
// An attack on Socket.IO 2, which looks for the start of a port and the end of a host in a text.
const parts = ["http://b.example:30", "https://example", "http://a.example"];

/** The requests of pages. One without an origin is not from another origin's page. */
const requests = product({
	origin: [
		...[a, a8443, b, "https://c.example", "null", "https://sub.a.example"],
		...["file://", socket],
		...["https://a.example.evil.example", "https://evil-a.example"],
		...[...parts, ...malformed, undefined],
	],
	method: ["GET", "POST", "PUT", "PATCH", "DELETE", "patch"],
	unsafeHeaders: [
		...[[], ["x-listed"], ["x-unlisted"], ["content-type"], ["authorization"], ["*"]],
		...[["content-type", "x-listed"]],
	],
});

/** Socket.IO 4's `cors`, which is the policy too. */
const options4 = {
	"one origin": { origin: a },
	"a list": { origin: [a, b], credentials: false },
	"a list, with credentials": {
		origin: [a, b],
		methods: ["GET", "PUT", "PATCH"],
		allowedHeaders: ["X-Listed", "Content-Type"],
		exposedHeaders: ["X-One", "X-Two"],
		credentials: true,
		maxAge: 600,
	},
	"every origin, echoed": { origin: true },
	"every origin, echoed, with credentials": {
		origin: true,
		methods: "GET,POST,DELETE",
		exposedHeaders: "X-One, X-Two",
		credentials: true,
		optionsSuccessStatus: 200,
		preflightContinue: false,
	},
	"every origin": { origin: "*", allowedHeaders: "x-listed,authorization", maxAge: -1 },
	"* for everything": {
		origin: "*",
		methods: "*",
		allowedHeaders: "*",
		exposedHeaders: "*",
		maxAge: 0,
	},
	"no origin": { origin: false, credentials: true },
	"empty lists": { origin: a, methods: [], allowedHeaders: [], exposedHeaders: [] },
	"methods in lower case": { origin: a, methods: ["get", "put"] },
	wildcards: { origin: [a, "https://*.a.example", "https://a.example:*"], credentials: true },
	"wildcards in a label": { origin: ["https://s*b.a.example", "file://"] },
	null: { origin: ["null", a] },
};

// Engine.IO 3 answers preflights of a session so, whatever its options (lib/transports/polling-xhr.js,
// `onRequest` and `headers`), and others with 400 (lib/server.js, `verify`).
const hardcoded = { credentials: true, allowedHeaders: "Content-Type", optionsSuccessStatus: 200 };
// With a list, Socket.IO 2 opens no session without an origin (lib/index.js, `checkRequest`).
const strict = { ...hardcoded, missingOrigin: "deny" };

/** Socket.IO 2's options, and what the policy has besides its `origins`. */
const options2 = {
	"every origin": [{ origins: "*:*" }, hardcoded],
	"a list": [{ origins: [b, a8443] }, strict],
	"a list, pasted and no more": [{ origins: [b, a] }, hardcoded],
	"a list with the default port": [{ origins: [`${a}:443`] }, { ...strict, origins: [a] }],
	"a text": [{ origins: `${b} ${a8443}` }, strict],
	"a text with a wildcard": [{ origins: `${a}:*` }, strict],
	"a preflight handler": [
		{ origins: [b], handlePreflightRequest },
		{ ...strict, allowedHeaders: "x-listed" },
	],
};

/** As in https://socket.io/docs/v2/handling-cors. */
function handlePreflightRequest(_request, response) {
	response.writeHead(200, {
		"Access-Control-Allow-Origin": b,
		"Access-Control-Allow-Methods": "GET,POST",
		"Access-Control-Allow-Headers": "x-listed",
		"Access-Control-Allow-Credentials": true,
	});
	response.end();
}

const configurations = [
	...Object.entries(options4).map(([name, cors]) => {
		return { version: 4, name, options: { cors }, policy: cors };
	}),
	...Object.entries(options2).map(([name, [options, more]]) => {
		return { version: 2, name, options, policy: { origins: options.origins, ...more } };
	}),
];

/** Returns true if a cell's page is of another origin, which the policy does not list. */
function isUnlisted({ origin, policy }) {
	const listed = [policy.origin ?? policy.origins.split?.(" ") ?? policy.origins].flat();
	const ports = [a, a8443].includes(origin) ? `${a}:*` : origin;
	const fitting = [true, "*", "*:*", origin, ports];
	return origin !== undefined && !listed.some((entry) => fitting.includes(entry));
}

/** Why the Worker allows less, in these fields of an outcome and the cells that fit. */
const allowsLess = [
	{
		id: "refused origins reach no server",
		fields: ["acted"],
		fits: (cell) => cell.version === 4 && isUnlisted(cell),
		because: "Socket.IO 4 only keeps the page from reading: it still does what the request says",
	},
	{
		id: "nobody's own",
		fields: ["sent", "readable", "acted"],
		fits: ({ origin, policy }) =>
			["null", "file://"].includes(origin) && policy.credentials === true,
		because: "every sandboxed frame and local file has it, whoever wrote that",
	},
	{
		id: "WebSocket URLs",
		fields: ["sent", "readable", "acted"],
		fits: ({ origin }) => origin === socket,
		because: "no page has such an origin, so CORS grants it nothing, and `missingOrigin` decides",
	},
	{
		id: "malformed origins",
		fields: ["sent", "readable", "acted"],
		fits: ({ origin }) => malformed.includes(origin),
		because: "no browser sends them; Socket.IO 4 echoes what it gets, and Socket.IO 2 tidies it up",
	},
	{
		id: "methods by default",
		fields: ["sent", "readable"],
		fits: ({ version, policy, method }) =>
			version === 4 && !policy.methods && ["PUT", "PATCH", "DELETE"].includes(method),
		because: "here it is GET and POST, and Engine.IO answers every other method with an error",
	},
	{
		id: "a header named *",
		fields: ["sent", "readable", "acted"],
		fits: ({ policy, unsafeHeaders }) => !policy.allowedHeaders && unsafeHeaders.includes("*"),
		because: "reflected, it would allow any header to requests without credentials",
	},
	{
		id: "open sessions",
		fields: ["sent", "readable", "acted"],
		fits: (cell) =>
			cell.version === 2 &&
			cell.method === "POST" &&
			(isUnlisted(cell) || (cell.origin === undefined && cell.policy.missingOrigin === "deny")),
		because: "Engine.IO 3 asks for the origin only when a session is opened (`verify`)",
	},
	{
		id: "parts of a text",
		fields: ["readable", "acted"],
		fits: ({ version, policy, origin }) =>
			version === 2 && typeof policy.origins === "string" && parts.includes(origin),
		because: "Socket.IO 2 takes a text that has host and port somewhere in it (`checkRequest`)",
	},
];

/** Why it allows more, which takes a reason better than those above: no page may gain by it. */
const allowsMore = [
	{
		id: "wildcards",
		fields: ["sent", "readable", "acted"],
		fits: ({ name, origin }) =>
			name.startsWith("wildcards") && ["https://sub.a.example", a8443].includes(origin),
		because: "the policy understands them; Socket.IO 4 compares them with origins as they stand",
	},
	{
		id: "methods in lower case",
		fields: ["sent", "readable"],
		fits: ({ name, method }) => name === "methods in lower case" && method === "PUT",
		because:
			"the list allows put, which browsers spell PUT and then do not find in Socket.IO's answer",
	},
	{
		id: "preflights without a session",
		fields: ["sent", "readable", "acted"],
		fits: (cell) =>
			cell.version === 2 &&
			!cell.options.handlePreflightRequest &&
			cell.method === "GET" &&
			cell.unsafeHeaders.join() === "content-type" &&
			!isUnlisted(cell) &&
			!["null", ...malformed].includes(cell.origin),
		because:
			"Engine.IO 3 answers 400 since OPTIONS opens no session, not for the origin or the header",
	},
	{
		id: "the default port left out",
		fields: ["readable", "acted"],
		fits: ({ version, options, origin }) =>
			version === 2 && origin === a && options.origins.includes(a),
		because:
			"the documentation writes the origin so, but Socket.IO 2 compares with https://a.example:443",
	},
	{
		id: "no word on requests without an origin",
		fields: ["acted"],
		fits: ({ version, policy, origin }) =>
			version === 2 && [undefined, socket].includes(origin) && policy.missingOrigin === undefined,
		because:
			"browsers tell pages of other origins by `Sec-Fetch-Site`; `missingOrigin` is for all else",
	},
];

const needed = new Set();

for (const version of [4, 2]) {
	describe(`pages may do no more than with Socket.IO ${version}, and no less without a reason, with`, () => {
		let upstream;
		let edge;
		before(async () => {
			// Allows what it can, of which nothing may get past the Worker.
			const cors = {
				origin: true,
				credentials: true,
				exposedHeaders: "X-Upstream",
				maxAge: 86_400,
			};
			upstream = await startServer(version, { cors });
			const vars = { EXPLAIN: "off", POLICY_FRESH_SECONDS: "3600" };
			edge = await startEdge({ upstream: upstream.url, vars });
		});
		after(async () => {
			await edge.stop();
			await upstream.stop();
		});

		for (const [index, configuration] of configurations.entries()) {
			if (configuration.version !== version) continue;
			test(configuration.name, async () => {
				const host = `policy${index}.test`;
				await edge.kv.put(`policy:${host}`, configuration.policy);
				const server = await startServer(version, configuration.options);
				try {
					const cells = await compare(server, upstream, { url: edge.url, host });
					const faults = cells.flatMap((cell) => unexplained({ ...configuration, ...cell }));
					assert.equal(cells.length, 2 * requests.length);
					assert.equal(faults.length, 0, `${faults.length}:\n${faults.slice(0, 20).join("\n")}`);
				} finally {
					await server.stop();
				}
			});
		}
	});
}

test("every reason is needed", () => {
	const idle = [...allowsLess, ...allowsMore].filter((row) => !needed.has(row));
	assert.deepEqual(
		idle.map(({ id }) => id),
		[],
	);
});

/** Makes every request of both, `worker` standing before `upstream`. Resolves to the cells. */
async function compare(server, upstream, worker) {
	const cells = [];
	const waiting = requests.values();
	const lane = async () => {
		// Messages of one session may not overlap.
		const targets = await Promise.all(
			[server, upstream].map(async (it) => ({ ...it, paths: await it.open([a, b]) })),
		);
		Object.assign(targets[1], worker);
		for (const request of waiting) {
			const outcomes = await Promise.all(targets.map((target) => browse(request, target)));
			for (const credentials of [false, true]) {
				const [theirs, ours] = outcomes.map((outcome) => outcome(credentials));
				cells.push({ ...request, credentials, theirs, ours });
			}
		}
	};
	await Promise.all(Array.from({ length: 16 }, lane));
	return cells;
}

/** The differences of a cell that have no reason, a line each. */
function unexplained(cell) {
	const { origin, method, unsafeHeaders, credentials, theirs, ours } = cell;
	return Object.keys(theirs).flatMap((field) => {
		// A request has a result only if it was sent.
		if (!(field in ours) || `${ours[field]}` === `${theirs[field]}`) return [];
		const more = isMore(field, ours[field], theirs[field]);
		const reasons = (more ? allowsMore : allowsLess).filter(
			({ fields, fits }) => fields.includes(field) && fits(cell),
		);
		if (reasons.length === 1) needed.add(reasons[0]);
		if (reasons.length > 0) return [];
		const request = `${method} with [${unsafeHeaders}] from ${origin}`;
		const mode = credentials ? "include" : "omit";
		const allows = more ? "ALLOWS MORE" : "differs";
		return [`${request}, ${mode}: ${allows}, ${field} is ${ours[field]} and was ${theirs[field]}`];
	});
}

function isMore(field, ours, theirs) {
	if (field === "exposed") return !theirs.includes("*") && ours.some((it) => !theirs.includes(it));
	return ["sent", "readable", "acted", "maxAge"].includes(field) && ours > theirs;
}

/** Every choice of one value for each name, as objects. */
function product(values) {
	return Object.entries(values).reduce(
		(rows, [name, options]) =>
			rows.flatMap((row) => options.map((option) => ({ ...row, [name]: option }))),
		[{}],
	);
}
