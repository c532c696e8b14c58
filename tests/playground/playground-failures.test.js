// The playground where something does not answer: its page says what, in a real Chromium.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { startPlayground } from "../../playground/server.js";
import { startBrowser } from "../harness/browser.js";
import { close, listen } from "../harness/http.js";
import { patience } from "../harness/patience.js";
import { freePort, until } from "../harness/process.js";

const stored = '{"origin": false}\n';
const namespaces = "/cdn-cgi/explorer/api/storage/kv/namespaces";

let browser;
before(async () => {
	browser = await startBrowser();
});
after(() => browser?.close());

/** A stand-in for `wrangler dev`: its KV answers with `namespace`, or with `status`; its Worker decides by the policy 11111111. */
function startWrangler({ status = 200, namespace = "POLICY" } = {}) {
	return createServer((request, response) => {
		request.resume();
		if (request.method === "OPTIONS")
			return response.setHeader("x-cors-decision", "allow; policy=11111111").end();
		response.writeHead(status);
		if (status !== 200) return response.end("broken");
		response.end(
			request.url === namespaces
				? JSON.stringify({ result: [{ id: "1", title: namespace }] })
				: stored,
		);
	});
}

/** Has `use` use a page of a playground in front of it, and what it says. */
async function opened(wrangler, use) {
	await listen(wrangler);
	const edge = `http://127.0.0.1:${wrangler.address().port}`;
	const port = await freePort();
	let playground = await startPlayground({ port, edge });
	const context = await browser.newContext();
	context.setDefaultTimeout(patience);
	try {
		const page = await context.newPage();
		await page.goto(playground.url);
		const shows = (id, text) =>
			until(`"${text}"`, async () => (await page.locator(id).textContent()) === text);
		await use({
			...{ page, context, shows, wrangler },
			url: playground.url,
			end: () => playground.stop(),
			async startAgain() {
				playground = await startPlayground({ port, edge });
			},
		});
	} finally {
		await context.close();
		playground.stop();
		if (wrangler.listening) await close(wrangler);
	}
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

describe("the local KV", () => {
	for (const [what, options, says] of [
		["answers an error", { status: 500 }, "the local KV answered 500: broken"],
		["has no policies", { namespace: "OTHER" }, "there is no local KV namespace POLICY"],
	]) {
		test(`${what}: the page says so, and shows no document`, () =>
			opened(startWrangler(options), async ({ page, shows }) => {
				await shows("#saved", `The local KV could not be read: ${says}`);
				assert.equal(await page.locator("#document").inputValue(), "");
				await press(page, "Two mistakes");
				await press(page, "Save it anyway");
				await shows("#saved", `It could not be saved: ${says}`);
			}));
	}

	test("does not answer, and the page says so, for KV and for the Worker", () =>
		opened(startWrangler(), async ({ page, shows, wrangler }) => {
			await shows("#in-force", "11111111");
			assert.equal(await page.locator("#document").inputValue(), stored);
			await close(wrangler);
			await press(page, "Save it");
			await shows(
				"#saved",
				"It could not be saved: the local KV, which wrangler dev has, does not answer",
			);
			await page.reload();
			await shows("#in-force", "the Worker does not answer");
		}));
});

test("the page says so if the Worker does not read the saved policy", () =>
	opened(startWrangler(), async ({ page, shows }) => {
		await shows("#in-force", "11111111");
		await press(page, "Allow both");
		const version = (await page.locator("#version").textContent()).split(",")[0];
		await press(page, "Save it");
		await shows(
			"#saved",
			`Saved as ${version}, but the Worker has not read it. It still decides by 11111111.`,
		);
	}));

test("the page says that `make dev` has ended, and continues when it is there again", () =>
	opened(startWrangler(), async ({ page, shows, end, startAgain }) => {
		await shows("#in-force", "11111111");
		const banner = page.locator("#lost");
		assert.equal(await banner.isVisible(), false);
		end();
		await banner.waitFor();
		await page.locator("#document").fill("{}");
		await startAgain();
		await banner.waitFor({ state: "hidden" });
		assert.equal(await page.locator("#document").inputValue(), "{}");
	}));

test("each of many open pages gets an answer", () =>
	opened(startWrangler(), async ({ context, url, page }) => {
		for (let pages = 0; pages < 7; pages++) {
			const another = await context.newPage();
			await another.goto(url);
			await another.waitForFunction(() => document.getElementById("document").value !== "");
		}
		const status = await page.evaluate(async () => (await fetch("/policy")).status);
		assert.equal(status, 200);
	}));

test("only the playground's own pages can open the event stream", () =>
	opened(startWrangler(), async ({ url }) => {
		const { host, port } = new URL(url);
		const other = `127.0.0.1:${port}`;
		for (const [name, origin, opens] of [
			[host, url, true],
			[other, `http://${other}`, true],
			[host, `http://${other}`, false],
			[host, "https://evil.example", false],
			[host, undefined, false],
			[`evil.example:${port}`, `http://evil.example:${port}`, false],
		]) {
			const headers = { Host: name, ...(origin && { Origin: origin }) };
			const socket = new WebSocket(`ws://${other}/events`, { headers });
			const [answer] = await Promise.race([
				once(socket, "open").then(() => [101]),
				once(socket, "unexpected-response").then(([, response]) => [response.statusCode]),
			]);
			socket.on("error", () => {}).terminate();
			assert.equal(answer, opens ? 101 : 401, `${name} ${origin}`);
		}
	}));
