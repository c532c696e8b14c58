// Draws the pictures of the documents that are no photographs of a page. `make test` draws them again
// and compares.
import { writeFile } from "node:fs/promises";
import { pictures } from "./pictures/all.js";

for (const [path, draw] of Object.entries(pictures)) {
	await writeFile(new URL(`../${path}`, import.meta.url), await draw());
	console.log(`→ drew ${path}`);
}
