// Reads from a KV namespace, and the one write. Values are bytes: as texts, and several in one answer,
// they take twice the time and memory.

const cacheTtl = 30; // The shortest, in seconds.

const isThere = (value) => (value ?? null) !== null;
const bytesOf = (namespace, key) => namespace.get(key, { type: "arrayBuffer", cacheTtl });

/** The bytes of the first of `keys` that has a value, up to a length, and their SHA-256; or undefined. */
export async function firstOf(namespace, keys, limit) {
	const values = await Promise.all(keys.map((key) => bytesOf(namespace, key)));
	const index = values.findIndex(isThere);
	if (index < 0) return;
	const digest = await crypto.subtle.digest("SHA-256", values[index]);
	const bytes = new Uint8Array(values[index]).subarray(0, limit);
	return { index, digest: new Uint8Array(digest), bytes };
}

/** Those of `keys` that have a text. */
export async function presentOf(namespace, keys) {
	const values = await namespace.get(keys, { cacheTtl });
	return keys.filter((key) => isThere(values.get(key)));
}

/** Puts `bytes` under `key`, unless it has them already: a read costs a tenth of a write. */
export async function putIfOther(namespace, key, bytes) {
	const before = await bytesOf(namespace, key);
	const isSame =
		before?.byteLength === bytes.byteLength && crypto.subtle.timingSafeEqual(before, bytes);
	if (!isSame) await namespace.put(key, bytes);
}
