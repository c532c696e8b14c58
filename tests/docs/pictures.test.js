// The pictures that are drawn by a script: drawn once more, they are the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pictures } from "../../scripts/pictures/all.js";
import { root } from "../harness/process.js";

for (const [path, draw] of Object.entries(pictures)) {
	test(`${path} is what node scripts/draw-pictures.js draws`, async () => {
		assert.equal(await draw(), readFileSync(join(root, path), "utf8"));
	});
}
