// nginx with `nginx.conf`.
import { spawn } from "node:child_process";
import { access, chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, until } from "../../tests/e2e/harness/process.js";
import { cpuOf } from "../harness/measure.js";

export const nginx = fileURLToPath(new URL("../../.tools/nginx", import.meta.url));

/** Starts it before `upstream`. Resolves to undefined where there is no nginx. */
export async function startNginx(upstream) {
	const installed = await access(nginx).then(
		() => true,
		() => false,
	);
	if (!installed) {
		console.log("nginx is left out: .tools/nginx is missing\n");
		return undefined;
	}
	const directory = await mkdtemp(join(tmpdir(), "nginx-"));
	// Its workers are another user's where it was started by root.
	await chmod(directory, 0o755);
	const port = await freePort();
	const template = await readFile(new URL("nginx.conf", import.meta.url), "utf8");
	const config = template.replace("UPSTREAM", new URL(upstream).host).replace("PORT", port);
	await writeFile(join(directory, "nginx.conf"), config);
	const master = spawn(nginx, ["-p", directory, "-c", "nginx.conf", "-e", "error.log"], {
		stdio: "inherit",
	});
	process.once("exit", () => master.kill());
	const url = `http://127.0.0.1:${port}`;
	// Its workers do not answer before there are any.
	await until("nginx", () => fetch(url, { method: "OPTIONS" }).catch(() => undefined));
	const children = await readFile(`/proc/${master.pid}/task/${master.pid}/children`, "utf8");
	const processes = [master.pid, ...children.trim().split(" ")];
	return {
		url,
		async cpu() {
			const times = await Promise.all(processes.map(cpuOf));
			return times.reduce((sum, time) => sum + time, 0);
		},
		async stop() {
			const stopped = new Promise((resolve) => master.once("exit", resolve));
			master.kill();
			await stopped;
			await rm(directory, { recursive: true });
		},
	};
}
