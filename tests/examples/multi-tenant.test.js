// examples/multi-tenant: the pages of customers, and of one that is none, in Chromium.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "../harness/browser.js";
import { send } from "../harness/http.js";
import { openPage, startExample } from "./example.js";

let app;
let browser;
before(async () => {
	browser = await startBrowser();
	app = await startExample("multi-tenant", "npx socketio-cors tenants add");
});
after(async () => {
	await browser?.close();
	app?.stop();
});

test("each customer's page connects, and receives only messages of its own room", async () => {
	const [shop, cafe] = await Promise.all(
		["shop", "cafe"].map((name) => openPage(browser, app.pageAt(`${name}.localhost`))),
	);
	await shop.shows("status", "Connected");
	await cafe.shows("status", "Connected");
	await shop.press("Say hello");
	await shop.shows("listitem", "hello");
	// Its own message comes after the messages that it might have received.
	await cafe.press("Say hello");
	await cafe.shows("listitem", "hello");
	assert.equal(await cafe.frame.getByRole("listitem").count(), 1);
	await Promise.all([shop.close(), cafe.close()]);
});

test("a page without a key does not connect", async () => {
	const stranger = app.pageAt("stranger.localhost");
	const page = await openPage(browser, stranger);
	await page.shows("status", "Not connected: xhr poll error");
	assert.ok(!app.output.includes(`connected, from a page of ${stranger}`));
	await page.close();
});

test("a request without an origin is refused", async () => {
	const { status } = await send(app.edge, "/socket.io/?EIO=4&transport=polling");
	assert.equal(status, 403);
});

test("Ctrl-C leaves nothing behind", async () => {
	assert.deepEqual(await app.interrupted(), []);
});
