// docs/setups.md: Socket.IO's admin UI, the page that its package has, as https://admin.socket.io.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { instrument } from "@socket.io/admin-ui";
import { startBrowser } from "../harness/browser.js";
import { startEdge } from "../harness/edge.js";
import { patience } from "../harness/patience.js";
import { root } from "../harness/process.js";
import { client, connected, startSocketServer } from "../harness/socketio.js";
import { app, policyOf } from "./setups.js";

// The pair of the package's README: the second is bcrypt's hash of the first.
const password = "changeit";
const hash = "$2b$10$heqvAkYMez.Va6Et2uXInOnkCT6/uQj1brkrbyG3LpopDklcq7ZOS";

let server, edge, strict, browser;
before(async () => {
	server = await startSocketServer();
	instrument(server.io, { auth: { type: "basic", username: "admin", password: hash } });
	const start = (policy) => startEdge({ policy, upstream: server.url, https: true });
	const policy = policyOf("The admin UI");
	edge = await start(policy);
	strict = await start({ ...policy, origin: [app] });
	const rules = Object.entries({ "api.example.com": edge, "strict.example.com": strict }).map(
		([name, { url }]) => `MAP ${name} ${new URL(url).host}`,
	);
	browser = await startBrowser([
		`--host-resolver-rules=${rules}`,
		"--disable-features=LocalNetworkAccessChecks",
	]);
});
after(async () => {
	await browser?.close();
	await edge?.stop();
	await strict?.stop();
	await server?.stop();
});

/** Opens the UI, and has it connect to an API. Resolves to its page. */
async function openUi(api) {
	const context = await browser.newContext({ ignoreHTTPSErrors: true });
	const page = await context.newPage();
	page.setDefaultTimeout(patience);
	await context.route(/^https:/, (route) => {
		const { host, pathname } = new URL(route.request().url());
		// Its fonts are elsewhere.
		if (host !== "admin.socket.io") return route.abort();
		const file = pathname === "/" ? "index.html" : pathname;
		return route.fulfill({ path: join(root, "node_modules/@socket.io/admin-ui/ui/dist", file) });
	});
	await page.goto("https://admin.socket.io/");
	await page.getByLabel("Server URL").fill(api);
	await page.getByLabel("Username").fill("admin");
	await page.getByLabel("Password").fill(password);
	await context.unroute(/^https:/);
	await page.getByRole("button", { name: "Connect" }).click();
	return page;
}

test("the admin UI shows the clients if the policy lists it", async () => {
	const socket = client(4, edge.url.replace("https:", "wss:"), {
		origin: app,
		transports: ["websocket"],
		rejectUnauthorized: false,
	});
	try {
		await connected(socket);
		const page = await openUi("https://api.example.com");
		// The namespace / has one socket: that client's.
		await page.getByRole("row", { name: /^\/ 1$/ }).waitFor();
		await page.context().close();
	} finally {
		socket.disconnect();
	}
});

test("nothing of the admin UI arrives if the policy does not list it", async () => {
	server.seen.length = 0;
	const page = await openUi("https://strict.example.com");
	await page.getByText("Error: xhr poll error").waitFor();
	assert.deepEqual(
		server.seen.filter(({ headers }) => headers.origin === "https://admin.socket.io"),
		[],
	);
	await page.context().close();
});
