// The apps of examples/ are complete: a copy of one starts with the packages that it names.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { root } from "../harness/process.js";

const read = (...path) => readFileSync(join(root, ...path), "utf8");
const { devDependencies } = JSON.parse(read("package.json"));
const { version } = JSON.parse(read("npm/package.json"));
const apps = globSync("examples/*/package.json", { cwd: root }).map((path) => path.split("/")[1]);

/** The packages that the scripts of an app load; React's JSX loads React. */
function loaded(app) {
	const scripts = globSync(`examples/${app}/**/*.{js,jsx}`, {
		cwd: root,
		exclude: ["**/node_modules", "**/.wrangler"],
	});
	const names = scripts.flatMap((path) =>
		[...read(path).matchAll(/(?:from |resolve\()"([^".:/][^":/]*)[^":]*"/g)].map(
			([, name]) => name,
		),
	);
	return [...new Set(names)];
}

assert.deepEqual(apps.sort(), ["esp32", "flask", "multi-tenant", "react"]);
for (const app of apps) {
	describe(`examples/${app}`, () => {
		test("names the packages that it loads, and wrangler, in the versions that are tested", () => {
			const manifest = JSON.parse(read("examples", app, "package.json"));
			const named = { ...manifest.dependencies, ...manifest.devDependencies };
			const tested = { ...devDependencies, "socketio-cors-edge": version };
			const needed = [...loaded(app), "wrangler"].sort();
			assert.deepEqual(
				Object.fromEntries(Object.entries(named).sort()),
				Object.fromEntries(needed.map((name) => [name, `^${tested[name]}`])),
			);
		});

		test("has the configuration that init writes", () => {
			assert.equal(read("examples", app, "wrangler.jsonc"), read("template/wrangler.jsonc"));
		});
	});
}
