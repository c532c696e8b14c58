// Replaces a real device: sends what arduinoWebSockets 2.7 sends from an ESP32 or ESP8266, byte for byte.
// Everything goes over one TCP connection: a poll for a session, its upgrade to a WebSocket, then frames.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";

/**
 * Connects to the Worker at `host` and `port`, logs in with `token`, and calls `onEvent` with the JSON of
 * each event that comes. Resolves to the device; rejects with the answer that refuses it.
 */
export async function connectDevice({ host, port, token, origin = "file://", onEvent }) {
	const socket = connect(port, host);
	const take = taking(socket);
	const giveUp = (why) => {
		socket.destroy();
		throw new Error(why);
	};

	async function ask(query, ...fields) {
		const lines = [
			`GET /socket.io/?EIO=4${query} HTTP/1.1`,
			`Host: ${host}:${port}`,
			...fields,
			`Origin: ${origin}`,
			"User-Agent: arduino-WebSocket-Client",
		];
		for (const line of lines) console.log(`  > ${line}`);
		socket.write(`${lines.join("\r\n")}\r\n\r\n`);
		// The rest of the poll's body may be ahead of it.
		let head;
		do head = String(await take(through("\r\n\r\n")));
		while (!head.includes("HTTP/1.1 "));
		const [, status] = head.match(/HTTP\/1\.1 (.*)/);
		console.log(`  < ${status}`);
		if (!/^(101|200) /.test(status)) giveUp(status);
	}

	await ask("&transport=polling", "Connection: keep-alive");
	const { sid } = JSON.parse(String(await take(through("}"))).match(/\{.*/s)[0]);
	await ask(
		`&transport=websocket&sid=${sid}`,
		"Connection: Upgrade",
		"Upgrade: websocket",
		"Sec-WebSocket-Version: 13",
		`Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
		"Sec-WebSocket-Protocol: arduino",
	);

	const send = (text) => socket.write(frame(text));
	async function next() {
		const text = textOf(await take(lengthOfFrame));
		if (text === "2") send("3");
		return text;
	}
	// Engine.IO's upgrade, then Socket.IO's CONNECT, which the server takes or does not.
	for (const text of ["2probe", "5", `40${JSON.stringify({ token })}`]) send(text);
	let taken;
	do taken = await next();
	while (!/^4[04]/.test(taken));
	if (taken.startsWith("44")) giveUp(JSON.parse(taken.slice(2)).message);
	followEvents().catch(() => {});
	return {
		emit: (...event) => send(`42${JSON.stringify(event)}`),
		close: () => socket.destroy(),
	};

	/** Until the connection ends. */
	async function followEvents() {
		for (;;) {
			const text = await next();
			if (text.startsWith("42")) onEvent(JSON.parse(text.slice(2)));
		}
	}
}

/** Takes what a socket receives, in parts: `lengthOf` says how long the next is, once it is there. */
function taking(socket) {
	const chunks = socket[Symbol.asyncIterator]();
	let bytes = Buffer.alloc(0);
	return async (lengthOf) => {
		for (;;) {
			const length = lengthOf(bytes);
			if (length <= bytes.length) {
				const part = bytes.subarray(0, length);
				bytes = bytes.subarray(length);
				return part;
			}
			const { value, done } = await chunks.next();
			if (done) throw new Error("the connection has ended");
			bytes = Buffer.concat([bytes, value]);
		}
	};
}

const through = (end) => (bytes) =>
	bytes.includes(end) ? bytes.indexOf(end) + end.length : Number.POSITIVE_INFINITY;

/** A short text as a client's frame (RFC 6455), under a mask of zeros, which changes nothing. */
const frame = (text) =>
	Buffer.concat([
		Buffer.from([0x81, 0x80 | Buffer.byteLength(text), 0, 0, 0, 0]),
		Buffer.from(text),
	]);

/** That of a server's frame, of which none here has 64 KiB. */
function lengthOfFrame(bytes) {
	if (bytes.length < 4) return bytes.length < 2 ? 2 : 2 + bytes[1];
	return bytes[1] === 126 ? 4 + bytes.readUInt16BE(2) : 2 + bytes[1];
}

const textOf = (frame) => String(frame.subarray(frame[1] === 126 ? 4 : 2));
