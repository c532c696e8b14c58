// From the start of a workerd to the end of its first answer: the runtime, the Worker's modules
// compiled, and a preflight, for which this Worker reads its policy from KV. That is another Worker
// of the same workerd, always there.
import { request } from "undici";
import { cpuOf, MS } from "../harness/measure.js";
import { configure, start, THIS_WORKER } from "./plain-workerd.js";
import { page, preflight } from "./requests.js";
import { quartiles } from "./statistics.js";

const WARM_UP_ROUNDS = 2;

/** Starts each kind by turns. Resolves to wall and CPU time in ms, and to what they have over another kind's. */
export async function measureStartUp(rounds) {
	const spent = { constant: [], "constant-after-policy": [], [THIS_WORKER]: [] };
	const configurations = {};
	for (const kind in spent) configurations[kind] = await configure(kind);
	for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
		const kinds = Object.entries(spent);
		for (const [kind, all] of round % 2 === 0 ? kinds : kinds.toReversed()) {
			const times = await timeStart(configurations[kind].path);
			if (round >= 0) all.push(times);
		}
	}
	for (const { remove } of Object.values(configurations)) await remove();

	const column = (kind, clock) => spent[kind].map((times) => times[clock]);
	const over = (floor, clock) =>
		quartiles(column(THIS_WORKER, clock).map((time, round) => time - column(floor, clock)[round]));
	const both = (of) => ({ wall: of("wall"), cpu: of("cpu") });
	return {
		rounds,
		constant: both((clock) => quartiles(column("constant", clock))),
		constantAfterPolicy: both((clock) => quartiles(column("constant-after-policy", clock))),
		thisWorker: both((clock) => quartiles(column(THIS_WORKER, clock))),
		overConstant: both((clock) => over("constant", clock)),
		overConstantAfterPolicy: both((clock) => over("constant-after-policy", clock)),
	};
}

async function timeStart(config) {
	const began = performance.now();
	const { pid, url, stop } = await start(config);
	try {
		const { statusCode } = await request({ origin: url, ...preflight(page), reset: true });
		const times = { wall: performance.now() - began, cpu: (await cpuOf(pid)) / MS };
		if (statusCode !== 204) throw new Error(`${statusCode} from ${config}`);
		return times;
	} finally {
		await stop();
	}
}
