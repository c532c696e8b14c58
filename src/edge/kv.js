// Policies and tenants' keys, in Workers KV.
import { logFailure, fetch as serve } from "wasm";
import { current } from "./instance.js";
import { within } from "./within.js";

/**
 * Reads the first of some KV values that is there. `then` is called once, with the index of its
 * key and the first 32 bits of its SHA-256, with its first `limit` characters, and with what went
 * wrong.
 * @param {boolean} waits whether the request waits for it
 */
export function readFirst(event, binding, keys, limit, timeout, then, waits) {
	const firstOf = async (values) => {
		const index = values.findIndex((value) => value !== null);
		const text = values[index];
		if (text === undefined) return [];
		const found = Uint32Array.of(index, await sha256Head(text));
		return [found, text.length > limit ? text.slice(0, limit) : text];
	};
	return reading(event, binding, keys, timeout, firstOf, then, waits);
}

/** Finds out which of some KV keys are there. `then` is called once, with their indices, or what went wrong. */
export function readPresent(event, binding, keys, timeout, then, waits) {
	const indicesOf = (values) => [
		Uint32Array.from(keys.keys()).filter((index) => values[index] !== null),
	];
	return reading(event, binding, keys, timeout, indicesOf, then, waits);
}

/**
 * Reads KV values and gives the two things that `use` makes of them to `then`, or what went wrong.
 * If `then` has ended with its instance of Wasm, a new one serves the request that waits.
 */
async function reading(event, binding, keys, timeout, use, then, waits) {
	const began = current();
	let found, text, error;
	try {
		[found, text] = await use(await read(event.env, binding, keys, timeout));
	} catch (reason) {
		error = String(reason);
	}
	return current() !== began ? waits && serve(event) : then(found, text, error);
}

/** Puts a text under a KV key, unless it is there already. A read costs a tenth of a write. */
export async function keep({ env }, binding, key, text) {
	async function put() {
		if ((await env[binding].get(key)) !== text) await env[binding].put(key, text);
	}
	try {
		// KV takes one write a second for a key, and other isolates write at the same time.
		await put().catch(() => scheduler.wait(1500).then(put));
	} catch (reason) {
		current();
		logFailure("last-good-unkept", `${key}: ${reason}`);
	}
}

async function sha256Head(text) {
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
	return new DataView(digest).getUint32(0);
}

/** The KV values of `keys` in one call: a text each, or null. */
async function read(env, binding, keys, timeout) {
	if (env[binding] === undefined) throw `no KV namespace is bound as ${binding}`;
	const values = await within(timeout, env[binding].get(keys, { cacheTtl: 30 }));
	if (values === undefined) throw `KV gave no answer within ${timeout} ms`;
	return keys.map((key) => values.get(key) ?? null);
}
