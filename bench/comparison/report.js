// The results as tables, on the terminal and in RESULTS.md.
import { readFile, writeFile } from "node:fs/promises";
import { MIB, print, table } from "../harness/measure.js";
import { draw } from "./drawing.js";
import { names } from "./subjects.js";
import { judge } from "./targets.js";

export const printWork = (work) => print(...workTable(work));
export const printStartUp = (startUp) => print(...startUpTable(startUp));
export const printWasmMemory = (sizes) => print(...wasmMemoryTable(sizes));

const here = (name) => new URL(`../${name}`, import.meta.url);

/** Writes comparison.json, comparison.svg, and what is between two comments of RESULTS.md. */
export async function writeResults(results) {
	print(...targetTable(results));
	const json = JSON.stringify(results, rounded, "\t");
	await writeFile(here("comparison.json"), `${json}\n`);
	await writeFile(here("comparison.svg"), draw(JSON.parse(json)));
	const [start, end] = ["<!-- comparison -->\n", "<!-- /comparison -->"];
	const text = await readFile(here("RESULTS.md"), "utf8");
	const [before] = text.split(start);
	const [, after] = text.split(end);
	await writeFile(here("RESULTS.md"), before + start + section(results) + end + after);
}

/** Digits beyond the fourth are noise. */
const rounded = (_, value) =>
	typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;

function section(results) {
	const { date, command, machine, others, works, startUp, wasmMemory, upload } = results;
	const rounds = works.map((work) => work.rounds);
	const versions = Object.entries(machine)
		.filter(([what]) => !["processor", "system"].includes(what))
		.map(([what, version]) => `${what} ${version}`);
	const text = [
		`${date}, \`${command}\`, ${Math.min(...rounds)} to ${Math.max(...rounds)} rounds. Others had ${others.toFixed(0)} % of the machine.`,
		`${machine.processor}; ${machine.system};`,
		`${versions.join(", ")}.`,
	].join("\n");
	const tables = [targetTable(results), overview(works), startUpTable(startUp)];
	const { script, wasm } = upload;
	const grown = (wasmMemory.at(-1).bytes - wasmMemory[0].bytes) / MIB;
	const rest = [
		`Upload: ${script.toFixed(1)} KiB of JavaScript and ${wasm.toFixed(1)} KiB of Wasm, each by gzip.`,
		`Wasm memory: ${(wasmMemory[0].bytes / MIB).toFixed(2)} MiB after ${count(wasmMemory[0].requests)} requests, ` +
			`${grown.toFixed(2)} MiB more after ${count(wasmMemory.at(-1).requests)}.`,
	];
	const parts = [text, ...tables.map((rows) => table(...rows).join("\n")), rest.join("\n")];
	return `${parts.join("\n\n")}\n`;
}

/** "(a′)". */
const letterOf = (id) => /^\(.*?\)/.exec(names[id])[0];

const count = (value) => value.toLocaleString("en-US");

/** A row a work: this Worker's CPU time, and the ratios to what it is compared with. */
function overview(works) {
	const ratioOf = (figures) => figures?.cpuRatio.median.toFixed(2) ?? "";
	return [
		[
			"CPU, µs",
			"this Worker",
			"to",
			"ratio (quartiles)",
			"speed",
			"100,000 origins",
			"Hono",
			"nginx",
		],
		works.map(({ name, unit, floor, subjects }) => {
			const { one = subjects.zone, many, hono, nginx } = subjects;
			return [
				unit ? `${name}, a ${unit}` : name,
				number(one.cpu.median),
				letterOf(floor),
				ratio(one.cpuRatio),
				one.rateRatio.median.toFixed(2),
				ratioOf(many),
				ratioOf(hono),
				ratioOf(nginx),
			];
		}),
	];
}

const targetTable = (results) => [["target", "limit", "measured", ""], judge(results)];

function workTable({ name, unit, floor, subjects }) {
	const each = unit ?? "each";
	const letter = letterOf(floor);
	return [
		[
			name,
			`CPU, µs ${unit ? `a ${unit}` : each}`,
			`to ${letter} (quartiles)`,
			`${unit ?? ""} a second`.trim(),
			`to ${letter} (quartiles)`,
			...(unit ? [] : ["p50, ms"]),
		],
		inOrder(subjects).map(([id, { cpu, cpuRatio, rate, rateRatio, p50 }]) => [
			names[id],
			number(cpu.median),
			ratio(cpuRatio),
			number(rate.median),
			ratio(rateRatio),
			...(p50 ? [p50.median.toFixed(2)] : []),
		]),
	];
}

const inOrder = (subjects) =>
	Object.keys(names)
		.filter((id) => id in subjects)
		.map((id) => [id, subjects[id]]);

const ratio = ({ low, median, high }) =>
	`${median.toFixed(2)} (${low.toFixed(2)}..${high.toFixed(2)})`;

/** Three digits, or more where they are before the point. */
const number = (value) => (value < 100 ? value.toPrecision(3) : value.toFixed(0));

function startUpTable({
	constant,
	constantAfterPolicy,
	thisWorker,
	overConstant,
	overConstantAfterPolicy,
}) {
	const cells = ({ low, median, high }) =>
		`${median.toFixed(1)} (${low.toFixed(1)}..${high.toFixed(1)})`;
	const row = (name, { wall, cpu }) => [name, cells(wall), cells(cpu)];
	return [
		["start-up and first answer, ms", "wall, median (quartiles)", "CPU"],
		[
			row(names.constant, constant),
			row("the same, Wasm compiled, KV read, then a line logged", constantAfterPolicy),
			row(names.one, thisWorker),
			row("longer than the first", overConstant),
			row("longer than the second", overConstantAfterPolicy),
		],
	];
}

const wasmMemoryTable = (sizes) => [
	["requests", "Wasm memory, MiB"],
	sizes.map(({ requests, bytes }) => [count(requests), (bytes / MIB).toFixed(2)]),
];
