// build-site.js DIRECTORY
// The checker as static files, from the playground's code and Wasm.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const target = resolve(process.argv[2]);
/** The site's address, as in https://check.example.com: pictures of links need whole addresses. */
const url = process.env.SITE_URL?.replace(/\/$/, "") ?? "";

const from = (...parts) => join(root, ...parts);

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
await build({
	entryPoints: [from("site/page/main.js"), from("site/page/style.css")],
	outdir: target,
	bundle: true,
	minify: true,
	format: "esm",
	// Modules that the page loads later are files of their own, whose names the page has.
	splitting: true,
	chunkNames: "[name]",
	plugins: [{ name: "tool", setup: resolveTool }],
	// The examples, as they are written.
	loader: { ".json": "text" },
	target: "es2022",
	logLevel: "warning",
});
cpSync(from("target/page/tool_bg.wasm"), join(target, "tool_bg.wasm"));
cpSync(from("playground/page/icon.svg"), join(target, "icon.svg"));
for (const name of ["_headers", "og.png"]) cpSync(from("site/page", name), join(target, name));
writeFileSync(join(target, "index.html"), page());
execFileSync(
	process.execPath,
	[from("scripts/licences.js"), join(target, "THIRD-PARTY-LICENCES.txt")],
	{ stdio: ["ignore", "ignore", "inherit"] },
);

/** The playground's modules name the tool as its server does. */
function resolveTool({ onResolve }) {
	onResolve({ filter: /^\/tool\.js$/ }, () => ({ path: from("target/page/tool.js") }));
}

/** The page, with the playground's editor and form in it. */
function page() {
	const playground = readFileSync(from("playground/page/index.html"), "utf8");
	const shared = (pattern) => {
		const [found] = playground.match(pattern) ?? [];
		if (!found) throw new Error(`playground/page/index.html has nothing like ${pattern}`);
		return () => found;
	};
	return readFileSync(from("site/page/index.html"), "utf8")
		.replace(
			"<!-- the playground's editor -->",
			shared(/<div class="editor">.*?<\/textarea>\s*<\/div>/s),
		)
		.replace("<!-- the playground's request -->", shared(/<form id="asked".*?<\/form>/s))
		.replace(/(property="og:(?:url|image)" content=")/g, `$1${url}`);
}
