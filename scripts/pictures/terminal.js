// A terminal with what a command prints in it.
import { escaped, sheet } from "./paper.js";

const columns = 98;
const fontSize = 13;
/** How far a monospaced font advances, and from line to line. */
const advance = 0.6 * fontSize;
const lineHeight = 19;
const margin = 20;

/** The ways to print that the tool has, by the codes of ECMA-48 that begin them. */
const classes = { 0: undefined, 1: "bold", 2: "dim", 91: "bad" };

const style = `
	text { font: ${fontSize}px ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; fill: var(--text) }
	.bold { font-weight: 600 }
	.dim { fill: var(--quiet) }
	.bad { fill: var(--bad) }
`;

/** Draws what `output`, with its escape sequences, looks like under the command. */
export function drawTerminal({ title, command, output }) {
	const lines = [
		...wrapped([
			{ text: "$ ", kinds: ["dim"] },
			{ text: command, kinds: ["bold"] },
		]),
		...output.trimEnd().split("\n").map(runsOf).flatMap(wrapped),
	];
	return sheet({
		width: Math.ceil(columns * advance + 2 * margin),
		height: lines.length * lineHeight + 2 * margin,
		title,
		style,
		content: lines.flatMap((line, index) => drawn(line, margin + (index + 0.7) * lineHeight)),
	});
}

/** A line's parts, each of one way to print. None of the tool's goes on in the next line. */
function runsOf(line) {
	let kinds = [];
	const [first, ...rest] = line.split("\x1b[");
	const runs = [{ text: first, kinds }];
	for (const part of rest) {
		const [, code, text] = part.match(/^(\d+)m(.*)$/s);
		if (!(code in classes)) throw new Error(`there is no class for the code ${code}`);
		kinds = code === "0" ? [] : [...kinds, classes[code]];
		runs.push({ text, kinds });
	}
	return runs;
}

/** The lines of the terminal that a line takes, broken where it is full. */
function wrapped(runs) {
	const lines = [[]];
	let at = 0;
	for (const { text, kinds } of runs) {
		for (let rest = text; rest !== ""; ) {
			if (at === columns) {
				lines.push([]);
				at = 0;
			}
			const part = rest.slice(0, columns - at);
			lines.at(-1).push({ text: part, kinds, at });
			at += part.length;
			rest = rest.slice(part.length);
		}
	}
	return lines;
}

/** Its runs, placed by their columns: spaces at the beginning of one are not drawn. */
function drawn(runs, y) {
	const spans = runs.flatMap(({ text, kinds, at }) => {
		const words = text.trim();
		if (words === "") return [];
		const x = margin + (at + text.indexOf(words[0])) * advance;
		const kind = kinds.length > 0 ? ` class="${kinds.join(" ")}"` : "";
		return [`<tspan${kind} x="${rounded(x)}">${escaped(words)}</tspan>`];
	});
	return spans.length > 0 ? [`<text y="${rounded(y)}">${spans.join("")}</text>`] : [];
}

const rounded = (number) => Number(number.toFixed(1));
