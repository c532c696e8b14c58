// What `make build` leaves, and what `wrangler deploy` would upload of it.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { environment, root, run } from "./harness/process.js";

/** The most that an upload may have, compressed: the size that the project promises. */
const uploadLimit = 60;

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

	test("has nothing to do the second time", async () => {
		const built = () => stat(join(root, "build/index_bg.wasm"), { bigint: true });
		const first = await built();
		const { code, output } = await run("make", ["build"]);
		assert.equal(code, 0, output);
		assert.doesNotMatch(output, /building|installing|adding/);
		assert.equal((await built()).mtimeNs, first.mtimeNs);
	});
});

describe("wrangler deploy", () => {
	let directory, code, output, files;

	before(async () => {
		directory = await mkdtemp(join(tmpdir(), "deploy-"));
		const args = ["deploy", "--dry-run", "--outdir", directory];
		({ code, output } = await run(join(root, "node_modules/.bin/wrangler"), args, {
			...environment,
			PATH: `${join(root, "node_modules/.bin")}:${environment.PATH}`,
		}));
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
		const bindings = output.match(/^env\..*$/gm).map((line) => line.trim().split(/\s{2,}/));
		assert.deepEqual(bindings, [["env.POLICY", "KV Namespace"]]);
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
		// What is as short as "1" or "on" is in any script.
		const telling = variables.filter((value) => value.length > 4);
		assert.notDeepEqual(telling, []);
		for (const name of files) {
			const content = await readFile(join(directory, name), "latin1");
			for (const value of telling) assert.ok(!content.includes(value), `${value} is in ${name}`);
		}
	});
});
