// Subjects by turns, in short slices, so that a slower moment of the machine slows down all of them.
import { MS, median } from "../harness/measure.js";
import { quartiles } from "./statistics.js";

/** V8 compiles what runs often, anew and better, for some thousand requests. */
const WARM_UP_ROUNDS = 8;

/** Does `work` with its subjects. Resolves to their figures by id. */
export async function measure(work, subjects, rounds) {
	const lanes = [];
	for (const [id, expected] of Object.entries(work.subjects)) {
		const subject = subjects[id];
		if (subject === undefined) continue;
		const { slice, close } = await named(work, subject, work.open(subject, expected));
		lanes.push({ id, subject, slice, close, slices: [] });
	}
	for (let round = 0; round < WARM_UP_ROUNDS + rounds; round += 1) {
		for (const { subject, slice, slices } of inOrder(lanes, round)) {
			const [cpu, wall] = [await subject.cpu(), performance.now()];
			const { units, latencies } = await named(work, subject, slice());
			const seconds = (performance.now() - wall) / 1000;
			const spent = (await subject.cpu()) - cpu;
			if (round < WARM_UP_ROUNDS) continue;
			slices.push({
				cpu: (1000 * spent) / MS / units,
				rate: units / seconds,
				p50: latencies.length > 0 ? median(latencies) : undefined,
			});
		}
	}
	for (const { close } of lanes) await close();
	const slicesOf = (wanted) => lanes.find(({ id }) => id === wanted).slices;
	const floor = slicesOf(work.floor);
	const results = Object.fromEntries(lanes.map(({ id, slices }) => [id, figures(slices, floor)]));
	if (results.many)
		results.many.cpuToOne = quartiles(ratios(slicesOf("many"), slicesOf("one"), "cpu"));
	return results;
}

/**
 * Each round starts one further and goes the other way, so that each subject comes after either
 * neighbour, and never after itself: the second of two turns in a row is a slower one.
 */
function inOrder(lanes, round) {
	const from = round % lanes.length;
	const turned = [...lanes.slice(from), ...lanes.slice(0, from)];
	return round % 2 === 0 ? turned : turned.toReversed();
}

/** Each with its quartiles: CPU in µs, units a second, ms, and the first two as multiples of the floor's. */
function figures(slices, floor) {
	const of = (figure) => quartiles(slices.map((slice) => slice[figure]));
	return {
		cpu: of("cpu"),
		cpuRatio: quartiles(ratios(slices, floor, "cpu")),
		rate: of("rate"),
		rateRatio: quartiles(ratios(slices, floor, "rate")),
		...(slices[0].p50 !== undefined && { p50: of("p50") }),
	};
}

/** What a figure is as a multiple of the same of `others` in the same round. */
const ratios = (slices, others, figure) =>
	slices.map((slice, round) => slice[figure] / others[round][figure]);

/** What `promise` resolves to; if it fails, the error says where. */
async function named(work, subject, promise) {
	try {
		return await promise;
	} catch (cause) {
		throw new Error(`${work.name}: ${subject.name}: ${cause.message}`, { cause });
	}
}
