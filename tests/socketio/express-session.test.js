// docs/setups.md: a cookie of express-session that Socket.IO's middleware reads, in Chromium.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import express from "express";
import session from "express-session";
import * as pageOf from "../harness/browser.js";
import { startEdge } from "../harness/edge.js";
import { startSocketServer, transportModes } from "../harness/socketio.js";
import { app, policyOf } from "./setups.js";

/** The Worker, under a name of the page's site and under one of another. */
const sameSite = "https://api.example.com";
const otherSite = "https://api.example.net";

let server, edge, browser, friendly;
before(async () => {
	server = await startServerWithSessions();
	const policy = policyOf("Sessions of express-session");
	edge = await startEdge({ policy, upstream: server.url, https: true });
	const { host } = new URL(edge.url);
	const args = [
		`--host-resolver-rules=MAP api.example.com ${host}, MAP api.example.net ${host}`,
		// Else it asks the visitor whether the page may open connections to this machine.
		"--disable-features=LocalNetworkAccessChecks",
	];
	browser = await pageOf.startBrowser(args);
	friendly = await pageOf.startWithThirdPartyCookies(args, { ignoreHTTPSErrors: true });
});
after(async () => {
	await browser?.close();
	await friendly?.stop();
	await edge?.stop();
	await server?.stop();
});

/** A server whose sockets are for those that have logged in. */
async function startServerWithSessions() {
	const web = express();
	// Else a cookie that is `secure` is not sent: TLS ends at Cloudflare.
	web.set("trust proxy", 1);
	const sessions = session({
		secret: "secret",
		resave: false,
		saveUninitialized: false,
		cookie: { sameSite: "none", secure: true },
	});
	web.use(sessions);
	web.post("/login", (request, response) => {
		request.session.user = "ann";
		response.end();
	});
	const server = await startSocketServer({ http: createServer(web) });
	server.io.engine.use(sessions);
	server.io.use(({ request }, next) => {
		next(request.session.user ? undefined : new Error("not logged in"));
	});
	server.io.on("connection", (socket) => {
		socket.on("who am I", (_, acknowledge) => acknowledge(socket.request.session.user));
	});
	return server;
}

/** Logs in on the page, which reads the answer. */
async function logIn(frame, api) {
	const status = await pageOf.inPage(
		frame,
		async (url) => (await fetch(url, { method: "POST", credentials: "include" })).status,
		`${api}/login`,
	);
	assert.equal(status, 200);
}

/** Logs in, and connects by each transport as who has logged in. */
async function knowsTheVisitor(frame, api) {
	await logIn(frame, api);
	for (const { transports } of Object.values(transportModes)) {
		const socket = await pageOf.connect(frame, api, { transports });
		assert.equal(await pageOf.ask(socket, "who am I"), "ann");
	}
}

describe("a page of the API's site", () => {
	test("logs in, and its sockets know the visitor", async () => {
		const context = await browser.newContext({ ignoreHTTPSErrors: true });
		try {
			await knowsTheVisitor(await pageOf.openOf(context, app, 4), sameSite);
		} finally {
			await context.close();
		}
	});
});

describe("a page of another site", () => {
	test("logs in, and its sockets know the visitor", async () => {
		await knowsTheVisitor(await pageOf.openOf(friendly.context, app, 4), otherSite);
	});

	test("is not recognised if the browser keeps no cookies of other sites", async () => {
		const context = await browser.newContext({ ignoreHTTPSErrors: true });
		try {
			const frame = await pageOf.openOf(context, app, 4, pageOf.blockThirdPartyCookies);
			await logIn(frame, otherSite);
			await assert.rejects(pageOf.connect(frame, otherSite), /connect_error: not logged in/);
		} finally {
			await context.close();
		}
	});
});

test("a refused page does not get through with the visitor's cookie", async () => {
	await logIn(await pageOf.openOf(friendly.context, app, 4), otherSite);
	const frame = await pageOf.openOf(friendly.context, "https://evil.example", 4);
	for (const { transports } of Object.values(transportModes)) {
		const tag = randomUUID();
		const attempt = pageOf.connect(frame, otherSite, { tag, transports });
		await assert.rejects(attempt, /connect_error: (xhr poll|websocket) error/);
		assert.deepEqual(
			server.seen.filter(({ url }) => url.includes(tag)),
			[],
		);
	}
});
