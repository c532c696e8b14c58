// Requests that no browser sends: hidden in others, oddly framed, with headers that are forged.
// None reaches Socket.IO for a page that is refused, and none harms the next one.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chunked, valuesOf } from "../harness/raw.js";
import { evil, good, startTarget } from "./hostile.js";

let target;
before(async () => {
	target = await startTarget();
});
after(() => target.stop());

const statusOf = (answer) => Number(answer?.start.split(" ")[1]);

describe("a request hidden in another does not get through", () => {
	const hidden = () => target.request("GET /socket.io/hidden HTTP/1.1", [["Origin", evil]]);
	// Data that reaches the origin server as part of a body stays a body: it is no request of its own.
	const bodies = {
		"by its length": () => [[["Content-Length", hidden().length]], hidden()],
		"in a chunk": () => [[["Transfer-Encoding", "chunked"]], chunked(hidden())],
		"after a length of nothing": () => [[["Content-Length", 0]], hidden()],
		"after the last chunk": () => [[["Transfer-Encoding", "chunked"]], chunked() + hidden()],
		"with a length and chunks": () => [
			[
				["Content-Length", 5],
				["Transfer-Encoding", "chunked"],
			],
			chunked() + hidden(),
		],
		"with chunks and a length": () => [
			[
				["Transfer-Encoding", "chunked"],
				["Content-Length", hidden().length + 5],
			],
			chunked() + hidden(),
		],
		"with two lengths": () => [
			[
				["Content-Length", 0],
				["Content-Length", hidden().length],
			],
			hidden(),
		],
		...Object.fromEntries(
			["+5", "-5", "5x", "0x5", "5,5", "5 5", "9".repeat(30), "\x0b5", ""].map((length) => [
				`with a length of ${JSON.stringify(length)}`,
				() => [[["Content-Length", length]], `12345${hidden()}`],
			]),
		),
		...Object.fromEntries(
			["CHUNKED", "xchunked", "chunked, identity", "gzip, chunked", "\x0bchunked", "chunked;x"].map(
				(coding) => [
					`in the coding ${JSON.stringify(coding)}`,
					() => [
						[
							["Transfer-Encoding", coding],
							["Content-Length", 5],
						],
						chunked() + hidden(),
					],
				],
			),
		),
		...Object.fromEntries(
			["0x5", "-5", "5;x=y", "5\t", "10000000000000005", "5\n", " 5", ""].map((size) => [
				`with a chunk of ${JSON.stringify(size)}`,
				() => [[["Transfer-Encoding", "chunked"]], `${size}\r\n12345\r\n${chunked()}${hidden()}`],
			]),
		),
		"with a space before the colon": () => [
			[
				["Transfer-Encoding ", "chunked"],
				["Content-Length", 5],
			],
			chunked() + hidden(),
		],
		"with a folded coding": () => [[["Transfer-Encoding", "\r\n chunked"]], chunked() + hidden()],
		"behind trailers": () => [
			[["Transfer-Encoding", "chunked"]],
			`5\r\n12345\r\n0\r\nOrigin: ${good}\r\nHost: x\r\n\r\n${hidden()}`,
		],
		"behind an expectation": () => [
			[
				["Expect", "100-continue"],
				["Content-Length", hidden().length],
			],
			hidden(),
		],
	};
	for (const [name, make] of Object.entries(bodies)) {
		test(`${name}: neither in a refused request nor in an allowed one`, async () => {
			for (const method of ["POST", "GET", "OPTIONS"]) {
				for (const [path, page] of [
					["/socket.io/", evil],
					["/socket.io/", good],
					["/api", evil],
				]) {
					const [fields, body] = make();
					const head = [["Origin", page], ...fields];
					// The end of the connection, for no answer is awaited that does not come.
					const last = target.request("GET /last HTTP/1.1", [["Connection", "close"]]);
					const bytes = target.request(`${method} ${path} HTTP/1.1`, head, body) + last;
					for (const [way, answers, seen] of await target.attack(bytes, { count: 4 })) {
						const hiddenOnes = seen.filter(({ start }) => start.includes("hidden"));
						assert.deepEqual(hiddenOnes, [], `${way}, ${method} ${path}`);
						assert.ok(answers.length <= 3, `${way}: ${answers.length} answers`);
					}
				}
			}
		});
	}

	for (const [name, lines] of Object.entries({
		"with bare line feeds": (head) => head.replaceAll("\r\n", "\n"),
		"with bare carriage returns": (head) => `${head.replaceAll("\r\n", "\r")}\r\n\r\n`,
		"after empty lines": (head) => `\r\n\r\n${head}`,
		"with a folded Origin": (head) => head.replace("Origin: ", "Origin:\r\n "),
		"with a space before Origin": (head) => head.replace("Origin", " Origin"),
		"with a space after Origin": (head) => head.replace("Origin:", "Origin :"),
		"with an Origin in capitals": (head) => head.replace("Origin:", "ORIGIN:"),
		"with no space after the colon": (head) => head.replace("Origin: ", "Origin:"),
		"with a good Origin before": (head) => head.replace("Origin", `Origin: ${good}\r\nOrigin`),
		"with a good Origin after": (head) => head.replace("\r\n\r\n", `\r\nOrigin: ${good}\r\n\r\n`),
		"in HTTP/1.0": (head) => head.replace("HTTP/1.1", "HTTP/1.0"),
		"in HTTP/2.0": (head) => head.replace("HTTP/1.1", "HTTP/2.0"),
		"with two spaces": (head) => head.replaceAll(" ", "  "),
		"with tabs": (head) => head.replace("GET ", "GET\t"),
		"without a Host": (head) => head.replace(/Host: .*\r\n/, ""),
	})) {
		test(`a request ${name} is refused`, async () => {
			const bytes = lines(target.request("GET /socket.io/hidden HTTP/1.1"));
			const last = target.request("GET /last HTTP/1.1", [["Connection", "close"]]);
			for (const [way, [answer], seen] of await target.attack(bytes + last, { count: 2 })) {
				if (answer !== undefined) assert.ok(statusOf(answer) >= 400, `${way}: ${answer.start}`);
				assert.ok(!seen.some(({ start }) => start.includes("hidden")), way);
			}
		});
	}

	for (const bytes of [
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"\x16\x03\x01\x02\0\x01\0\r\n\r\n",
		"\0\0\r\n\r\n",
	]) {
		test(`${JSON.stringify(bytes)} is not HTTP/1.1, and nothing of it arrives`, async () => {
			for (const [, , seen] of await target.attack(bytes)) assert.deepEqual(seen, []);
		});
	}
});

