// The events that the playground's server sends to every open page.

/** How long it waits before it connects again, in milliseconds. */
const pause = 1000;

/**
 * Calls the handler of each event's type with the event. `open`: events arrive from now on; `lost`:
 * none do, until the next `open`. `log` has a `line` of the Worker's log; `reached` a request that
 * reached the Socket.IO server (`method`, `url`, `origin`); `saved` the version of the document that
 * was saved (`saved`) and of the one in force then (`inForce`, if the Worker answered).
 */
export function follow(handlers) {
	const tell = (event) => handlers[event.type]?.(event);
	const socket = new WebSocket(`ws://${location.host}/events`);
	socket.addEventListener("open", () => tell({ type: "open" }));
	socket.addEventListener("message", ({ data }) => tell(JSON.parse(data)));
	socket.addEventListener("close", () => {
		tell({ type: "lost" });
		setTimeout(follow, pause, handlers);
	});
}
