// Answers come back byte for byte as the origin server sent them, except for workerd's own changes
// (docs/fidelity.md) and the Worker's headers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { chunked, message, valuesOf } from "../harness/raw.js";
import { oddFields, startWays } from "./exact.js";

let ways;
before(async () => {
	ways = await startWays();
});
after(() => ways.stop());

const ok = "HTTP/1.1 200 OK";
const sized = (start, fields, body) =>
	message(start, [...fields, ["Content-Length", body.length]], body);

describe("a status comes back", () => {
	// Neither has a body; nor has a 205, but it has a length.
	const isEmpty = (status) => [204, 205, 304].includes(status);

	for (const hundred of [2, 3, 4, 5]) {
		test(`every one from ${hundred}00 to ${hundred}99, and no redirect is followed`, async () => {
			for (let status = hundred * 100; status < (hundred + 1) * 100; status += 1) {
				const fields = [["Location", `${ways.origin.url}/elsewhere`]];
				const start = `HTTP/1.1 ${status} Said So`;
				const { answer } = await ways.same({
					answer: sized(start, fields, isEmpty(status) ? "" : `body of ${status}`),
				});
				assert.equal(answer.start, start);
			}
		});
	}

	for (const status of [301, 302, 303, 307, 308]) {
		test(`${status} to a POST, and the POST is not sent again`, async () => {
			const fields = [["Content-Length", 4]];
			const answer = sized(`HTTP/1.1 ${status} Moved`, [["Location", "/b?c#d"]], "");
			await ways.same({ method: "POST", fields, body: "body", answer });
		});
	}

	for (const start of ["HTTP/1.1 200 ", "HTTP/1.1 200 Fine: (really), 100%", "HTTP/1.1 404 OK"]) {
		test(JSON.stringify(start), () => ways.same({ answer: sized(start, [], "body") }));
	}

	test("the final one after an interim 103", () =>
		ways.same({
			answer: message("HTTP/1.1 103 Early Hints", [["Link", "</a>"]]) + sized(ok, [], "body"),
		}));

	test("a 304 to a conditional request, with its ETag", async () => {
		const fields = [["If-None-Match", '"x"']];
		const answer = message("HTTP/1.1 304 Not Modified", [
			["ETag", '"x"'],
			["Content-Length", 1000],
		]);
		await ways.same({ fields, answer });
	});

	test("a 206 with its range", () =>
		ways.same({
			fields: [["Range", "bytes=2-3"]],
			answer: sized("HTTP/1.1 206 Partial Content", [["Content-Range", "bytes 2-3/10"]], "cd"),
		}));
});

describe("a header comes back as it was sent", () => {
	for (const field of [
		...oddFields,
		["X-Long", "x".repeat(100_000)],
		["Set-Cookie", "a=b; Expires=Wed, 01 Jan 2031 00:00:00 GMT; HttpOnly; SameSite=None"],
		["Set-Cookie", "\xc3\xbc=\xe4; Secure,; x"],
		["ETag", 'W/"\xe4"'],
		["Last-Modified", "Sat, 21 Nov 2026 13:00:00 GMT"],
		["Cache-Control", "private, max-age=0, stale-while-revalidate=1"],
		["Content-Type", "Text/Plain;Charset=utf-8"],
		["Content-Disposition", "attachment; filename*=UTF-8''%e2%82%ac"],
		["Content-Language", "de, en"],
		["Accept-Ranges", "bytes"],
		["Location", "//elsewhere.example/%zz?'#x"],
		["Date", "not a date"],
		["Server", "a server"],
		["Via", "1.1 vegur"],
		["Retry-After", "120"],
		["WWW-Authenticate", 'Basic realm="a, b", Digest c=d'],
		["Strict-Transport-Security", "max-age=1"],
		["Content-Security-Policy", "default-src 'self'; report-uri /x"],
		["Timing-Allow-Origin", "*"],
		["Cross-Origin-Resource-Policy", "same-origin"],
		["X-Powered-By", "Express"],
		["Upgrade-Insecure-Requests", "1"],
		["CF-Ray", "0"],
	]) {
		const text = JSON.stringify(field.join(": ").slice(0, 60));
		test(text, () => ways.same({ answer: sized(ok, [field], "body") }));
	}

	test("several headers of one name come back, each cookie on its own line", async () => {
		const fields = ["X-Two", "Link", "Set-Cookie", "Cache-Control"].flatMap((name) => [
			[name, "a=1; x, y"],
			["X-Between", name],
			[name, "b=2"],
			[name, "a=1; x, y"],
		]);
		const { answer } = await ways.same({ answer: sized(ok, fields, "body") });
		assert.equal(valuesOf(answer, "set-cookie").length, 3);
	});

	test("headers about the connection to the origin server do not reach the client", async () => {
		for (const field of [
			["Connection", "close"],
			["Connection", "x-hop"],
			["Keep-Alive", "timeout=5"],
			["Trailer", "X-A"],
			["Upgrade", "h2c"],
		]) {
			await ways.same({ answer: sized(ok, [field], "body") });
		}
	});
});

