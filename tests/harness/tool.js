// The tool `socketio-cors`, as a person runs it: cargo's or, where SOCKETIO_CORS is "npm", that of the
// npm package.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, root, run } from "./process.js";

const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

/** True if it is the npm package's. */
export const isOfNpm = process.env.SOCKETIO_CORS === "npm";

/** Its path. */
export const tool = isOfNpm ? npmTool() : join(target, "debug/socketio-cors");

/** The command that its messages name. */
export const typedTool = isOfNpm ? "npx socketio-cors" : "socketio-cors";

/** The command that builds it. */
const builder = isOfNpm ? "make package" : "cargo build --bin socketio-cors";

/** The package's, run by the Node that runs the tests, as that of the `PATH` may be an older one. */
function npmTool() {
	const script = join(root, "target/package/socketio-cors-edge/bin/socketio-cors.js");
	if (!existsSync(script)) return script;
	const directory = join(root, "target/package/bin");
	const path = join(directory, "socketio-cors");
	mkdirSync(directory, { recursive: true });
	// Another test file may be running it.
	const own = `${path}-${process.pid}`;
	writeFileSync(own, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 });
	renameSync(own, path);
	return path;
}

/** util-linux's `script` is installed, which runs a command on a terminal. */
export const hasTerminal = spawnSync("script", ["--version"]).status === 0;

// Characters that a terminal obeys, or that change the direction of writing, except the line break.
const OBEYED =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it is about
	/[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** The tool, with a directory of its own for files. */
export async function useTool() {
	assert.ok(existsSync(tool), `${tool} is missing: ${builder}`);
	const directory = await mkdtemp(join(tmpdir(), "tool-"));
	async function ended(status, args, env = environment) {
		const ran = await run(tool, args, { ...env, TMPDIR: directory });
		const { code, output } = ran;
		assert.ok([status].flat().includes(code), `${code}: ${output}`);
		assert.doesNotMatch(output, OBEYED, JSON.stringify(output));
		return ran;
	}
	return {
		directory,
		/** The path of a file of `text`. */
		async file(text, name = "policy.json") {
			const path = join(directory, name);
			await writeFile(path, text);
			return path;
		},
		/** Runs it without a terminal. Resolves to what it prints, given that it ends with `status`, or one of those. */
		run: async (status, args, env) => (await ended(status, args, env)).output,
		/** The same; resolves to `stdout` and `stderr`. */
		runApart: ended,
		/** Runs it on a terminal, where `answer` is typed. Resolves to what is then on it. */
		async asked(answer, args) {
			const words = args.map((arg) => `"${arg.replaceAll('"', '\\"')}"`).join(" ");
			const typed = `echo ${answer} | script -qec '${tool} ${words}' /dev/null`;
			return (await run("sh", ["-c", typed], { ...environment, TMPDIR: directory })).output;
		},
		remove: () => rm(directory, { recursive: true, maxRetries: 5 }),
	};
}

export function assertSays(output, ...parts) {
	for (const part of parts)
		assert.ok(output.includes(part), `no ${JSON.stringify(part)} in:\n${output}`);
}
