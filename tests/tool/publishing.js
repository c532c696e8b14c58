// Shared by the tests of `publish` with the real wrangler.
import { join } from "node:path";
import { root } from "../harness/process.js";

/** The script of the real wrangler. */
export const wranglerScript = join(root, "node_modules/wrangler/bin/wrangler.js");
/** It, with the node of the tests, as the system's may be too old for it. */
export const wrangler = `${process.execPath} ${wranglerScript}`;

export const A = '{"origin": ["https://a.example"], "maxAge": 600}\n';
export const B = '{"origin": ["https://b.example"], "maxAge": 86400}\n';
export const C = '{"origin": ["https://c.example"]}\n';
