// Chromium, the pages that it opens, and what these do with Socket.IO.
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { close, listen } from "./http.js";
import { loadChromium } from "./large-packages.js";
import { patience } from "./patience.js";
import { soon } from "./socketio.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The clients' bundles for browsers. */
const bundles = {
	2: "socket.io-client-2/dist/socket.io.js",
	3: "socket.io-client-3/dist/socket.io.min.js",
	4: "socket.io-client/dist/socket.io.min.js",
};

export const bundle = (version) => readFileSync(`${root}node_modules/${bundles[version]}`);

const launching = (args) => ({
	executablePath: `${root}.tools/chromium`,
	args: [
		"--no-sandbox",
		"--disable-gpu",
		"--disable-quic",
		"--no-first-run",
		"--disable-background-networking",
		"--disable-component-update",
		"--disable-sync",
		// Not ::1, where another server may have the same port.
		"--host-resolver-rules=MAP localhost 127.0.0.1",
		...args,
	],
	timeout: patience,
});

/** Starts the Chromium that `make .tools/chromium` links, with further arguments. */
export async function startBrowser(args = []) {
	const chromium = loadChromium();
	return chromium.launch(launching(args));
}

/**
 * Starts one that keeps the cookies of other sites, as Chrome does unless told otherwise. It has
 * one context.
 *
 * @param {object} options of the context
 */
export async function startWithThirdPartyCookies(args, options) {
	const directory = await mkdtemp(join(tmpdir(), "chromium-"));
	await mkdir(join(directory, "Default"));
	const preferences = { profile: { cookie_controls_mode: 0 } };
	await writeFile(join(directory, "Default/Preferences"), JSON.stringify(preferences));
	const chromium = loadChromium();
	const context = await chromium.launchPersistentContext(directory, {
		...launching(args),
		...options,
	});
	return {
		context,
		async stop() {
			await context.close();
			// It goes on writing for a moment.
			await rm(directory, { recursive: true, maxRetries: 20 });
		},
	};
}

/** Has the browser keep no cookies of other sites, and send them none, once the page is loaded. */
export async function blockThirdPartyCookies(page) {
	const protocol = await page.context().newCDPSession(page);
	await protocol.send("Network.enable");
	await protocol.send("Network.setCookieControls", {
		enableThirdPartyCookieRestriction: true,
		disableThirdPartyCookieMetadata: false,
		disableThirdPartyCookieHeuristics: false,
	});
}

/** Starts a server of pages: `/4` is one with the Socket.IO client 4. It has two origins. */
export async function startPageServer() {
	const server = createServer(({ url }, response) => {
		const [, version, script] = url.match(/^\/(\d)(\.js)?$/) ?? [];
		if (!bundles[version]) return response.writeHead(404).end();
		response.setHeader("Content-Type", script ? "text/javascript" : "text/html");
		response.end(script ? bundle(version) : html(`/${version}.js`));
	});
	await listen(server);
	const { port } = server.address();
	return {
		numeric: `http://127.0.0.1:${port}`,
		named: `http://localhost:${port}`,
		stop: () => close(server),
	};
}

/** A page with one script. */
export function html(script) {
	return `<!doctype html><meta charset="utf-8"><title>page</title><script src="${script}"></script>`;
}

/** Opens the page at `url`, which `prepare` gets while it is empty. Resolves to its frame. */
export async function open(context, url, prepare) {
	const page = await context.newPage();
	page.setDefaultTimeout(patience);
	await prepare?.(page);
	await page.goto(url);
	return page.mainFrame();
}

/** Opens a page of any origin, with a Socket.IO client of a version. Resolves to its frame. */
export async function openOf(context, origin, version, prepare) {
	await context.route(`${origin}/**`, (route) => {
		const script = route.request().url().endsWith(".js");
		route.fulfill({
			contentType: script ? "text/javascript" : "text/html",
			body: script ? bundle(version) : html("/client.js"),
		});
	});
	const frame = await open(context, `${origin}/page`, prepare);
	// While there is a route, Playwright answers preflights itself.
	await context.unroute(`${origin}/**`);
	return frame;
}

