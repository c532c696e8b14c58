// WebSockets pass as bytes: no frame is made anew, and a 101 is returned as it came.
import { randomBytes } from "node:crypto";
import { after, before, describe } from "node:test";
import { corsHeaders } from "../harness/http.js";
import { allowed, startWays, testEveryWay } from "../harness/ways.js";
import {
	answered,
	closing,
	frame,
	opcodes,
	open,
	startUpgrader,
	upgradeRequest,
} from "./websocket.js";

const path = "/socket.io/?EIO=4&transport=websocket";
const { text, binary, continuation, ping, pong, close } = opcodes;
const origin = { origin: allowed };

let upgrader, ways;
before(async () => {
	upgrader = await startUpgrader();
	ways = await startWays(upgrader.url);
});
after(async () => {
	await ways.stop();
	await upgrader.stop();
});

const opened = (url, asked, answered) =>
	open(upgrader, url + path, { ...origin, ...asked }, answered);

describe("the handshake", () => {
	testEveryWay(
		"cookies, sub-protocols and other headers pass both ways",
		() => ways,
		async (url) => {
			const asked = { cookie: "io=1; b=2", "sec-websocket-protocol": "one, two", "x-token": "a" };
			const answered = ["Set-Cookie: a=1; Path=/", "Set-Cookie: b=2; HttpOnly"];
			answered.push("Sec-WebSocket-Protocol: two", "X-Odd: 1", "Access-Control-Allow-Origin: *");
			const { request, response, client } = await opened(url, asked, answered);
			client.socket.destroy();
			const { connection, upgrade, ...headers } = response.headersDistinct;
			delete headers["sec-websocket-accept"];
			return {
				asked: Object.keys(asked).map((name) => request.headers[name]),
				status: response.statusCode,
				headers,
			};
		},
		{
			asked: ["io=1; b=2", "one, two", "a"],
			status: 101,
			headers: {
				"access-control-allow-origin": ["*"],
				"sec-websocket-protocol": ["two"],
				"set-cookie": ["a=1; Path=/", "b=2; HttpOnly"],
				"x-odd": ["1"],
			},
		},
	);

	testEveryWay(
		"a server that takes none of the sub-protocols says so",
		() => ways,
		async (url) => {
			const { response, client } = await opened(url, { "sec-websocket-protocol": "one, two" });
			client.socket.destroy();
			return response.headers["sec-websocket-protocol"];
		},
		undefined,
	);
});

describe("an upgrade that the origin server refuses", () => {
	const body = '{"code":3,"message":"Bad request"}';
	const head = [
		"Content-Type: application/json",
		`Content-Length: ${body.length}`,
		"Set-Cookie: a=1",
		"X-Odd: 1",
	];

	for (const status of [200, 400, 401, 403, 404, 426, 500, 503]) {
		const answer = { status, body, headers: ["application/json", ["a=1"], "1"] };
		testEveryWay(
			`${status} is passed on with its body, and the policy's CORS headers`,
			() => ways,
			async (url) => {
				upgrader.server.once("upgrade", (_request, socket) => {
					socket.end([`HTTP/1.1 ${status} Refused`, ...head, "", body].join("\r\n"));
				});
				const response = await answered(upgradeRequest(url + path, origin));
				const { "content-type": type, "set-cookie": cookies, "x-odd": odd } = response.headers;
				return {
					status: response.statusCode,
					body: Buffer.concat(await response.toArray()).toString(),
					headers: [type, cookies, odd],
					...corsHeaders(new Headers(Object.entries(response.headers))),
				};
			},
			answer,
			{
				edge: {
					...answer,
					"access-control-allow-origin": allowed,
					"access-control-expose-headers": "x-cors-decision",
				},
			},
		);
	}
});

