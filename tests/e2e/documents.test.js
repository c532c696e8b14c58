// The links of the documents, among themselves.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { anchorOf, readDocument, sectionsOf } from "./harness/documents.js";
import { root } from "./harness/process.js";

const documents = [
	...readdirSync(root).filter((name) => name.endsWith(".md")),
	...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
	...["examples/README.md", "bench/RESULTS.md"],
];

for (const document of documents) {
	test(`${document}: every link leads to a file, and to a heading in it`, () => {
		for (const [, link] of readDocument(document).matchAll(/\]\(([^)\s]+)\)/g)) {
			if (URL.canParse(link)) continue;
			const [path, anchor] = link.split("#");
			const file = path ? join(dirname(document), path) : document;
			assert.ok(existsSync(join(root, file)), `no file: ${link}`);
			if (anchor === undefined) continue;
			const anchors = sectionsOf(readDocument(file)).map(({ heading }) => anchorOf(heading));
			assert.ok(anchors.includes(anchor), `no heading: ${link}`);
		}
	});
}
