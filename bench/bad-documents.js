// What it costs to refuse a faulty document, by its kind and size: linear, if a MiB costs the same
// in a large one as in a small one.
import { inspect } from "../tests/harness/inspector.js";
import {
	MIB,
	median,
	padded,
	print,
	startMeasured,
	timeFirstRequest,
	watchLoad,
} from "./harness/measure.js";

const sizes = [1, 2, 4, 8];

/**
 * `start`, as many parts as fit, `end`, and spaces up to `size` bytes. A part is a text, or made of
 * a number, all of one length.
 */
function filled(size, start, part, end, between = "") {
	const made = typeof part === "string" ? () => part : part;
	const left = size - Buffer.byteLength(start + end);
	const count = Math.floor(left / Buffer.byteLength(made(0) + between));
	const parts = Array.from({ length: count }, (_, index) => made(index)).join(between);
	return start + parts + end + " ".repeat(left - Buffer.byteLength(parts));
}

const digits = (count) => String(count).padStart(8, "0");
const origins = (count) => `"https://customer-${digits(count)}.example.com"`;
const listOf = (part) => (size, seed) =>
	filled(size, `{"$schema":"${seed}","origin":[`, part, "]}", ",");
/** A good list with `fault` at the end of the document, or elsewhere. */
const spoilt = (spoil) => (size, seed) => spoil(listOf(origins)(size - 8, seed).trimEnd(), size);
const fieldOf = (field, part, between) => (size, seed) =>
	filled(size, `{"$schema":"${seed}","origin":true,"${field}":[`, part, "]}", between);
const nested = (start, open, middle, close, end) => (size, seed) => {
	const depth = Math.floor((size - start.length - end.length - 40) / (open.length + close.length));
	return `{"$schema":"${seed}",${start}${open.repeat(depth)}${middle}${close.repeat(depth)}${end}}`;
};

const kinds = {
	"(a good one, to compare)": padded,
	truncated: spoilt((text) => text.slice(0, -20)),
	"not an object: a list of texts": (size, seed) => filled(size, `["${seed}",`, origins, "]", ","),
	"comment at the end": spoilt((text) => `${text}\n// end`),
	"NUL at the end": spoilt((text) => `${text}\0`),
	"NULs only": (size) => "\0".repeat(size),
	"byte order mark": spoilt((text) => Buffer.from(`\u{feff}\u{feff}${text}`)),
	"invalid UTF-8 at the end": spoilt((text) => Buffer.concat([Buffer.from(text), Buffer.of(0xff)])),
	"arrays, as deep as fit": nested('"a":', "[", "", "]", ""),
	"objects, as deep as fit": nested("", '"a":{', "", "}", ""),
	"list of origins, as deep as fit": nested('"origin":', "[", '"https://a.example"', "]", ""),
	"list of numbers": listOf("1234567890123456"),
	"list of empty objects": listOf("{              }"),
	"one field, again and again": (size, seed) =>
		filled(size, `{"$schema":"${seed}",`, '"maxAge": 123456789', "}", ","),
	"unknown fields, short": (size, seed) =>
		filled(size, `{"$schema":"${seed}",`, (count) => `"f${digits(count)}":1234`, "}", ","),
	"unknown fields, 64 characters": (size, seed) =>
		filled(
			size,
			`{"$schema":"${seed}",`,
			(count) => `"${digits(count).padStart(64, "f")}":1`,
			"}",
			",",
		),
	"one huge field name": (size, seed) => filled(size, `{"$schema":"${seed}","`, "name", '":1}'),
	"one huge text": (size, seed) => filled(size, `{"$schema":"${seed}","origin":"`, "text", '"}'),
	"one huge text of escapes": (size, seed) =>
		filled(size, `{"$schema":"${seed}","origin":"`, "\\u00fc", '"}'),
	"origins with a slash": listOf((count) => origins(count).replace('m"', 'm/"')),
	"origins with a Unicode host": listOf((count) =>
		origins(count).replace("customer", "b\u{fc}cher"),
	),
	"origins, short and faulty": listOf('"https://A.example"'),
	"Socket.IO 2's origins, a text": (size, seed) =>
		filled(size, `{"$schema":"${seed}","origins":"`, "x ", '"}'),
	"faulty methods": fieldOf("methods", '"no name of a method"', ","),
	"faulty headers": fieldOf("allowedHeaders", '"Content Type 1"', ","),
	"faulty headers, a text": (size, seed) =>
		filled(
			size,
			`{"$schema":"${seed}","origin":true,"exposedHeaders":"`,
			"Content Type (ü),",
			'"}',
		),
	"routes without a slash": (size, seed) =>
		filled(
			size,
			`{"$schema":"${seed}","routes":{`,
			(count) => `"route${digits(count)}":{}`,
			"}}",
			",",
		),
	"1000 faults under a huge prefix": (size, seed) => {
		const faults = Array(1000).fill('"x"').join();
		return filled(size, `{"$schema":"${seed}","routes":{"/`, "name", `":{"origin":[${faults}]}}}`);
	},
};

const only = process.argv.slice(2);
const rows = [];
const loads = [];
const chosen = Object.entries(kinds).filter(
	([kind]) => only.length === 0 || only.some((part) => kind.includes(part)),
);
for (const [kind, document] of chosen) {
	const edge = await startMeasured({ inspectorPort: 0 });
	const load = await watchLoad([edge]);
	const good = document === padded;
	let number = 0;
	async function first(bytes) {
		number += 1;
		const host = `n${number}.test`;
		const spent = await timeFirstRequest(edge, host, document(bytes, number), good ? 204 : 503);
		await refused(edge, host, good);
		return spent;
	}
	// The first ones run code that V8 has not optimised yet.
	for (const more of [0, 2, 4, 6]) await first(MIB / 4 + more);
	const spent = [];
	for (const size of sizes) spent.push(await first(size * MIB));
	const inspector = await inspect(edge.runtime);
	const { wasm } = await inspector.sizes();
	inspector.close();
	rows.push([
		kind,
		...spent.map(({ cpu }, index) => (cpu / sizes[index]).toFixed(0)),
		spent.at(-1).wall.toFixed(0),
		(wasm.reduce((sum, bytes) => sum + bytes, 0) / MIB).toFixed(0),
	]);
	loads.push(await load());
	await edge.stop();
}
print(
	[
		"CPU, ms per MiB, in a document of",
		...sizes.map((size) => `${size} MiB`),
		"wall at 8 MiB, ms",
		"Wasm, MiB",
	],
	rows,
);
console.log(`one document each; others had ${median(loads).toFixed(0)} %\n`);

/** Waits for the log to say that the document of `host` is faulty, unless it is `good`. */
async function refused(edge, host, good) {
	for (let tries = 0; !good && tries < 50; tries += 1) {
		const line = edge.log.find((text) => text.includes(`"${host}"`));
		if (line?.includes('"policy-faulty"')) return;
		if (line) throw new Error(line);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
	if (!good) throw new Error(`no fault is logged for ${host}`);
}
