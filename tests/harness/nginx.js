// nginx, as scripts/install-servers.sh finds it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, root, until } from "./process.js";

export const nginx = join(root, ".tools/nginx");

export const hasNginx = existsSync(nginx);

/**
 * Starts it on a free port of 127.0.0.1.
 *
 * @param {string} config what is within `http { … }`; PORT stands for the port
 */
export async function startNginx(config) {
	const directory = await mkdtemp(join(tmpdir(), "nginx-"));
	// Its workers are another user's where it was started by root.
	await chmod(directory, 0o755);
	const port = await freePort();
	await writeFile(join(directory, "nginx.conf"), around(config.replaceAll("PORT", port)));
	const master = spawn(nginx, ["-p", directory, "-c", "nginx.conf", "-e", "error.log"], {
		stdio: "inherit",
	});
	const end = () => master.kill();
	process.once("exit", end);
	const ended = once(master, "exit");
	// It writes its id when it listens.
	const listens = () => existsSync(join(directory, "nginx.pid"));
	await until("nginx", () => master.exitCode !== null || listens());
	if (master.exitCode !== null) {
		await rm(directory, { recursive: true });
		throw new Error(`nginx refuses ${config}`);
	}
	return {
		url: `http://127.0.0.1:${port}`,
		pid: master.pid,
		async stop() {
			process.off("exit", end);
			end();
			await ended;
			await rm(directory, { recursive: true });
		},
	};
}

/** A configuration with `config` within `http { … }`, which writes nothing outside its directory. */
export const around = (config) => `
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log;

events {}

http {
	access_log off;
	client_body_temp_path body;
	proxy_temp_path proxy;
	fastcgi_temp_path fastcgi;
	uwsgi_temp_path uwsgi;
	scgi_temp_path scgi;
	${config}
}
`;
