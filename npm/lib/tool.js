// The tool: the Rust of crates/cli, compiled to Wasm.
import { readFileSync } from "node:fs";
import { initSync, run } from "../tool/socketio_cors.js";

export { originFault, strictJson, zoneOf } from "../tool/socketio_cors.js";

initSync({
	module: readFileSync(new URL("../tool/socketio_cors_bg.wasm", import.meta.url)),
});

/** Runs the tool with these words, as on a command line. Resolves to the exit status. */
export const runTool = (words) => run(words);
