// 100,000 exact origins and 10,000 wildcards in one document: what a look-up, the parse and the
// memory cost, next to a document with one origin.
import { createHash } from "node:crypto";
import { inspect } from "../tests/harness/inspector.js";
import {
	largeList,
	listed,
	MIB,
	median,
	numbered,
	openProfiler,
	padded,
	preflight,
	print,
	sendAll,
	spread,
	startMeasured,
	time,
	timeFirstRequest,
	watchLoad,
	wildcards,
} from "./harness/measure.js";

await lookUp();
await parse();
await profile();
await memory();

/** CPU time of a preflight: two edges that answer the same requests, by turns. */
async function lookUp() {
	const [rounds, count] = [21, 500];
	const [one, many] = [await startMeasured(), await startMeasured()];
	const document = largeList("a");
	// Each kind has a host of its own, so that the small policy can have its one origin.
	const every = (texts) => numbered(count, (n) => texts[(Number(n) * 7919) % texts.length]);
	const below = wildcards("a").map((pattern) => pattern.replace("*", "app"));
	const first = listed("a")[0];
	const kinds = [
		{ kind: "listed, the same each time", origins: Array(count).fill(first), small: first },
		{ kind: "listed, another each time", origins: every(listed("a")), small: first, alone: first },
		{ kind: "unlisted", origins: every(listed("b")), small: first, status: 403 },
		{
			kind: "below a wildcard",
			origins: every(below),
			small: wildcards("a")[0],
			alone: below[0],
		},
	].map((row, index) => ({
		status: 204,
		...row,
		host: `kind${index}.test`,
		ratios: [],
		spent: [],
	}));
	for (const { host, small } of kinds) {
		await one.kv.put(`policy:${host}`, { origin: [small], credentials: true });
		await many.kv.put(`policy:${host}`, document);
	}
	const load = await watchLoad([one, many]);
	// The first rounds warm up.
	for (let round = -8; round < rounds; round += 1) {
		for (const { host, origins, alone, status, ratios, spent } of kinds) {
			const cpu = new Map([one, many].map((edge) => [edge, 0]));
			// There and back again, so that a slower moment slows down both.
			const [a, b] = round % 2 === 0 ? [one, many] : [many, one];
			for (const edge of [a, b, b, a]) {
				// A policy of one origin allows no other: it is asked for that one.
				const asked = edge === one && alone ? Array(count).fill(alone) : origins;
				const sent = await time(edge, () => sendAll(edge.bareUrl, host, asked, status));
				cpu.set(edge, cpu.get(edge) + sent.cpu);
			}
			if (round < 0) continue;
			ratios.push(cpu.get(many) / cpu.get(one));
			spent.push([one, many].map((edge) => (1000 * cpu.get(edge)) / (2 * count)));
		}
	}
	print(
		["preflight, µs of CPU", "1 origin", "110,000", "ratio, median (min..max)"],
		kinds.map(({ kind, ratios, spent }) => [
			kind,
			median(spent.map(([small]) => small)).toFixed(0),
			median(spent.map(([, large]) => large)).toFixed(0),
			spread(ratios, 2),
		]),
	);
	console.log(
		`${rounds} rounds of twice ${count} requests to each; others had ${(await load()).toFixed(0)} %\n`,
	);
	await Promise.all([one.stop(), many.stop()]);
}

