// The server of the playground's page. It has two names, and so the page has two origins. It listens
// on 127.0.0.1 alone, answers to these names alone, and lets nobody but its own page save.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { startFeed } from "./feed.js";
import { askVersionInForce } from "./in-force.js";
import { putPolicy, readPolicy } from "./local-policy.js";

const root = new URL("../", import.meta.url);
const directory = new URL("page/", import.meta.url);
/** The files that are served besides those of playground/page/, where they are in the project. */
const assetsOfProject = {
	"/socket.io-client.js": new URL("node_modules/socket.io-client/dist/socket.io.esm.min.js", root),
	"/tool.js": new URL("target/page/tool.js", root),
	"/tool_bg.wasm": new URL("target/page/tool_bg.wasm", root),
	"/first-policy.json": new URL("demo/policy.json", root),
};
const types = {
	".css": "text/css",
	".html": "text/html",
	".js": "text/javascript",
	".json": "application/json",
	".svg": "image/svg+xml",
	".wasm": "application/wasm",
};

/** The largest document that is put into KV, in bytes: more than the Worker reads, so that its refusal can be seen. */
const maxLength = 9 * 1024 * 1024;
/** How long the Worker may take to read a document that was saved, in milliseconds. */
const patience = 8000;

/**
 * Starts it on `port`, or on any other if that is taken, in front of the Worker at `edge`. `upstream` is
 * the URL of the server behind that, if it is the user's own, of which nothing is known. `assets` are the
 * files that are served besides the page's own, by path.
 * Resolves to the page's URL, to `tell`, which sends an event to every open page, and to `stop`.
 */
export async function startPlayground({ port, edge, upstream, assets = assetsOfProject }) {
	const refusedVersions = new Set();
	let saving = Promise.resolve();
	const server = createServer((request, response) => {
		answer(request, response).catch((error) => {
			if (response.headersSent) return response.destroy();
			const status = error.status ?? 500;
			response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
			response.end(error.message);
		});
	});
	const pages = await readdir(directory);
	const files = {
		...Object.fromEntries(pages.map((name) => [`/${name}`, new URL(name, directory)])),
		"/": new URL("index.html", directory),
		...assets,
	};
	await listen(server, port);
	const feed = startFeed(server, isOfOwnPage);
	const names = ["localhost", "127.0.0.1"].map((name) => `${name}:${server.address().port}`);
	const [allowed, other] = names.map((name) => `http://${name}`);

	async function answer(request, response) {
		// Otherwise a page could let its own name resolve to 127.0.0.1 (DNS rebinding).
		if (!names.includes(request.headers.host)) throw failure(421, "not a name of this server");
		const { pathname } = new URL(request.url, allowed);
		for (const [name, value] of Object.entries(securityHeaders())) response.setHeader(name, value);
		const action = actions[`${request.method} ${pathname}`];
		if (action) return action(request, response);
		if (request.method !== "GET") throw failure(405, "only GET");
		const file = files[pathname];
		if (!file) throw failure(404, "not found");
		response.setHeader("Content-Type", types[extname(file.pathname)]);
		response.end(await readFile(file));
	}

	const actions = {
		"GET /setting": (_request, response) => json(response, { edge, allowed, other, upstream }),
		"GET /policy": async (_request, response) => {
			response.setHeader("Content-Type", "text/plain; charset=utf-8");
			response.end((await readPolicy(edge)) ?? "");
		},
		"PUT /policy": async (request, response) => {
			if (!isOfOwnPage(request)) throw failure(403, "only the playground's own page may save");
			const bytes = await bodyOf(request);
			saving = saving.catch(() => {}).then(() => save(bytes));
			json(response, await saving);
		},
		"GET /in-force": async (_request, response) =>
			json(response, { inForce: await askVersionInForce(edge) }),
	};

	/** The page that sends `request` has the origin that it asks. Browsers send `Origin` with all but GET. */
	function isOfOwnPage({ headers: { host, origin } }) {
		return names.includes(host) && origin === `http://${host}`;
	}

	/**
	 * Resolves to the version that was `saved`, the one `inForce` then (`undefined` if the Worker does
	 * not answer), and `refused`, true if the Worker refuses the saved document.
	 */
	async function save(bytes) {
		const saved = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
		await putPolicy(edge, bytes);
		const end = Date.now() + patience;
		let inForce = await askVersionInForce(edge);
		while (inForce !== saved && !refusedVersions.has(saved) && Date.now() < end) {
			await new Promise((resolve) => setTimeout(resolve, 200));
			inForce = await askVersionInForce(edge);
		}
		const outcome = { saved, inForce, refused: refusedVersions.has(saved) };
		tell({ type: "saved", ...outcome });
		return outcome;
	}

	function tell(event) {
		if (event.type === "log" && event.line.event === "policy-faulty")
			refusedVersions.add(event.line.policy);
		feed.tell(event);
	}

	function securityHeaders() {
		const socket = edge.replace(/^http/, "ws");
		return {
			"Content-Security-Policy": [
				"default-src 'none'",
				"script-src 'self' 'wasm-unsafe-eval'",
				"style-src 'self'",
				"img-src 'self'",
				`connect-src 'self' ${edge} ${socket}`,
				`frame-src ${allowed} ${other}`,
				`frame-ancestors ${allowed} ${other}`,
				"base-uri 'none'",
				"form-action 'none'",
			].join("; "),
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer",
			"Cache-Control": "no-store",
		};
	}

	return {
		url: allowed,
		tell,
		stop() {
			feed.stop();
			server.close();
			server.closeAllConnections();
		},
	};
}

async function listen(server, port) {
	for (const candidate of [port, 0]) {
		server.listen(candidate, "127.0.0.1");
		try {
			return await once(server, "listening");
		} catch (error) {
			if (error.code !== "EADDRINUSE" || candidate === 0) throw error;
		}
	}
}

function json(response, value) {
	response.setHeader("Content-Type", "application/json");
	response.end(JSON.stringify(value));
}

async function bodyOf(request) {
	const chunks = [];
	let length = 0;
	for await (const chunk of request) {
		length += chunk.length;
		if (length > maxLength) throw failure(413, "larger than a policy may be");
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

function failure(status, message) {
	return Object.assign(new Error(message), { status });
}
