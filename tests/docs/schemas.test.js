// The two schemas that editors load, as Ajv reads them: they take and refuse what the parsers do, whose native
// tests have the same rows.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { root } from "../harness/process.js";

const text = (name) => readFileSync(join(root, name), "utf8");

/** A function that says whether the schema in that file takes a value. It throws where that is no schema. */
function compiled(name) {
	const ajv = new Ajv2020({ allowUnionTypes: true, strictTypes: false });
	// Of VS Code.
	ajv.addKeyword("errorMessage");
	return ajv.compile(JSON.parse(text(name)));
}

const takesPolicy = compiled("policy.schema.json");
const takesTestFile = compiled("cases.schema.json");

/** The rows of a file: whether the schema takes each, and the text of it. */
const rowsOf = (name) =>
	[...text(`tests/docs/${name}`).matchAll(/^([+~-]) (.*)$/gm)].map(([, sign, row]) => [
		sign !== "-",
		row,
	]);

/** A row is a whole document, or the fields of a rule. A rule that names no origin gets a good one. */
function documentsOf(row) {
	if (/^[{[]/.test(row)) return [row];
	const rule = `{${row.includes('"origin') ? "" : '"origin": true, '}${row}}`;
	return [rule, `{"routes": {"/api/": ${rule}}}`];
}

function isJson(document) {
	try {
		JSON.parse(document);
		return true;
	} catch {
		return false;
	}
}

test("the schema of policies takes and refuses what the parser does", () => {
	const judged = rowsOf("policies.txt").flatMap(([isTaken, row]) =>
		documentsOf(row).map((document) => [isTaken, document]),
	);
	assert.ok(judged.length > 900, `${judged.length}`);
	for (const [isTaken, document] of judged)
		assert.equal(isJson(document) && takesPolicy(JSON.parse(document)), isTaken, document);
});

test("the schema of test cases takes and refuses what the parser does", () => {
	const rows = rowsOf("test-cases.txt");
	assert.ok(rows.length > 10, `${rows.length}`);
	for (const [isTaken, row] of rows) assert.equal(takesTestFile(JSON.parse(row)), isTaken, row);
});

test("the schema takes every policy of the examples and of the documents", () => {
	const files = globSync("examples/**/*.json", {
		cwd: root,
		exclude: (name) => /^(node_modules|\.wrangler|package(-lock)?\.json)$/.test(name),
	});
	assert.ok(files.length > 9, files.join(" "));
	for (const file of files) assert.ok(takesPolicy(JSON.parse(text(file))), file);
	for (const name of [
		"README.md",
		"docs/policy.md",
		"docs/deploying.md",
		"docs/migration.md",
		"docs/setups.md",
	]) {
		const blocks = [...text(name).matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, block]) => block);
		const policies = blocks.filter((block) => block.includes('"origin":'));
		assert.notDeepEqual(policies, [], name);
		for (const policy of policies) assert.ok(takesPolicy(JSON.parse(policy)), `${name}: ${policy}`);
	}
});
