// Events for every open page, over a WebSocket: a browser opens only six other connections to an
// origin, and a few open pages would occupy them all.
import { WebSocket, WebSocketServer } from "ws";

/**
 * Serves them at /events of `server`, which listens already, to upgrade requests for which `allowed`
 * returns true. Returns `tell`, which sends an event to every open page, and `stop`.
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
