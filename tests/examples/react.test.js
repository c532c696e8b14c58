// examples/react: its page in Chromium, from its own origin and from another.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser } from "../harness/browser.js";
import { send } from "../harness/http.js";
import { client, connected, refused } from "../harness/socketio.js";
import { openPage, startExample } from "./example.js";

let app;
let browser;
before(async () => {
	browser = await startBrowser();
	app = await startExample("react", "Open http://");
});
after(async () => {
	await browser?.close();
	app?.stop();
});

/** Logs in as the page does. Resolves to the token. */
async function logIn() {
	const answer = await send(app.edge, "/login", {
		method: "POST",
		headers: { origin: app.pageAt("localhost"), "content-type": "application/json" },
		body: JSON.stringify({ name: "Ann", password: "secret" }),
	});
	return JSON.parse(answer.body).token;
}

test("the page logs in, connects with its token, and talks", async () => {
	const page = await openPage(browser, app.pageAt("localhost"));
	await page.press("Log in");
	await page.shows("status", "Connected");
	await page.press("Say hello");
	await page.shows("listitem", "Ann: hello");
	await app.said(`Ann is connected, from a page of ${app.pageAt("localhost")}`);
	await page.close();
});

test("the page shows that a password is wrong", async () => {
	const page = await openPage(browser, app.pageAt("localhost"));
	await page.frame.getByLabel("Password").fill("wrong");
	await page.press("Log in");
	await page.shows("alert", "the server answers 401");
	await page.close();
});

test("the same page of another origin cannot log in", async () => {
	const page = await openPage(browser, app.pageAt("127.0.0.1"));
	await page.press("Log in");
	await page.shows("alert", "Failed to fetch");
	await app.said(`"origin":"${app.pageAt("127.0.0.1")}","reason":"unlisted-origin"`);
	await page.close();
});

for (const transports of [["polling"], ["websocket"]]) {
	test(`a token does not let in a page of another origin, by ${transports}`, async () => {
		const auth = { token: await logIn() };
		for (const [host, comes] of [
			["localhost", connected],
			["127.0.0.1", refused],
		]) {
			const socket = client(4, app.edge, { origin: app.pageAt(host), auth, transports });
			await comes(socket);
			socket.disconnect();
		}
	});
}

test("a page without a valid token passes the Worker and is refused by the server", async () => {
	for (const token of [undefined, "", `${await logIn()}e`, "x.Ann"]) {
		const origin = app.pageAt("localhost");
		const socket = client(4, app.edge, { origin, auth: { token } });
		assert.equal((await refused(socket)).message, "not logged in");
		socket.disconnect();
	}
});

test("Ctrl-C leaves nothing behind", async () => {
	assert.deepEqual(await app.interrupted(), []);
});
