// WebSockets as bytes: the frames that one end wrote, and what the other got of them.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { close, listen } from "../harness/http.js";
import { patience } from "../harness/patience.js";

const soon = () => ({ signal: AbortSignal.timeout(patience) });

/** Starts an origin server for `open`. */
export async function startUpgrader() {
	const server = createServer();
	const sockets = new Set();
	server.on("connection", (socket) => sockets.add(socket));
	await listen(server);
	return {
		server,
		url: `http://127.0.0.1:${server.address().port}`,
		stop() {
			// Those that were upgraded are no longer the server's to close.
			for (const socket of sockets) socket.destroy();
			return close(server);
		},
	};
}

/**
 * Opens a WebSocket at `url`. Resolves to the heads that either end got, and to both ends.
 *
 * @param {Record<string, string>} [asked] headers of the request
 * @param {string[]} [answered] lines of the 101's head
 */
export async function open({ server }, url, asked = {}, answered = []) {
	const arrival = once(server, "upgrade", soon());
	const request = upgradeRequest(url, asked);
	const opened = once(request, "upgrade", soon());
	const [atOrigin, serverSocket] = await arrival;
	const head = [
		"HTTP/1.1 101 Switching Protocols",
		"Connection: Upgrade",
		"Upgrade: websocket",
		`Sec-WebSocket-Accept: ${accept(atOrigin.headers["sec-websocket-key"])}`,
		...answered,
	];
	serverSocket.write(`${head.join("\r\n")}\r\n\r\n`);
	const [response, clientSocket] = await opened;
	return { request: atOrigin, response, client: end(clientSocket), server: end(serverSocket) };
}

/** A request for a WebSocket, as clients send it. */
export function upgradeRequest(url, headers = {}) {
	const asking = {
		connection: "Upgrade",
		upgrade: "websocket",
		"sec-websocket-version": "13",
		"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
		...headers,
	};
	return httpRequest(url, { headers: asking, agent: false }).end();
}

/** The answer to such a request that is not a WebSocket. */
export const answered = async (request) => (await once(request, "response", soon()))[0];

/** RFC 6455, section 4.2.2 */
const accept = (key) =>
	createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

function end(socket) {
	let got = Buffer.alloc(0);
	let ended;
	let changed = () => {};
	const note = (how) => () => {
		ended ??= how;
		changed();
	};
	socket
		.on("data", (bytes) => {
			got = Buffer.concat([got, bytes]);
			changed();
		})
		.on("end", note("end"))
		.on("error", note("reset"));
	async function until(holds, what) {
		const late = AbortSignal.timeout(patience);
		while (!holds()) {
			await new Promise((resolve, reject) => {
				changed = resolve;
				late.onabort = () => reject(new Error(`${what} did not come: ${got.length} bytes did`));
			});
		}
	}
	return {
		socket,
		/** Resolves to the first bytes that came and are not taken yet, as many as that. */
		async take(length) {
			await until(() => got.length >= length, `${length} bytes`);
			const taken = got.subarray(0, length);
			got = got.subarray(length);
			return taken;
		},
		/** Resolves to what comes until the end, in hexadecimal, and how that comes: "end" or "reset". */
		async rest() {
			await until(() => ended !== undefined, "the end");
			return [got.toString("hex"), ended];
		},
	};
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/**
 * A frame's bytes. RFC 6455, section 5.2
 *
 * @param {number} flags FIN and the reserved bits: 0x80 if it is whole
 * @param {boolean} masked as a client's is
 */
export function frame(opcode, payload, masked, flags = 0x80) {
	const body = Buffer.from(payload);
	const mask = masked ? Buffer.from("1bad5eed", "hex") : Buffer.alloc(0);
	const maskBit = masked ? 0x80 : 0;
	const head = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10);
	head[0] = flags | opcode;
	head[1] = maskBit | (head.length === 2 ? body.length : head.length === 4 ? 126 : 127);
	if (head.length === 4) head.writeUInt16BE(body.length, 2);
	if (head.length === 10) head.writeBigUInt64BE(BigInt(body.length), 2);
	if (masked) for (let at = 0; at < body.length; at += 1) body[at] ^= mask[at % 4];
	return Buffer.concat([head, mask, body]);
}

/** A close frame's payload. */
export function closing(code, reason = "") {
	if (code === undefined) return "";
	const payload = Buffer.from(`  ${reason}`);
	payload.writeUInt16BE(code);
	return payload;
}
