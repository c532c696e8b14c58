// Clients of a cluster that tell each other something.
import assert from "node:assert/strict";
import { ask, client, connected, next, upgraded } from "../harness/socketio.js";

/**
 * Connects a client with each of `tags`, one after the other: by turns they come to each member.
 * Sees that what each of them tells reaches all. Resolves to the member of each.
 */
export async function tellEachOther(url, tags, options) {
	const sockets = [];
	try {
		for (const tag of tags) {
			const socket = client(4, url, { withCredentials: true, tag, ...options });
			sockets.push(socket);
			await connected(socket);
			if (options.transports.includes("websocket")) await upgraded(socket);
		}
		for (const [index, sender] of sockets.entries()) {
			const told = Promise.all(sockets.map((socket) => next(socket, "told")));
			sender.emit("tell all", `from ${index}`);
			assert.deepEqual(await told, Array(sockets.length).fill(`from ${index}`));
		}
		return await Promise.all(sockets.map((socket) => ask(socket, "member")));
	} finally {
		for (const socket of sockets) socket.disconnect();
	}
}
