// What the project promises, and how far it is kept.

const KIB = 1024;

/** Rows of the target, what was measured, and whether that is within it. */
export function judge(results) {
	const figures = (name, subject) =>
		results.works.find((work) => work.name === name).subjects[subject];
	const cpu = (name) => figures(name, "one").cpuRatio.median;
	const lost = (name) => 100 * (1 - figures(name, "one").rateRatio.median);
	const times = (value) => `${value.toFixed(2)} ×`;
	const percent = (value) => `${value.toFixed(1).replace("-0.0", "0.0")} %`;
	const ms = (value) => `${value.toFixed(1)} ms`;
	const kib = (value) => `${value.toFixed(1)} KiB`;
	const count = (value) => value.toLocaleString("en-US");
	const [early, late] = [results.wasmMemory[0], results.wasmMemory.at(-1)];
	return [
		["CPU of an allowed preflight, to (a)", cpu("preflight, allowed"), 1.1, times],
		["CPU of a refused preflight, to (a′)", cpu("preflight, refused"), 1.05, times],
		["CPU of a refused polling GET, to (a′)", cpu("polling GET, refused"), 1.05, times],
		["CPU of a refused POST of 100 KB, to (a′)", cpu("POST of 100 KB, refused"), 1.05, times],
		["CPU of a forwarded polling GET, to (c′)", cpu("polling GET"), 1, times],
		["CPU of a forwarded polling POST, to (c′)", cpu("polling POST of 10 KB"), 1, times],
		[
			"CPU of a polling GET without UPSTREAM, to (j)",
			figures("polling GET, without UPSTREAM", "zone").cpuRatio.median,
			1.05,
			times,
		],
		["download of 10 MB, speed lost to (b)", lost("download of 10 MB"), 3, percent],
		...["64 B", "64 KB"].map((size) => [
			`WebSocket throughput of ${size}, lost to (b)`,
			lost(`WebSocket throughput, ${size}`),
			3,
			percent,
		]),
		[
			"CPU of an allowed preflight, 100,000 origins to 1",
			figures("preflight, allowed", "many").cpuToOne.median,
			1.05,
			times,
		],
		[
			"first answer of a new isolate, over the constant that reads the same keys",
			results.startUp.overConstantAfterPolicy.cpu.median,
			4,
			ms,
		],
		["upload, gzip", results.upload.total, 100, kib],
		[
			`growth of Wasm memory, ${count(early.requests)} to ${count(late.requests)} requests`,
			(late.bytes - early.bytes) / KIB,
			0,
			kib,
		],
	].map(([target, measured, limit, text]) => [
		target,
		`≤ ${text(limit)}`,
		text(measured),
		measured <= limit ? "met" : "missed",
	]);
}
