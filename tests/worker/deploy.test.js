// The files that `make build` makes, and those that `wrangler deploy` would upload.
import assert from "node:assert/strict";
import {
	chmod,
	copyFile,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rm,
	stat,
	symlink,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { unstable_readConfig } from "wrangler";
import { environment, root, run } from "../harness/process.js";
import { uncommented } from "../harness/workspace.js";

/** The most that an upload may have, compressed: the size that the project promises. */
const uploadLimit = 100;

describe("make build", () => {
	before(async () => {
		const { code, output } = await run("make", ["build"]);
		assert.equal(code, 0, output);
	});

	test("leaves the Worker's script and its Wasm", async () => {
		for (const name of ["index.js", "index_bg.wasm"]) {
			assert.ok((await stat(join(root, "build", name))).size > 0, name);
		}
	});

	test("makes Wasm that older versions of V8 load too, such as Node 22's", async () => {
		assert.match(process.version, /^v22\./);
		const wasm = await readFile(join(root, "build/index_bg.wasm"));
		assert.ok((await WebAssembly.compile(wasm)) instanceof WebAssembly.Module);
	});

	test("has nothing to do the second time", async () => {
		const built = () => stat(join(root, "build/index_bg.wasm"), { bigint: true });
		const first = await built();
		const { code, output } = await run("make", ["build"]);
		assert.equal(code, 0, output);
		assert.doesNotMatch(output, /building|installing|adding/);
		assert.equal((await built()).mtimeNs, first.mtimeNs);
	});
});

/** Runs `wrangler deploy --dry-run`, with the Node that it needs. */
const dryRun = (...args) =>
	run(join(root, "node_modules/.bin/wrangler"), ["deploy", "--dry-run", ...args], {
		...environment,
		PATH: `${join(root, "node_modules/.bin")}:${environment.PATH}`,
	});

/** "env.NAME" and what it is, of each binding that wrangler prints. */
const bindingsOf = (output) =>
	output.match(/^env\..*$/gm).map((line) => line.trim().split(/\s{2,}/));

describe("wrangler deploy", () => {
	let directory, code, output, files;

	before(async () => {
		directory = await mkdtemp(join(tmpdir(), "deploy-"));
		({ code, output } = await dryRun("--outdir", directory));
		files = await readdir(directory);
	});
	after(() => rm(directory, { recursive: true }));

	test("builds the Worker and succeeds", () => {
		assert.equal(code, 0, output);
		assert.match(output, /\[custom build\] Running: make build/);
	});

	test("uploads one script and one Wasm module", () => {
		const uploaded = files.filter((name) => /\.(js|mjs|wasm)$/.test(name)).sort();
		assert.equal(uploaded.length, 2, String(uploaded));
		assert.match(uploaded[0], /index_bg\.wasm$/);
		assert.equal(uploaded[1], "index.js");
	});

	test("binds the KV namespace, and nothing else", () => {
		assert.deepEqual(bindingsOf(output), [["env.POLICY", "KV Namespace"]]);
	});

	test(`uploads no more than ${uploadLimit} KiB compressed`, () => {
		const [, size] = output.match(/^Total Upload: [\d.]+ KiB \/ gzip: ([\d.]+) KiB$/m);
		assert.ok(Number(size) <= uploadLimit, `${size} KiB`);
	});

	test("uploads nothing of .dev.vars", async () => {
		const variables = (await readFile(join(root, ".dev.vars"), "utf8"))
			.split("\n")
			.filter((line) => line.includes("=") && !line.startsWith("#"))
			.map((line) => line.slice(line.indexOf("=") + 1));
		// A text as short as "1" or "on" is in any script.
		const telling = variables.filter((value) => value.length > 4);
		assert.notDeepEqual(telling, []);
		for (const name of files) {
			const content = await readFile(join(directory, name), "latin1");
			for (const value of telling) assert.ok(!content.includes(value), `${value} is in ${name}`);
		}
	});
});

describe("wrangler.toml with every setting uncommented", () => {
	let directory, config;
	before(async () => {
		directory = await mkdtemp(join(tmpdir(), "deploy-"));
		config = join(directory, "wrangler.toml");
		const text = uncommented(await readFile(join(root, "wrangler.toml"), "utf8"));
		// Found from another directory, and built by the tests above.
		const main = `main = "${join(root, "build/index.js")}"`;
		const moved = text.replace(/^main = .*/m, main).replace(/^command = "make build"$/m, "");
		await writeFile(config, moved);
	});
	after(() => rm(directory, { recursive: true }));

	const variable = "Environment Variable";
	const environments = {
		staging: [
			["env.POLICY", "KV Namespace"],
			["env.DECISIONS (socketio_cors_staging)", "Analytics Engine Dataset"],
			['env.UPSTREAM ("https://origin.staging.example.com")', variable],
			['env.EXPLAIN ("on")', variable],
		],
		production: [
			["env.POLICY", "KV Namespace"],
			["env.DECISIONS (socketio_cors)", "Analytics Engine Dataset"],
			['env.UPSTREAM ("https://origin.example.com")', variable],
		],
		"": [
			["env.POLICY", "KV Namespace"],
			["env.DECISIONS (socketio_cors)", "Analytics Engine Dataset"],
			['env.REPORT_ONLY ("on")', variable],
			['env.UPSTREAM ("https://origin.example.com")', variable],
			['env.POLICY_FRESH_SECONDS ("30")', variable],
			['env.UPSTREAM_TIMEOUT_SECONDS ("120")', variable],
			['env.EXPLAIN ("off")', variable],
		],
	};
	for (const [environment, bindings] of Object.entries(environments)) {
		test(`has what it says for --env "${environment}"`, async () => {
			const { code, output } = await dryRun("--config", config, "--env", environment);
			assert.equal(code, 0, output);
			assert.deepEqual(bindingsOf(output), bindings);
		});
	}

	const read = (config, env) => unstable_readConfig({ config, env }, { hideWarnings: true });

	test("gives each Worker a name and a route of its own, and no other way in", () => {
		const routes = Object.keys(environments).map((env) => {
			const { name, routes, workers_dev, preview_urls } = read(config, env);
			assert.deepEqual([workers_dev, preview_urls], [false, false]);
			return [name, ...routes.map(({ pattern }) => pattern)];
		});
		assert.deepEqual(routes, [
			["socketio-cors-edge-staging", "api.staging.example.com/*"],
			["socketio-cors-edge-production", "api.example.com/*"],
			["socketio-cors-edge", "api.example.com/*"],
		]);
	});

	test("staging would inherit the top level's route if it had none of its own", async () => {
		const without = join(directory, "without.toml");
		const text = await readFile(config, "utf8");
		await writeFile(without, text.replace(/^routes = .*staging.*$/m, ""));
		const [{ pattern }] = read(without, "staging").routes;
		assert.equal(pattern, "api.example.com/*");
	});
});

describe("npm run deploy", () => {
	let project, PATH;
	before(async () => {
		project = await mkdtemp(join(tmpdir(), "deploy-"));
		PATH = join(project, "bin");
		for (const name of ["bin", "scripts", "node_modules/.bin"]) {
			await mkdir(join(project, name), { recursive: true });
		}
		await copyFile(join(root, "scripts/deploy.sh"), join(project, "scripts/deploy.sh"));
		for (const name of ["sh", "dirname", "mktemp", "rm", "mkdir", "chmod"]) {
			await symlink(`/bin/${name}`, join(PATH, name));
		}
		await program("bin/make", 'echo "make $* with $(command -v cargo)"');
		await program("node_modules/.bin/wrangler", 'printf "<%s>" wrangler "$@"');
	});
	after(() => rm(project, { recursive: true }));

	async function program(name, body) {
		await writeFile(join(project, name), `#!/bin/sh\n${body}\n`);
		await chmod(join(project, name), 0o755);
	}

	async function deploys() {
		const args = [join(project, "scripts/deploy.sh"), "--message", "two words"];
		const { code, output } = await run("/bin/sh", args, { PATH });
		assert.equal(code, 0, output);
		return output.split("\n");
	}

	const uploads = "<wrangler><deploy><--message><two words>";
	const builds = (cargo) => `make build with ${join(project, cargo)}`;

	test("installs Rust under .tools/ if it is missing, once", async () => {
		// The installer, which is asked for with the file that it is to be in as --output.
		const installer =
			'mkdir -p "$CARGO_HOME/bin"; : >"$CARGO_HOME/bin/cargo"; chmod +x "$CARGO_HOME/bin/cargo"';
		await program(
			"bin/curl",
			`while [ $# -gt 1 ]; do [ "$1" = --output ] && file=$2; shift; done; echo "from $1"; echo '${installer}' >"$file"`,
		);
		const installed = await deploys();
		assert.deepEqual(installed, [
			"→ installing Rust into .tools/ (once)",
			"from https://static.rust-lang.org/rustup/rustup-init.sh",
			builds(".tools/cargo/bin/cargo"),
			uploads,
		]);
		assert.deepEqual(await deploys(), [builds(".tools/cargo/bin/cargo"), uploads]);
	});

	test("builds with the cargo that is installed", async () => {
		await program("bin/cargo", "");
		assert.deepEqual(await deploys(), [builds("bin/cargo"), uploads]);
	});

	test("stops where Rust cannot be had", async () => {
		await rm(join(project, "bin/cargo"));
		await rm(join(project, ".tools"), { recursive: true });
		await program("bin/curl", "exit 22");
		const { code, output } = await run("/bin/sh", [join(project, "scripts/deploy.sh")], { PATH });
		assert.notEqual(code, 0);
		assert.doesNotMatch(output, /make|wrangler/);
	});

	test("finds a lock file that `npm ci` takes, with which Workers Builds begins", async () => {
		const args = ["ci", "--dry-run", "--offline", "--ignore-scripts"];
		const { code, output } = await run("npm", args);
		assert.equal(code, 0, output);
	});
});

describe("every package that a build downloads", () => {
	for (const path of [
		"package-lock.json",
		"tests/doctor/frameworks/package-lock.json",
		"tests/socketio/nextjs/package-lock.json",
	]) {
		test(`is from npm, with a checksum, in ${path}`, async () => {
			const { packages } = JSON.parse(await readFile(join(root, path), "utf8"));
			// "" is the project itself.
			const { "": _, ...taken } = packages;
			assert.notDeepEqual(taken, {});
			for (const [name, { integrity }] of Object.entries(taken)) {
				assert.match(integrity, /^sha512-[A-Za-z0-9+/]{86}==$/, name);
			}
		});
	}

	/** The packages of a lock file of cargo's; those of this repository have no `source`. */
	async function crates(path) {
		const [, ...parts] = (await readFile(join(root, path), "utf8")).split("[[package]]\n");
		return parts.map((part) => ({
			name: /^name = "(.*)"$/m.exec(part)[1],
			version: /^version = "(.*)"$/m.exec(part)[1],
			source: /^source = "(.*)"$/m.exec(part)?.[1],
			isVerified: /^checksum = "[0-9a-f]{64}"$/m.test(part),
		}));
	}

	for (const path of ["Cargo.lock", "fuzz/Cargo.lock", "scripts/wasm-bindgen/Cargo.lock"]) {
		test(`is from crates.io, with a checksum, in ${path}`, async () => {
			const taken = (await crates(path)).filter(({ source }) => source !== undefined);
			assert.notEqual(taken.length, 0);
			for (const { name, source, isVerified } of taken) {
				assert.equal(source, "registry+https://github.com/rust-lang/crates.io-index", name);
				assert.ok(isVerified, name);
			}
		});
	}

	test("includes wasm-bindgen's command in the version of its crate", async () => {
		const crate = (await crates("Cargo.lock")).find(({ name }) => name === "wasm-bindgen");
		const command = (await crates("scripts/wasm-bindgen/Cargo.lock")).find(
			({ name }) => name === "wasm-bindgen-cli-support",
		);
		assert.equal(command.version, crate.version);
	});

	test("is pinned by a lock file, in every command that installs or compiles", async () => {
		const scripts = (await readdir(join(root, "scripts"))).filter((name) => name.endsWith(".sh"));
		const files = ["Makefile", ...scripts.map((name) => `scripts/${name}`)];
		const texts = await Promise.all(files.map((name) => readFile(join(root, name), "utf8")));
		const lines = texts.flatMap((text) => text.replaceAll("\\\n", "").split("\n"));
		const compiling = lines.filter((line) =>
			/^[^#]*\bcargo (build|check|clippy|fetch|install|run|rustc|test)\b/.test(line),
		);
		assert.ok(compiling.length >= 8, compiling.join("\n"));
		for (const line of compiling) assert.match(line, / --locked\b/);
		const installing = lines.filter((line) =>
			/^[^#]*\b(npm|pip"?) (install|i|add|ci)\b/.test(line),
		);
		assert.notEqual(installing.length, 0);
		for (const line of installing) assert.match(line, /\bnpm ci\b|--require-hashes\b/);
	});
});
