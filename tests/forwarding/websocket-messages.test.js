// Large and compressed WebSocket messages, between ends that people use.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { after, before, describe } from "node:test";
import WebSocket, { WebSocketServer } from "ws";
import { patience } from "../harness/patience.js";
import { allowed, startWays, testEveryWay } from "../harness/ways.js";
import { startUpgrader } from "./websocket.js";

const path = "/socket.io/?EIO=4&transport=websocket";
const MB = 1024 * 1024;
const maxPayload = 256 * MB;

let upgrader, ways;
before(async () => {
	upgrader = await startUpgrader();
	ways = await startWays(upgrader.url);
});
after(async () => {
	await ways.stop();
	await upgrader.stop();
});

/** Opens a WebSocket with these options of permessage-deflate. Resolves to both ends. */
async function openBoth(url, asked, offered) {
	const sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: offered });
	const arrival = once(sockets, "connection");
	upgrader.server.once("upgrade", (request, socket, head) => {
		sockets.handleUpgrade(request, socket, head, (end) => sockets.emit("connection", end));
	});
	const client = new WebSocket(url.replace("http", "ws") + path, {
		origin: allowed,
		maxPayload,
		perMessageDeflate: asked,
	});
	const [[server], [response]] = await Promise.all([
		arrival,
		once(client, "upgrade"),
		once(client, "open"),
	]);
	// The parameters have no order, and workerd asks for a window of 15 bits where clients leave
	// that to the server: the default.
	const agreed = response.headers["sec-websocket-extensions"]
		?.split("; ")
		.filter((term) => term !== "client_max_window_bits=15")
		.toSorted();
	return { client, server, agreed };
}

/** Sends a message from one end to the other. Resolves to whether it came as it was sent. */
async function passes(from, to, message, binary = false) {
	const arrival = once(to, "message", { signal: AbortSignal.timeout(patience) });
	from.send(message, { binary });
	const [bytes, asBinary] = await arrival;
	return asBinary === binary && bytes.equals(message);
}

const texts = Buffer.from("text, with ümläuts ✓".repeat(1000));

describe("permessage-deflate", () => {
	for (const [what, asked, offered, terms] of [
		["is agreed on", true, true, "permessage-deflate"],
		[
			"without a memory of the messages before",
			true,
			{ serverNoContextTakeover: true, clientNoContextTakeover: true },
			"client_no_context_takeover; permessage-deflate; server_no_context_takeover",
		],
		[
			"with a small window at the client",
			true,
			{ clientMaxWindowBits: 10 },
			"client_max_window_bits=10; permessage-deflate",
		],
		[
			"with a small window at the server",
			{ serverMaxWindowBits: 10 },
			true,
			"permessage-deflate; server_max_window_bits=10",
		],
		["is not used if the server has none", true, false],
		["is not used if the client asks for none", false, true],
	]) {
		testEveryWay(
			`${what}: ${terms ?? "no extension"}`,
			() => ways,
			async (url) => {
				const { client, server, agreed } = await openBoth(url, asked, offered);
				const before = [client, server].map(({ _socket }) => _socket.bytesRead);
				const whole = [];
				for (let message = 0; message < 3; message += 1) {
					whole.push(await passes(client, server, texts), await passes(server, client, texts));
				}
				const read = [client, server].map(({ _socket }, end) => _socket.bytesRead - before[end]);
				client.terminate();
				return {
					whole: new Set(whole),
					compressed: read.map((bytes) => bytes < texts.length),
					agreed,
				};
			},
			{
				whole: new Set([true]),
				compressed: [terms !== undefined, terms !== undefined],
				agreed: terms?.split("; "),
			},
		);
	}
});

describe("a message of 64 MB passes both ways", () => {
	const text = Buffer.alloc(64 * MB, "ümläut ✓ ✓");
	for (const [what, message, deflate] of [
		["binary", randomBytes(64 * MB), false],
		["text", text, false],
		["text, compressed", text, true],
	]) {
		testEveryWay(
			what,
			() => ways,
			async (url) => {
				const { client, server } = await openBoth(url, deflate, deflate);
				const whole = [
					await passes(client, server, message, message !== text),
					await passes(server, client, message, message !== text),
				];
				client.terminate();
				return whole;
			},
			[true, true],
		);
	}
});
