/** What many answers share. `repeated` headers repeat a field of the event; `replaced` fits those that give way. */
export function template(status, body, headers, repeated, replaced) {
	return {
		response: new Response(null, { status, headers }),
		body: body && new TextEncoder().encode(body),
		headers,
		repeated: repeated.map(([name, field]) => ({ name, field, last: undefined })),
		replaced: replaced && new RegExp(replaced, "i"),
	};
}

export function answer(event, { response, body, repeated }) {
	for (const header of repeated) {
		const value = event[header.field];
		// Many answers repeat what the last one did, and to set a header costs more than to compare it.
		if (value === header.last) continue;
		response.headers.set(header.name, value);
		header.last = value;
	}
	// A copy costs less than a new one, but bodies cannot be shared.
	return body ? new Response(body, response) : response.clone();
}
