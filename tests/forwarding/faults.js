// Origin servers that go wrong, each in a way of its own.
import { createServer } from "node:net";

/** The ways in which a faulty server treats a connection, after it has read a request's head. */
export const faults = {
	/** Before an answer's head is whole. The edge has 502 or 504 in its place. */
	early: {
		"closes without an answer": [502, (socket) => socket.end()],
		"resets without an answer": [502, (socket) => socket.resetAndDestroy()],
		"closes in the head": [502, (socket) => socket.end(half)],
		"resets in the head": [502, (socket) => socket.write(half, () => socket.resetAndDestroy())],
		"does not speak HTTP": [502, (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")],
		"has a head without an end": [502, (socket) => socket.end(`${half}${"a".repeat(1e6)}`)],
		"never answers": [504, () => {}],
		"answers with half a head": [504, (socket) => socket.write(half)],
	},
	/** A 101, which makes sense in answer to `Upgrade` alone. */
	switching: (socket) =>
		socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
	/** When status and headers are gone already: all that is left is to break off as well. */
	late: {
		"closes in the body": (socket) => socket.end(`${whole}begun`),
		"resets in the body": (socket) => breakOff(socket, `${whole}begun`),
		"closes between chunks": (socket) => socket.end(`${chunked}5\r\nbegun\r\n`),
		"resets between chunks": (socket) => breakOff(socket, `${chunked}5\r\nbegun\r\n`),
		"sends a chunk without a length": (socket) => socket.end(`${chunked}5\r\nbegun\r\nzz\r\n`),
	},
};

const half = "HTTP/1.1 200 OK\r\nContent-Le";
const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const whole = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";

/** Resets a connection when the other end has read what was sent last: `server.breakOff` says so. */
function breakOff(socket, text) {
	socket.write(text);
	socket.breakOff = () => socket.resetAndDestroy();
}

/** Starts a server on 127.0.0.1 that has the `fault` that it is given. */
export async function startFaultyServer() {
	const sockets = new Set();
	const faulty = {
		fault: undefined,
		/** The number of its open connections. */
		connections: () => sockets.size,
		/** Breaks off what is under way. */
		breakOff() {
			for (const socket of sockets) socket.breakOff?.();
		},
		stop() {
			for (const socket of sockets) socket.destroy();
			return new Promise((resolve) => server.close(resolve));
		},
	};
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {}).once("close", () => sockets.delete(socket));
		let request = "";
		socket.on("data", (bytes) => {
			request += bytes;
			if (!request.includes("\r\n\r\n")) return;
			request = "";
			faulty.fault(socket);
		});
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	faulty.url = `http://127.0.0.1:${server.address().port}`;
	return faulty;
}
