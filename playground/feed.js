// What every open page is told as it happens, over a WebSocket: of other connections a
// browser has six for an origin, and a few open pages would keep them all.
import { WebSocket, WebSocketServer } from "ws";

/**
 * Serves it at /events of `server`, which listens, to upgrade requests that are `allowed`.
 * Returns `tell`, which sends an event to every open page, and `stop`.
 */
export function startFeed(server, allowed) {
	const feed = new WebSocketServer({
		...{ server, path: "/events", maxPayload: 1024 },
		verifyClient: ({ req }) => allowed(req),
	});
	return {
		tell(event) {
			const text = JSON.stringify(event);
			for (const page of feed.clients) {
				if (page.readyState === WebSocket.OPEN) page.send(text);
			}
		},
		stop() {
			for (const page of feed.clients) page.terminate();
		},
	};
}
