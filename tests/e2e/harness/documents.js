// The project's documents, as their readers find their way in them.
import { readFileSync } from "node:fs";

/** The text of a document, by its path in the repository. */
export function readDocument(path) {
	return readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
}

/** The sections of a text in Markdown, as `{ level, heading, body, parent }`, the heading above it being `parent`. */
export function sectionsOf(markdown) {
	const sections = [];
	let inFence = false;
	for (const line of markdown.split("\n")) {
		if (line.trimStart().startsWith("```")) inFence = !inFence;
		const [, marks, heading] = (!inFence && line.match(/^(#+) (.*)$/)) || [];
		if (heading === undefined) {
			if (sections.length > 0) sections.at(-1).body += `${line}\n`;
			continue;
		}
		const level = marks.length;
		const parent = sections.findLast((section) => section.level < level)?.heading;
		sections.push({ level, heading, body: "", parent });
	}
	return sections;
}

/** The fenced blocks of a text in Markdown, as `{ language, code }`. */
export function blocksOf(markdown) {
	return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, code]) => {
		return { language, code };
	});
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading) {
	return heading
		.toLowerCase()
		.replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
		.replaceAll(" ", "-");
}
