// The site of `make site`, as Cloudflare's own local runtime serves it, and pages of it in Chromium.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { patience } from "../harness/patience.js";
import { environment, root, start } from "../harness/process.js";

const bin = join(root, "node_modules/.bin");
export const wrangler = join(bin, "wrangler");
/** With the Node that wrangler needs. */
export const env = { ...environment, PATH: `${bin}:${environment.PATH}` };

/** Serves it on 127.0.0.1, with its `_headers`. */
export async function startSite() {
	const state = await mkdtemp(join(tmpdir(), "site-"));
	const dev = start(
		wrangler,
		[
			...["dev", "--config", "site/wrangler.jsonc", "--persist-to", state],
			...["--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"],
		],
		env,
	);
	const stop = async () => {
		dev.kill();
		await rm(state, { recursive: true, maxRetries: 5 });
	};
	try {
		await dev.said("Ready on ");
	} catch (error) {
		await stop();
		throw error;
	}
	const [, url] = dev.output.match(/Ready on (http:\/\/\S+)/);
	return { url, output: dev.output, stop };
}

/**
 * Opens a page of the site in `context`, with the fragment `hash`. `before` may prepare it. Resolves when
 * the checker is there, unless `loads` is false.
 */
export async function openSite(context, site, { hash = "", loads = true, before } = {}) {
	const page = await context.newPage();
	page.setDefaultTimeout(patience);
	const problems = [];
	const asked = new Set();
	page.on("pageerror", (error) => problems.push(error.message));
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type())) problems.push(message.text());
	});
	page.on("request", (request) => asked.add(request));
	page.on("requestfailed", (request) => {
		// It was not sent.
		if (request.failure().errorText === "csp") asked.delete(request);
	});
	await before?.(page);
	await page.goto(`${site.url}/${hash}`, { waitUntil: "domcontentloaded" });
	if (loads) await page.locator("#save:enabled").waitFor();
	return {
		page,
		/** Errors and warnings of the console. */
		problems,
		/** The URLs that were asked for. */
		asked: () => [...asked].map((request) => request.url()),
	};
}
