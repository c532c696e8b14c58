// What a benchmark needs: documents, the CPU time of a workerd, V8's profile, a table.
import { readdir } from "node:fs/promises";
import { Agent, request as httpRequest } from "node:http";
import WebSocket from "ws";
import { startEdge } from "../../tests/harness/edge.js";
import { read, workerds } from "../../tests/harness/memory.js";

export const MIB = 1024 * 1024;
export const MS = 1e6;

/** Starts an edge that never asks KV again by itself, and measures it. */
export const startMeasured = ({ vars, ...options } = {}) =>
	measured(() =>
		startEdge({ ...options, vars: { POLICY_FRESH_SECONDS: "3600", EXPLAIN: "off", ...vars } }),
	);

/**
 * What `start` starts. `cpu()` is the CPU time of its workerd so far, in nanoseconds, and `rss()`
 * what that has of the machine's memory, in bytes; the local KV is part of that process.
 */
export async function measured(start) {
	const before = await workerds();
	const started = await start();
	const [pid, ...others] = (await workerds()).filter((child) => !before.includes(child));
	if (pid === undefined || others.length > 0) throw new Error("which workerd is it?");
	return { ...started, cpu: () => cpuOf(pid), rss: () => rssOf(pid) };
}

/**
 * The CPU time of a process's threads in nanoseconds. /proc/<pid>/stat has the same
 * in ticks of 10 ms.
 */
export async function cpuOf(pid) {
	const threads = await readdir(`/proc/${pid}/task`);
	const times = await Promise.all(threads.map((id) => read(`/proc/${pid}/task/${id}/schedstat`)));
	return times.reduce((sum, time) => sum + Number(time.split(" ")[0]), 0);
}

async function rssOf(pid) {
	return Number(/VmRSS:\s+(\d+)/.exec(await read(`/proc/${pid}/status`))?.[1]) * 1024;
}

/** What `use` takes, in milliseconds: `{ wall, cpu }`, the latter of the edge's workerd. */
export async function time(edge, use) {
	const [cpu, wall] = [await edge.cpu(), performance.now()];
	await use();
	return { wall: performance.now() - wall, cpu: ((await edge.cpu()) - cpu) / MS };
}

/**
 * Puts a document for a host of its own and times the first request to that host, which
 * reads it. The answer has to have that status.
 */
export async function timeFirstRequest(edge, host, document, status) {
	await edge.kv.put(`policy:${host}`, document);
	// What the put left to do is not the request's.
	await new Promise((resolve) => setTimeout(resolve, 50));
	let answer;
	const spent = await time(edge, async () => {
		answer = await edge.send(path, preflight(host, "https://app.example.com"));
	});
	if (answer.status !== status) throw new Error(`${answer.status} for ${host}`);
	return spent;
}

const path = "/socket.io/?EIO=4&transport=polling";

/** A preflight's options, as `edge.send` takes them. */
export function preflight(host, origin) {
	const headers = { host, origin, "access-control-request-method": "POST" };
	return { method: "OPTIONS", headers };
}

const agent = new Agent({ keepAlive: true });

/** Sends preflights from these origins, 16 at a time. Every answer has to have that status. */
export async function sendAll(url, host, origins, status) {
	const { hostname, port } = new URL(url);
	const left = origins[Symbol.iterator]();
	async function sendOneByOne() {
		for (const origin of left) {
			const got = await new Promise((resolve, reject) => {
				httpRequest({ hostname, port, path, agent, ...preflight(host, origin) })
					.once("error", reject)
					.once("response", (response) => {
						response.resume().once("end", () => resolve(response.statusCode));
					})
					.end();
			});
			if (got !== status) throw new Error(`${got} for ${origin}`);
		}
	}
	await Promise.all(Array.from({ length: 16 }, sendOneByOne));
}

/**
 * Opens V8's CPU profiler for the edge, which was started with `inspectorPort: 0`.
 * https://chromedevtools.github.io/devtools-protocol/v8/Profiler/
 */
