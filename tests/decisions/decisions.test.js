// A sample of the tables of crates/core/tests/integration/, through workerd: what the runtime
// makes of odd requests on their way to the decision.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { corsHeaders, send, startOriginServer } from "../harness/http.js";

const good = "https://good.com";
const poll = "/socket.io/?EIO=4&transport=polling";
let origin;
let edge;

before(async () => {
	origin = await startOriginServer();
	edge = await startEdge({
		upstream: origin.url,
		policy: { origin: [good, "http://[::1]:3000", "https://xn--bcher-kva.example"], maxAge: 600 },
	});
});
after(async () => {
	await edge.stop();
	await origin.stop();
});

/** Sends a request and sees whether the origin server heard of it. */
async function observe(path, options, url = edge.url) {
	const seenBefore = origin.seen.length;
	const answer = await send(url, path, options);
	return { ...answer, reached: origin.seen.slice(seenBefore) };
}

function assertRefused({ status, headers, body, reached }) {
	assert.equal(status, 403);
	assert.equal(headers.get("content-type"), "application/json");
	assert.equal(headers.get("cache-control"), "no-store");
	assert.match(headers.get("vary"), /^Origin\b/);
	assert.deepEqual(corsHeaders(headers), {});
	assert.equal(body, '{"code":4,"message":"Forbidden"}');
	assert.deepEqual(reached, []);
}

describe("an origin", () => {
	for (const allowed of [good, "http://[::1]:3000", "https://xn--bcher-kva.example"]) {
		test(`${allowed} is allowed, for reading, writing and preflights`, async () => {
			const headers = { origin: allowed };
			for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
				const answer = await observe(poll, { method, headers });
				assert.equal(answer.status, 200);
				assert.equal(answer.headers.get("access-control-allow-origin"), allowed);
				assert.equal(answer.headers.get("vary"), "Origin");
				assert.equal(answer.reached[0].headers.origin, allowed);
			}
			const preflight = await observe(poll, {
				method: "OPTIONS",
				headers: { ...headers, "access-control-request-method": "POST" },
			});
			assert.equal(preflight.status, 204);
			assert.equal(preflight.headers.get("access-control-allow-origin"), allowed);
			assert.deepEqual(preflight.reached, []);
		});
	}

	for (const [name, value] of Object.entries({
		unlisted: "https://evil.com",
		null: "null",
		"several values": ["https://good.com", "https://evil.com"],
		"several in one": "https://good.com, https://evil.com",
		"upper case": "https://GOOD.com",
		"a trailing slash": "https://good.com/",
		"a trailing dot": "https://good.com.",
		"the default port": "https://good.com:443",
		"another port": "https://good.com:8443",
		"user information": "https://good.com@evil.com",
		"a path": "https://good.com/path",
		"the good one as a subdomain": "https://good.com.evil.com",
		"the good one as a suffix": "https://evilgood.com",
		"percent-encoding": "https://good%2ecom",
		"a backslash": "https://good.com\\.evil.com",
		"Latin-1 letters": "https://g\u00f6\u00f6d.com",
		"another IPv6 spelling": "http://[0:0:0:0:0:0:0:1]:3000",
		"another scheme": "http://good.com",
		"an extension": "chrome-extension://good.com",
		"8 KB": `https://${"a".repeat(8192)}.com`,
	})) {
		test(`${name}: refused, for reading, writing, preflights, upgrades and open sessions`, async () => {
			const headers = { origin: value };
			assertRefused(await observe(poll, { headers }));
			assertRefused(await observe(poll, { method: "POST", headers, body: "40" }));
			assertRefused(await observe(`${poll}&sid=abc`, { method: "POST", headers, body: "40" }));
			assertRefused(await observe(poll, { method: "PROPFIND", headers }));
			assertRefused(
				await observe(poll, {
					method: "OPTIONS",
					headers: { ...headers, "access-control-request-method": "POST" },
				}),
			);
			assertRefused(
				await observe("/socket.io/?EIO=4&transport=websocket", {
					headers: {
						...headers,
						connection: "Upgrade",
						upgrade: "websocket",
						"sec-websocket-version": "13",
						"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
					},
				}),
			);
		});
	}

	test("1 MB long: the runtime or the Worker refuses it, and it goes nowhere", async () => {
		const headers = { origin: `https://${"a".repeat(1_000_000)}.com` };
		const { status, reached } = await observe(poll, { headers }).catch((error) => ({
			status: error.code,
			reached: [],
		}));
		assert.ok([403, 431, "ECONNRESET", "EPIPE"].includes(status), `${status}`);
		assert.deepEqual(reached, []);
		assert.equal((await observe(poll, { headers: { origin: good } })).status, 200);
	});
});

