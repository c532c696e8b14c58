// The answers of the playground's server.

/** Resolves to the text at `path`; rejects with the server's own words if there is none. */
export async function textOf(path, options) {
	const response = await fetch(path, options);
	const text = await response.text();
	if (!response.ok) throw new Error(text);
	return text;
}
