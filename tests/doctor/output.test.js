// The arguments of `socketio-cors doctor`, the requests that it sends, and the report for people.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { close, listen } from "../harness/http.js";
import { assertSays, useTool } from "../harness/tool.js";
import { granted, guarded, page, server } from "./deployments.js";

let tool;
before(async () => {
	tool = await useTool();
});
after(() => tool.remove());

/** Has `use` use a deployment, which is stopped afterwards. */
async function running(start, use) {
	const deployment = await start();
	try {
		return await use(deployment);
	} finally {
		await deployment.stop();
	}
}

/** A deployment without faults. */
const sound = guarded(server(4, { cors: granted }));
const broken = server(2);
const asPage = ["--origin", page];

describe("the report", () => {
	test("lists the worst findings first, each with its link, and their number", () =>
		running(broken, async ({ url }) => {
			const { stdout } = await tool.runApart(1, ["doctor", url, ...asPage]);
			const codes = ["error[version-mismatch]: ", "danger[any-origin-with-credentials]: "];
			assert.deepEqual(stdout.match(/^\w+\[[\w-]+\]: /gm), codes, stdout);
			for (const code of codes) {
				const [, anchor] = /\[(.*)\]/.exec(code);
				assertSays(stdout, `docs/troubleshooting.md#${anchor}`);
			}
			assert.match(stdout, /\n1 error, 1 danger\n$/);
		}));

	test("quotes the answer, the browser's message and the change to make", () =>
		running(server(4), async ({ url }) => {
			const { stdout } = await tool.runApart(1, ["doctor", url, ...asPage]);
			assertSays(
				stdout,
				"No 'Access-Control-Allow-Origin' header is present on the requested resource.",
				`origin: ["${page}"]`,
			);
			for (const heading of ["seen", "why", "fix", "see"])
				assert.match(stdout, new RegExp(`^ *${heading}\\b`, "m"));
		}));

	test("says that nothing was found, for a deployment without faults", () =>
		running(sound, async ({ url }) => {
			const { stdout } = await tool.runApart(0, ["doctor", url, ...asPage]);
			assert.match(stdout, /\nnothing found: .*\n$/);
			assert.doesNotMatch(stdout, /^\w+\[/m);
		}));

	test("with --json is only JSON, and has every exchange", () =>
		running(sound, async ({ url }) => {
			const { stdout } = await tool.runApart(0, ["doctor", url, "--json", ...asPage]);
			const report = JSON.parse(stdout);
			assert.deepEqual(Object.keys(report).toSorted(), [
				...["client", "credentials", "facts", "findings", "good"],
				...["origin", "path", "steps", "url", "websocket"],
			]);
			const { path, origin, client, credentials, websocket, good, steps } = report;
			assert.deepEqual(
				{ path, origin, client, credentials, websocket, good },
				{
					...{ path: "/socket.io/", origin: page, client: 4 },
					...{ credentials: false, websocket: false, good: true },
				},
			);
			assert.equal(new URL(report.url).origin, url);
			const poll = steps.find(({ name }) => name === "poll-4");
			assert.deepEqual([poll.method, poll.origin, poll.status], ["GET", page, 200]);
			assert.ok(poll.body.startsWith('0{"sid":'), poll.body);
			const names = poll.headers.map(([name]) => name.toLowerCase());
			assert.ok(names.includes("access-control-allow-origin"), names.join());
		}));
});

describe("the exit status is 1", () => {
	// A stock server is a warning, one that grants every origin credentials a danger.
	const stock = server(4, { cors: granted });
	const open = server(4, { cors: { origin: true, credentials: true } });
	const rows = [
		["from a danger up", stock, [], 0],
		["from a danger up", open, [], 1],
		["for a warning, if it is asked for", stock, ["--fail-on", "warning"], 1],
		["for errors alone, if it is asked for", open, ["--fail-on", "error"], 0],
		["for errors, always", broken, ["--fail-on", "error"], 1],
	];
	for (const [name, start, options, status] of rows)
		test(`${name}: ${status}`, () =>
			running(start, ({ url }) => tool.runApart(status, ["doctor", url, ...asPage, ...options])));
});

describe("a hostile server", () => {
	// CSI as one character, DEL, NEL, line separators, and every one that turns the writing.
	const obeyed = "\u009b31m\x7f\u0085\u2028\u2029\u061c\u200e\u200f\u202a\u202e\u2066\u2069";
	const open = { sid: "a", upgrades: [obeyed], pingInterval: 25000, pingTimeout: 20000 };
	const body = `0${JSON.stringify({ ...open, maxPayload: 1000000 })}`;
	const cookies = ["io=secret-1; Path=/; HttpOnly", "secret-2; Path=/", "gone=; Max-Age=0"];
	const hostile = createServer((_request, response) => {
		response.setHeader("Content-Type", "text/plain; charset=UTF-8");
		response.setHeader("Set-Cookie", cookies).end(body);
	});
	before(() => listen(hostile, 0, ["request"]));
	after(() => close(hostile));

	/** The output of doctor about it. The harness checks that it has no control characters. */
	const examined = async (...options) => {
		const url = `http://127.0.0.1:${hostile.address().port}`;
		const args = ["doctor", url, ...asPage, "--credentials", ...options];
		return (await tool.runApart(1, args)).stdout;
	};

	test("sends control characters, which the JSON escapes without loss", async () => {
		const { steps } = JSON.parse(await examined("--json"));
		assert.equal(steps.find(({ name }) => name === "poll-4").body, body);
	});

	test("sets cookies whose values the JSON hides", async () => {
		const stdout = await examined("--json");
		assert.doesNotMatch(stdout, /secret/);
		const { steps, findings } = JSON.parse(stdout);
		const { headers } = steps.find(({ name }) => name === "poll-4");
		const told = headers.filter(([name]) => name.toLowerCase() === "set-cookie");
		assert.deepEqual(
			told.map(([, value]) => value),
			["io=…; Path=/; HttpOnly", "…; Path=/", "gone=; Max-Age=0"],
		);
		const { evidence } = findings.find(({ code }) => code === "cookie-not-cross-site");
		assert.ok(evidence.includes("Set-Cookie: io=…; Path=/; HttpOnly"), evidence.join("\n"));
	});

	test("sets cookies whose values the text hides", async () => {
		const stdout = await examined();
		assertSays(stdout, "Set-Cookie: io=…; Path=/; HttpOnly");
		assert.doesNotMatch(stdout, /secret/);
	});
});

test("each step prints a line of progress on the standard error", () =>
	running(sound, async ({ url }) => {
		const { stdout, stderr } = await tool.runApart(0, ["doctor", url, "--json", ...asPage]);
		const lines = stderr.trimEnd().split("\n");
		const steps = JSON.parse(stdout).steps;
		assert.deepEqual(
			lines.map((line) => line.trim().split(/\s/)[0]),
			steps.map(({ name }) => name),
		);
		assert.match(stderr, /^ *preflight +204$/m);
	}));

const distinct = (values) => [...new Set(values)].toSorted();

describe("a server sees", () => {
	test("requests of the page, and of the foreign origins that the report names", () =>
		running(sound, async ({ url, servers: [{ seen }] }) => {
			const options = ["--header", "x-token: secret", "--cookie", "session=mine"];
			await tool.runApart(0, ["doctor", url, ...asPage, ...options]);
			assert.deepEqual(distinct(seen.map(({ method }) => method)), ["GET", "OPTIONS", "POST"]);
			assert.deepEqual(distinct(seen.map(({ headers }) => `${headers.origin}`)), [
				"http://app.example.com",
				"https://app.example.co",
				page,
				"https://app.example.com.evil.example",
				"https://app.example.com:8444",
				"https://appxexample.com",
				"https://evilexample.com",
				"https://foreign.example",
				"https://xample.com",
				"null",
				"undefined",
			]);
			for (const { url, method, headers } of seen) {
				assert.ok(url.startsWith("/socket.io/?"), url);
				assert.match(headers["user-agent"], /^Mozilla\/5\.0 .*socketio-cors/);
				// Browsers put neither into a preflight.
				const asked = [headers["x-token"], headers.cookie];
				if (method === "OPTIONS") assert.deepEqual(asked, [undefined, undefined]);
			}
			const poll = seen.find(({ method, headers }) => method === "GET" && headers.origin === page);
			assert.deepEqual([poll.headers["x-token"], poll.headers.cookie], ["secret", "session=mine"]);
			assert.equal(poll.headers["sec-fetch-site"], "cross-site");
			assert.equal(poll.headers["sec-fetch-mode"], "cors");
			const preflight = seen.find(({ method }) => method === "OPTIONS");
			assert.equal(preflight.headers["access-control-request-headers"], "x-token");
			assert.ok(["GET", "POST"].includes(preflight.headers["access-control-request-method"]));
		}));

	test("the page's query only in the page's own requests, and the report hides its values", () =>
		running(sound, async ({ url, servers: [{ seen }] }) => {
			const options = ["--header", "x-token: 1", "--query", "token=se+cret&room=2"];
			for (const format of [[], ["--json"]]) {
				const { stdout } = await tool.runApart(0, [
					"doctor",
					url,
					...asPage,
					...options,
					...format,
				]);
				assertSays(stdout, ...(format.length > 0 ? ["token=…&room=…&EIO=4"] : ["with a query"]));
				assert.doesNotMatch(stdout, /se(\+|%2B)cret/);
			}
			const own = [page, "undefined"];
			for (const { url, method, headers } of seen) {
				const { searchParams } = new URL(url, "http://x");
				const told = [searchParams.get("token"), searchParams.get("room")];
				const expected = own.includes(`${headers.origin}`) ? ["se+cret", "2"] : [null, null];
				assert.deepEqual(told, expected, `${method} ${url} ${headers.origin}`);
			}
			assert.ok(seen.some(({ headers }) => headers.origin === "https://foreign.example"));
			assert.ok(seen.some(({ method }) => method === "OPTIONS"));
		}));

	test("the query of the URL, as if it were given with --query", () =>
		running(sound, async ({ url, servers: [{ seen }] }) => {
			await tool.runApart(0, ["doctor", `${url}/?token=secret`, ...asPage]);
			const polls = seen.filter(({ headers }) => headers.origin === page);
			for (const { url } of polls) assert.ok(url.startsWith("/socket.io/?token=secret&EIO="), url);
		}));

	test("nothing but a connection to the main namespace", () =>
		running(sound, async ({ url, servers: [{ io }] }) => {
			const namespaces = [];
			const packets = [];
			io.engine.on("connection", (socket) =>
				socket.on("packet", ({ type, data }) => packets.push(`${type} ${data ?? ""}`.trim())),
			);
			io.on("connection", () => namespaces.push("/"));
			io.of("/admin").on("connection", () => namespaces.push("/admin"));
			await tool.runApart(0, ["doctor", url, ...asPage]);
			assert.deepEqual(distinct(namespaces), ["/"]);
			assert.deepEqual(distinct(packets), ["close", "message 0", "pong"]);
		}));
});

describe("wrong usage prints what to write, and sends no request", () => {
	const url = "http://127.0.0.1:1";
	const wrong = {
		"no origin": [[url], "--origin"],
		"no URL": [asPage, "URL"],
		"no scheme past the proxy": [[url, ...asPage, "--direct", "127.0.0.1:1"], "http://127.0.0.1:1"],
		"auth that is no object": [[url, ...asPage, "--auth", "token"], `'{"token":"abc"}'`],
		"auth of client 2": [[url, ...asPage, "--auth", "{}", "--client", "2"], "--query"],
		"another scheme": [["ftp://127.0.0.1", ...asPage], "http"],
		"another path past the proxy": [[url, ...asPage, "--direct", `${url}/chat`], "/chat"],
		"a user": [["http://user:secret@127.0.0.1:1", ...asPage], "user"],
		"an origin with a slash": [[url, "--origin", `${page}/`], page],
		"a null origin": [[url, "--origin", "null"], "null"],
		"an invalid origin": [[url, "--origin", "app.example.com"], "https://app.example.com"],
		"a header without a value": [[url, ...asPage, "--header", "x-token"], "x-token"],
		"an invalid query": [[url, ...asPage, "--query", "token"], "token=abc"],
		"a query with what the client sets": [[url, ...asPage, "--query", "a=b&sid=c"], "sid"],
		"another client": [[url, ...asPage, "--client", "5"], "5"],
		"no timeout": [[url, ...asPage, "--timeout", "0"], "0"],
	};
	for (const [name, [args, advice]] of Object.entries(wrong))
		test(name, async () => {
			const { stdout, stderr } = await tool.runApart(2, ["doctor", ...args]);
			assertSays(stderr, advice);
			assert.equal(stdout, "");
		});
});
