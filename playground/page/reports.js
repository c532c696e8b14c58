// The tool's own code, compiled to Wasm.
import load, * as tool from "/tool.js";

await load();

/** A document as strict JSON, which the Worker reads. */
export const json = tool.json;

/** The strict JSON that a text means, if it is none and it is known what is meant. */
export const rewritten = tool.rewritten;

/** The version of a document, as in `x-cors-decision`: that of its JSON. */
export const version = tool.version;

/** The output of `socketio-cors check --json` for a document. */
export function check(text) {
	return JSON.parse(tool.check(text));
}

/** The output of `socketio-cors explain --json` for a request under a document, or `{ error }`. */
export function explain(text, asked) {
	return JSON.parse(tool.explain(text, JSON.stringify(asked)));
}
