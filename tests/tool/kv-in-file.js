// What the tests of `publish`, `rollback`, `history` and `diff` share: documents, and the tool over a KV
// that is a file.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before } from "node:test";
import { useTool } from "../harness/tool.js";
import { versionOf } from "../harness/version.js";
import { faultyWrangler } from "./faulty-wrangler.js";

export const A = '{"origin": ["https://a.example"], "maxAge": 600}\n';
export const B = '{"origin": ["https://b.example"], "maxAge": 86400}\n';
export const FAULTY = '{"origin": ["https://A.example"], "\\u001b[2J": 1}';

/** The tool, and the file that is its KV, once the tests begin. */
export let tool;
export let store;
before(async () => {
	tool = await useTool();
	store = join(tool.directory, "store.json");
});
after(() => tool.remove());

export const over = (values, fault, more = {}) => faultyWrangler(store, { values, ...more }, fault);

/** The values in the KV, and how often it was written to. */
export const left = async () => JSON.parse(await readFile(store, "utf8"));

/**
 * Runs the tool over such a KV. Resolves to what it prints, and what is left: the history's keys without
 * their time are `kept`.
 */
export async function run(status, args, { values = {}, fault = {}, yes = ["--yes"], more } = {}) {
	const options = await over(values, fault, more);
	const output = await tool.run(status, [...args, ...yes, ...options]);
	return { output, ...(await leftOver()) };
}

export async function leftOver() {
	const { values, metadata = {}, puts = 0 } = await left();
	const isKept = ([key]) => key.includes("@history:");
	const entries = Object.entries(values);
	return {
		values: Object.fromEntries(entries.filter((entry) => !isKept(entry))),
		kept: entries.filter(isKept).map(([, value]) => value),
		metadata,
		puts,
	};
}

/** The key under which a text is kept that was replaced at `time`. */
export const kept = (time, text) => `policy@history:${time}-${versionOf(text)}`;

/** The file in which the tool says that it saved the policy that was live. */
export const savedIn = (output) => output.match(/--path (\S+)/)[1];

export const live = { policy: A };

/** Times of two versions in the history, in milliseconds. */
export const [early, late] = [1_700_000_000_000, 1_700_000_001_000];
