// Constant load from many clients: which answers they got, and whether any was wrong.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Has `count` clients ask again and again, each with a rest in between, while `use` runs.
 * Resolves to how often each answer came, by name.
 *
 * @param {(client: number) => Promise<string>} ask one request; names its answer
 * @param {() => Promise<unknown>} use what happens meanwhile
 */
export async function underLoad(ask, use, { count = 25, rest = 500 } = {}) {
	const answers = {};
	let over = false;
	async function client(number) {
		// Not all at once.
		await sleep((number * rest) / count);
		while (!over) {
			const answer = await ask(number);
			answers[answer] = (answers[answer] ?? 0) + 1;
			await sleep(rest);
		}
	}
	const clients = Promise.all(Array.from({ length: count }, (_, number) => client(number)));
	try {
		await Promise.race([use(), clients]);
	} finally {
		over = true;
	}
	await clients;
	return answers;
}

/** Asserts that `answers` have exactly these names, each at least once. */
export function assertAnswers(answers, names) {
	assert.deepEqual(Object.keys(answers).sort(), [...names].sort(), JSON.stringify(answers));
}
