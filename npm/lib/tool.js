// The tool: the Rust of crates/cli, compiled to Wasm.
import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { initSync, run } from "../tool/socketio_cors.js";

export { originFault, strictJson, zoneOf } from "../tool/socketio_cors.js";

const compressed = readFileSync(new URL("../tool/socketio_cors_bg.wasm.br", import.meta.url));
initSync({ module: brotliDecompressSync(compressed) });

/** Runs the tool with these words, as on a command line. Resolves to the exit status. */
export const runTool = (words) => run(words);
