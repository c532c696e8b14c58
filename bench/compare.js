// This Worker beside the thinnest ones in JavaScript, Hono, nginx and a Socket.IO server that does
// without: works by turns, then start-up, upload and memory. A run of everything is written to
// RESULTS.md, comparison.json and comparison.svg.
//
//   node bench/compare.js [--rounds 40] [--requests 1000000] [word …]
//
// With words only the works whose names have one of them are done, and nothing is written. With
// WORKERD=workerd-oldest it is done by the oldest workerd that is supported.
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { send } from "../tests/harness/http.js";
import { describeMachine } from "./comparison/machine.js";
import { printStartUp, printWasmMemory, printWork, writeResults } from "./comparison/report.js";
import { foreignPage, handshake, page, preflight } from "./comparison/requests.js";
import { measure } from "./comparison/rounds.js";
import { measureStartUp } from "./comparison/start-up.js";
import { startSubjects } from "./comparison/subjects.js";
import { measureUpload } from "./comparison/upload.js";
import { measureWasmMemory } from "./comparison/wasm-memory.js";
import { works } from "./comparison/works.js";
import { watchLoad } from "./harness/measure.js";

const { values, positionals: words } = parseArgs({
	options: {
		rounds: { type: "string", default: "40" },
		// For the memory of Wasm.
		requests: { type: "string", default: "1000000" },
	},
	allowPositionals: true,
});
const [rounds, requests] = [values.rounds, values.requests].map(Number);
const chosen = ({ name }) => words.length === 0 || words.some((word) => name.includes(word));

const results = {
	date: new Date().toISOString().slice(0, 10),
	command: ["node bench/compare.js", ...process.argv.slice(2)].join(" "),
	machine: await describeMachine(),
	works: [],
};

const { subjects, processes, stop } = await startSubjects();
try {
	for (const [constant, request] of [
		[subjects.constant, preflight(page)],
		[subjects.refusal, handshake(foreignPage, { once: true })],
	]) {
		const says = "a constant Worker has to answer what this one does";
		assert.deepEqual(
			await answerOf(subjects.one, request),
			await answerOf(constant, request),
			says,
		);
	}
	const others = await watchLoad(processes);
	for (const work of works.filter(chosen)) {
		const { name, unit, floor, weight = 1 } = work;
		const figures = await measure(work, subjects, weight * rounds);
		results.works.push({ name, unit, floor, rounds: weight * rounds, subjects: figures });
		printWork(results.works.at(-1));
	}
	results.others = await others();
	console.log(`others had ${results.others.toFixed(0)} % of the machine\n`);
} finally {
	await stop();
}

if (words.length === 0) {
	results.startUp = await measureStartUp(rounds);
	printStartUp(results.startUp);
	results.upload = await measureUpload();
	results.wasmMemory = await measureWasmMemory(requests);
	printWasmMemory(results.wasmMemory);
	await writeResults(results);
}

async function answerOf({ url }, { path, ...options }) {
	const { status, headers, body } = await send(url, path, options);
	return { status, headers: Object.fromEntries(headers), body };
}
