// The fixes that `socketio-cors doctor` prints for the code of a web framework, in Node or Python: after
// each is pasted as it is printed, a page in Chromium works.
import { createServer } from "node:http";
import { describe } from "node:test";
import cors from "cors";
import expressOf from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { Server } from "socket.io";
import { WebSocketServer } from "ws";
import { close, listen } from "../harness/http.js";
import { useToolAndChromium } from "./chromium.js";
import {
	another,
	before,
	byTurns,
	granted,
	nginxServer,
	page,
	python,
	server,
} from "./deployments.js";
import { fastify, gunicorn, nest, vite } from "./frameworks.js";
import { clientOptionsIn, optionsIn, testFixes } from "./pasting.js";

const good = server(4, { cors: granted });
const silent = server(4);
/** For what is left unanswered. */
const quick = { asks: ["--timeout", "1"] };
const pageOrigin = JSON.stringify(page);
/** The options that a fix leaves to people. */
const withOptions = (script) => script.replace("{ }", "{ cors }");

/** JavaScript that makes a server and lets it listen, run with these names; on a free port. */
const script = (text, names) =>
	another(async () => {
		const made = {};
		const observed = (...options) => {
			made.http = createServer(...options);
			return made.http;
		};
		const all = { createServer: observed, Server, cors: granted, ...names };
		const run = new Function(...Object.keys(all), `${text}\nreturn { io, httpServer };`);
		const { io, httpServer } = run(...Object.values(all));
		await new Promise((resolve) => httpServer.once("listening", resolve));
		return {
			url: `http://127.0.0.1:${httpServer.address().port}`,
			async stop() {
				io.close();
				await close(httpServer);
			},
		};
	});