export async function openProfiler(edge) {
	const socket = new WebSocket(new URL("/core:user:edge", await edge.runtime.getInspectorURL()));
	await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
	const replies = new Map();
	socket.on("message", (text) => {
		const { id, result, error } = JSON.parse(text);
		replies.get(id)?.(error ?? result);
		replies.delete(id);
	});
	let calls = 0;
	function call(method, params = {}) {
		calls += 1;
		socket.send(JSON.stringify({ id: calls, method, params }));
		return new Promise((resolve) => replies.set(calls, resolve));
	}
	await call("Profiler.enable");
	await call("Profiler.setSamplingInterval", { interval: 200 });
	return {
		/** Milliseconds that `use` takes inside of Wasm, without what that calls. */
		async inWasm(use) {
			await call("Profiler.start");
			await use();
			const { profile } = await call("Profiler.stop");
			const wasm = profile.nodes.filter(({ callFrame }) => callFrame.url.startsWith("wasm:"));
			const ids = new Set(wasm.map(({ id }) => id));
			const own = profile.timeDeltas.filter((_, index) => ids.has(profile.samples[index]));
			// A sample every 0.3 ms; a long distance is a wait for I/O, which came before the sample.
			return own.reduce((sum, delta) => sum + Math.min(delta, 5000), 0) / 1000;
		},
		close: () => socket.close(),
	};
}

/** 100,000 exact origins and 10,000 wildcards, of which `seed` makes a text of its own. */
export function largeList(seed) {
	return JSON.stringify({ origin: [...listed(seed), ...wildcards(seed)], credentials: true });
}

export const listed = (seed) =>
	numbered(100_000, (n) => `https://customer-${seed}-${n}.example.com`);
export const wildcards = (seed) =>
	numbered(10_000, (n) => `https://*.wild-${seed}-${n}.example.com`);

/** `count` texts, each with a number of six digits. */
export function numbered(count, text) {
	return Array.from({ length: count }, (_, index) => text(String(index).padStart(6, "0")));
}

/** A good document of `size` bytes: one origin, and a long text in a field that is ignored. */
export function padded(size, seed) {
	const [start, end] = [`{"$schema":"${seed} `, '","origin":"https://app.example.com"}'];
	const filler = " https://customer-000000.example.com ";
	return (
		start + filler.repeat(size / filler.length + 1).slice(0, size - start.length - end.length) + end
	);
}

export function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median, and from where to where the values go. */
export function spread(values, digits = 0) {
	const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)];
	return `${middle.toFixed(digits)} (${low.toFixed(digits)}..${high.toFixed(digits)})`;
}

/** Prints rows of texts and numbers under a head. */
export function print(head, rows) {
	for (const line of table(head, rows)) console.log(line);
	console.log();
}

/** The lines of a table in Markdown. */
export function table(head, rows) {
	const lines = [head, ...rows].map((row) => row.map(String));
	const widths = head.map((_, column) => Math.max(...lines.map((row) => row[column].length)));
	const [first, ...rest] = lines.map((row) =>
		row.map((text, at) => (at === 0 ? text.padEnd(widths[at]) : text.padStart(widths[at]))),
	);
	const line = widths.map((width) => "-".repeat(width));
	return [first, line, ...rest].map((cells) => `| ${cells.join(" | ")} |`);
}

/** Watches the machine. The result says which part of it others had in the meantime. */
export async function watchLoad(edges) {
	async function times() {
		const fields = (await read("/proc/stat")).split("\n")[0].trim().split(/\s+/).slice(1);
		const [user, nice, system, idle, iowait, irq, softirq, steal] = fields.map(Number);
		const busy = user + nice + system + irq + softirq + steal;
		const own = process.cpuUsage();
		const children = await Promise.all(edges.map((edge) => edge.cpu()));
		const ours = (own.user + own.system) / 1e4 + children.reduce((a, b) => a + b, 0) / 1e7;
		return { others: busy - ours, all: busy + idle + iowait };
	}
	const before = await times();
	return async () => {
		const after = await times();
		return (100 * (after.others - before.others)) / (after.all - before.all);
	};
}
