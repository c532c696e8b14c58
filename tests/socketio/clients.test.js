// Clients that are no pages and yet send an `Origin`: those of iOS, of devices, of Python, of Electron
// and of extensions, in front of a real Socket.IO server.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { corsHeaders } from "../harness/http.js";
import { echoToPython } from "../harness/python.js";
import { exchange, message, valuesOf } from "../harness/raw.js";
import {
	ask,
	client,
	connected,
	refused,
	startSocketServer,
	transportModes,
} from "../harness/socketio.js";
import { policyOf } from "./setups.js";

const page = "https://app.example.com";
const listed = [
	...[page, "https://pr-*.example.com", "file://", "app://.", "MyApp://LocalHost"],
	...["moz-extension://*", "capacitor://localhost"],
];

let server, edge;
before(async () => {
	server = await startSocketServer();
	edge = await startEdge({ upstream: server.url, policy: { origin: listed } });
	await edge.kv.put("policy:strict.test", { origin: listed, missingOrigin: "deny" });
	await edge.kv.put("policy:wildcard.test", { origin: "*" });
	await edge.kv.put("policy:every.test", { origin: true });
	await edge.kv.put("policy:cookies.test", { origin: true, credentials: true });
});
after(async () => {
	await edge?.stop();
	await server?.stop();
});

/** Has a client with that `Origin` connect by each transport, and ask for an echo. */
async function letsIn(origin) {
	for (const transports of Object.values(transportModes)) {
		const socket = client(4, edge.url, { ...transports, origin });
		try {
			await connected(socket);
			assert.equal(await ask(socket, "echo", "hello"), "hello");
		} finally {
			socket.disconnect();
		}
	}
}

/** Sees that of a client with that `Origin` nothing arrives, by no transport. */
async function keepsOut(origin) {
	for (const transports of Object.values(transportModes)) {
		const tag = randomUUID();
		const socket = client(4, edge.url, { ...transports, origin, tag });
		try {
			await refused(socket);
			assert.ok(!server.seen.some(({ url }) => url.includes(tag)));
		} finally {
			socket.disconnect();
		}
	}
}

/** The verdict and reason on a poll for `host`, with these values of `Origin`, a line each. */
async function decide(host, ...origins) {
	const { status, headers } = await edge.send("/socket.io/?EIO=4&transport=polling", {
		headers: { ...(host && { host }), origin: origins },
	});
	const [verdict, reason] = headers.get("x-cors-decision").split("; ");
	assert.equal(status, verdict === "refuse" ? 403 : 200);
	const { "access-control-allow-origin": granted } = corsHeaders(headers);
	return [verdict, reason.replace("reason=", ""), granted ?? null];
}

describe("a client is let in if its origin is", () => {
	for (const [name, origin] of Object.entries({
		"listed, of a device": "file://",
		"Electron's": "app://.",
		"an app's with upper-case letters": "MyApp://LocalHost",
		"an extension's, which is another in each browser": `moz-extension://${randomUUID()}`,
		"a preview's": "https://pr-17.example.com",
		"its server's own WebSocket URL, which no page sends": "wss://api.example.com",
		"the same without TLS, on a port": "ws://192.168.0.7:3000",
	})) {
		test(name, () => letsIn(origin));
	}
});

describe("a client is kept out if its origin is", () => {
	for (const [name, origin] of Object.entries({
		"an unlisted null": "null",
		"an app's in other letters": "myapp://localhost",
		"that of an extension of another browser": "chrome-extension://abcdefghijklmnop",
		"that of a preview with a longer name": "https://pr-17.evil.example.com",
		"that of a preview without a number": "https://pr-.example.com",
		"a WebSocket URL in upper case": "WSS://api.example.com",
		"a WebSocket URL with a path": "wss://api.example.com/socket.io/",
	})) {
		test(name, () => keepsOut(origin));
	}
});

