// `socketio-cors doctor --har`: what Chromium recorded of a page is diagnosed as the server is that
// it asked, and nobody is asked.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import * as pageOf from "../harness/browser.js";
import { hasNginx } from "../harness/nginx.js";
import { assertSays } from "../harness/tool.js";
import { useToolAndChromium } from "./chromium.js";
import { granted, nginx, page, server, stub } from "./deployments.js";

const used = useToolAndChromium();

const good = server(4, { cors: granted });
const answering = (status, headers, body) =>
	stub((_, response) =>
		response.writeHead(status, { "Access-Control-Allow-Origin": page, ...headers }).end(body),
	);

/** The recording of a page that tries to connect. */
async function recorded(url) {
	const path = join(used.tool.directory, "recording.har");
	const context = await used.browser.newContext({ recordHar: { path, content: "embed" } });
	try {
		const frame = await pageOf.openOf(context, page, 4);
		const options = { query: {}, tryAllTransports: false, withCredentials: false };
		const socket = await pageOf.connect(frame, url, options);
		await pageOf.upgraded(socket);
	} catch {
		// It is recorded all the same.
	} finally {
		await context.close();
	}
	return path;
}

async function diagnosed(path, options = []) {
	const { stdout } = await used.tool.runApart(
		[0, 1],
		["doctor", "--har", path, "--json", ...options],
	);
	return JSON.parse(stdout);
}

describe("Chromium's recording of", () => {
	const rows = {
		"a page that works": [good, undefined],
		"a list without the page": [
			server(4, { cors: { origin: "https://b.example" } }),
			// The browser keeps the answer from the recording, too.
			"blocked-in-browser",
		],
		"a challenge": [answering(403, { "cf-mitigated": "challenge" }, "<html>"), "challenged"],
		"a path that does not exist": [answering(404, {}, "Cannot GET /socket.io/"), "not-socket-io"],
		"a limit": [answering(429, {}, ""), "rate-limited"],
	};
	for (const [name, [of, code]] of Object.entries(rows))
		test(`${name}: ${code ?? "nothing"}`, async () => {
			const deployment = await of();
			const path = await recorded(deployment.url);
			// Nobody is there to be asked any more.
			await deployment.stop();
			const { findings, url, origin } = await diagnosed(path);
			assert.deepEqual([new URL(url).origin, origin], [deployment.url, page]);
			const errors = findings.filter(({ severity }) => severity === "error");
			assert.deepEqual(
				errors.map(({ code }) => code),
				code ? [code] : [],
				JSON.stringify(findings, null, 1),
			);
		});

	test("nginx that refuses POSTs", { skip: !hasNginx && "nginx is missing" }, async () => {
		const deployment = await nginx(good, "if ($request_method = POST) { return 405; }")();
		const path = await recorded(deployment.url);
		await deployment.stop();
		const { findings } = await diagnosed(path);
		assert.equal(findings[0]?.code, "post-failed", await readFile(path, "utf8"));
	});
});

test("the report says what a recording cannot show", async () => {
	const deployment = await good();
	const path = await recorded(deployment.url);
	await deployment.stop();
	const { stdout } = await used.tool.runApart(0, ["doctor", "--har", path]);
	assertSays(stdout, "in a recording", "nothing found", "other pages' requests");
});

describe("wrong usage prints what is wrong:", () => {
	const rows = {
		"no recording": ["no", "is not a HAR file"],
		"a recording of something else": [
			'{"log":{"entries":[]}}',
			"has no request of a Socket.IO client",
		],
	};
	for (const [name, [text, says]] of Object.entries(rows))
		test(name, async () => {
			const path = join(used.tool.directory, "other.har");
			await writeFile(path, text);
			const { stderr } = await used.tool.runApart(2, ["doctor", "--har", path]);
			assertSays(stderr, says);
		});
});
