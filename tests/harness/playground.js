// `make dev` and its playground, as somebody uses them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { send } from "./http.js";
import { patience } from "./patience.js";
import { freePort, start, until } from "./process.js";

/** Starts `make dev` on `port`, or on a free one, with a local KV of its own. Resolves when all of it answers. */
export async function startPlayground(port) {
	const state = await mkdtemp(join(tmpdir(), "playground-"));
	const dev = start("make", ["dev", `PORT=${port ?? (await freePort())}`, `STATE=${state}`]);
	const stop = async () => {
		dev.kill();
		await rm(state, { recursive: true, maxRetries: 5 });
	};
	try {
		await dev.said("Ctrl-C stops everything.");
	} catch (error) {
		await stop();
		throw error;
	}
	const [, url] = dev.output.match(/^The playground +(http:\/\/localhost:\d+)$/m);
	const [, edge] = dev.output.match(/^The Worker +(\S+)$/m);
	return {
		/** Its two origins, of which the first policy allows one. */
		allowed: url,
		other: url.replace("localhost", "127.0.0.1"),
		edge,
		/** The lines that the Worker logs. */
		get output() {
			return dev.output;
		},
		/** Saves a document as the page does. Resolves to the answer. */
		save: (text, headers = { Origin: url }) =>
			send(url.replace("localhost", "127.0.0.1"), "/policy", {
				method: "PUT",
				headers: { Host: new URL(url).host, ...headers },
				body: text,
			}),
		stop,
	};
}

/** Opens the playground in a new context. Resolves to its page and the frames of its two clients. */
export async function openPlayground(browser, { allowed, other }, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(patience);
	const problems = [];
	page.on("pageerror", (error) => problems.push(error.message));
	page.on("console", (message) => {
		if (message.type() === "error") problems.push(`${message.location().url} ${message.text()}`);
	});
	await page.goto(`${allowed}/`);
	await page.waitForFunction(() => document.getElementById("document").value !== "");
	const clientOf = async (origin) => {
		const frameOf = () => page.frames().find((frame) => frame.url().startsWith(`${origin}/client`));
		await until(`a frame of ${origin}`, frameOf);
		return client(frameOf());
	};
	const clients = { allowed: await clientOf(allowed), other: await clientOf(other) };
	return { context, page, ...clients, problems, close: () => context.close() };
}

/** A client: a page that connects, by what it shows. */
function client(frame) {
	return {
		frame,
		/** The rows of its timeline, without their times. */
		async rows() {
			return frame.locator("#timeline li").evaluateAll((rows) =>
				rows.map((row) =>
					[...row.children]
						.filter(({ className }) => !["at", "took"].includes(className))
						.map(({ textContent }) => textContent)
						.join(" | "),
				),
			);
		},
		/** The texts about the path of its requests: at the page, the Worker and the server. */
		path: () =>
			frame.locator("#path li").evaluateAll((places) =>
				places.map(({ children }) =>
					[...children]
						.map(({ textContent }) => textContent)
						.filter(Boolean)
						.join("\n"),
				),
			),
		/** Resolves when its state is `text`. */
		async comesTo(text) {
			let seen;
			await until(`"${text}"`, async () => {
				seen = await frame.locator("#state").textContent();
				return seen === text;
			}).catch((error) => {
				throw new Error(`${error.message}, but "${seen}"`);
			});
		},
	};
}
