// The commands with which the package runs other programs on Windows. These tests do not need Windows.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { commandFor, quotedForBatch } from "../../npm/lib/command.js";
import { isOlder } from "../../npm/lib/wrangler.js";

describe("a program", () => {
	let directory;
	before(async () => {
		directory = await mkdtemp(join(tmpdir(), "windows-"));
		for (const name of ["npx.cmd", "git.exe"]) await writeFile(join(directory, name), "");
	});
	after(() => rm(directory, { recursive: true }));
	const env = () => ({ PATH: directory, PATHEXT: ".EXE;.CMD", ComSpec: "cmd.exe" });

	test("is run as it is on systems without cmd.exe", () => {
		const command = commandFor("npx", ["a b", "$c"], env(), "linux");
		assert.deepEqual(command, { file: "npx", args: ["a b", "$c"], options: {} });
	});

	test("that is an .exe is run as it is on Windows", () => {
		const { file, args } = commandFor("git", ["a b"], env(), "win32");
		assert.deepEqual([file, args], [join(directory, "git.exe"), ["a b"]]);
	});

	test("that is a script is run by cmd.exe, each word quoted", () => {
		const { file, args, options } = commandFor("npx", ["a b", "c&d"], env(), "win32");
		assert.equal(file, "cmd.exe");
		assert.deepEqual(args.slice(0, 3), ["/d", "/s", "/c"]);
		assert.equal(args[3], `"${join(directory, "npx.cmd")} ^^^"a^^^ b^^^" ^^^"c^^^&d^^^""`);
		assert.deepEqual(options, { windowsVerbatimArguments: true });
	});

	test("that does not exist is named as it is", () => {
		assert.equal(commandFor("wrangler", [], env(), "win32").file, "wrangler");
	});
});

test("a word is quoted so that cmd.exe interprets nothing in it", () => {
	for (const [word, quoted] of [
		["plain", '^^^"plain^^^"'],
		["%PATH%", '^^^"^^^%PATH^^^%^^^"'],
		['say "hi"', '^^^"say^^^ \\^^^"hi\\^^^"^^^"'],
		["end\\", '^^^"end\\\\^^^"'],
	]) {
		assert.equal(quotedForBatch(word, true), quoted, word);
	}
});

test("versions are compared by their numbers", () => {
	for (const [one, other, older] of [
		["3.114.0", "4.164.0", true],
		["4.99.0", "4.164.0", true],
		["4.164.0", "4.164.0", false],
		["4.164.0-beta.1", "4.164.0", false],
		["5.0.0", "4.164.0", false],
	]) {
		assert.equal(isOlder(one, other), older, `${one} ${other}`);
	}
});
