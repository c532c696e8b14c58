// The files that `make site` makes, and those that `wrangler deploy` would upload.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import sharp from "sharp";
import { root, run } from "../harness/process.js";
import { env, wrangler } from "./site.js";

const directory = join(root, "target/site");
const files = await readdir(directory);
const read = (name) => readFile(join(directory, name));

/** The most that a visit may load, compressed: the size that the project promises. */
const limit = 600 * 1024;

const compressions = {
	gzip: gzipSync,
	// A low quality, as servers use it for what they compress while they send it.
	brotli: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
};

for (const [name, compress] of Object.entries(compressions)) {
	test(`a visit loads no more than ${limit / 1024} KiB (${name})`, async (t) => {
		let sum = 0;
		for (const file of files.filter(
			(file) => !["_headers", "og.png", "THIRD-PARTY-LICENCES.txt"].includes(file),
		))
			sum += compress(await read(file)).length;
		t.diagnostic(`${Math.ceil(sum / 1024)} KiB`);
		assert.ok(sum <= limit, String(sum));
	});
}

test("wrangler uploads these files, and no Worker", async () => {
	const out = await mkdtemp(join(tmpdir(), "site-"));
	try {
		const args = ["deploy", "--dry-run", "--config", "site/wrangler.jsonc", "--outdir", out];
		const { code, output } = await run(wrangler, args, env);
		assert.equal(code, 0, output);
		assert.match(
			output,
			new RegExp(`Read ${files.length} files from the assets directory ${directory}$`, "m"),
		);
		assert.match(output, /No bindings found/);
	} finally {
		await rm(out, { recursive: true });
	}
});

test("the page refers only to files that exist", async () => {
	const page = String(await read("index.html"));
	const named = [...page.matchAll(/ (?:href|src)="([^"#]+)"/g)].map(([, name]) => name);
	assert.deepEqual(
		named.filter((name) => !files.includes(name)),
		[],
	);
	assert.doesNotMatch(page, / (?:style|on\w+)=|<style|<script>/);
});

test("with SITE_URL, the page refers to its picture by that address", async () => {
	const built = await mkdtemp(join(tmpdir(), "site-"));
	try {
		const SITE_URL = "https://check.example.com/";
		const script = join(root, "scripts/build-site.js");
		const { code, output } = await run("node", [script, built], { ...env, SITE_URL });
		assert.equal(code, 0, output);
		const page = await readFile(join(built, "index.html"), "utf8");
		const named = [...page.matchAll(/"og:(?:url|image)" content="(.*?)"/g)].map(([, url]) => url);
		assert.deepEqual(named, [SITE_URL, `${SITE_URL}og.png`]);
	} finally {
		await rm(built, { recursive: true });
	}
});

test("the picture of a link has the size that the page says", async () => {
	const page = String(await read("index.html"));
	const said = ["width", "height"].map((name) =>
		Number(page.match(new RegExp(`"og:image:${name}" content="(\\d+)"`))[1]),
	);
	const { width, height, format } = await sharp(await read("og.png")).metadata();
	assert.deepEqual([width, height, format], [...said, "png"]);
});
