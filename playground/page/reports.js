// The tool's own code, compiled to Wasm.
import load, * as tool from "/tool.js";

await load();

/** The version of a document, as in `x-cors-decision`. */
export const version = tool.version;

/** What `socketio-cors check --json` says of a document. */
export function check(text) {
	return JSON.parse(tool.check(text));
}

/** What `socketio-cors explain --json` says of a request under a document, or `{ error }`. */
export function explain(text, asked) {
	return JSON.parse(tool.explain(text, JSON.stringify(asked)));
}
