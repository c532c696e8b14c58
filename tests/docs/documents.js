// The project's documents: what is under their headings, the commands that they print, and where
// their links lead.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import GithubSlugger from "github-slugger";
import { marked } from "marked";
import { root } from "../harness/process.js";

/** Programs whose name begins a command, where it stands within a sentence. */
const programs = /^(make|npm|node|cargo|sha256sum|npx \S+) \S/;

/** CONTRIBUTING.md's heading of the commands that no test runs. */
const listOfUntested = "Commands checked by eye";

/** Every document, by its path from the project's directory. */
export const documents = new Map(
	globSync(["*.md", "{bench,docs,examples}/**/*.md"], { cwd: root, exclude: ["**/node_modules"] })
		.sort()
		.map((path) => [path, read(path)]),
);

function read(path) {
	const tokens = marked.lexer(readFileSync(join(root, path), "utf8"));
	const slugger = new GithubSlugger();
	const ofType = (...types) => inner(tokens).filter(({ type }) => types.includes(type));
	const sections = sectionsOf(tokens);
	return {
		/** The text below each heading, up to the next. */
		sections,
		section: (heading) => sections.find((section) => section.heading === heading),
		/** But for the list of those that no test runs. */
		commands: sections
			.filter(({ heading }) => heading !== listOfUntested)
			.flatMap(({ blocks }) => inner(blocks).flatMap(commandsOf)),
		links: ofType("link", "image").map(({ href }) => href),
		/** As GitHub names them. */
		anchors: ofType("heading").map((heading) => slugger.slug(plainText(heading))),
	};
}

/** The commands that no test runs. */
export function checkedByEye() {
	return documents
		.get("CONTRIBUTING.md")
		.section(listOfUntested)
		.blocks.find(({ type }) => type === "table")
		.rows.flatMap(([commands]) => inner(commands.tokens))
		.filter(({ type }) => type === "codespan")
		.map(({ text }) => text);
}

/** The commands of the blocks of shell among tokens. */
export function shellCommands(tokens) {
	return tokens.filter(({ type, lang }) => type === "code" && lang === "sh").flatMap(commandsOf);
}

/** The commands of a token: of a block of shell or of a session, or one in a sentence. */
function commandsOf({ type, lang, text }) {
	if (type === "codespan") return programs.test(text) ? [text] : [];
	if (type !== "code") return [];
	const lines = text.replaceAll(/\\\n\s*/g, "").split("\n");
	if (lang !== "sh")
		return lines.filter((line) => line.startsWith("$ ")).map((line) => line.slice(2));
	return lines.map((line) => line.replace(/(^|\s+)#.*/, "").trim()).filter((line) => line !== "");
}

/**
 * The sections among blocks: their headings as they are written, that above each being its
 * `parent`, and their blocks, of which `body` is the text.
 */
function sectionsOf(tokens) {
	const sections = [];
	for (const token of tokens) {
		if (token.type === "heading") {
			const { depth: level, text: heading } = token;
			const parent = sections.findLast((section) => section.level < level)?.heading;
			sections.push({ level, heading, parent, body: "", blocks: [] });
		} else if (sections.length > 0) {
			sections.at(-1).blocks.push(token);
			sections.at(-1).body += token.raw;
		}
	}
	return sections;
}

/** Tokens with those inside them. */
export function inner(tokens) {
	const found = [];
	marked.walkTokens(tokens, (token) => found.push(token));
	return found;
}

function plainText({ tokens, text }) {
	return tokens ? tokens.map(plainText).join("") : text;
}
