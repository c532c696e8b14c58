// The licences of what is compiled into the npm package: checks them against a list, and writes their
// texts. It asks nothing but cargo and the files that are here, so it needs no network and no tool that
// takes minutes to build, as cargo-about and cargo-deny do.
//
//   node scripts/licences.js FILE [package of node_modules ...]
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const [file, ...npmPackages] = process.argv.slice(2);

/** The crates whose Wasm is in the package. */
const compiled = ["socketio-cors-edge", "socketio-cors", "socketio-cors-playground"];

/** Licences that let their code be shipped with a notice alone. */
const allowed = new Set([
	"0BSD",
	"Apache-2.0",
	"Apache-2.0 WITH LLVM-exception",
	"BSD-2-Clause",
	"BSD-3-Clause",
	"BSL-1.0",
	"ISC",
	"MIT",
	"MPL-2.0",
	"Unicode-3.0",
	"Unlicense",
	"Zlib",
]);

const all = [...crates(), ...npmPackages.map(npmPackage)];
const refused = all.filter(({ licence }) => !isAllowed(licence));
const silent = all.filter(({ texts }) => texts.length === 0);
if (refused.length > 0) {
	for (const { name, licence } of refused) console.error(`${name}: ${licence} is not allowed`);
	process.exit(1);
}
writeFileSync(file, document());
console.log(`→ ${all.length} licences; ${silent.length} come without a text of their own`);

/** An SPDX expression allows what some way to read it allows. Parentheses are rare enough to be refused. */
function isAllowed(expression) {
	const alternatives = expression.replaceAll("/", " OR ").split(/\s+OR\s+/);
	return alternatives.some((one) =>
		one.split(/\s+AND\s+/).every((name) => allowed.has(name.replace(/^\(|\)$/g, "").trim())),
	);
}

/** The crates that those are compiled from, except this project's own. */
function crates() {
	// It downloads the crates that only tests need, if nothing else has: each one's manifest is read.
	const options = ["--format-version=1", "--locked"];
	const platform = ["--filter-platform", "wasm32-unknown-unknown"];
	const output = execFileSync("cargo", ["metadata", ...options, ...platform], {
		cwd: root,
		maxBuffer: 1 << 28,
		encoding: "utf8",
	});
	const { packages, resolve } = JSON.parse(output);
	const packageOf = new Map(packages.map((one) => [one.id, one]));
	const nodeOf = new Map(resolve.nodes.map((node) => [node.id, node]));
	const seen = new Set();
	const visit = (id) => {
		if (seen.has(id)) return;
		seen.add(id);
		for (const { pkg, dep_kinds: kinds } of nodeOf.get(id).deps) {
			// Procedural macros and build scripts run when it is built, and are not in the Wasm.
			const isMacro = packageOf.get(pkg).targets.some(({ kind }) => kind.includes("proc-macro"));
			if (!isMacro && kinds.some(({ kind }) => kind === null)) visit(pkg);
		}
	};
	for (const one of packages) if (one.source === null && compiled.includes(one.name)) visit(one.id);
	return [...seen]
		.map((id) => packageOf.get(id))
		.filter(({ source }) => source !== null)
		.map(({ name, version, license, manifest_path: manifest }) => ({
			name: `${name} ${version}`,
			licence: license ?? "none named",
			texts: textsIn(dirname(manifest)),
		}))
		.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function npmPackage(name) {
	const directory = join(root, "node_modules", name);
	const { version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
	return { name: `${name} ${version} (npm)`, licence: license, texts: textsIn(directory) };
}

function textsIn(directory) {
	if (!existsSync(directory)) return [];
	return readdirSync(directory)
		.filter((name) => /^(licen[cs]e|copying|notice|unlicense)/i.test(name))
		.filter((name) => !/\.(json|html)$/.test(name))
		.sort()
		.map((name) => readFileSync(join(directory, name), "utf8").replaceAll("\r\n", "\n").trim());
}

/** Each text once, under the names of those that come with it. */
function document() {
	const namesOf = new Map();
	for (const { name, texts } of all) {
		for (const text of texts) namesOf.set(text, [...(namesOf.get(text) ?? []), name]);
	}
	const list = all.map(({ name, licence }) => `${name}: ${licence}`);
	const sections = [...namesOf].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
	return [
		"What is compiled into the Wasm and the scripts of socketio-cors-edge, besides its own code, and under",
		"which licences. Rust's standard library is in it too: MIT OR Apache-2.0, copyright The Rust Project",
		"Developers.\n",
		...list,
		`\n${"-".repeat(80)}\n`,
		sections.join(`\n${"-".repeat(80)}\n\n`),
	].join("\n");
}
