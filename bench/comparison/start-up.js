// From the start of a workerd to the end of its first answer: the runtime, the Worker's modules
// compiled, and a preflight, for which this Worker reads its policy from KV. That is another Worker
// of the same workerd, always there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { request } from "undici";
import workerd from "workerd";
import { cpuOf, MS } from "../harness/measure.js";
import { bundle } from "./bundle.js";
import { page, preflight } from "./requests.js";
import { quartiles } from "./statistics.js";

const build = fileURLToPath(new URL("../../build/", import.meta.url));
const WARM_UP_ROUNDS = 2;

/** Starts each kind by turns. Resolves to wall and CPU time in ms, and to what they have over another kind's. */
export async function measureStartUp(rounds) {
	const directory = await mkdtemp(join(tmpdir(), "start-up-"));
	await writeFile(join(directory, "kv.js"), await bundle("kv"));
	for (const name of ["index.js", "index_bg.wasm"]) {
		await copyFile(build + name, join(directory, name));
	}
	for (const name of ["constant", "constant-after-kv"]) {
		await writeFile(join(directory, `${name}.js`), await bundle(name));
		await writeFile(join(directory, `${name}.capnp`), configuration(`${name}.js`));
	}
	await writeFile(join(directory, "this-worker.capnp"), configuration("index.js", "index_bg.wasm"));

	const spent = { constant: [], "constant-after-kv": [], "this-worker": [] };
	for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
		const kinds = Object.entries(spent);
		for (const [kind, all] of round % 2 === 0 ? kinds : kinds.toReversed()) {
			const times = await start(join(directory, `${kind}.capnp`));
			if (round >= 0) all.push(times);
		}
	}
	await rm(directory, { recursive: true });

	const column = (kind, clock) => spent[kind].map((times) => times[clock]);
	const over = (floor, clock) =>
		quartiles(
			column("this-worker", clock).map((time, round) => time - column(floor, clock)[round]),
		);
	const both = (of) => ({ wall: of("wall"), cpu: of("cpu") });
	return {
		rounds,
		constant: both((clock) => quartiles(column("constant", clock))),
		constantAfterKv: both((clock) => quartiles(column("constant-after-kv", clock))),
		thisWorker: both((clock) => quartiles(column("this-worker", clock))),
		overConstant: both((clock) => over("constant", clock)),
		overConstantAfterKv: both((clock) => over("constant-after-kv", clock)),
	};
}

async function start(config) {
	const began = performance.now();
	const runtime = spawn(workerd.default, ["serve", config, "--control-fd=3"], {
		stdio: ["ignore", "ignore", "inherit", "pipe"],
	});
	try {
		const [line] = await once(runtime.stdio[3], "data");
		const { statusCode } = await request({
			origin: `http://127.0.0.1:${JSON.parse(line).port}`,
			...preflight(page),
			reset: true,
		});
		const times = { wall: performance.now() - began, cpu: (await cpuOf(runtime.pid)) / MS };
		if (statusCode !== 204) throw new Error(`${statusCode} from ${config}`);
		return times;
	} finally {
		runtime.kill();
		await once(runtime, "exit");
	}
}

/** A workerd with one Worker, and its KV. */
function configuration(script, wasm) {
	const modules = [
		`(name = "${script}", esModule = embed "${script}")`,
		...(wasm ? [`(name = "${wasm}", wasm = embed "${wasm}")`] : []),
	];
	return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
	services = [
		(name = "main", worker = (
			modules = [${modules}],
			compatibilityDate = "2026-07-01",
			bindings = [(name = "POLICY", kvNamespace = "kv")],
		)),
		(name = "kv", worker = (
			modules = [(name = "kv.js", esModule = embed "kv.js")],
			compatibilityDate = "2026-07-01",
		)),
	],
	sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}