/** FastAPI with python-socketio, which these lines put into it. */
const mounted = (lines) =>
	python(`
from fastapi import FastAPI
app = FastAPI()
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[${pageOrigin}])
${lines}
`);
/** python-socketio with these lines, and a page that asks for the namespace /admin. */
const ofAdmins = (lines) => async () => {
	const deployment = await python(`
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[${pageOrigin}])
${lines}
app = socketio.ASGIApp(sio)`)();
	return { ...deployment, url: `${deployment.url}/admin` };
};
const anyPort = (text) => text.replace(/listen\(\d+/, "listen(0");

/** An application of Express that listens itself. */
const express = (app) =>
	another(async () => {
		const http = app.listen(0, "127.0.0.1");
		await new Promise((resolve) => http.once("listening", resolve));
		return { url: `http://127.0.0.1:${http.address().port}`, stop: () => close(http) };
	});
const refusing = () =>
	expressOf().use(cors({ origin: (_, decide) => decide(new Error("Not allowed by CORS")) }));

/** http-proxy-middleware as a development server has it, by lines that make `proxy` and use it. */
const development = (behind, text) => async () => {
	// Its connections are cut at the end.
	const { url, servers, stop } = await before(behind, () => false)();
	const httpServer = createServer((request, response) => app(request, response));
	const lines = text.replaceAll("127.0.0.1:3000", new URL(url).host);
	const names = ["createProxyMiddleware", "httpServer", "express"];
	const run = new Function(...names, `${lines}\nreturn proxy;`);
	const app = expressOf().use(run(createProxyMiddleware, httpServer, expressOf));
	const sockets = new Set();
	httpServer.on("connection", (socket) => sockets.add(socket));
	await listen(httpServer, 0, []);
	return {
		url: `http://127.0.0.1:${httpServer.address().port}`,
		servers,
		async stop() {
			for (const socket of sockets) socket.destroy();
			await close(httpServer);
			await stop();
		},
	};
};
const toProxy = (more) =>
	`const proxy = createProxyMiddleware({ target: "http://127.0.0.1:3000", pathFilter: "/socket.io"${more} });`;
const elsewhere = 'const proxy = createProxyMiddleware({ target: "http://127.0.0.1:9" });';

/** A server whose HTTP server has another one of WebSockets, which these lines make. */
const beside = (lines) => async () => {
	const deployment = await good();
	const run = new Function("WebSocketServer", "httpServer", lines);
	run(WebSocketServer, deployment.servers[0].http);
	return deployment;
};

/** A server of this origin function, written in JavaScript. */
const deciding = (option) => {
	const read = new Function("allowed", `return { ${option} };`);
	return server(4, { cors: read([page]) });
};

/** One that fails where it looks at an origin. */
const failing = before(good, ({ headers }, answer) => {
	if (!headers.origin) return false;
	answer(500);
	return true;
});

/** A server with this before its handshakes, as lines for `io`. */
const guardedBy = (lines) => async () => {
	const deployment = await good();
	new Function("io", lines)(deployment.servers[0].io);
	return deployment;
};
/** The same, without CORS of its own. */
const plainWith = (lines) => async () => {
	const deployment = await silent();
	new Function("io", lines)(deployment.servers[0].io);
	return deployment;
};
const byMetadata = `io.engine.use((request, response, next) => {
	if (["cross-site"].includes(request.headers["sec-fetch-site"])) {
		response.writeHead(403);
		response.end();
	} else next();
});`;

/** A server that ends who sends no token. */
const tokens = async () => {
	const deployment = await good();
	deployment.servers[0].io.on("connection", (socket) => {
		if (!socket.handshake.auth.token) socket.disconnect(true);
	});
	return deployment;
};

const withoutSlash = (options) =>
	before(server(4, { cors: granted, ...options }), ({ url }, answer) => {
		if (!url.startsWith("/socket.io/")) return false;
		answer(308, { Location: url.replace("/socket.io/", "/socket.io") });
		return true;
	});

const listening = "httpServer.listen(3000); // not app.listen(3000)";
const proxyOfVite =
	'server: { proxy: { "/socket.io": { target: "http://127.0.0.1:3000", ws: true } } }';
/** Its 404 names the path that it got, as Express's does. */
const behindVite = server(
	4,
	{ cors: granted },
	{
		http: () =>
			createServer(({ method, url }, response) =>
				response.writeHead(404).end(`Cannot ${method} ${url}`),
			),
	},
);
/** For nginx, which asks by a name. */
const byName = `location / {
	proxy_pass http://127.0.0.1:3000;
	proxy_http_version 1.1;
	proxy_set_header Host api.example.com;
	proxy_set_header Upgrade $http_upgrade;
	proxy_set_header Connection "upgrade";
}`;
const inMiddleware = (lines, last = 'app.mount("/", socketio.ASGIApp(sio))') => `
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
app = FastAPI()
${lines}
${last}`;
const allowedTwice = `app.add_middleware(CORSMiddleware, allow_origins=[${pageOrigin}])
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[${pageOrigin}])`;
const flask = `
from flask import Flask
from flask_socketio import SocketIO
app = Flask("app")
SocketIO(app, cors_allowed_origins=[${pageOrigin}])`;

const rows = {
	"Express, whose app listens": [
		express(expressOf()),
		{},
		"not-socket-io",
		(paste) => ({
			of: script(anyPort(withOptions(paste("const httpServer", listening))), { app: expressOf() }),
		}),
	],
	"Express, whose cors refuses": [
		express(refusing()),
		{},
		"blocked",
		(paste) => ({
			of: script(anyPort(withOptions(paste("const httpServer", listening))), { app: refusing() }),
		}),
	],
	Fastify: [
		fastify(() => {}),
		{},
		"not-socket-io",
		(paste) => ({
			of: fastify((fastify) => {
				const lines = `${withOptions(paste("const io"))}\nreturn io;`;
				return new Function("Server", "fastify", "cors", lines)(Server, fastify, granted);
			}),
		}),
	],
	NestJS: [
		nest(),
		{},
		"not-socket-io",
		(paste) => ({
			of: nest(paste("@WebSocketGateway({")),
		}),
	],
	"Vite's server without a proxy": [
		vite(good, ""),
		{},
		"not-socket-io",
		(paste) => ({ of: vite(good, paste("server: {")) }),
	],
	"Vite's proxy without WebSockets": [
		vite(good, 'server: { proxy: { "/socket.io": { target: "http://127.0.0.1:3000" } } }'),
		quick,
		"upgrade-blocked",
		(paste) => ({ of: vite(good, paste("server: {")) }),
	],
	"Vite's proxy takes the path away": [
		vite(
			behindVite,
			`server: { proxy: { "/socket.io": { target: "http://127.0.0.1:3000", ws: true, rewrite: (path) => path.slice(10) } } }`,
		),
		{},
		"proxy-changes-path",
		(paste) => ({ of: vite(behindVite, paste("server: { proxy")) }),
	],
	"Vite, asked by another name": [
		nginxServer(vite(good, proxyOfVite), byName),
		{},
		"blocked",
		(paste) => ({
			of: nginxServer(
				vite(good, proxyOfVite.replace("server: {", `${paste("server: {").replace(/ }$/, ",")}`)),
				byName,
			),
		}),
	],
	"http-proxy-middleware without WebSockets": [
		development(good, toProxy("")),
		quick,
		"upgrade-blocked",
		(paste) => ({
			of: development(good, paste("const proxy", 'httpServer.on("upgrade", proxy.upgrade);')),
		}),
	],
	"http-proxy-middleware with another target": [
		development(good, elsewhere),
		quick,
		"server-error",
		(paste) => ({
			of: development(
				good,
				`${elsewhere.replace('target: "http://127.0.0.1:9"', `${paste("target:")}, ws: true`)}
				httpServer.on("upgrade", proxy.upgrade);`,
			),
		}),
	],
	"another WebSocket server": [
		beside('new WebSocketServer({ server: httpServer, path: "/live" });'),
		{ transports: ["websocket"] },
		"probe-failed",
		(paste) => ({ of: beside(paste("const wss", "});")) }),
	],
	"a listener that ends other WebSockets": [
		beside(`
			const wss = new WebSocketServer({ noServer: true });
			httpServer.on("upgrade", (request, socket) => setTimeout(() => socket.end(), 20));`),
		{ transports: ["websocket"] },
		"probe-failed",
		(paste) => ({
			of: beside(`
				const wss = new WebSocketServer({ noServer: true });
				${paste("httpServer.on", "});")}`),
		}),
	],
	"an origin function that fails": [
		failing,
		{},
		"origin-check-fails",
		(paste) => ({ of: deciding(paste("origin: (")) }),
	],
	"an origin function that refuses with an error": [
		deciding('origin: (origin, callback) => callback(origin && new Error("no"))'),
		{},
		"origin-not-listed",
		(paste) => ({ of: deciding(paste("origin: (")) }),
	],
	"a check of Fetch Metadata": [
		guardedBy(byMetadata),
		{},
		"fetch-metadata-refused",
		(paste) => ({ of: guardedBy(paste("io.engine.use", "});")) }),
	],
	"headers only on the handshake": [
		plainWith(`io.engine.on("initial_headers", (headers) => {
			headers["access-control-allow-origin"] = ${pageOrigin};
		});`),
		{},
		"stripped-headers",
		(paste) => ({
			of: plainWith(
				paste("io.engine.on").replace(
					"{ }",
					`{ headers["access-control-allow-origin"] = ${pageOrigin}; }`,
				),
			),
		}),
	],
	"headers that are too large": [
		good,
		{ asks: ["--cookie", `a=${"x".repeat(20_000)}`] },
		"blocked",
		(paste) => ({
			quiet: true,
			of: server(
				4,
				{ cors: granted },
				{
					http: () =>
						new Function("createServer", "app", `return ${paste("createServer(")}`)(
							createServer,
							expressOf(),
						),
				},
			),
		}),
	],
	"a cookie for the same site": [
		server(4, { cors: granted, cookie: { name: "io" } }),
		{ withCredentials: true },
		"cookie-not-cross-site",
		(paste) => ({
			quiet: true,
			of: server(4, { cors: granted, ...optionsIn(paste("new Server(")) }),
		}),
	],
	"a token that the server looks for": [
		tokens,
		{ stays: true },
		"session-ended",
		(paste) => ({ of: tokens, client: clientOptionsIn(paste("io(")) }),
	],
	"a trailing slash that is removed": [
		withoutSlash(),
		{},
		"redirected",
		(paste) => ({
			of: withoutSlash(optionsIn(paste("new Server("))),
			client: clientOptionsIn(paste("io(")),
		}),
	],
	"a server without polling": [
		server(4, { cors: granted, transports: ["websocket"] }),
		{},
		"polling-disabled",
		(paste) => ({
			of: server(4, { cors: granted, transports: ["websocket"] }),
			client: clientOptionsIn(paste("io(")),
		}),
	],
	"preflights for each poll": [
		good,
		{ token: "secret" },
		"preflight-for-each-poll",
		(paste) => {
			const { cors } = optionsIn(paste("new Server(").replace("{,", "{"));
			const client = clientOptionsIn(paste("io("));
			return { of: server(4, { cors: { ...granted, ...cors } }), client };
		},
	],
	"http-proxy-middleware, from which Express removes the path": [
		development(
			good,
			`const inner = createProxyMiddleware({ target: "http://127.0.0.1:3000", ws: true });
			const proxy = express().use("/socket.io", inner);`,
		),
		{},
		"wrong-path",
		(paste) => ({
			of: development(good, paste("app.use(create").replace("app.use(", "const proxy = (")),
		}),
	],
	"python-socketio mounted in FastAPI": [
		mounted('app.mount("/ws", socketio.ASGIApp(sio))'),
		{},
		"wrong-path",
		(paste) => ({
			of: mounted(paste("app.mount(")),
			client: clientOptionsIn(paste("io(")),
		}),
	],
	"the same, inside its CORSMiddleware": [
		python(inMiddleware(allowedTwice, 'app.mount("/ws", socketio.ASGIApp(sio))')),
		{},
		"wrong-path",
		(paste) => ({ of: python(inMiddleware(allowedTwice, paste("app = socketio"))) }),
	],
	"mounted with its path, inside its CORSMiddleware": [
		python(
			inMiddleware(
				allowedTwice,
				'app.mount("/ws", socketio.ASGIApp(sio, socketio_path="/ws/socket.io"))',
			),
		),
		{ asks: ["--path", "/ws/socket.io/"], path: "/ws/socket.io/" },
		"doubled-origin",
		(paste) => ({ of: python(inMiddleware(allowedTwice, paste("app = "))) }),
	],
	"a namespace that python-socketio does not have": [
		ofAdmins(""),
		{},
		"namespace-refused",
		(paste) => ({ of: ofAdmins(`${paste("@sio.on(")}\n${paste("async def connect")}`) }),
	],
	"Koa, which listens itself": [
		another(async () => {
			const headers = { "Content-Type": "text/plain; charset=utf-8" };
			const http = createServer((_, response) => response.writeHead(404, headers).end("Not Found"));
			await listen(http, 0, []);
			return { url: `http://127.0.0.1:${http.address().port}`, stop: () => close(http) };
		}),
		{},
		"not-socket-io",
		(paste) => {
			const app = { callback: () => (_, response) => response.writeHead(404).end("Not Found") };
			const lines = withOptions(
				[
					paste("createServer(app.callback"),
					paste("new Server(httpServer"),
					paste("httpServer.listen"),
				].join("\n"),
			);
			return { of: script(anyPort(lines), { app }) };
		},
	],
	"python-socketio within FastAPI's middleware": [
		python(`
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[${pageOrigin}])
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=[${pageOrigin}], allow_credentials=True)
app.mount("/", socketio.ASGIApp(sio))`),
		{},
		"doubled-origin",
		(paste) => ({
			of: python(`
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[${pageOrigin}])
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=[${pageOrigin}], allow_credentials=True)
${paste("app = ")}`),
		}),
	],
	"FastAPI's middleware without allowed headers": [
		python(
			inMiddleware(`app.add_middleware(CORSMiddleware, allow_origins=[${pageOrigin}])
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[])`),
		),
		{ token: "secret", stays: true },
		"preflight-failed",
		(paste) => ({ of: python(inMiddleware(`${paste("app.add_middleware")}\n${paste("sio = ")}`)) }),
	],
	"the same, with python-socketio around it": [
		python(inMiddleware(allowedTwice)),
		{ token: "secret" },
		"preflight-failed",
		(paste) => ({
			of: python(`
from fastapi import FastAPI
app = FastAPI()
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[${pageOrigin}])
${paste("app = socketio")}`),
		}),
	],
	"FastAPI without python-socketio": [
		python("from fastapi import FastAPI\napp = FastAPI()"),
		{},
		"not-socket-io",
		(paste) => ({
			of: python(`
from fastapi import FastAPI
app = fastapi_app = FastAPI()
sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[${pageOrigin}])
${paste("app = socketio")}`),
		}),
	],
	"Flask without python-socketio": [
		python("socketio = None"),
		{},
		"not-socket-io",
		(paste) => ({
			of: python(
				paste("socketio = SocketIO(app)").replace(
					"(app)",
					`(app, cors_allowed_origins=[${pageOrigin}])`,
				),
			),
		}),
	],
	"workers of gunicorn": [
		byTurns(
			python(`sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=[${pageOrigin}])`),
			{ server: "gunicorn" },
		),
		{},
		"session-lost",
		(paste) => ({ of: gunicorn(paste("gunicorn -w"), flask) }),
	],
};

describe("a fix in a framework, pasted", () => testFixes(rows, useToolAndChromium()));
