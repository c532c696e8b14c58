// The memory of the workerds that were started here, from /proc.
import { readdir, readFile } from "node:fs/promises";

/** A file's text, empty if it is gone by now. */
export const read = (path) => readFile(path, "utf8").catch(() => "");

/** The process ids of the workerds that this process has started. */
export async function workerds() {
	const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
	const stats = await Promise.all(ids.map((id) => read(`/proc/${id}/stat`)));
	return stats.flatMap((stat) => {
		const [, id, name, parent] = stat.match(/^(\d+) \((.*)\) \S (\d+)/) ?? [];
		return name === "workerd" && Number(parent) === process.pid ? [Number(id)] : [];
	});
}

/** The most memory that a process has had resident so far, in bytes. */
export async function peakOf(pid) {
	return Number(/VmHWM:\s+(\d+)/.exec(await read(`/proc/${pid}/status`))?.[1]) * 1024;
}
