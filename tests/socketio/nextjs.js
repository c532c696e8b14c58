// The Next.js application that scripts/build-nextjs.sh built.
import { join } from "node:path";
import { environment, freePort, root, start } from "../harness/process.js";

/** Starts it, its Socket.IO server to be at `path`. */
export async function startNextJs(path) {
	const port = await freePort();
	const application = join(root, ".tools/nextjs");
	const started = start(
		process.execPath,
		[
			join(application, "node_modules/next/dist/bin/next"),
			"start",
			application,
			...["--hostname", "127.0.0.1", "--port", String(port)],
		],
		{ ...environment, SOCKET_PATH: path, NEXT_TELEMETRY_DISABLED: "1" },
	);
	try {
		await started.said("Ready in");
	} catch (error) {
		started.kill();
		throw error;
	}
	return { url: `http://127.0.0.1:${port}`, stop: async () => started.kill() };
}
