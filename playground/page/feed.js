// What the playground's server tells every open page.

/**
 * Calls the function that `handlers` has under an event's type with the event:
 * `log` has a `line` of the Worker's log, `reached` a request that reached the Socket.IO
 * server (`method`, `url`, `origin`), `saved` the versions of a document that was saved
 * (`saved`) and of the one in force then (`inForce`). Resolves when it is being told.
 */
export function follow(handlers) {
	const source = new EventSource("/events");
	source.addEventListener("message", ({ data }) => {
		const event = JSON.parse(data);
		handlers[event.type]?.(event);
	});
	return new Promise((resolve) => source.addEventListener("open", () => resolve(), { once: true }));
}
