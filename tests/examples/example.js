// The apps of examples/, each started by the command that its README prints.

import { whyTaken } from "../../playground/local-edge.js";
import { open } from "../harness/browser.js";
import { start, until } from "../harness/process.js";

/** The number of ports that an example uses, from the given one on. */
const ports = 4;

/** Starts one. Resolves when it has printed `ready`, which is the last that it says of itself. */
export async function startExample(name, ready) {
	const port = await freePorts();
	const app = start("make", ["example", `NAME=${name}`, `PORT=${port}`]);
	try {
		// On a machine that has much else to do.
		await app.said(ready, 180);
	} catch (error) {
		app.kill();
		throw new Error(`${error.message}\n${app.output}`);
	}
	return {
		/** The Worker. */
		edge: `http://127.0.0.1:${port}`,
		port,
		/** An origin of the app's page, at a name of this machine. */
		pageAt: (host) => `http://${host}:${port + 3}`,
		get output() {
			return app.output;
		},
		said: app.said,
		/** Ends it by Ctrl-C. Resolves to what is left of it. */
		async interrupted() {
			app.signal("SIGINT");
			await app.ended();
			return app.processes();
		},
		stop: () => app.kill(),
	};
}

/** The first of some ports that nothing listens on, and that the system gives to nobody. */
async function freePorts() {
	for (;;) {
		const first = 10_000 + Math.floor(Math.random() * 20_000);
		const all = Array.from({ length: ports }, (_, index) => whyTaken(first + index));
		if ((await Promise.all(all)).every((why) => why === undefined)) return first;
	}
}

/** Opens the page of an app in a context of its own. */
export async function openPage(browser, url) {
	const context = await browser.newContext();
	const frame = await open(context, url);
	const shows = (role, text) =>
		until(`"${text}"`, async () => {
			const all = await frame.getByRole(role).allTextContents();
			return all.some((shown) => shown.includes(text));
		});
	return {
		frame,
		/** Resolves when an element of that role has `text` in it. */
		shows,
		press: (name) => frame.getByRole("button", { name }).click(),
		close: () => context.close(),
	};
}