describe("a request without an origin", () => {
	for (const [name, path, headers, status] of [
		["is let through", poll, {}, 200],
		["with an empty header is one without", poll, { origin: "" }, 200],
		["from another site's page is refused", poll, { "sec-fetch-site": "cross-site" }, 403],
		["from a sibling's page is refused", poll, { "sec-fetch-site": "same-site" }, 403],
		[
			"that follows a link is let through",
			"/socket.io/",
			{
				"sec-fetch-site": "cross-site",
				"sec-fetch-mode": "navigate",
				"sec-fetch-dest": "document",
			},
			200,
		],
		[
			"of a pop-up that leads to Engine.IO is refused",
			poll,
			{
				"sec-fetch-site": "cross-site",
				"sec-fetch-mode": "navigate",
				"sec-fetch-dest": "document",
			},
			403,
		],
		[
			"of a frame is refused",
			poll,
			{ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
			403,
		],
		["for JSONP is refused", `${poll}&j=0`, {}, 403],
		["for JSONP, in another spelling, is refused", `${poll}&%6a=0`, {}, 403],
		[
			"for JSONP of the same origin is let through",
			`${poll}&j=0`,
			{ "sec-fetch-site": "same-origin" },
			200,
		],
	]) {
		test(name, async () => {
			const answer = await observe(path, { headers });
			assert.equal(answer.status, status);
			assert.equal(answer.reached.length, status === 200 ? 1 : 0);
			assert.equal(answer.headers.get("vary"), "Origin");
		});
	}
});

test("a page of the Worker's own origin is let through, though it is not listed", async () => {
	const answer = await observe(poll, { method: "POST", headers: { origin: edge.url }, body: "40" });
	assert.equal(answer.status, 200);
	assert.deepEqual(corsHeaders(answer.headers), {});
	assert.equal(answer.headers.get("vary"), "Origin");
});

describe("a path", () => {
	const headers = { origin: "https://evil.com" };
	for (const path of [
		"/socket.io",
		"/socket.io/",
		"/socket.iox/",
		"/%73ocket.io/",
		"/socket%2eio/",
		"//socket.io/",
		"/x/../socket.io/",
		"/x/%2e%2e/socket.io/",
		"/./socket.io/",
		"/..%2fsocket.io/",
		"/%5csocket.io/",
		"/\\socket.io/",
		"/SOCKET.IO/",
		"/%2573ocket.io/",
		"/x/..;/socket.io/",
		"/a%5cb/..%2fsocket.io/",
	]) {
		test(`${path} is covered, both raw and normalised on the way`, async () => {
			assertRefused(await observe(path, { headers }));
			assertRefused(await observe(path, { headers }, edge.bareUrl));
		});
	}

	for (const path of ["/socket.io/../api", "/socket.io/%2e%2e/api"]) {
		test(`${path} leads out of the route, and is forwarded as what it is read as`, async () => {
			for (const url of [edge.url, edge.bareUrl]) {
				const { status, reached } = await observe(path, { headers }, url);
				assert.equal(status, 200);
				assert.equal(reached[0].url, "/api");
			}
		});
	}

	for (const path of [
		...["/", "/api", "/x/socket.io/", "/socket", "/API/files/a%2Fb", "/a;b=c/d"],
		...["/img/socket.io-logo.png", "/x%20y"],
	]) {
		test(`${path} is not covered, and is forwarded as it is`, async () => {
			const answer = await observe(path, { headers });
			assert.equal(answer.status, 200);
			assert.equal(answer.reached[0].url, path);
			assert.equal(answer.headers.has("vary"), false);
		});
	}
});

describe("OPTIONS that is not a preflight is ordinary traffic", () => {
	for (const [name, headers, status] of [
		["without anything", {}, 200],
		["without an origin", { "access-control-request-method": "POST" }, 200],
		["without a requested method", { origin: good }, 200],
		["of a refused origin", { origin: "https://evil.com" }, 403],
	]) {
		test(name, async () => {
			const answer = await observe(poll, { method: "OPTIONS", headers });
			assert.equal(answer.status, status);
			assert.equal(answer.reached.length, status === 200 ? 1 : 0);
		});
	}
});

describe("a preflight is answered in full, whatever it asks for", () => {
	for (const [name, requested, allowed] of [
		["no headers", undefined, null],
		["one", "x-token", "x-token"],
		["unsorted ones", "x-b,authorization,x-a", "x-b,authorization,x-a"],
		["split ones", ["x-a", "x-b"], "x-a,x-b"],
		["spaces and empty elements", ",x-a ,, x-b,", "x-a,x-b"],
		["nothing but commas", ",".repeat(2000), null],
		["too much", "x".repeat(5000), null],
		["a wildcard", "*", null],
		["a text that is not a name", "x-a:b", null],
	]) {
		test(name, async () => {
			const answer = await observe(poll, {
				method: "OPTIONS",
				headers: {
					origin: good,
					"access-control-request-method": "DELETE",
					...(requested && { "access-control-request-headers": requested }),
				},
			});
			assert.equal(answer.status, 204);
			assert.equal(answer.body, "");
			assert.equal(
				answer.headers.get("vary"),
				"Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
			);
			assert.deepEqual(corsHeaders(answer.headers), {
				...(allowed && { "access-control-allow-headers": allowed }),
				"access-control-allow-methods": "GET,POST",
				"access-control-allow-origin": good,
				"access-control-max-age": "600",
			});
			assert.deepEqual(answer.reached, []);
		});
	}
});