describe("a body comes back as it was sent", () => {
	const text = "compressible, ".repeat(500);

	for (const [coding, compress] of [
		["gzip", gzipSync],
		["br", brotliCompressSync],
		["deflate", deflateSync],
		["zstd", zstdCompressSync],
		["GZIP", gzipSync],
		["gzip, br", (bytes) => brotliCompressSync(gzipSync(bytes))],
		["x-odd", Buffer.from],
		["identity", Buffer.from],
		// A body that claims to be compressed but is not shows that nobody decompressed it.
		["gzip", Buffer.from],
		["br", Buffer.from],
	]) {
		const bytes = compress(text);
		test(`${bytes.length} bytes in ${coding}, asked for or not, with a length or in chunks`, async () => {
			const encoding = ["Content-Encoding", coding];
			for (const fields of [[["Accept-Encoding", "gzip, br, zstd"]], []]) {
				const { answer } = await ways.same({ fields, answer: sized(ok, [encoding], bytes) });
				assert.deepEqual(answer.body, bytes);
				const half = bytes.toString("latin1", 0, bytes.length / 2);
				const rest = bytes.toString("latin1", bytes.length / 2);
				const inChunks = message(
					ok,
					[encoding, ["Transfer-Encoding", "chunked"]],
					chunked(half, rest),
				);
				await ways.same({ fields, answer: inChunks });
			}
		});
	}

	const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

	test("with its length", async () => {
		for (const body of [bytes, "", Buffer.alloc(3_000_000, bytes)]) {
			const { answer } = await ways.same({ answer: sized(ok, [], body) });
			assert.deepEqual(valuesOf(answer, "content-length"), [`${body.length}`]);
		}
	});

	test("in chunks", async () => {
		for (const chunks of [[bytes.toString("latin1"), "and", "more"], []]) {
			const answer = message(ok, [["Transfer-Encoding", "chunked"]], chunked(...chunks));
			assert.equal((await ways.same({ answer })).answer.framing, "chunked");
		}
	});

	test("until the connection ends", () => ways.same({ answer: message(ok, [], bytes) }));

	test("a HEAD gets no body, only its headers", async () => {
		for (const fields of [
			[["Content-Length", 1000]],
			[["Content-Length", 0]],
			[["Transfer-Encoding", "chunked"]],
			[
				["Content-Encoding", "gzip"],
				["Content-Length", 1000],
			],
		]) {
			await ways.same({ method: "HEAD", answer: message(ok, [["ETag", '"x"'], ...fields]) });
		}
	});
});

describe("an answer that is not HTTP becomes a 502, where without the Worker the connection ends", () => {
	for (const [name, answer] of [
		["a NUL in a header", sized(ok, [["X-A", "a\0b"]], "")],
		["a space in a header's name", sized(ok, [["X A", "a"]], "")],
		["a line folded", sized(ok, [["X-A", "a\r\n b"]], "")],
		["two lengths", sized(ok, [["Content-Length", 3]], "body")],
		["a status of two digits", sized("HTTP/1.1 20 OK", [], "")],
		["another protocol", sized("SSH-2.0", [], "")],
	]) {
		test(name, () => ways.broken({ answer }));
	}
});
