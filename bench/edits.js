// How soon an edit counts in `make dev`: from the start and from the end of `wrangler kv key put`
// to the first decision by the new policy.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { send } from "../tests/harness/http.js";
import { freePort, run, start } from "../tests/harness/process.js";
import { print, spread } from "./harness/measure.js";

const edits = 10;
const path = "/socket.io/?EIO=4&transport=polling";
const pages = ["https://a.example", "https://b.example"];

const state = await mkdtemp(join(tmpdir(), "edits-"));
const port = await freePort();
const dev = start("make", ["dev", `PORT=${port}`, `STATE=${state}`]);
try {
	await dev.said("Ctrl-C stops everything.");
	const [fromStart, fromEnd] = [[], []];
	for (let edit = 0; edit < edits; edit += 1) {
		const page = pages[edit % pages.length];
		const document = join(state, "policy.json");
		await writeFile(document, JSON.stringify({ origin: page }));
		const began = performance.now();
		const put = ["kv", "key", "put", "--local", "--persist-to", state, "--binding", "POLICY"];
		const [ended, counted] = await Promise.all([
			run("npx", ["wrangler", ...put, "policy", "--path", document]).then(() => performance.now()),
			allowed(page),
		]);
		fromStart.push(counted - began);
		fromEnd.push(counted - ended);
	}
	print(
		["an edit, ms until the first decision by it", "median (min..max)"],
		[
			["since `wrangler kv key put` began", spread(fromStart)],
			["since it ended", spread(fromEnd)],
		],
	);
	console.log(
		`${edits} edits, one request every 20 ms, POLICY_FRESH_SECONDS = 1 as in \`make dev\`\n`,
	);
} finally {
	dev.kill();
	await rm(state, { recursive: true, maxRetries: 5 });
}

/** Resolves to the time at which `page` is let in. */
async function allowed(page) {
	for (;;) {
		const { status } = await send(`http://127.0.0.1:${port}`, path, { headers: { origin: page } });
		if (status === 200) return performance.now();
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
