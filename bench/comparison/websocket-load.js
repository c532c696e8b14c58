// Frames over 8 WebSockets, which the origin server echoes.
import { once } from "node:events";
import WebSocket from "ws";
import { page, upgradeHeaders } from "./requests.js";
import { echoPath } from "./routes.js";

const SOCKETS = 8;

/**
 * WebSockets through a subject.
 * @param {number} size bytes of a frame
 * @param {number} count frames a slice, of all sockets together
 * @param {number} inFlight frames that a socket sends before it waits for an echo
 * @param {number} unit bytes that count as one, if it is not frames that are counted
 */
export async function openWebSockets(subject, { size, count, inFlight, unit }) {
	const frame = Buffer.alloc(size, "0123456789abcdef");
	const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => open(subject.url)));

	function echo(socket, frames) {
		const sentAt = [];
		const latencies = [];
		const send = () => {
			sentAt.push(performance.now());
			socket.send(frame);
		};
		return new Promise((resolve, reject) => {
			const leave = (then) => (value) => {
				socket.off("message", receive).off("close", closed);
				then(value);
			};
			const closed = leave((code) => reject(new Error(`closed with ${code}`)));
			const done = leave(() => resolve(latencies));
			const wrong = leave(reject);
			function receive(echoed) {
				latencies.push(performance.now() - sentAt[latencies.length]);
				const last = latencies.length === frames;
				if (echoed.length !== size) return wrong(new Error(`a frame of ${echoed.length} bytes`));
				if (last && !echoed.equals(frame)) return wrong(new Error("another frame came back"));
				if (last) done();
				else if (sentAt.length < frames) send();
			}
			socket.on("message", receive).on("close", closed);
			for (let sent = 0; sent < Math.min(inFlight, frames); sent += 1) send();
		});
	}

	return {
		async slice() {
			const latencies = await Promise.all(sockets.map((socket) => echo(socket, count / SOCKETS)));
			return unit
				? { units: (count * size) / unit, latencies: [] }
				: { units: count, latencies: latencies.flat() };
		},
		close() {
			for (const socket of sockets) socket.terminate();
		},
	};
}

async function open(url) {
	const socket = new WebSocket(new URL(echoPath, url.replace("http", "ws")), {
		headers: upgradeHeaders(page),
		perMessageDeflate: false,
	});
	await once(socket, "open");
	return socket;
}
