// Policies and tenants' keys, in Workers KV.
import { fetch as decide, logFailure, policyRead, record } from "wasm";
import { current } from "./instance.js";
import { within } from "./within.js";

/** How long KV may take behind a request, which the runtime ends after 30 seconds. */
const READ_TIMEOUT = 25_000;

/**
 * Reads the document of `host`, the first of `keys` that is there, behind the request, and tells
 * Wasm, which may ask for further keys. Resolves when that is done.
 * @param {number} limit how many characters of a document are handed over
 */
export function readPolicy(event, binding, host, keys, limit) {
	const reading = readInTurn(event, binding, { host, keys, stage: 0, askedAt: Date.now() }, limit);
	event.ctx.waitUntil(reading);
	return reading;
}

async function readInTurn(event, binding, read, limit) {
	while (read.keys.length > 0) {
		let index, digest, text, error;
		try {
			const values = await valuesOf(event.env, binding, read.keys, READ_TIMEOUT);
			index = values.findIndex((value) => value !== null);
			if (index >= 0) {
				text = String(values[index]);
				digest = await sha256(text);
				text = text.slice(0, limit);
			}
		} catch (reason) {
			error = String(reason);
		}
		current();
		policyRead(event, read, index >= 0 ? index : undefined, digest, text, error);
	}
}

/**
 * Decides on the request once more after `pause` milliseconds, or when its own `reading` has ended.
 * @param {boolean} onlyRecords whether it has been forwarded already
 */
export async function serveLater(event, arrivedAt, pause, reading, onlyRecords) {
	await (reading === undefined ? scheduler.wait(pause) : within(pause, reading));
	current();
	return onlyRecords ? record(event, arrivedAt) : decide(event, arrivedAt);
}

/**
 * Finds out which of some KV keys are there. `then` is called once, with their indices, or what
 * went wrong. If it has ended with its instance of Wasm, a new one serves the request that waits.
 * @param {boolean} waits whether the request waits for it
 */
export async function readPresent(event, binding, keys, timeout, then, waits) {
	const began = current();
	let found, error;
	try {
		const reading = valuesOf(event.env, binding, keys, timeout);
		// Others wait for it too, if this request's client leaves.
		event.ctx.waitUntil(reading.catch(() => {}));
		const values = await reading;
		found = Uint32Array.from(keys.keys()).filter((index) => values[index] !== null);
	} catch (reason) {
		error = String(reason);
	}
	return current() !== began ? waits && decide(event) : then(found, error);
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

async function sha256(text) {
	return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** The KV values of `keys` in one call: a text each, or null. */
async function valuesOf(env, binding, keys, timeout) {
	if (env[binding] === undefined) throw `no KV namespace is bound as ${binding}`;
	const values = await within(timeout, env[binding].get(keys, { cacheTtl: 30 }));
	if (values === undefined) throw `KV gave no answer within ${timeout} ms`;
	return keys.map((key) => values.get(key) ?? null);
}
