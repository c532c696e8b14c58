// Shared by the pictures: GitHub's colours, for light and for dark pages.

/** The colours by their names, each light and dark. */
const colours = {
	paper: ["#ffffff", "#0d1117"],
	line: ["#d1d9e0", "#3d444d"],
	text: ["#1f2328", "#f0f6fc"],
	quiet: ["#59636e", "#9198a1"],
	good: ["#1a7f37", "#3fb950"],
	bad: ["#d1242f", "#f85149"],
	ours: ["#0969da", "#4493f8"],
	tint: ["#ddf4ff", "#121d2f"],
};

const variables = (at) =>
	Object.entries(colours)
		.map(([name, both]) => `--${name}: ${both[at]}`)
		.join("; ");

/** A picture on a sheet of that size, with further rules of CSS. `title` is for who cannot see it. */
export function sheet({ width, height, title, style, content }) {
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>
	svg { ${variables(0)} }
	@media (prefers-color-scheme: dark) { svg { ${variables(1)} } }
	.sheet { fill: var(--paper); stroke: var(--line) }
${style.replace(/^\n|\n\t*$/g, "")}
</style>
<rect class="sheet" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
${content.join("\n")}
</svg>
`;
}

export const escaped = (text) =>
	text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
