// A directory in which the package is installed, as by somebody who has Node and npm, and no Rust.
import assert from "node:assert/strict";
import { existsSync, globSync, realpathSync, symlinkSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { environment, root, run, start } from "../harness/process.js";

/** The tarball that `make package` makes. */
export function tarball() {
	const [found] = globSync("target/package/*.tgz", { cwd: root });
	assert.ok(found, "there is no target/package/*.tgz: make package");
	return join(root, found);
}

/** npm's own directory, which is beside the Node of the system. */
function npmDirectory() {
	const directories = environment.PATH.split(delimiter);
	const npm = directories.map((one) => join(one, "npm")).find((path) => existsSync(path));
	return dirname(realpathSync(npm));
}

/**
 * Makes it, with wrangler as the user's own unless `wrangler` is false. Nothing is downloaded: npm takes
 * the tarball, and wrangler is a link to the project's.
 */
export async function installPackage({ wrangler = true, npm = ["install", "--offline"] } = {}) {
	const directory = await realpath(await mkdtemp(join(tmpdir(), "package-")));
	const programs = join(directory, "programs");
	const project = join(directory, "project");
	await mkdir(programs);
	await mkdir(project);
	// npm runs scripts by sh; the package itself has no use for it.
	await symlink("/bin/sh", join(programs, "sh"));
	await symlink(realpathSync(process.execPath), join(programs, "node"));
	for (const name of ["npm", "npx"]) {
		await symlink(join(npmDirectory(), `${name}-cli.js`), join(programs, name));
	}
	const env = {
		...environment,
		PATH: programs,
		HOME: directory,
		TMPDIR: directory,
		npm_config_cache: join(directory, "cache"),
		npm_config_update_notifier: "false",
	};
	/** Runs a program of the `PATH` in a directory below the project's. Resolves to what it prints. */
	async function runs(status, words, { below = ".", env: more } = {}) {
		const args = inDirectory(join(project, below), words);
		// A deploy runs wrangler six times.
		const { code, output } = await run("/bin/sh", args, { ...env, ...more }, 180);
		assert.equal(code, status, output);
		return output;
	}
	await runs(0, ["npm", ...npm, "--no-audit", "--no-fund", tarball()]);
	if (wrangler) linkWrangler(join(project, "node_modules"));
	return {
		directory,
		project,
		programs,
		env,
		runs,
		/** Runs the tool with these words. */
		tool: (status, words, options) =>
			runs(status, [join(project, "node_modules/.bin/socketio-cors"), ...words], options),
		/** The same by npx, as people type it, which takes half a second longer. */
		npx: (status, words, options) =>
			runs(status, ["npx", "--no-install", "socketio-cors", ...words], options),
		/** Starts it, for what ends by a signal. */
		start: (words, { below = "." } = {}) =>
			start(
				"/bin/sh",
				inDirectory(join(project, below), ["npx", "--no-install", "socketio-cors", ...words]),
				env,
			),
		/** Has a directory that `init` made find its packages, which there is no network to install. */
		async link(below) {
			const modules = join(project, below, "node_modules");
			await mkdir(join(modules, ".bin"), { recursive: true });
			await symlink(
				join(project, "node_modules/socketio-cors-edge"),
				join(modules, "socketio-cors-edge"),
			);
			await symlink(
				join(modules, "socketio-cors-edge/bin/socketio-cors.js"),
				join(modules, ".bin/socketio-cors"),
			);
			linkWrangler(modules);
		},
		remove: () => rm(directory, { recursive: true, maxRetries: 5 }),
	};
}

const inDirectory = (directory, words) => ["-c", 'cd "$0" && exec "$@"', directory, ...words];

function linkWrangler(modules) {
	symlinkSync(join(root, "node_modules/wrangler"), join(modules, "wrangler"));
	symlinkSync(join(root, "node_modules/wrangler/bin/wrangler.js"), join(modules, ".bin/wrangler"));
}
