// Reads from a KV namespace: several keys in one call.

const options = { cacheTtl: 30 }; // The shortest, in seconds.
const isIn = (values) => (key) => (values.get(key) ?? null) !== null;

/** The text of the first of `keys` that has one, up to a length, and its SHA-256; or undefined. */
export async function firstOf(namespace, keys, limit) {
	const values = await namespace.get(keys, options);
	const index = keys.findIndex(isIn(values));
	if (index < 0) return;
	const text = String(values.get(keys[index]));
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
	return { index, digest: new Uint8Array(digest), text: text.slice(0, limit) };
}

/** Those of `keys` that have a text. */
export async function presentOf(namespace, keys) {
	const values = await namespace.get(keys, options);
	return keys.filter(isIn(values));
}
