// 1,000,000 tenants with a KV key each, of which an isolate has 10,000 cached: what a look-up of one of
// these costs, next to one of a list of 10,000 origins.

import { granted } from "./comparison/expected.js";
import { openHttp } from "./comparison/http-load.js";
import { configure, start, THIS_WORKER } from "./comparison/plain-workerd.js";
import { page, preflight } from "./comparison/requests.js";
import { measure } from "./comparison/rounds.js";
import { cpuOf, numbered, print } from "./harness/measure.js";
import { startTenantsKv } from "./harness/tenants-kv.js";

const [ROUNDS, COUNT, CACHED, TENANTS] = [120, 250, 10_000, 1_000_000];

const listed = numbered(CACHED, (n) => `https://listed-${n}.example.com`);
const tenant = (number) => `https://tenant-${String(number).padStart(6, "0")}.example.com`;
const cached = Array.from({ length: CACHED }, (_, index) => tenant(97 * index));

const policy = { origin: [page, ...listed, { kv: "tenant:" }], credentials: true };
const kv = await startTenantsKv(policy, TENANTS);
const config = await configure(THIS_WORKER, { kv: kv.url, vars: { POLICY_FRESH_SECONDS: "3600" } });
const { pid, url, stop } = await start(config.path);
const subject = { name: "this Worker", url, cpu: () => cpuOf(pid) };

try {
	// Each is read from KV once.
	const first = await openHttp(subject, granted, { count: CACHED, request: each(cached) });
	const before = await subject.cpu();
	await first.slice();
	const read = (await subject.cpu()) - before;
	await first.close();

	const origins = { listed, cached, page: [page] };
	const work = {
		name: "preflight",
		floor: "listed",
		subjects: Object.fromEntries(Object.keys(origins).map((id) => [id, id])),
		open: (_, id) => openHttp(subject, granted, { count: COUNT, request: each(origins[id]) }),
	};
	const same = Object.fromEntries(Object.keys(origins).map((id) => [id, subject]));
	const asked = kv.reads();
	const results = await measure(work, same, ROUNDS);
	if ((await kv.reads()) !== (await asked)) throw new Error("a cached tenant was read again");

	const row = (name, { cpu, cpuRatio }) => [
		name,
		cpu.median.toFixed(0),
		`${cpuRatio.median.toFixed(2)} (${cpuRatio.low.toFixed(2)}..${cpuRatio.high.toFixed(2)})`,
	];
	print(
		["preflight, µs of CPU", "median", "to the first (quartiles)"],
		[
			row("10,000 listed origins by turns", results.listed),
			row("10,000 of 1,000,000 tenants by turns, cached", results.cached),
			row("one listed origin", results.page),
			["a tenant that is read from KV", (read / 1000 / CACHED).toFixed(0), ""],
		],
	);
} finally {
	await stop();
	await config.remove();
	kv.stop();
}

/** Preflights of these origins by turns, each from an address of its own: few look-ups are one's due. */
function each(origins) {
	let next = 0;
	return () => {
		next = (next + 1) % origins.length;
		const { headers, ...options } = preflight(origins[next]);
		const address = [10, next >> 16, (next >> 8) & 255, next & 255].join(".");
		return { ...options, headers: { ...headers, "cf-connecting-ip": address } };
	};
}
