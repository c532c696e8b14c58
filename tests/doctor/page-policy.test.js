// `socketio-cors doctor` where the page's own Content-Security-Policy forbids what the server allows: it
// finds that where Chromium does, in Chromium's words, and the policy that it prints lets the page connect.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import * as pageOf from "../harness/browser.js";
import { close, listen } from "../harness/http.js";
import { useToolAndChromium } from "./chromium.js";
import { server } from "./deployments.js";

const used = useToolAndChromium();

const header = (policy) => ({ headers: { "Content-Security-Policy": policy } });
const meta = (policy) => ({
	head: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
});
const webSocketAlone = { transports: ["websocket"] };

/** The page, what its client asks for, and whether its poll and its WebSocket are forbidden. */
const rows = {
	"a policy for everything": [() => header("default-src 'self'"), {}, ["poll"]],
	"another server's URL": [
		() => header("img-src *; connect-src 'self' https://api.example.com"),
		{},
		["poll"],
	],
	"a <meta> for polls alone": [({ url }) => meta(`connect-src ${url}`), {}, ["WebSocket"]],
	"a policy for polls alone, and a client without polling": [
		({ url }) => header(`connect-src ${url}`),
		webSocketAlone,
		["WebSocket"],
	],
	"a second policy": [
		() => ({ ...header("connect-src *"), ...meta("connect-src 'none'") }),
		{},
		["poll"],
	],
	"a sandbox": [() => header("sandbox allow-scripts allow-forms"), {}, ["origin"]],
	"a sandbox that keeps the origin": [
		() => header("sandbox allow-scripts allow-same-origin"),
		{},
		[],
	],
	"a policy for WebSockets alone, and a client without polling": [
		({ url }) => header(`connect-src ${url.replace("http", "ws")}`),
		webSocketAlone,
		[],
	],
	"a policy that only reports": [
		() => ({ headers: { "Content-Security-Policy-Report-Only": "connect-src 'none'" } }),
		{},
		[],
	],
	"no policy for connections": [() => header("img-src 'self'"), {}, []],
};

describe("a page's own policy", () => {
	for (const [name, [make, options, [forbidden]]] of Object.entries(rows))
		test(`${name}: ${forbidden ? `no ${forbidden}` : "the page works"}`, async () => {
			const notNull = (origin, decide) => decide(null, origin !== "null");
			const deployment = await server(4, { cors: { origin: notNull } })();
			const content = make(deployment);
			const page = await servePage(content);
			try {
				const [finding, ...others] = await errors(deployment.url, page.origin, options);
				assert.deepEqual(others, []);
				const { failure, printed } = await tryInChromium(deployment.url, page.origin, options);
				assert.equal(failure !== undefined, forbidden !== undefined, failure ?? "the page works");
				assert.equal(finding?.code, forbidden && "blocked-in-browser");
				if (forbidden === undefined) return;
				const quoted = finding.why.find(isChromiums);
				assert.ok(printed.includes(withoutChance(quoted)), `${quoted}: ${printed}`);
				const [, policy] = finding.fix
					.find((line) => line.startsWith("Content-Security-Policy: "))
					.split(": ");
				const written = JSON.stringify(content).matchAll(/connect-src ([^;"\\]*)/g);
				const sources = [...written].at(-1)?.[1].split(" ") ?? [];
				for (const source of sources)
					assert.ok(policy.includes(source) || source === "'none'", `${source}: ${policy}`);
				const { headers, head } = header(policy);
				page.change({ headers, head });
				assert.deepEqual(await errors(deployment.url, page.origin, options), []);
				assert.deepEqual(await tryInChromium(deployment.url, page.origin, options), {
					printed: [],
				});
			} finally {
				await page.stop();
				await deployment.stop();
			}
		});
});

/** Serves a page with a Socket.IO client, with these headers and lines, at an origin of its own. */
async function servePage(first) {
	let content = first;
	const http = createServer(({ url }, response) => {
		const { headers = {}, head = "" } = content;
		const script = url === "/client.js";
		response.writeHead(200, {
			"Content-Type": script ? "text/javascript" : "text/html",
			...headers,
		});
		response.end(script ? pageOf.bundle(4) : `${head}${pageOf.html("/client.js")}`);
	});
	await listen(http);
	return {
		origin: `http://127.0.0.1:${http.address().port}`,
		change: (next) => {
			content = next;
		},
		stop: () => close(http),
	};
}

async function errors(url, origin, { transports }) {
	const args = ["doctor", url, "--origin", origin, "--json"];
	if (transports) args.push("--websocket");
	const { findings } = JSON.parse((await used.tool.runApart([0, 1], args)).stdout);
	return findings.filter(({ severity }) => severity === "error");
}

/** Why the page gets no connection or does not upgrade it, and what the console says of its policy. */
async function tryInChromium(url, origin, options) {
	const context = await used.browser.newContext();
	const printed = [];
	context.on("console", (message) => {
		if (isChromiums(message.text())) printed.push(withoutChance(message.text()));
	});
	try {
		const frame = await pageOf.open(context, origin);
		const asked = { withCredentials: false, query: {}, tryAllTransports: false, ...options };
		await pageOf.upgraded(await pageOf.connect(frame, url, asked));
		return { printed };
	} catch ({ message }) {
		return { failure: message, printed };
	} finally {
		await context.close();
	}
}

const isChromiums = (line) => /^(Connecting|Access) to /.test(line);

/** A message without what differs from one request to the next. */
const withoutChance = (message) => message.replaceAll(/&(t|sid)=[^&' ]*/g, "");