/** What the first request to a host costs, which reads its document. */
async function parse() {
	const [edges, rounds] = [10, 3];
	const size = largeList("00-0").length;
	const kinds = {
		"110,000 origins": { document: largeList, status: 403 },
		"1 origin, as many bytes": { document: (seed) => padded(size, seed), status: 204 },
		"1 origin": { document: (seed) => padded(200, seed), status: 204 },
	};
	const [large, control, small] = Object.keys(kinds);
	const results = Object.fromEntries(
		Object.keys(kinds).map((kind) => [kind, { cold: [], warm: [] }]),
	);
	const others = [];
	for (let number = 10; number < 10 + edges; number += 1) {
		const edge = await startMeasured();
		const load = await watchLoad([edge]);
		const order = number % 2 === 0 ? [large, control, small] : [control, large, small];
		await timeFirstRequest(edge, "start.test", padded(200, "start"), 204);
		for (let round = 0; round < rounds; round += 1) {
			for (const kind of order) {
				const { document, status } = kinds[kind];
				const seed = `${number}-${round}`;
				const host = `${seed}.kind${Object.keys(kinds).indexOf(kind)}.test`;
				const spent = await timeFirstRequest(edge, host, document(seed), status);
				// Only the first of an edge is the first that reads so much.
				if (round > 0) results[kind].warm.push(spent);
				else if (kind === order[0]) results[kind].cold.push(spent);
			}
		}
		others.push(await load());
		await edge.stop();
	}
	const column = (kind, state, clock) => results[kind][state].map((spent) => spent[clock]);
	const cells = (of) =>
		["cold", "warm"].flatMap((state) => ["wall", "cpu"].map((clock) => of(state, clock)));
	print(
		["first request, ms", "cold, wall", "cold, CPU", "warm, wall", "warm, CPU"],
		[
			...[large, control].map((kind) => [
				`${kind} (${(size / MIB).toFixed(1)} MiB)`,
				...cells((state, clock) => spread(column(kind, state, clock))),
			]),
			[small, "", "", ...["wall", "cpu"].map((clock) => spread(column(small, "warm", clock)))],
			[
				"difference of the first two",
				...cells((state, clock) =>
					(median(column(large, state, clock)) - median(column(control, state, clock))).toFixed(0),
				),
			],
		],
	);
	console.log(
		`${edges} edges; cold: the first of each, ${edges / 2} a kind; warm: ${edges * (rounds - 1)} a kind; ` +
			`others had ${median(others).toFixed(0)} %\n`,
	);
}

/** The parse by itself: what V8's profiler sees inside of Wasm. */
async function profile() {
	const [edges, rounds] = [5, 3];
	const inWasm = {
		"110,000 origins": { cold: [], warm: [] },
		"1 origin, as many bytes": { warm: [] },
	};
	const [large, control] = Object.values(inWasm);
	const others = [];
	for (let number = 0; number < edges; number += 1) {
		const edge = await startMeasured({ inspectorPort: 0 });
		const load = await watchLoad([edge]);
		const profiler = await openProfiler(edge);
		await timeFirstRequest(edge, "start.test", padded(200, "start"), 204);
		for (let round = 0; round < rounds; round += 1) {
			const seed = `${number}-${round}`;
			const document = largeList(seed);
			const first = (host, text, status) =>
				profiler.inWasm(() => timeFirstRequest(edge, host, text, status));
			large[round === 0 ? "cold" : "warm"].push(await first(`large${seed}.test`, document, 403));
			const same = padded(document.length, seed);
			control.warm.push(await first(`padded${seed}.test`, same, 204));
		}
		others.push(await load());
		profiler.close();
		await edge.stop();
	}
	print(
		["inside of Wasm, ms (V8's profile)", "cold", "warm"],
		Object.entries(inWasm).map(([kind, { cold, warm }]) => [
			kind,
			cold ? spread(cold) : "",
			spread(warm),
		]),
	);
	console.log(
		`${edges} edges; cold: the first of each; warm: ${edges * (rounds - 1)}; ` +
			`others had ${median(others).toFixed(0)} %\n`,
	);
}

/** What the isolate holds, after V8 collected its garbage. */
async function memory() {
	const reloads = 20;
	const edge = await startMeasured({
		inspectorPort: 0,
		policy: padded(200, "start"),
		vars: { POLICY_FRESH_SECONDS: "1", EXPLAIN: "on" },
	});
	const inspector = await inspect(edge.runtime);
	const ask = preflight("api.test", "https://app.example.com");
	const rows = [];
	async function load(document, name) {
		await edge.kv.put("policy", document);
		const version = createHash("sha256").update(document).digest("hex").slice(0, 8);
		const isNew = ({ headers }) => headers.get("x-cors-decision")?.endsWith(`policy=${version}`);
		await edge.sendUntil(isNew, "/socket.io/", ask);
		const { wasm, js } = await inspector.sizes();
		const [mib, heap] = [wasm.reduce((sum, bytes) => sum + bytes, 0), js].map(
			(bytes) => bytes / MIB,
		);
		if (name) rows.push([name, mib.toFixed(1), heap.toFixed(1)]);
	}
	await load(padded(200, "small"), "1 origin");
	for (let count = 0; count <= reloads; count += 1) {
		const name = count === 0 ? "110,000 origins" : `the same, reloaded ${count} times`;
		await load(
			largeList(String(count).padStart(2, "0")),
			[0, 1, 2, 5, 10, 20].includes(count) && name,
		);
	}
	await load(padded(200, "again"), "1 origin again");
	print(["held, MiB", "Wasm memory", "JavaScript"], rows);
	inspector.close();
	await edge.stop();
}
