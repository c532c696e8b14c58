// The Worker on this machine, by `wrangler dev`: for `make dev` and for the npm package's `dev`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { readPolicy } from "./local-policy.js";
import { followLog } from "./worker-log.js";

/**
 * Resolves to why `port` of 127.0.0.1 cannot be used, or to nothing. wrangler notices late that it is
 * taken; by then the other server has been mistaken for the Worker.
 */
export async function whyTaken(port) {
	const probe = createServer();
	try {
		await once(probe.listen(port, "127.0.0.1"), "listening");
	} catch (error) {
		return error.code;
	}
	await new Promise((resolve) => probe.close(resolve));
}

/** `text` is the URL of a server, which the Worker takes as `UPSTREAM`. */
export const isServerUrl = (text) => /^https?:\/\//.test(text) && URL.canParse(text);

/**
 * Starts it on `port` of 127.0.0.1, with these variables and other words for `wrangler dev`. It prints
 * on this terminal; `onLog` is called with each line that the Worker logs. Aborting `signal` ends it.
 */
export function startLocalEdge({ command, port, variables, words, onLog, signal }) {
	const [program, ...leading] = command;
	const named = Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
	const address = ["--ip", "127.0.0.1", "--port", String(port)];
	// Nobody debugs here. wrangler would look for a free port from 9229 on and take it seconds later, as
	// any other wrangler does that starts meanwhile.
	const inspector = ["--inspector-port", "0"];
	const quiet = "--show-interactive-dev-session=false";
	const args = [...leading, "dev", ...address, ...inspector, ...named, ...words, quiet];
	const worker = spawn(program, args, {
		stdio: ["ignore", "pipe", "pipe"],
		// It cannot see that its output ends up on a terminal.
		env: process.stdout.isTTY ? { FORCE_COLOR: "1", ...process.env } : process.env,
		signal,
	});
	for (const [output, shown] of [
		[worker.stdout, process.stdout],
		[worker.stderr, process.stderr],
	]) {
		output.pipe(shown);
		followLog(output, onLog);
	}
	return worker;
}

/**
 * Resolves when the Worker at `edge` answers, or when `signal` is aborted. It is wrangler that is asked,
 * for the local KV: the server behind the Worker may take its time.
 */
export async function answering(edge, signal) {
	while (!signal.aborted) {
		try {
			await readPolicy(edge);
			return;
		} catch {
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
	}
}
