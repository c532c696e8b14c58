import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The text of a module of `workers/` with what it imports. */
export async function bundle(name) {
	const entry = fileURLToPath(new URL(`workers/${name}.js`, import.meta.url));
	const { outputFiles } = await build({
		entryPoints: [entry],
		bundle: true,
		format: "esm",
		external: ["*.wasm"],
		write: false,
	});
	return outputFiles[0].text;
}