/** Opens the page at `url` with itself in a sandbox, whose origin is `null`. Resolves to the frame in it. */
export async function openSandboxed(context, url) {
	const outer = await open(context, url);
	await inPage(
		outer,
		(src) =>
			new Promise((resolve) => {
				const frame = document.createElement("iframe");
				Object.assign(frame, {
					src,
					sandbox: "allow-scripts allow-forms allow-popups",
					onload: () => resolve(),
				});
				document.body.append(frame);
			}),
		url,
	);
	return outer.childFrames()[0];
}

/** Resolves to what `run` returns when called in the page with `argument`. */
export function inPage(frame, run, argument) {
	return soon("the page's answer", (resolve, reject) => {
		frame.evaluate(run, argument).then(resolve, reject);
	});
}

/**
 * Resolves to a page's socket, connected; rejects if it cannot be. `tag` is in the URL
 * of its requests. The page's socket before it is ended.
 */
export function connect(frame, url, { tag, token, ...options } = {}) {
	const connecting = {
		withCredentials: true,
		forceNew: true,
		reconnection: false,
		timeout: patience,
		// Otherwise client 4 gives up after the first transport.
		tryAllTransports: true,
		// Client 2 in a browser ignores `extraHeaders` at the top.
		...(token && { transportOptions: { polling: { extraHeaders: { "x-token": token } } } }),
		query: { tag },
		...options,
	};
	return soon("a connection", (resolve, reject) => {
		frame.evaluateHandle(connectInPage, [url, connecting]).then(resolve, reject);
	});
}

function connectInPage([url, options]) {
	return new Promise((resolve, reject) => {
		window.socket?.disconnect();
		const socket = window.io(url, options);
		window.socket = socket;
		socket.io.engine.once("upgradeError", (error) => {
			socket.upgradeError = error;
		});
		socket.once("connect", () => resolve(socket));
		socket.once("connect_error", (error) => reject(new Error(`connect_error: ${error.message}`)));
		// Kept until the socket is connected.
		socket.emit("first");
	});
}

/** Resolves when a page's socket uses WebSocket; rejects if it cannot. */
export function upgraded(socket) {
	return inPage(socket, ({ io: { engine }, upgradeError }) => {
		if (engine.transport.name === "websocket") return;
		return new Promise((resolve, reject) => {
			const fail = (error) => reject(new Error(`upgradeError: ${error.message}`));
			if (upgradeError) fail(upgradeError);
			engine.once("upgrade", () => resolve()).once("upgradeError", fail);
		});
	});
}

/** Resolves to what the server acknowledges `event` with. */
export function ask(socket, event, value) {
	return inPage(
		socket,
		(socket, [event, value]) =>
			new Promise((resolve, reject) => {
				socket.once("disconnect", (reason) => reject(new Error(`disconnected: ${reason}`)));
				socket.emit(event, value, resolve);
			}),
		[event, value],
	);
}

/** Has the server acknowledge `event` with 1 MB of binary. Resolves to how the answer compares. */
export function askBinary(socket, event) {
	return inPage(
		socket,
		(socket, event) => {
			const sent = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index * index) >> 3);
			return new Promise((resolve, reject) => {
				socket.once("disconnect", (reason) => reject(new Error(`disconnected: ${reason}`)));
				socket.emit(event, sent.buffer, (answer) => {
					const received = new Uint8Array(answer);
					const differing = received.filter((byte, index) => byte !== sent[index]).length;
					resolve({ length: received.length, differing });
				});
			});
		},
		event,
	);
}

/** Resolves to what the page may read of the answer to a fetch with credentials. */
export function read(frame, url) {
	return inPage(
		frame,
		async (url) => {
			const response = await fetch(url, { credentials: "include" });
			return {
				status: response.status,
				decision: response.headers.get("x-cors-decision"),
				body: await response.text(),
			};
		},
		url,
	);
}

/** Resolves to the list of the page's preflights from now on, as `{ url, status }`. */
export async function recordPreflights(frame) {
	const preflights = [];
	const session = await frame.page().context().newCDPSession(frame.page());
	session.on("Network.responseReceived", ({ type, response: { url, status } }) => {
		if (type === "Preflight") preflights.push({ url, status });
	});
	await session.send("Network.enable");
	return preflights;
}
