// Where the CPU time of a request goes, beside that of the floor: samples of Linux's perf, which has to
// be installed. What has been compiled by V8 is told by its --perf-basic-prof.
//
//   node bench/profile.js
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { forbidden, forwarded, granted, opensSession } from "./comparison/expected.js";
import { measureFirstCalls } from "./comparison/first-calls.js";
import { openHttp } from "./comparison/http-load.js";
import { configure, start, THIS_WORKER } from "./comparison/plain-workerd.js";
import { foreignPage, handshake, page, preflight } from "./comparison/requests.js";
import { startOriginServer } from "./comparison/subjects.js";
import { cpuOf, print } from "./harness/measure.js";

const WARM_UP = 15_000;
const SAMPLES_A_SECOND = 5000;

/** The first that fits a sample's stack says where it was. */
const places = [
	["garbage collection", /Heap::CollectGarbage|MinorGC|Scaveng|cppgc::internal::\w*Sweep/],
	["runtime: HTTP, I/O, promises", (stack) => entryOf(stack) < 0],
	[
		"runtime's objects, as called by the Worker",
		(stack) => stack.slice(0, entryOf(stack)).some((frame) => /workerd::(api|jsg)::/.test(frame)),
	],
	["Wasm", (stack) => /-(turbofan|liftoff)$/.test(stack.find((frame) => frame.startsWith("JS:")))],
	["JavaScript", () => true],
];

/** Where V8 begins to run the Worker. Stacks have their innermost frame first. */
const entryOf = (stack) =>
	stack.findIndex((frame) => /Builtins_JS(RunMicrotasks)?Entry/.test(frame));

const origin = await startOriginServer();
for (const { what, floor, requests, expected, ...load } of [
	{
		what: "preflight, allowed",
		floor: "constant",
		requests: 40_000,
		request: () => preflight(page),
		expected: granted,
	},
	{
		what: "polling GET, refused",
		floor: "constant-refusal",
		requests: 40_000,
		request: () => handshake(foreignPage, { once: true }),
		expected: forbidden,
	},
	{
		what: "polling GET",
		floor: "with-cors",
		requests: 15_000,
		request: () => handshake(page, { once: true }),
		expected: forwarded,
		isRight: opensSession,
	},
]) {
	const columns = [];
	for (const name of [floor, THIS_WORKER]) {
		columns.push(await profile(name, expected, load, requests));
	}
	print(
		[`${what}, µs of CPU`, floor, "this Worker"],
		[...places.map(([place]) => place), "all"].map((place) => [
			place,
			...columns.map((column) => column[place].toFixed(1)),
		]),
	);
}
origin.stop();

const { functions, bytes, all, microseconds } = await measureFirstCalls();
print(
	["the Wasm that a first answer compiles", ""],
	[
		["functions", functions],
		["of its bytes", `${bytes} of ${all}`],
		["µs to compile them", microseconds],
	],
);

/** Resolves to microseconds a request, by place. */
async function profile(name, expected, load, requests) {
	const config = await configure(name, { upstream: origin.url, v8Flags: ["--perf-basic-prof"] });
	const directory = await mkdtemp(join(tmpdir(), "profile-"));
	const data = join(directory, "perf.data");
	const runtime = await start(config.path);
	const subject = { url: runtime.url };
	const warmUp = await openHttp(subject, expected, { ...load, count: WARM_UP });
	const measured = await openHttp(subject, expected, { ...load, count: requests });
	await warmUp.slice();
	const perf = spawn(
		"perf",
		[
			"record",
			"-q",
			"-g",
			"-e",
			"cpu-clock",
			"-F",
			SAMPLES_A_SECOND,
			"-p",
			runtime.pid,
			"-o",
			data,
		],
		{ stdio: ["ignore", "ignore", "inherit"] },
	);
	// It needs a moment to attach.
	await new Promise((resolve) => setTimeout(resolve, 500));
	const before = await cpuOf(runtime.pid);
	await measured.slice();
	const spent = ((await cpuOf(runtime.pid)) - before) / requests / 1000;
	perf.kill("SIGINT");
	await once(perf, "exit");
	await Promise.all([warmUp.close(), measured.close()]);
	await runtime.stop();
	const samples = await countByPlace(data);
	await Promise.all([config.remove(), rm(directory, { recursive: true })]);
	const all = Object.values(samples).reduce((a, b) => a + b);
	const part = ([place, count]) => [place, (spent * count) / all];
	return { ...Object.fromEntries(Object.entries(samples).map(part)), all: spent };
}

async function countByPlace(data) {
	const counts = Object.fromEntries(places.map(([place]) => [place, 0]));
	const script = spawn("perf", ["script", "-i", data, "-F", "ip,sym"], {
		stdio: ["ignore", "pipe", "ignore"],
	});
	let stack = [];
	for await (const line of createInterface({ input: script.stdout })) {
		if (line.trim() !== "") {
			stack.push(line.trim().replace(/^[0-9a-f]+ /, ""));
		} else if (stack.length > 0) {
			counts[placeOf(stack)] += 1;
			stack = [];
		}
	}
	return counts;
}

function placeOf(stack) {
	const [place] = places.find(([, fits]) =>
		fits instanceof RegExp ? stack.some((frame) => fits.test(frame)) : fits(stack),
	);
	return place;
}
