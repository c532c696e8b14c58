// Requests reach the origin server byte for byte as they were sent, except for workerd's own changes
// (docs/fidelity.md) and the Worker's headers.
import { strict as assert } from "node:assert";
import { after, before, describe, test } from "node:test";
import { chunked, valuesOf } from "../harness/raw.js";
import { oddFields, startWays } from "./exact.js";

let ways;
before(async () => {
	ways = await startWays();
});
after(() => ways.stop());

describe("a method arrives as it was sent", () => {
	for (const method of [
		...["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"],
		...["PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "ACL"],
		...["SEARCH", "SUBSCRIBE", "UNSUBSCRIBE", "NOTIFY", "MSEARCH", "CHECKOUT", "MERGE", "PURGE"],
	]) {
		test(method, () => ways.same({ method }));
	}

	for (const [method, status] of [
		["BREW", 501],
		["get", 501],
		["M-SEARCH", 501],
		["CONNECT", 500],
	]) {
		test(`${method} is refused by workerd itself`, async () => {
			assert.equal(await ways.refusedByPlatform({ method }), status);
		});
	}
});

describe("a path and a query arrive as they were sent", () => {
	for (const target of [
		...["/", "//", "///a//", "/a/", "/a?", "/a??", "/?", "/a?b=1&b=2&&=", "/.well-known/x"],
		...["/%20", "/%2F", "/%2f", "/%c3%BC", "/%zz", "/%", "/%25252e", "/a;b=1"],
		...["/:@+~*!$'()*,", "/|", "/[]", "/a?x=%20+%zz%", "/a?x=%00%0D%0A", "/a?x=|{}^`[]\\"],
		...["/a?/../b", "/a?x=/./y", "/socket.io/?EIO=4&transport=polling&t=P.x-_~", "/socket.io"],
		`/${"a".repeat(16_000)}?${"b".repeat(16_000)}`,
	]) {
		test(abridged(target), () => ways.same({ target }));
	}

	for (const target of ["/%00", "/%0d%0a", "/%2525252e"]) {
		test(`${target}, under every route`, () => ways.same({ target, underEveryRoute: true }));
	}
});

describe("a target that is not a valid URL arrives as one", () => {
	for (const [target, arrives] of [
		["/a/./b", "/a/b"],
		["/a/../b", "/b"],
		["/a/%2e%2E/b", "/b"],
		["/a\\b", "/a/b"],
		['/a"b', "/a%22b"],
		["/a{b}", "/a%7Bb%7D"],
		["/a^b", "/a%5Eb"],
		["/a?x='b'", "/a?x=%27b%27"],
		["/\xc3\xbc?\xc3\xbc", "/%C3%BC?%C3%BC"],
		["/a#b", "/a"],
		["http://other.example/a?b", "/a?b"],
	]) {
		test(`${target} as ${arrives}`, () => ways.same({ target, arrives }));
	}

	for (const target of ["", "?a", "\\a", "/<", "/>", "/`", "/\x80", "/\x01", "/\x7f", "/\t"]) {
		test(`${JSON.stringify(target)} is refused by workerd itself`, async () => {
			assert.equal(await ways.refusedByPlatform({ target }), 400);
		});
	}
});

describe("a header arrives as it was sent", () => {
	for (const field of [
		...oddFields,
		["X-Long", "x".repeat(16_000)],
		["Cookie", 'io=P.x-_~; a="b c"; ; =; d'],
		["Authorization", "Bearer a.b-c_d~+/="],
		["Proxy-Authorization", "Basic eDp5"],
		["Content-Type", 'text/plain;charset="UTF-8" '],
		["Content-Encoding", "gzip"],
		["Accept-Encoding", "br;q=0.5, gzip;q=0, *"],
		["Accept-Encoding", "zstd"],
		["Accept-Encoding", ""],
		["Range", "bytes=0-1,5-"],
		["If-Range", '"x"'],
		["If-None-Match", 'W/"x", "y"'],
		["If-Modified-Since", "Sat, 21 Nov 2026 13:00:00 GMT"],
		["Cache-Control", "no-cache"],
		["Expect", "100-continue"],
		["Date", "none"],
		["Referer", "https://page.example/?a#b"],
		["User-Agent", "node-XMLHttpRequest"],
		["Via", "1.1 vegur"],
		["Forwarded", "for=192.0.2.1;host=x"],
		["X-Forwarded-For", "192.0.2.1, 10.0.0.1"],
		["X-Forwarded-Host", "a claim"],
		["X-Forwarded-Proto", "gopher"],
		["X-Real-IP", "192.0.2.1"],
		["CF-Ray", "0"],
		["CF-IPCountry", "T1"],
		["CDN-Loop", "cloudflare"],
		["Access-Control-Request-Method", "PUT"],
		["Access-Control-Request-Headers", "x-a"],
		["Sec-Fetch-Site", "cross-site"],
	]) {
		test(abridged(field.join(": ")), () => ways.same({ fields: [field] }));
	}

	test("several headers of one name arrive, list headers joined into one", async () => {
		const names = ["X-Two", "Accept", "Via", "X-Forwarded-For", "Content-Language"];
		const fields = names.flatMap((name) => [
			[name, "1"],
			["X-Between", name],
			[name, "2, 3"],
		]);
		await ways.same({ fields });
	});

	test("headers about the connection to the client do not reach the origin server", async () => {
		for (const field of [
			["Connection", "x-hop"],
			["Keep-Alive", "timeout=5"],
			["TE", "trailers"],
			["Trailer", "X-A"],
			["Upgrade", "h2c"],
			// Only Cloudflare says it, and to the origin server by itself.
			["CF-Connecting-IP", "192.0.2.1"],
		]) {
			await ways.same({ fields: [field] });
		}
	});

	for (const [name, field] of [
		["a NUL", ["X-A", "a\0b"]],
		["a carriage return", ["X-A", "a\rb"]],
		["a line folded", ["X-A", "a\r\n b"]],
		["a line without a name", ["", "a"]],
		["a space in a name", ["X A", "a"]],
		["a space after a name", ["X-A ", "a"]],
	]) {
		test(`${name} is refused by workerd itself`, async () => {
			assert.equal(await ways.refusedByPlatform({ fields: [field] }), 400);
		});
	}

	test("100 KB of headers arrive", () => ways.same({ fields: manyFields(100) }));

	test("600 KB of headers are refused by workerd itself, and the next request is answered", async () => {
		assert.equal(await ways.refusedByPlatform({ fields: manyFields(600) }), 431);
		await ways.same({});
	});
});

describe("a body arrives as it was sent", () => {
	const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
	const megabyte = Buffer.alloc(1_000_000, bytes);
	for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "GET", "HEAD"]) {
		test(`with ${method}, by its length or in chunks`, async () => {
			const sized = await ways.same({ method, ...sizedBody(bytes) });
			assert.deepEqual(sized.request.body, bytes);
			const fields = [["Transfer-Encoding", "chunked"]];
			const body = chunked("hello, ", "world", bytes.toString("latin1"));
			const { request } = await ways.same({ method, fields, body });
			assert.equal(request.framing, "chunked");
		});
	}

	test("when it is empty", async () => {
		await ways.same({ method: "POST", ...sizedBody("") });
		const fields = [["Transfer-Encoding", "chunked"]];
		await ways.same({ method: "POST", fields, body: chunked() });
	});

	test("when it is large", async () => {
		await ways.same({ method: "POST", ...sizedBody(megabyte) });
	});

	test("when it is compressed", async () => {
		const { request } = await ways.same({
			method: "POST",
			fields: [
				["Content-Encoding", "gzip"],
				["Content-Length", 4],
			],
			body: "nope",
		});
		assert.deepEqual(valuesOf(request, "content-encoding"), ["gzip"]);
	});
});

function sizedBody(body) {
	return { fields: [["Content-Length", body.length]], body };
}

function manyFields(kilobytes) {
	return Array.from({ length: kilobytes }, (_, number) => [`X-${number}`, "x".repeat(1015)]);
}

function abridged(text) {
	return JSON.stringify(text.length < 80 ? text : `${text.slice(0, 30)}…`);
}
