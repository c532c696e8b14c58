// The project's own wrangler, which is run by this Node: without a shell on any system.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Refusal } from "./say.js";

/** The oldest that was tried. */
const oldest = JSON.parse(
	readFileSync(new URL("../package.json", import.meta.url), "utf8"),
).peerDependencies.wrangler.replace("^", "");

/** The path of its script and its version, as seen from the current directory; nothing if there is none. */
export function installedWrangler(directory = process.cwd()) {
	const require = createRequire(join(directory, "package.json"));
	try {
		const manifest = require.resolve("wrangler/package.json");
		const { version, bin } = JSON.parse(readFileSync(manifest, "utf8"));
		return { path: join(dirname(manifest), bin.wrangler), version };
	} catch {
		return undefined;
	}
}

/** The path of its script, if it can do what is asked of it here. */
export function findWrangler() {
	const found = installedWrangler();
	if (!found) {
		throw new Refusal("no wrangler is installed here", {
			help: "npm install --save-dev wrangler",
			status: 3,
		});
	}
	const { path, version } = found;
	if (isOlder(version, oldest)) {
		throw new Refusal(`wrangler ${version} is too old: ${oldest} or newer is needed`, {
			help: "npm install --save-dev wrangler@latest",
			status: 3,
		});
	}
	return path;
}

/** Returns true if version `one` comes before `other`. */
export function isOlder(one, other) {
	const numbers = (version) => version.split("-")[0].split(".").map(Number);
	const [left, right] = [numbers(one), numbers(other)];
	const differs = left.findIndex((number, at) => number !== right[at]);
	return differs >= 0 && left[differs] < right[differs];
}

/** The configuration that wrangler would take in this directory. */
export function findConfig(directory = process.cwd()) {
	const names = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
	const found = names.find((name) => existsSync(join(directory, name)));
	if (found) return found;
	throw new Refusal("there is no wrangler.jsonc here", {
		help: "change to the directory that `socketio-cors init` made, or run that first",
	});
}

/** Starts wrangler with these words. */
export function startWrangler(words, options) {
	return spawn(process.execPath, [findWrangler(), ...words], options);
}

/** Runs it on this terminal. Resolves to its exit status. */
export function runWrangler(words) {
	const child = startWrangler(words, { stdio: "inherit" });
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("exit", (status) => resolve(status ?? 3));
	});
}

/** wrangler prints in colour, whatever NO_COLOR says. */
const plain = (text) => stripVTControlCharacters(text).trim();

/** Runs it to its end. Returns its exit status and what it printed. */
export function wranglerOutput(words) {
	const { status, stdout, stderr } = spawnSync(process.execPath, [findWrangler(), ...words], {
		encoding: "utf8",
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, WRANGLER_HIDE_BANNER: "true", NO_COLOR: "1" },
		maxBuffer: Number.POSITIVE_INFINITY,
	});
	return { status, output: stdout, errors: plain(`${stderr}${stdout}`) };
}
