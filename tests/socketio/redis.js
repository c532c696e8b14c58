// Redis, as scripts/install-servers.sh finds it.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, start } from "../harness/process.js";

const redis = join(root, ".tools/redis-server");

export const hasRedis = existsSync(redis);

/** Starts it on a socket in a directory of its own. It keeps nothing. */
export async function startRedis() {
	const directory = await mkdtemp(join(tmpdir(), "redis-"));
	const path = join(directory, "socket");
	const started = start(redis, ["--port", "0", "--unixsocket", path, "--save", ""]);
	const stop = async () => {
		started.kill();
		await rm(directory, { recursive: true });
	};
	try {
		await started.said("ready to accept connections");
	} catch (error) {
		await stop();
		throw error;
	}
	return { path, stop };
}
