// docs/setups.md: servers that compare the page's Origin with the host that was asked.
import { test } from "node:test";
import { startEdge } from "../harness/edge.js";
import {
	client,
	connected,
	refused,
	startSocketServer,
	transportModes,
} from "../harness/socketio.js";
import { policyOf } from "./setups.js";

for (const [header, enter] of [
	["host", refused],
	["x-forwarded-host", connected],
]) {
	test(`a page of the API's own origin is ${enter.name}, where it is compared with ${header}`, async () => {
		const server = await startSocketServer({
			options: {
				allowRequest: ({ headers }, callback) => {
					callback(null, new URL(headers.origin).host === headers[header]);
				},
			},
		});
		const policy = policyOf("Servers that compare `Origin` with `Host`");
		const edge = await startEdge({ policy, upstream: server.url });
		try {
			for (const transports of Object.values(transportModes)) {
				const socket = client(4, edge.url, { ...transports, origin: edge.url });
				try {
					await enter(socket);
				} finally {
					socket.disconnect();
				}
			}
		} finally {
			await edge.stop();
			await server.stop();
		}
	});
}