describe("a handshake is let through with the headers of", () => {
	// socket.io-client-swift 16 with Starscream 4, and arduinoWebSockets 2; written by hand, not recorded.
	const key = ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="];
	const upgrade = [
		["Connection", "Upgrade"],
		["Upgrade", "websocket"],
	];
	for (const [name, path, fields] of [
		[
			"an iPhone",
			"/socket.io/?transport=websocket&EIO=4",
			[
				...upgrade,
				["Sec-WebSocket-Version", "13"],
				key,
				["Origin", "wss://api.example.com"],
				[
					"Sec-WebSocket-Extensions",
					"permessage-deflate; client_max_window_bits; server_max_window_bits=15",
				],
			],
		],
		[
			"an ESP32",
			"/socket.io/?EIO=4&transport=websocket",
			[
				...upgrade,
				["Sec-WebSocket-Version", "13"],
				key,
				["Sec-WebSocket-Protocol", "arduino"],
				["Origin", "file://"],
				["User-Agent", "arduino-WebSocket-Client"],
			],
		],
	]) {
		test(name, async () => {
			const { host } = new URL(edge.bareUrl);
			const head = message(`GET ${path} HTTP/1.1`, [["Host", host], ...fields]);
			const [answer] = await exchange(edge.bareUrl, head);
			assert.equal(answer.start, "HTTP/1.1 101 Switching Protocols");
			assert.deepEqual(valuesOf(answer, "sec-websocket-accept"), ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
		});
	}
});

describe("Python's client that sets an Origin", () => {
	for (const transport of ["polling", "websocket"]) {
		// Its WebSocket has two: websocket-client adds that of the server.
		test(`is let in by ${transport} if that origin is listed`, async () => {
			assert.equal(await echoToPython(edge.url, transport, "hello", page), "hello");
		});

		test(`is kept out by ${transport} if it is not`, async () => {
			const asking = echoToPython(edge.url, transport, "hello", "https://evil.example");
			await assert.rejects(asking, /ConnectionError|Handshake status 403|Unexpected/);
		});
	}
});

test("two origins pass without CORS headers if each passes alone, in one line or in two", async () => {
	const own = edge.url;
	const passed = ["allow", "two-origins", null];
	const refused = ["refuse", "malformed-origin", null];
	assert.deepEqual(await decide("", own, page), passed);
	assert.deepEqual(await decide("", `${page},${own}`), passed);
	assert.deepEqual(await decide("", page, "file://"), passed);
	assert.deepEqual(await decide("", own, "wss://api.example.com"), passed);
	assert.deepEqual(await decide("", own, "https://evil.example"), refused);
	assert.deepEqual(await decide("", "wss://a.example", "wss://b.example"), refused);
	assert.deepEqual(await decide("", own, page, page), refused);
	const preflight = await edge.send("/socket.io/", {
		method: "OPTIONS",
		headers: { origin: [own, page], "access-control-request-method": "POST" },
	});
	assert.equal(preflight.status, 403);
});

describe("the policies of docs/setups.md let in", () => {
	for (const [heading, origins] of [
		[
			"Apps, devices and extensions",
			["capacitor://localhost", "app://.", `moz-extension://${randomUUID()}`, "file://"],
		],
		["Preview deployments", ["https://pr-7.app.example.com", "https://app.eu-1.example.com"]],
	]) {
		for (const origin of origins) {
			test(`${heading}: ${origin}`, async () => {
				await edge.kv.put("policy:setups.test", policyOf(heading));
				const settled = ({ headers }) => headers.get("access-control-allow-origin") === origin;
				await edge.sendUntil(settled, "/socket.io/?EIO=4&transport=polling", {
					headers: { host: "setups.test", origin },
				});
			});
		}
	}
});

test("missingOrigin decides about origins that are WebSocket URLs", async () => {
	assert.deepEqual(await decide("strict.test", "wss://api.example.com"), [
		"refuse",
		"no-page",
		null,
	]);
	assert.deepEqual(await decide("", "wss://api.example.com"), ["allow", "no-page", null]);
});

for (const [origin, wildcard, every, cookies] of [
	["file://", ["*", "every-origin"], ["file://", "every-origin"], "unlisted-origin"],
	["null", ["*", "every-origin"], ["null", "every-origin"], "null-origin"],
	["app://.", ["*", "every-origin"], ["app://.", "every-origin"], undefined],
	["wss://a.example", ["*", "no-page"], [null, "no-page"], undefined],
	["https://a.example, https://b.example", ["*", "every-origin"], [null, "two-origins"], undefined],
	["https://A.example/x", ["*", "every-origin"], undefined, "malformed-origin"],
	["x y", ["*", "every-origin"], undefined, "malformed-origin"],
]) {
	test(`the origin "${origin}" is decided under "*", under true, and under true with credentials`, async () => {
		assert.deepEqual(await decide("wildcard.test", origin), ["allow", wildcard[1], wildcard[0]]);
		const refusal = ["refuse", cookies, null];
		const allowed = every ? ["allow", every[1], every[0]] : refusal;
		assert.deepEqual(await decide("every.test", origin), allowed);
		assert.deepEqual(await decide("cookies.test", origin), cookies ? refusal : allowed);
	});
}
