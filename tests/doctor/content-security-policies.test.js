// Whether a Content-Security-Policy lets a page connect, as content-security-policies.txt has it: asked of
// Chromium.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startBrowser } from "../harness/browser.js";

const file = new URL("content-security-policies.txt", import.meta.url);
const [first, ...rows] = readFileSync(file, "utf8")
	.trim()
	.split("\n")
	.filter((line) => !line.startsWith("#"));
const urls = first.split(" ");

let browser;
before(async () => {
	browser = await startBrowser();
});
after(() => browser.close());

test("Chromium allows what the table says", async () => {
	const seen = [];
	for (const row of rows) {
		const [, origin, ...policy] = row.split(" ");
		seen.push(`${await ask(origin, policy.join(" "))} ${origin} ${policy.join(" ")}`);
	}
	assert.deepEqual(seen, rows);
});

/** A sign for each of the URLs: whether a page with that policy may connect to it. */
async function ask(origin, policy) {
	const page = await browser.newPage();
	const headers = { "content-type": "text/html", "content-security-policy": policy };
	// What is not forbidden fails for want of a network, without a violation.
	await page.route("**/*", (route) =>
		route.request().url() === `${origin}/`
			? route.fulfill({ headers, body: "<p>A page</p>" })
			: route.abort(),
	);
	await page.goto(`${origin}/`);
	const signs = await page.evaluate(connectToEach, urls);
	await page.close();
	return signs;
}

/** Runs in the page. */
async function connectToEach(urls) {
	const forbidden = [];
	document.addEventListener("securitypolicyviolation", ({ blockedURI }) =>
		forbidden.push(blockedURI),
	);
	const isMixed = (url) =>
		location.protocol === "https:" && /^(http|ws):/.test(url) && !url.includes("127.0.0.1");
	const connect = (url) => {
		if (isMixed(url)) return undefined;
		if (!url.startsWith("ws")) return fetch(url).catch(() => {});
		const socket = new WebSocket(url);
		return new Promise((resolve) => {
			socket.onerror = resolve;
			socket.onopen = resolve;
			setTimeout(resolve, 50);
		});
	};
	await Promise.all(urls.map(connect));
	await new Promise((resolve) => setTimeout(resolve, 20));
	const sign = (url) => (isMixed(url) ? "." : forbidden.includes(url) ? "-" : "+");
	return urls.map(sign).join("");
}