describe("frames, both ways: the same bytes", () => {
	const sized = (length) => [[binary, randomBytes(length)]];
	for (const [what, frames] of [
		["a text", [[text, "text, with ümläuts ✓"]]],
		["an empty one", [[binary, ""]]],
		...[1, 125, 126, 65_535, 65_536, 1_000_000].map((length) => [`${length} bytes`, sized(length)]),
		[
			"a message in three fragments, with a ping between them",
			[
				[text, "one ", 0],
				[continuation, "two ", 0],
				[ping, "still there?"],
				[continuation, "three"],
			],
		],
		["a ping, which only the other end answers", [[ping, "payload"]]],
		["a pong that nobody asked for", [[pong, "payload"]]],
		// Only the two ends judge frames that are not allowed.
		["a text that is not UTF-8", [[text, Buffer.from([0xff])]]],
		["reserved bits that nobody agreed on", [[text, "x", 0xf0]]],
	]) {
		testEveryWay(
			what,
			() => ways,
			async (url) => {
				const { client, server } = await opened(url);
				const same = [];
				for (const [from, to, masked] of [
					[client, server, true],
					[server, client, false],
				]) {
					const bytes = Buffer.concat(
						frames.map(([opcode, payload, flags]) => frame(opcode, payload, masked, flags)),
					);
					from.socket.write(bytes);
					same.push((await to.take(bytes.length)).equals(bytes));
				}
				client.socket.destroy();
				// There was no more than that.
				return [same, await server.rest()];
			},
			[
				[true, true],
				["", "end"],
			],
		);
	}
});

describe("the end of a WebSocket", () => {
	const codes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
	for (const [code, reason] of [
		[undefined],
		...[...codes, 3000, 4000, 4999].map((code) => [code]),
		[1000, "done"],
		[4001, `${"ü".repeat(61)}!`],
	]) {
		const says = [code ?? "no code", ...(reason ? [`${Buffer.byteLength(reason)} bytes`] : [])];
		for (const [first, second] of [
			["client", "server"],
			["server", "client"],
		]) {
			testEveryWay(
				`closed by the ${first} with ${says.join(" and ")}`,
				() => ways,
				async (url) => {
					const ends = await opened(url);
					const close = (end) =>
						ends[end].socket.write(frame(opcodes.close, closing(code, reason), end === "client"));
					close(first);
					const [length] = [frame(opcodes.close, closing(code, reason), first === "client").length];
					const said = await ends[second].take(length);
					close(second);
					ends.server.socket.end();
					ends.client.socket.end();
					const [answer, how] = await ends[first].rest();
					return [said.toString("hex"), answer, how];
				},
				[
					frame(close, closing(code, reason), first === "client").toString("hex"),
					frame(close, closing(code, reason), second === "client").toString("hex"),
					"end",
				],
			);
		}
	}

	const half = frame(text, "half", false).subarray(0, 3);
	for (const [what, act, [observer, expected], except] of [
		[
			"the client closes its socket",
			({ client }) => client.socket.destroy(),
			["server", ["", "end"]],
		],
		[
			"the client resets it",
			({ client }) => client.socket.resetAndDestroy(),
			["server", ["", "end"]],
			{ direct: ["", "reset"] },
		],
		[
			"the server closes its socket",
			({ server }) => server.socket.destroy(),
			["client", ["", "end"]],
		],
		[
			"the server resets it",
			({ server }) => server.socket.resetAndDestroy(),
			["client", ["", "end"]],
			{ direct: ["", "reset"] },
		],
		[
			"the server closes it within a frame",
			({ server }) => server.socket.end(half),
			["client", [half.toString("hex"), "end"]],
		],
	]) {
		testEveryWay(
			`${what}: the other end learns of it at once`,
			() => ways,
			async (url) => {
				const ends = await opened(url);
				act(ends);
				const seen = await ends[observer].rest();
				ends.client.socket.destroy();
				ends.server.socket.destroy();
				return seen;
			},
			expected,
			except,
		);
	}

	testEveryWay(
		"a client that has ended its side is still sent what comes",
		() => ways,
		async (url) => {
			const { client, server } = await opened(url);
			const last = frame(close, closing(1000), true);
			client.socket.end(last);
			const seen = await server.rest();
			server.socket.end("the rest");
			return [seen, await client.rest()];
		},
		[
			[frame(close, closing(1000), true).toString("hex"), "end"],
			[Buffer.from("the rest").toString("hex"), "end"],
		],
	);
});
