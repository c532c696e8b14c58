// The instructions that workerd executes for a request: callgrind counts them, so that a busy machine
// does not matter. What the kernel does is not among them. Needs valgrind.
//
//   node bench/instructions.js [--requests 5000] [word …]
//
// With words only the works whose names have one of them are done.
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { serve } from "../tests/harness/workerd.js";
import { forbidden, forwarded, granted, opensSession } from "./comparison/expected.js";
import { openHttp } from "./comparison/http-load.js";
import { binary, configure, THIS_WORKER } from "./comparison/plain-workerd.js";
import { foreignPage, handshake, page, preflight } from "./comparison/requests.js";
import { startOriginServer } from "./comparison/subjects.js";
import { print } from "./harness/measure.js";

const { values, positionals: words } = parseArgs({
	options: { requests: { type: "string", default: "5000" } },
	allowPositionals: true,
});
const requests = Number(values.requests);
/**
 * What runs often is compiled anew and better, for some thousand requests: of Wasm, so at once. V8 collects
 * garbage once in many hundred requests, and then for tens of millions of instructions. So that all that are
 * counted contain about as many, it does so sooner: when there is a megabyte.
 */
const STEADY = ["--no-liftoff", "--min-semi-space-size=1", "--max-semi-space-size=1"];
/** Where callgrind writes, beside a configuration. */
const OUT = "callgrind.out";

const origin = await startOriginServer();
const poll = {
	request: () => handshake(page, { once: true }),
	expected: forwarded,
	isRight: opensSession,
};
const works = [
	{
		what: "preflight, allowed",
		subjects: ["constant"],
		request: () => preflight(page),
		expected: granted,
	},
	{
		what: "polling GET, refused",
		subjects: ["constant-refusal"],
		request: () => handshake(foreignPage, { once: true }),
		expected: forbidden,
	},
	{
		what: "polling GET",
		subjects: ["as-promised", "with-cors"],
		options: { upstream: origin.url },
		...poll,
	},
	{
		what: "polling GET, without UPSTREAM",
		subjects: ["zone-with-cors", "zone-as-promised"],
		options: { zone: origin.url },
		...poll,
	},
	{
		what: "first answer of a new isolate",
		subjects: ["constant-after-policy"],
		isFirst: true,
		request: () => preflight(page),
		expected: granted,
	},
];

for (const { what, subjects, ...work } of works) {
	if (words.length > 0 && !words.some((word) => what.includes(word))) continue;
	const rows = [];
	for (const name of [...subjects, THIS_WORKER]) rows.push([name, await count(name, work)]);
	const [[, floor]] = rows;
	const row = ([name, spent]) => [name, spent.toFixed(0), (spent / floor).toFixed(3)];
	print([what, "thousand instructions", "to the first"], rows.map(row));
}
origin.stop();

/** Resolves to thousands of instructions a request. */
async function count(name, { options, isFirst, ...load }) {
	const config = await configure(name, { ...options, v8Flags: isFirst ? [] : STEADY });
	const runtime = await startCounted(config.path);
	const open = (count) => openHttp(runtime, load.expected, { ...load, count });
	const counted = isFirst ? 1 : requests;
	try {
		if (!isFirst) await sendAll(await open(requests + 1000));
		const measured = await open(counted);
		runtime.control("--instr=on");
		if (!isFirst) await sendAll(await open(16));
		runtime.control("--zero");
		await sendAll(measured);
		runtime.control("--dump");
		return (await totalOf(config.path)) / counted / 1000;
	} finally {
		await runtime.stop();
		await config.remove();
	}
}

async function sendAll({ slice, close }) {
	await slice();
	await close();
}

/** Starts a workerd under callgrind, which counts nothing yet. */
async function startCounted(config) {
	const { pid, url, stop } = await serve(binary, config, "ignore", [
		"valgrind",
		...["--tool=callgrind", "--quiet", "--smc-check=all-non-file", "--instr-atstart=no"],
		`--callgrind-out-file=${join(dirname(config), OUT)}`,
	]);
	return {
		url,
		control: (command) =>
			execFileSync("callgrind_control", [command, String(pid)], { stdio: "ignore" }),
		stop() {
			// Callgrind would write another dump.
			process.kill(pid, "SIGKILL");
			return stop();
		},
	};
}

/** The instructions of the dump. */
async function totalOf(config) {
	const files = await readdir(dirname(config));
	const dump = files.find((name) => name.startsWith(`${OUT}.1`));
	const text = await readFile(join(dirname(config), dump), "utf8");
	return Number(/^(?:summary|totals): (\d+)/m.exec(text)[1]);
}