describe("a header that anyone can forge changes nothing", () => {
	for (const [name, value] of [
		["X-Forwarded-Host", "good.example"],
		["X-Forwarded-Proto", "https"],
		["X-Forwarded-For", "127.0.0.1"],
		["X-Forwarded-Origin", good],
		["X-Original-URL", "/api"],
		["X-Rewrite-URL", "/api"],
		["X-HTTP-Method-Override", "OPTIONS"],
		["X-Original-Host", "good.example"],
		["Forwarded", "host=good.example;proto=https"],
		["Referer", `${good}/`],
		["Sec-Fetch-Site", "same-origin"],
		["Sec-Fetch-Site", "none"],
		["Sec-Fetch-Mode", "navigate"],
		["CF-Connecting-IP", "127.0.0.1"],
		["CF-Connecting-Origin", good],
		["CF-Worker", "edge"],
		["CF-Visitor", '{"scheme":"https"}'],
		["CF-Ray", "0-DEV"],
		["CF-EW-Via", "15"],
		["CDN-Loop", "cloudflare; loops=16"],
		["Access-Control-Allow-Origin", evil],
		["Access-Control-Request-Headers", "origin"],
		["x-cors-decision", "allow"],
		["Connection", "Origin"],
		["Connection", "close, Origin, X-Forwarded-Host"],
		["Upgrade", "h2c"],
		["Host", "good.example"],
	]) {
		test(`${name}: ${value}`, async () => {
			const fields = [
				["Origin", evil],
				[name, value],
			];
			const options = { toUpstream: name === "Host" };
			const bytes = target.request("GET /socket.io/ HTTP/1.1", fields);
			for (const [way, [answer], seen] of await target.attack(bytes, options)) {
				assert.equal(statusOf(answer), 403, way);
				assert.deepEqual(seen, [], way);
			}
		});
	}

	test("the origin server gets the Worker's X-Forwarded-Host and -Proto, not the client's", async () => {
		const claims = ["evil.example", "a, b", "", "\xff", target.host];
		for (const claim of claims) {
			const fields = ["X-Forwarded-Host", "x-forwarded-host", "X-FORWARDED-PROTO"];
			const bytes = target.request("GET /socket.io/ HTTP/1.1", [
				["Origin", good],
				...fields.map((name) => [name, claim]),
			]);
			for (const [way, , [seen]] of await target.attack(bytes, { toUpstream: true })) {
				assert.deepEqual(valuesOf(seen, "x-forwarded-host"), [target.host], way);
				assert.deepEqual(valuesOf(seen, "x-forwarded-proto"), ["http"], way);
			}
		}
	});
});

test("no value that a client sends can add a header to the answer", async () => {
	const breaks = [
		"%0d%0aX-Injected: 1",
		"\u010d\u010aX-Injected: 1",
		"\xe5\x98\x8a\xe5\x98\x8dX-Injected: 1",
	];
	for (const text of [
		...breaks,
		"\nX-Injected: 1",
		"\r\n\r\nX-Injected: 1",
		"\0",
		"\x0b",
		"\x85",
	]) {
		for (const fields of [
			[["Origin", good + text]],
			[
				["Origin", good],
				["Access-Control-Request-Method", `PUT${text}`],
			],
			[
				["Origin", good],
				["Access-Control-Request-Method", "PUT"],
				["Access-Control-Request-Headers", `x-a${text}`],
			],
			[
				["Origin", good],
				["Host", target.host + text],
			],
		]) {
			// In a line of its own it is a header of the request's, which nothing gives back either.
			const bytes = target.request("OPTIONS /socket.io/%0d%0aX-Injected:1 HTTP/1.1", fields);
			for (const [way, answers] of await target.attack(bytes, { toUpstream: true })) {
				for (const answer of answers) {
					assert.deepEqual(valuesOf(answer, "x-injected"), [], `${way}: ${bytes}`);
					assert.doesNotMatch(JSON.stringify(answer.fields), /injected/i, `${way}: ${bytes}`);
				}
			}
		}
	}
});
