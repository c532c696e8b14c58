// Commands run as a person runs them, with all that they start.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { patienceSeconds } from "./patience.js";

export const root = fileURLToPath(new URL("../../", import.meta.url));

// Without what a `make` that runs the tests passes on, and what it has put on the PATH.
const { MAKEFLAGS, MFLAGS, MAKELEVEL, ...rest } = process.env;
export const environment = {
	...rest,
	PATH: rest.PATH.split(":")
		.filter((directory) => !directory.endsWith("node_modules/.bin"))
		.join(":"),
	NO_COLOR: "1",
	WRANGLER_SEND_METRICS: "false",
};

// A Ctrl-C that ends the tests does not reach the groups of what they started.
const groups = new Set();
process.once("exit", () => groups.forEach(killGroup));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/**
 * Starts a command in the project's directory, as a terminal does: in a process
 * group of its own.
 */
export function start(command, args, env = environment) {
	const child = spawn(command, args, {
		cwd: root,
		env,
		detached: true,
		stdio: ["ignore", "pipe", "pipe"],
	});
	groups.add(child.pid);
	const closed = once(child, "close");
	// The caller that awaits the end gets the error too.
	closed.catch(() => {});
	let output = "";
	const streams = { stdout: "", stderr: "" };
	for (const name of Object.keys(streams)) {
		child[name].setEncoding("utf8").on("data", (text) => {
			output += text;
			streams[name] += text;
		});
	}
	return {
		/** Its output. */
		get output() {
			return output;
		},
		/** The same, apart: `stdout` and `stderr`. */
		streams,
		/** The processes of the group that still run, as `{ pid, command }`. */
		processes: () => processesOf(child.pid),
		/** Resolves when the output has `text`; fails if the command ends before, or after so many seconds. */
		async said(text, seconds) {
			let ended = false;
			closed.finally(() => {
				ended = true;
			});
			await until(`"${text}"`, () => output.includes(text) || ended, seconds);
			if (!output.includes(text)) throw new Error(`it ended without "${text}": ${output}`);
		},
		/** Resolves to the exit code, when all have ended that could write to the output: in so many seconds. */
		async ended(seconds = patienceSeconds) {
			const clock = new AbortController();
			const late = sleep(seconds * 1000, undefined, { signal: clock.signal }).then(() => {
				throw new Error(`the end did not come in ${seconds} seconds`);
			});
			late.catch(() => {});
			try {
				const [code] = await Promise.race([closed, late]);
				return code ?? "a signal";
			} finally {
				clock.abort();
			}
		},
		/** Sends a signal to the whole group, as a terminal's Ctrl-C does. */
		signal: (name) => process.kill(-child.pid, name),
		/** Ends what is left of the group. */
		kill() {
			killGroup(child.pid);
			groups.delete(child.pid);
		},
	};
}

/** Runs a command to its end, in `seconds`. Resolves to its exit code and its output, together and apart. */
export async function run(command, args, env, seconds) {
	const started = start(command, args, env);
	try {
		return { code: await started.ended(seconds), output: started.output, ...started.streams };
	} finally {
		started.kill();
	}
}

/** Resolves when `holds` does, or a promise of it; fails after four minutes, or so many seconds. */
export async function until(what, holds, seconds = patienceSeconds) {
	const end = Date.now() + seconds * 1000;
	while (!(await holds())) {
		if (Date.now() > end) throw new Error(`${what} did not come in ${seconds} seconds`);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

/** Takes the connections that have ports. */
const keeper = createServer((socket) => socket.on("error", () => {}).unref());
const kept = once(keeper.listen(0, "127.0.0.1").unref(), "listening");

/**
 * A port of 127.0.0.1 that nothing listens on. As long as this process runs, a connection has it, so that the
 * system gives it to no other test's server. Whoever is told the port can listen on it.
 */
export async function freePort() {
	const host = "127.0.0.1";
	await kept;
	const server = createServer().listen(0, host);
	await once(server, "listening");
	const { port: localPort } = server.address();
	await new Promise((resolve) => server.close(resolve));
	const { port } = keeper.address();
	const holder = connect({ host, port, localAddress: host, localPort }).unref();
	await once(
		holder.on("error", () => {}),
		"connect",
	);
	return localPort;
}

/** Resolves to true if something listens on a port of 127.0.0.1. */
export async function accepts(port) {
	const socket = connect(port, "127.0.0.1");
	try {
		await once(socket, "connect");
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}

function killGroup(group) {
	try {
		process.kill(-group, "SIGKILL");
	} catch (error) {
		// Nothing is left of it; on macOS, nothing but what is not yet waited for.
		if (!["ESRCH", "EPERM"].includes(error.code)) throw error;
	}
}

/** The processes of a group but those that have ended and are not yet waited for. */
function processesOf(group) {
	const columns = "pid=,pgid=,stat=,args=";
	const { stdout } = spawnSync("ps", ["-A", "-o", columns], { encoding: "utf8" });
	return stdout.split("\n").flatMap((line) => {
		const [pid, pgid, state, ...command] = line.trim().split(/\s+/);
		if (Number(pgid) !== group || state.startsWith("Z")) return [];
		return [{ pid: Number(pid), command: command.join(" ") }];
	});
}
