// Whole Socket.IO sessions: polling, the upgrade, acknowledged messages, the end.
import { Agent } from "node:http";
import { client, connected, upgraded } from "../../tests/harness/socketio.js";
import { page } from "./requests.js";

const text = "a message of the length that chats have, give or take some words";

/** Sessions through a subject, `atOnce` in a slice. */
export function openSessions(subject, { atOnce, messages }) {
	// As browsers do; without it a port is used up with each poll.
	const agent = new Agent({ keepAlive: true });

	async function session() {
		const began = performance.now();
		const socket = client(4, subject.url, { origin: page, agent });
		await connected(socket);
		await upgraded(socket);
		for (let sent = 0; sent < messages; sent += 1) {
			const value = `${sent} ${text}`;
			const echoed = await socket.timeout(20_000).emitWithAck("echo", value);
			if (echoed !== value) throw new Error("another message came back");
		}
		socket.disconnect();
		return performance.now() - began;
	}

	return {
		async slice() {
			const latencies = await Promise.all(Array.from({ length: atOnce }, session));
			return { units: atOnce, latencies };
		},
		close: () => agent.destroy(),
	};
}
