// Real Socket.IO servers and clients, of the versions that people run.
import { createServer } from "node:http";
import { Server as TlsServer } from "node:https";
import { Server as Server4 } from "socket.io";
import Server2 from "socket.io-2";
import { Server as Server3 } from "socket.io-3";
import { io as io4 } from "socket.io-client";
import io2 from "socket.io-client-2";
import { io as io3 } from "socket.io-client-3";
import { close, listen } from "./http.js";
import { patience } from "./patience.js";

const servers = { 2: Server2, 3: Server3, 4: Server4 };
const clients = { 2: io2, 3: io3, 4: io4 };

/**
 * Starts a Socket.IO server of a major version on 127.0.0.1. It has no CORS of its own and
 * takes clients of every version, but for what `options` say. `seen` holds each request that
 * reached it.
 *
 * @param {import("node:http").Server} [http] what it is attached to
 */
export async function startSocketServer({
	version = 4,
	path = "/socket.io",
	port = 0,
	http = createServer(),
	options: more,
} = {}) {
	const options = { path, maxHttpBufferSize: 1e8, allowEIO3: true, ...more };
	const io = new servers[version](http, options);
	const events = ["request", "upgrade"].filter((event) => http.listenerCount(event) > 0);
	const seen = await listen(http, port, events);
	for (const namespace of [io, io.of("/admin")]) namespace.on("connection", serve);
	const scheme = http instanceof TlsServer ? "https" : "http";
	return {
		url: `${scheme}://127.0.0.1:${http.address().port}`,
		port: http.address().port,
		http,
		io,
		seen,
		async stop() {
			io.close();
			await close(http);
		},
	};
}

/** The functions of the server for tests. */
function serve(socket) {
	socket.on("echo", (value, acknowledge) => acknowledge(value));
	// The server's own message, to be acknowledged by the client.
	socket.on("ask me", (value, acknowledge) => socket.emit("asked", value, acknowledge));
	socket.on("join", (room, acknowledge) => {
		socket.join(room);
		acknowledge();
	});
	socket.on("handshake", (acknowledge) => {
		const { headers, query, auth } = socket.handshake;
		acknowledge({ headers, query, auth });
	});
}

/** The options of a client that is to use these transports. */
export const transportModes = {
	"polling only": { transports: ["polling"] },
	"WebSocket only": { transports: ["websocket"] },
	"polling, then upgrade": { transports: ["polling", "websocket"] },
};

/**
 * A client, not yet connected, with the `Origin` that a browser would send.
 * `tag` is in the URL of each of its requests.
 */
export function client(version, url, { origin, tag, extraHeaders, query, ...options } = {}) {
	return clients[version](url, {
		forceNew: true,
		// Client 2 would take Node's own WebSocket for a browser's, which sends no extra headers.
		forceNode: true,
		reconnection: false,
		timeout: patience,
		extraHeaders: { ...(origin && { Origin: origin }), ...extraHeaders },
		query: { ...query, ...(tag && { tag }) },
		...options,
	});
}

/** Resolves when `socket` is connected; rejects if it cannot be. */
export function connected(socket) {
	return soon("a connection", (resolve, reject) => {
		socket.once("connect", resolve);
		socket.once("connect_error", reject);
	});
}

/** Resolves to the error with which `socket` was refused; rejects if it gets connected. */
export function refused(socket) {
	return soon("a refusal", (resolve, reject) => {
		socket.once("connect_error", resolve);
		socket.once("connect", () => reject(new Error("it was let in")));
	});
}

/** Resolves to the first argument of the next `event`. */
export function next(socket, event) {
	return soon(`"${event}"`, (resolve) => socket.once(event, resolve));
}

/** Resolves to what the server acknowledges `event` with. */
export function ask(socket, event, ...values) {
	return soon(`the acknowledgement of "${event}"`, (resolve, reject) => {
		socket.once("disconnect", (reason) => reject(new Error(`disconnected: ${reason}`)));
		socket.emit(event, ...values, resolve);
	});
}

/** Resolves when `socket` uses WebSocket. */
export async function upgraded(socket) {
	const { engine } = socket.io;
	if (engine.transport.name === "websocket") return;
	await soon("the upgrade", (resolve) => engine.once("upgrade", () => resolve()));
}

/** A promise that fails, instead of hanging, when what it waits for does not come. */
export function soon(what, executor) {
	return new Promise((resolve, reject) => {
		const late = setTimeout(() => reject(new Error(`${what} did not come`)), patience);
		const settle = (then) => (value) => {
			clearTimeout(late);
			then(value);
		};
		executor(settle(resolve), settle(reject));
	});
}
