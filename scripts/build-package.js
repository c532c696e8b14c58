// `make package`: the npm package as one tarball, from what was built before.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const target = join(root, "target/package");
const directory = join(target, "socketio-cors-edge");
/** The most that the tarball may have, in bytes. */
const limit = 2_000_000;

const from = (...parts) => join(root, ...parts);
const to = (...parts) => join(directory, ...parts);

rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
for (const name of ["bin", "lib", "package.json", "README.md"]) copy(`npm/${name}`, name);
for (const name of ["LICENSE", "policy.schema.json", "cases.schema.json"]) copy(name, name);
// To which the doctor's findings lead. The pages that it links to are not in the package.
mkdirSync(to("docs"));
writeFileSync(
	to("docs/troubleshooting.md"),
	readFileSync(from("docs/troubleshooting.md"), "utf8").replace(
		/\[([^\]]+)\]\([a-z]+\.md[^)]*\)/g,
		"$1",
	),
);
copy("build/index.js", "worker/index.js");
copy("build/index_bg.wasm", "worker/index_bg.wasm");
copy("target/npm-tool/socketio_cors.js", "tool/socketio_cors.js");
copy("target/npm-tool/socketio_cors_bg.wasm", "tool/socketio_cors_bg.wasm");
// npm does not pack a file of the name .gitignore.
for (const name of readdirSync(from("template")))
	copy(`template/${name}`, `template/${name.replace(/^\./, "")}`);
copy("playground/page", "playground/page");
for (const name of ["local-edge.js", "local-policy.js", "worker-log.js"])
	copy(`playground/${name}`, `playground/${name}`);
copy("target/page/tool.js", "playground/tool.js");
copy("target/page/tool_bg.wasm", "playground/tool_bg.wasm");
copy("node_modules/socket.io-client/dist/socket.io.esm.min.js", "playground/socket.io-client.js");
/** Socket.IO asks `accepts` for encodings alone, and the types beside them are 20 KiB of the tarball. */
const withoutTypes = {
	name: "without-types",
	setup: ({ onLoad }) =>
		onLoad({ filter: /mime-db\/db\.json$/ }, () => ({ contents: "{}", loader: "json" })),
};
const bundled = [
	await bundle("demo/server.js", "demo/server.cjs", { format: "cjs", plugins: [withoutTypes] }),
	// With what its CommonJS modules ask Node for.
	await bundle("playground/server.js", "playground/server.js", {
		format: "esm",
		banner: {
			js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
		},
	}),
];
licences(["socket.io-client", ...new Set(bundled.flat())].sort());

const [{ filename, size }] = JSON.parse(
	execFileSync("npm", ["pack", "--json", "--pack-destination", target], {
		cwd: directory,
		encoding: "utf8",
	}),
);
if (size > limit) {
	console.error(`${filename} has ${size} bytes, and may have ${limit}`);
	process.exit(1);
}
console.log(`→ target/package/${filename}: ${Math.ceil(size / 1024)} KiB`);

function copy(source, destination) {
	cpSync(from(source), to(destination), { recursive: true });
}

/** Bundles a program of Node's, so that the package needs no other. Resolves to the packages in it. */
async function bundle(source, destination, options) {
	const { metafile } = await build({
		entryPoints: [from(source)],
		outfile: to(destination),
		bundle: true,
		minify: true,
		platform: "node",
		// Of ws, which does without.
		external: ["bufferutil", "utf-8-validate"],
		metafile: true,
		logLevel: "warning",
		...options,
	});
	const packages = Object.keys(metafile.inputs).map(
		(path) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1],
	);
	return packages.filter(Boolean);
}

function licences(packages) {
	const script = from("scripts/licences.js");
	execFileSync(process.execPath, [script, to("THIRD-PARTY-LICENCES.txt"), ...packages], {
		stdio: "inherit",
	});
}
