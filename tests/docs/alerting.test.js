// docs/alerting.md has every event of the log, once, and in the query of its alarm; its commands, and those of
// docs/observability.md, are ones that a shell takes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { root } from "../harness/process.js";
import { documents } from "./documents.js";

const source = readFileSync(join(root, "src/log.rs"), "utf8");
const [, lines] = /^enum Line<'a> \{\n([\s\S]+?)^\}/m.exec(source);
const kebab = (name) => name.replaceAll(/\B[A-Z]/g, "-$&").toLowerCase();
/** The names of the events, as serde writes them. */
const events = [...lines.matchAll(/^ {4}([A-Z]\w+)/gm)].map(([, name]) => kebab(name)).sort();

const alerting = documents.get("docs/alerting.md");
const rowsBelow = (page, heading) =>
	documents
		.get(page)
		.section(heading)
		.blocks.find(({ type }) => type === "table").rows;
const named = (cell) => [...cell.text.matchAll(/`([\w-]+)`/g)].map(([, name]) => name);

describe("the events are those of the log", () => {
	test("in the table of alarms", () => {
		const rows = rowsBelow("docs/alerting.md", "Which events");
		assert.deepEqual(rows.flatMap(([cell]) => named(cell)).sort(), events);
	});

	test("in the table of their meanings", () => {
		const rows = rowsBelow("docs/observability.md", "The log");
		assert.deepEqual(rows.flatMap(([cell]) => named(cell)).sort(), events);
	});

	test("in the queries, by their alarm", () => {
		const rows = rowsBelow("docs/alerting.md", "Which events");
		const having = (word) =>
			rows.filter(([, alarm]) => alarm.text === word).flatMap(([cell]) => named(cell));
		const queries = rowsBelow("docs/alerting.md", "Workers Logs");
		const of = (word) =>
			queries
				.filter(([query]) => query.text.startsWith(word))
				.flatMap(([, filter]) => named(filter).filter((name) => name !== "event"));
		for (const word of ["page", "morning"]) {
			assert.deepEqual(of(word).sort(), having(word).sort());
		}
	});
});

describe("a query is pasted", () => {
	const directory = mkdtempSync(join(tmpdir(), "alerting-"));
	after(() => rmSync(directory, { recursive: true }));
	// Each argument on a line of its own, with its own lines in one.
	writeFileSync(
		join(directory, "curl"),
		`#!/bin/sh\nfor it; do printf '%s\\n' "$it" | tr '\\n' ' '; echo; done\n`,
	);
	chmodSync(join(directory, "curl"), 0o755);

	const pages = [documents.get("docs/observability.md"), alerting];
	const blocks = pages.flatMap(({ sections }) => sections.flatMap(({ blocks }) => blocks));
	const commands = blocks
		.filter(({ lang, text }) => lang === "bash" && text.startsWith("curl "))
		.map(({ text }) => text);

	test("there are four", () => assert.equal(commands.length, 4));

	for (const command of commands) {
		test(command.match(/SELECT\s+([^,\n]+)/)[1], () => {
			const env = {
				PATH: `${directory}:${process.env.PATH}`,
				CLOUDFLARE_ACCOUNT_ID: "0f1e",
				CLOUDFLARE_API_TOKEN: "secret",
			};
			const { stdout, stderr, status } = spawnSync("bash", ["-c", command], { env });
			assert.equal(status, 0, String(stderr));
			const [url, header, authorization, data, query, end] = String(stdout)
				.split("\n")
				.map((line) => line.trim());
			assert.equal(url, "https://api.cloudflare.com/client/v4/accounts/0f1e/analytics_engine/sql");
			assert.deepEqual(
				[header, authorization, data],
				["--header", "Authorization: Bearer secret", "--data"],
			);
			assert.match(query, /^SELECT .* FROM socketio_cors WHERE .* FORMAT JSON$/);
			assert.equal(end, "");
		});
	}
});
