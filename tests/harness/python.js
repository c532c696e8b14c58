// Socket.IO servers and clients in Python, with the packages that scripts/install-python.sh installs.
import { join } from "node:path";
import { root, run, start } from "./process.js";

const python = join(root, ".tools/python/bin/python");
const script = (name) => join(root, "tests/harness/python", name);

/**
 * Starts the Socket.IO server that Python `code` makes (see `python/server.py`). It takes the
 * event `echo`.
 */
export async function startPythonServer(code) {
	const started = start(python, [script("server.py"), code]);
	try {
		await started.said("is listening");
	} catch (error) {
		started.kill();
		throw error;
	}
	const [, url] = started.output.match(/(\S+) is listening/);
	return {
		url,
		/** All that it printed, the query of each request among it. */
		log: () => started.output,
		stop: async () => started.kill(),
	};
}

/**
 * Has the Python client ask the server at `url` to echo a text, with an `Origin` header if one is
 * given. Resolves to what it prints.
 */
export async function echoToPython(url, transport, text, ...origin) {
	const asked = [script("client.py"), url, transport, text, ...origin];
	const { code, output } = await run(python, asked);
	if (code !== 0) throw new Error(output);
	return output.trim();
}
