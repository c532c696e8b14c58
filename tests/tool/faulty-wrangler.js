// A wrangler that goes wrong, for the tool: fake-wrangler.js over a KV in a file.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../harness/process.js";

const script = join(root, "tests/tool/fake-wrangler.js");

/** The options that are a wrangler with that fault, over what the KV has, which the file `store` gets. */
export async function faultyWrangler(store, kv, fault = {}) {
	await writeFile(store, JSON.stringify(kv));
	const words = [process.execPath, script, store, JSON.stringify(fault)];
	return ["--local", "--wrangler", words.join(" ")];
}
