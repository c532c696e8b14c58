// Packages of one CommonJS file of megabytes, each loaded by the tests that need it. `import` would read all
// of that file for the names it exports, which takes longer than to run it.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const loadMiniflare = () => require("miniflare");
export const loadChromium = () => require("playwright-core").chromium;
