// What of the Wasm a first answer calls: V8 compiles a function when it is called for the first time.
import { mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { configure, start, THIS_WORKER } from "./plain-workerd.js";
import { page, preflight } from "./requests.js";

const COMPILED = /^Compiled function .* using Liftoff, took (\d+) .*; bodysize (\d+) /gm;

/** Resolves to how many functions that are, their bytes and those of all Wasm, and the µs it takes to compile them. */
export async function measureFirstCalls() {
	const config = await configure(THIS_WORKER, { v8Flags: ["--trace-wasm-compilation-times"] });
	const directory = await mkdtemp(join(tmpdir(), "first-calls-"));
	const path = join(directory, "trace");
	const trace = await open(path, "w");
	const runtime = await start(config.path, trace.fd);
	try {
		const { statusCode } = await request({ origin: runtime.url, ...preflight(page), reset: true });
		if (statusCode !== 204) throw new Error(`status ${statusCode}`);
	} finally {
		await runtime.stop();
	}
	const compiled = [...(await readFile(path, "utf8")).matchAll(COMPILED)];
	const { size: all } = await stat(config.wasm);
	await Promise.all([config.remove(), trace.close(), rm(directory, { recursive: true })]);
	const sum = (column) => compiled.reduce((total, match) => total + Number(match[column]), 0);
	return { functions: compiled.length, microseconds: sum(1), bytes: sum(2), all };
}
