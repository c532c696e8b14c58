// What the playground's server tells every open page.

/** How long it waits before it asks again, in milliseconds. */
const pause = 1000;

/**
 * Calls the function that `handlers` has under an event's type with the event: `open` is
 * that it is being told from now on, `lost` that it is not, until it is again; `log` has a
 * `line` of the Worker's log, `reached` a request that reached the Socket.IO server (`method`,
 * `url`, `origin`), `saved` the versions of a document that was saved (`saved`) and of the one
 * in force then (`inForce`, if the Worker answered).
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
