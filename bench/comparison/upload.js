// What is uploaded, compressed, in KiB.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

export async function measureUpload() {
	const [script, wasm] = await Promise.all(["index.js", "index_bg.wasm"].map(compressed));
	return { script, wasm, total: script + wasm };
}

async function compressed(name) {
	return gzipSync(await readFile(new URL(`../../build/${name}`, import.meta.url))).length / 1024;
}
