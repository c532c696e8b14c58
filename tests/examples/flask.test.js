// examples/flask: its page in Chromium, from its own origin and from another.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "../harness/browser.js";
import { openPage, startExample } from "./example.js";

let app;
let browser;
before(async () => {
	browser = await startBrowser();
	app = await startExample("flask", "Open http://");
});
after(async () => {
	await browser?.close();
	app?.stop();
});

test("the page connects, and talks", async () => {
	const page = await openPage(browser, app.pageAt("localhost"));
	await page.shows("status", "Connected");
	await page.press("Say hello");
	await page.shows("listitem", "hello");
	await app.said(`connected, from a page of ${app.pageAt("localhost")}`);
	await page.close();
});

test("the same page of another origin does not connect", async () => {
	const page = await openPage(browser, app.pageAt("127.0.0.1"));
	await page.shows("status", "Not connected: xhr poll error");
	await app.said(`"origin":"${app.pageAt("127.0.0.1")}","reason":"unlisted-origin"`);
	assert.ok(!app.output.includes(`connected, from a page of ${app.pageAt("127.0.0.1")}`));
	await page.close();
});

test("Ctrl-C leaves nothing behind", async () => {
	assert.deepEqual(await app.interrupted(), []);
});
