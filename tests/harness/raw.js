// HTTP/1.1 as bytes: a client and an origin server that neither mend nor hide anything.
// Bytes are Buffers or strings in Latin-1, a character each.
import { once } from "node:events";
import { connect, createServer } from "node:net";

const patience = 20_000;

/** A request's bytes, or those of an answer's: `start` is the first line. */
export function message(start, fields = [], body = "") {
	const lines = [start, ...fields.map((field) => field.join(": "))];
	return `${lines.join("\r\n")}\r\n\r\n${body.toString("latin1")}`;
}

/** A body in HTTP/1.1's chunks. */
export const chunked = (...chunks) =>
	[...chunks, ""].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join("");

/**
 * Sends `bytes`, one request or several, over a connection of its own to the host and port
 * of `url`. Resolves to the answers, as `readMessage` gives them: `count` of them, or fewer
 * where the connection ends. `signal` says when to wait no longer.
 */
export async function exchange(url, bytes, { count = 1, signal } = {}) {
	const { hostname, port } = new URL(url);
	const socket = connect(port, hostname);
	const input = read(socket);
	const giveUp = () => socket.destroy();
	signal?.addEventListener("abort", giveUp);
	let late = false;
	socket.setTimeout(patience, () => {
		late = true;
		socket.destroy();
	});
	socket.write(bytes, "latin1");
	const toHead = bytes.toString("latin1").startsWith("HEAD ");
	const answers = [];
	try {
		while (answers.length < count) {
			const answer = await readMessage(input, toHead);
			if (answer === undefined) break;
			if (!/^HTTP\/1\.1 1(?!01)/.test(answer.start)) answers.push(answer);
		}
	} finally {
		signal?.removeEventListener("abort", giveUp);
		socket.destroy();
	}
	if (late) throw new Error(`no answer in 20 s to ${JSON.stringify(bytes.slice(0, 200))}`);
	return answers;
}

/**
 * Starts an origin server on 127.0.0.1. `seen` holds the requests that reached it, as
 * `readMessage` gives them; `answer` is what it sends from then on.
 */
export async function startRawServer() {
	const sockets = new Set();
	const server = createServer(async (socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
		const input = read(socket);
		for (;;) {
			const request = await readMessage(input);
			if (request === undefined) return;
			origin.seen.push(request);
			const { answer } = origin;
			socket.write(answer, "latin1");
			// A body without a length ends with its connection, and nothing may follow one with a wrong length.
			const [head] = answer.toString("latin1").split("\r\n\r\n");
			if (!/\r\n(content-length|transfer-encoding):/i.test(head)) socket.end();
		}
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const origin = {
		url: `http://127.0.0.1:${server.address().port}`,
		seen: [],
		answer: message("HTTP/1.1 200 OK", [["Content-Length", 2]], "ok"),
		async stop() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return origin;
}

/** The values of a message's header, a line each. */
export const valuesOf = ({ fields }, name) =>
	fields.flatMap(([other, value]) => (other.toLowerCase() === name ? [value] : []));

/**
 * The next message: `start`, its first line; `fields`, names and values as they came and in
 * their order; `framing`, what tells where it ends; `body`, without the chunks' sizes. Where
 * it ends too early, undefined, or a `body` that is.
 */
async function readMessage(input, toHead = false) {
	const head = await input.until("\r\n\r\n");
	if (head === undefined) return undefined;
	const [start, ...lines] = head.toString("latin1").split("\r\n");
	const fields = lines.map((line) => {
		const [, name, value] = line.match(/^([^:]*):?[ \t]*(.*?)[ \t]*$/s);
		return [name, value];
	});
	const framing = framingOf(start, fields, toHead);
	return { start, fields, framing, body: await readBody[framing](input, fields) };
}

// RFC 9112, 6.3.
function framingOf(start, fields, toHead) {
	const isAnswer = start.startsWith("HTTP/");
	if (isAnswer && (toHead || /^\S+ (1..|204|304)/.test(start))) return "none";
	const has = (name) => valuesOf({ fields }, name).length > 0;
	if (has("transfer-encoding")) return "chunked";
	if (has("content-length")) return "length";
	return isAnswer ? "close" : "none";
}

const readBody = {
	none: () => Buffer.alloc(0),
	length: (input, fields) => input.take(Number(valuesOf({ fields }, "content-length")[0])),
	close: (input) => input.rest(),
	async chunked(input) {
		const chunks = [];
		for (;;) {
			const size = Number.parseInt(await input.until("\r\n"), 16);
			if (Number.isNaN(size)) return undefined;
			if (size === 0) break;
			chunks.push(await input.take(size));
			if ((await input.until("\r\n")) === undefined) return undefined;
		}
		let trailer;
		do trailer = await input.until("\r\n");
		while (trailer?.length > 0);
		return trailer && Buffer.concat(chunks);
	},
};

/** The data that a socket receives, part by part; undefined for a part that does not come. */
function read(socket) {
	let bytes = Buffer.alloc(0);
	let ended = false;
	let wake;
	async function part(find, separator = 0) {
		for (;;) {
			const end = find();
			if (end >= 0) {
				const found = bytes.subarray(0, end);
				bytes = bytes.subarray(end + separator);
				return found;
			}
			if (ended) return undefined;
			await new Promise((resolve) => {
				wake = resolve;
			});
		}
	}
	socket.on("data", (chunk) => {
		bytes = Buffer.concat([bytes, chunk]);
		wake?.();
	});
	// A reset is an end as well.
	socket.on("error", () => {});
	for (const event of ["end", "close"]) {
		socket.once(event, () => {
			ended = true;
			wake?.();
		});
	}
	return {
		until: (end) => part(() => bytes.indexOf(end), end.length),
		take: (length) => part(() => (bytes.length < length ? -1 : length)),
		rest: () => part(() => (ended ? bytes.length : -1)),
	};
}
