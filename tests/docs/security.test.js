// docs/security.md: each test exists that it names for a promise.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { describe, test } from "node:test";
import { root } from "../harness/process.js";
import { documents, inner } from "./documents.js";

const tables = documents
	.get("docs/security.md")
	.sections.map(({ heading, blocks }) => [heading, blocks.find(({ type }) => type === "table")])
	.filter(([, table]) => table !== undefined);

/** The tests that the cell names: the files that it links, each with the names that follow. */
function namedIn(cell) {
	const files = [];
	for (const { type, href, text } of inner(cell.tokens)) {
		if (type === "link") files.push([normalize(`docs/${href}`), []]);
		if (type === "codespan") files.at(-1)[1].push(text);
	}
	return files;
}

/** The names of the tests and suites of a file, as they are written. */
function testsOf(path) {
	const source = readFileSync(join(root, path), "utf8");
	if (path.endsWith(".rs")) {
		return [...source.matchAll(/#\[test\]\s+fn (\w+)\(/g)].map(([, name]) => name);
	}
	// The name in a call of test or describe, or the first text in a row of a table of tests.
	const literal = /(?:\b(?:test|describe)\(\s*|\[\s*)(?:"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g;
	return [...source.matchAll(literal)].map(([, quoted, template]) => quoted ?? template);
}

test("there are promises against each attacker", () => {
	assert.notEqual(tables.length, 0);
});

for (const [heading, { rows }] of tables) {
	describe(heading, () => {
		for (const [promise, tests] of rows) {
			test(promise.text, () => {
				const named = namedIn(tests);
				assert.notEqual(named.length, 0);
				for (const [path, names] of named) {
					assert.notEqual(names.length, 0, path);
					const existing = testsOf(path);
					assert.deepEqual(
						names.filter((name) => !existing.includes(name)),
						[],
						path,
					);
				}
			});
		}
	});
}
