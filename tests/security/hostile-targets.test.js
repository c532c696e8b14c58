// Whichever way a request spells where it goes: what a refused page sends to Socket.IO does not
// get there. workerd and the URL parser have a say in each of these; the tests look at the end.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { evil, isLong, random, startTarget } from "./hostile.js";

let target;
before(async () => {
	target = await startTarget();
});
after(() => target.stop());

const upgrade = [
	["Origin", evil],
	["Connection", "Upgrade"],
	["Upgrade", "websocket"],
	["Sec-WebSocket-Version", "13"],
	["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
];

/** Asks with every kind of request. */
async function attackWith(path, fields = [], options = {}) {
	const start = (method) => `${method} ${path} HTTP/1.1`;
	const head = [...fields, ["Origin", evil]];
	const body = "42[]";
	const sized = [...head, ["Content-Length", body.length]];
	return [
		...(await target.attack(target.request(start("GET"), head), options)),
		...(await target.attack(target.request(start("POST"), sized, body), options)),
		...(await target.attack(target.request(start("GET"), [...fields, ...upgrade]), options)),
	];
}

describe("no spelling of the path gets around the route", () => {
	for (const path of [
		...["/socket.io", "/socket.io/", "/socket.io?EIO=4", "/socket.io/?EIO=4", "/socket.iox"],
		...["/%73ocket.io/", "/socket%2eio/", "/socket%2Eio%2f", "/%73%6f%63%6b%65%74%2e%69%6f/"],
		...["//socket.io/", "///socket.io///", "/\\socket.io/", "/%5csocket.io/", "/%2fsocket.io/"],
		...["/x/../socket.io/", "/x/%2e%2e/socket.io/", "/x/.%2E/socket.io/", "/./socket.io/"],
		...["/../socket.io/", "/x\\..\\socket.io/", "/x/..%2fsocket.io/", "/x/..%5csocket.io/"],
		...["/x%2fy/../socket.io/", "/x%5cy/%2e%2e/socket.io/", "/x%2fy\\..\\socket.io/"],
		...["//socket.io/..%2fx?EIO=4", "/%73ocket.io/..%2fx?EIO=4", "/socket.io%2f..%2fx"],
		...["/x;/../socket.io/", "/x/;/../../socket.io/", "/%2e/socket.io/", "/.//socket.io/"],
		...["/socket.io/../socket.io/", "/socket.io/%2e%2e/socket.io/", "/socket.io;x/"],
		...["/socket.io%00", "/socket.io%3fx", "/socket.io%23x", "/socket.io/\xc3\xbc", "/socket.io'"],
		...["/%2573ocket.io/", "/socket%252eio/", "/x/%252e%252e/socket.io/", "/%25%37%33ocket.io/"],
		...["/SOCKET.IO/", "/Socket.io/", "/%c0%afsocket.io/", "/socket%00.io/", "/%00/socket.io/"],
		...[
			"/%20socket.io/",
			"/%09socket.io/",
			"/%0asocket.io",
			"//x/socket.io/",
			"/a%5cb/..%2fsocket.io/",
		],
		...["/;/socket.io/", "/x/..;/socket.io/", "/..;/socket.io/", "/%2e%2e;/socket.io/"],
		...["/socket.io/x%", "/socket.io/%zz", "/socket.io#x", "/socket.io/%ff%fe", "/socket.io{}"],
		...["http://other.example/socket.io/", "https://x/x/../socket.io/", "http://x//socket.io/"],
	]) {
		test(`${path} is refused`, async () => {
			for (const [name, [answer], seen] of await attackWith(path)) {
				assert.match(answer.start, /^HTTP\/1\.1 403 /, name);
				assert.deepEqual(seen, [], name);
			}
		});
	}

	for (const path of [
		...["/\xef\xbd\x93ocket.io/", "/%ef%bd%93ocket.io/", "/soc\xc2\xadket.io/"],
		...["/socke\xcc\x81t.io/", "/socket\xe3\x80\x82io/"],
		...["/api?/socket.io/", "/api?/../socket.io/", "/api#/../socket.io/", "/?x=%2fsocket.io"],
		...["/socket.io/../api", "/socket.io/%2e%2e/api", "/socket.io\\..\\api", "/socket.io%2f../api"],
		...["/api/socket.io/", "/socket", "/socket.i", "/socket,io/", "http://x?/y"],
		...["/<socket.io", "socket.io/", "\\socket.io/", "*", "@x/socket.io/", "?/socket.io/", "/ /x"],
		...["http:\\\\x\\socket.io/", "http:/socket.io/", "http:socket.io/", "ftp://x/socket.io/"],
		...["javascript://x/socket.io/", "file:///socket.io/", "http://x:99999/socket.io/"],
	]) {
		test(`${path} leads elsewhere, or nowhere`, () => attackWith(path));
	}
});

describe("no Host gets around the route", () => {
	for (const suffix of [
		...[
			"/socket.io",
			"/socket.io?",
			"/socket.io/?",
			"/socket.io#",
			"\\socket.io\\",
			"\\\\socket.io/",
		],
		...["/\tsocket.io/", "/s\tocket.io", "\t/socket.io", "\\\tsocket.io/", "/x/.\t./socket.io"],
		...["/x/%2\te%2e/socket.io", "/%\t73ocket.io", "/x%2fy/../socket.io", "?/../socket.io", "#/.."],
		...["/ socket.io", "/\x0bsocket.io", "/\xc2\xa0socket.io", "%2fsocket.io", "%5csocket.io", "."],
		...[
			":80",
			"::",
			":",
			"@",
			" x",
			",x",
			"\xef\xbc\x8fsocket.io",
			"\xc3\xbc",
			"<>",
			"[",
			"%00",
			"*",
		],
	]) {
		test(`Host: its own${JSON.stringify(suffix).slice(1, -1)}`, async () => {
			const fields = [["Host", `${target.host}${suffix}`]];
			await attackWith("/x", fields);
			await attackWith("/socket.io/", fields);
			await attackWith("/x/socket.io/", fields);
		});
	}

	for (const host of [
		...["", " ", "x", "localhost", "evil.example", "[::1]", "x@y", "a b", "\xff", "http://x", "//"],
		// Longer in UTF-8 than in UTF-16: what counts in one must not cut in the other.
		...["\xef\xbd\x93", "\xc3\xbc", "\xc3\xbc\xc3\xbc\xc3\xbc", "\xf0\x9f\x98\x80", "\xc3\xbc/\t"],
		...["\xc3\xbc b", "\xef\xbd\x93:x", "x".repeat(300), "0x7f.1", "%6c", "xn--", "a..b", "-", "_"],
	]) {
		test(`Host: ${JSON.stringify(host).slice(0, 40)}`, async () => {
			const fields = [["Host", host]];
			for (const path of ["/socket.io/", "/x/socket.io/", "/xy/socket.io/", "/.evil/socket.io/"]) {
				await attackWith(path, fields, { toUpstream: true });
			}
		});
	}

	test("the origin server is the one that UPSTREAM names, whatever the Host", async () => {
		for (const host of [
			"\xc3\xbc",
			"\xc3\xbc b",
			"\xef\xbd\x93\xef\xbd\x93",
			"x@y",
			"x\\y",
			"x\ty",
		]) {
			const bytes = target.request("GET /.evil.example/@evil.example/ HTTP/1.1", [["Host", host]]);
			const [[, [answer], seen]] = await target.attack(bytes, { toUpstream: true });
			assert.equal(seen.length, 1, `${JSON.stringify(host)}: ${answer.start}`);
			assert.ok(seen[0].start.endsWith("/.evil.example/@evil.example/ HTTP/1.1"), seen[0].start);
		}
	});

	test("no spelling of a Host gets around the policy of its own", async () => {
		const strict = { routes: { "/": { origin: "https://good.example" } } };
		await target.served.kv.put("policy:strict.example", strict);
		for (const host of [
			...[
				"strict.example",
				"STRICT.Example",
				"strict.example.",
				"strict.example:80",
				"x@strict.example",
			],
			...[
				"strict%2eexample",
				"%73trict.example",
				"\xef\xbd\x93trict.example",
				"strict\xe3\x80\x82example",
			],
			...[
				"strict\t.example",
				"strict.example\\x",
				"strict.example:",
				"strict.example:080",
				"x:y@strict.example",
			],
			...["strict.example/x", "strict.example?", "strict.example#", "soft\xc2\xad@strict.example"],
		]) {
			const bytes = target.request("GET /api HTTP/1.1", [
				["Host", host],
				["Origin", evil],
			]);
			for (const [way, [answer], seen] of await target.attack(bytes, { toUpstream: true })) {
				assert.match(answer.start, /^HTTP\/1\.1 403 /, `${way}: ${JSON.stringify(host)}`);
				assert.deepEqual(seen, [], way);
			}
		}
	});

	test("two Host headers do not get around the route", async () => {
		const twice = [
			["Host", target.host],
			["Host", "x"],
			["Origin", evil],
		];
		await target.attack(target.request("GET /socket.io/ HTTP/1.1", twice), { toUpstream: true });
	});
});

test("no randomly generated path gets around the route", { timeout: 600_000 }, async () => {
	const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
	const next = random(seed);
	const pick = (from) => from[Math.floor(next() * from.length)];
	const parts = [
		...[
			"/",
			"/",
			"/",
			"\\",
			"%2f",
			"%5C",
			"//",
			"..",
			"..",
			".",
			"%2e",
			"%2E%2e",
			".%2e",
			";",
			"?",
		],
		...[
			"socket.io",
			"socket.io",
			"%73ocket.io",
			"socket%2eio",
			"socket",
			".io",
			"x",
			"y",
			"#",
			"%",
		],
		...[
			"%25",
			"%00",
			"%09",
			"%0a",
			"%20",
			"\xc3\xbc",
			"\xef\xbc\x8f",
			"~",
			"&",
			"=",
			":",
			"+",
			"@",
		],
	];
	const some = (from, most) => Array.from({ length: 1 + next() * most }, () => pick(from)).join("");
	// No @, after which would be the name of another host.
	const inHost = [...parts.slice(0, -1), "\t", "\t", " ", "\x0b", "\xc2\xa0"];
	for (let count = isLong ? 5000 : 300; count > 0; count -= 1) {
		const path = `/${some(parts, 8)}`;
		const host = next() < 0.3 ? [["Host", target.host + some(inHost, 6)]] : [];
		const bytes = target.request(`GET ${path} HTTP/1.1`, [...host, ["Origin", evil]]);
		try {
			await target.attack(bytes, { thenAlive: count % 100 === 0 });
		} catch (error) {
			error.message += ` (SEED=${seed})`;
			throw error;
		}
	}
});
