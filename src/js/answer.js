// Answers of the edge's own.

/** The part that many answers share, prepared so that the runtime copies it with little work. */
export function template(status, body, headers, repeated) {
	const init = { status, headers: new Headers(headers) };
	return { init, body: body && new TextEncoder().encode(body), headers, repeated };
}

export function answer(event, { init, body, repeated }) {
	repeat(event, repeated, init.headers);
	return new Response(body, init);
}

/** Sets the headers that repeat what the event has, by their names and its fields. */
export function repeat(event, repeated, headers) {
	for (const [name, field] of repeated) headers.set(name, event[field]);
}
