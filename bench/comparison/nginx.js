// nginx with `nginx.conf`.
import { readFile } from "node:fs/promises";
import { hasNginx, startNginx as start } from "../../tests/harness/nginx.js";
import { until } from "../../tests/harness/process.js";
import { cpuOf } from "../harness/measure.js";

/** Starts it before `upstream`. Resolves to undefined where there is no nginx. */
export async function startNginx(upstream) {
	if (!hasNginx) {
		console.log("nginx is left out: .tools/nginx is missing\n");
		return undefined;
	}
	const template = await readFile(new URL("nginx.conf", import.meta.url), "utf8");
	const { url, pid, stop } = await start(template.replace("UPSTREAM", new URL(upstream).host));
	// Its workers do not answer before there are any.
	await until("nginx", () => fetch(url, { method: "OPTIONS" }).catch(() => undefined));
	const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
	const processes = [pid, ...children.trim().split(" ")];
	return {
		url,
		async cpu() {
			const times = await Promise.all(processes.map(cpuOf));
			return times.reduce((sum, time) => sum + time, 0);
		},
		stop,
	};
}
