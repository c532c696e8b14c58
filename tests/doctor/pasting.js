// Takes the lines of a fix out of the printed report of `socketio-cors doctor`, and pastes them
// where they belong.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as pageOf from "../harness/browser.js";
import { page } from "./deployments.js";

/** Finds lines of a fix: one with `start` in it, or those from there to one that is `end`. */
const pastedFrom = (fix) => (start, end) => {
	const first = fix.findIndex((line) => line.includes(start));
	assert.notEqual(first, -1, `no ${start} in ${fix.join("\n")}`);
	const last = end === undefined ? first : fix.indexOf(end, first);
	assert.notEqual(last, -1, `no ${end} after ${start} in ${fix.join("\n")}`);
	// The ellipsis stands for what people have there already.
	return fix
		.slice(first, last + 1)
		.map((line) => line.replace(/,? …/, ""))
		.filter((line) => line !== "…")
		.join("\n");
};

/** The options in JavaScript that makes a server, or those of a server 2. */
export function optionsIn(script) {
	const made = { options: undefined };
	const Server = class {
		constructor(_, options) {
			made.options = options;
		}
	};
	const require = () => (_, options) => new Server(_, options);
	new Function("Server", "httpServer", "require", script)(Server, {}, require);
	return made.options;
}

/** The options of `io(url, options)`. */
export const clientOptionsIn = (script) =>
	new Function("io", `return ${script}`)((_url, options = {}) => options);

/**
 * A test for each row: what is broken, the page's client, the code of the finding, and a function that
 * makes the deployment with the fix in it of the lines that `paste` takes out of it. The function gives
 * `of`, which starts the deployment; where the client has to be changed as well, its further options as
 * `client`; and `quiet` where the page works before as well: the finding then has to be gone.
 *
 * @param {Record<string, [() => Promise<object>, object, string, (paste: Function) => object]>} rows
 * @param {{ tool: object, browser: object }} used as `useToolAndChromium` gives them
 */
export function testFixes(rows, used) {
	for (const [name, [broken, options, code, put]] of Object.entries(rows))
		test(`${name}: ${code}`, async () => {
			const found = await examined(used.tool, broken, options);
			const finding = found.find((finding) => finding.code === code);
			assert.ok(finding, JSON.stringify(found));
			const { of, client, quiet } = put(pastedFrom(finding.fix));
			const fixed = { ...options, ...client };
			if (quiet) {
				const codes = (await examined(used.tool, of, fixed)).map(({ code }) => code);
				assert.ok(!codes.includes(code), codes.join(", "));
				return;
			}
			const deployment = await of();
			try {
				await assertWorks(used.browser, deployment.url, fixed);
			} finally {
				await deployment.stop();
			}
		});
}

async function examined(tool, start, options) {
	const { version = 4, withCredentials, token, transports, direct, own, asks = [] } = options;
	const deployment = await start();
	try {
		const origin = own ? deployment.url : page;
		const args = ["doctor", deployment.url, "--origin", origin, "--client", `${version}`, "--json"];
		if (withCredentials) args.push("--credentials");
		if (token) args.push("--header", `x-token: ${token}`);
		if (transports) args.push("--websocket");
		if (direct) args.push("--direct", deployment.direct);
		return JSON.parse((await tool.runApart([0, 1], [...args, ...asks])).stdout).findings;
	} finally {
		await deployment.stop();
	}
}

/** A page connects, and goes on by WebSocket. */
async function assertWorks(browser, url, options) {
	const { version = 4, withCredentials = false, asks, direct, stays, ...more } = options;
	const context = await browser.newContext();
	try {
		const frame = await pageOf.openOf(context, page, version);
		const asked = { withCredentials, query: {}, tryAllTransports: false, ...more };
		const socket = await pageOf.connect(frame, url, asked);
		if (!stays) await pageOf.upgraded(socket);
	} finally {
		await context.close();
	}
}
