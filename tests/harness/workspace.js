// The project's directory as somebody has it who follows the documents: with a policy and a
// wrangler.toml of their own, an account at a stand-in for Cloudflare, and the tool installed.
import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startCloudflare } from "./cloudflare.js";
import { root, run } from "./process.js";
import { tool } from "./tool.js";

/** Files and directories that are not the project's, or that the tests change. */
const own = [".git", ".wrangler", "wrangler.toml"];

/** Starts it, with the Worker deployed unless `deployed` is false. */
export async function startWorkspace(options) {
	const cloudflare = await startCloudflare(options);
	const directory = await mkdtemp(join(tmpdir(), "workspace-"));
	for (const name of await readdir(root)) {
		if (!own.includes(name)) await symlink(join(root, name), join(directory, name));
	}
	await cp(join(root, "wrangler.toml"), join(directory, "wrangler.toml"));
	const env = {
		...cloudflare.environment,
		PATH: `${dirname(tool)}:${cloudflare.environment.PATH}`,
		TMPDIR: directory,
	};

	/** Runs a command as typed into a shell. Resolves to what it prints, given that it ends with `status`. */
	async function typed(command, status = 0) {
		const { code, output } = await run("sh", ["-c", `cd '${directory}' && ${command}`], env);
		assert.equal(code, status, `${command}\n${output}`);
		return output;
	}

	async function edit(from, to, also = (text) => text) {
		const path = join(directory, "wrangler.toml");
		const text = await readFile(path, "utf8");
		assert.ok(text.includes(`\n${from}`), `wrangler.toml has no line that begins with ${from}`);
		await writeFile(path, also(text.replace(`\n${from}`, `\n${to}`)));
	}

	return {
		cloudflare,
		typed,
		/** The same on a terminal, with what is then typed there. */
		answered: (answer, command) =>
			typed(`echo ${answer} | script -qec "${command.replaceAll('"', '\\"')}" /dev/null`),
		write: (name, text) => writeFile(join(directory, name), text),
		/** Takes the # away from a setting of wrangler.toml, or puts it back. */
		uncomment: (line) => edit(`#${line}`, line),
		comment: (line) => edit(line, `#${line}`),
		/** Takes it away from every setting. */
		uncommentAll: () => edit("", "", uncommented),
		async stop() {
			await cloudflare.stop();
			await rm(directory, { recursive: true, maxRetries: 5 });
		},
	};
}

/** Settings without the # that keeps them from counting. */
export const uncommented = (text) => text.replaceAll(/^#(?=\S)/gm, "");
