// The fixes that `socketio-cors doctor` prints for Socket.IO's options and for the Worker's policy: after
// each is pasted as it is printed, a page in Chromium works.
import { describe } from "node:test";
import { useToolAndChromium } from "./chromium.js";
import { granted, page, python, server, worker } from "./deployments.js";
import { clientOptionsIn, optionsIn, testFixes } from "./pasting.js";

const good = server(4, { cors: granted });
const silent = server(4);
const header = { token: "secret" };

/** A server with that middleware, which a function in it asks. */
const using = (script, name, check) => async () => {
	const deployment = await good();
	new Function("io", name, script)(deployment.servers[0].io, check);
	return deployment;
};

const rows = {
	"a middleware that never calls next": [
		using("io.use(() => {})", "_"),
		{ asks: ["--timeout", "2"] },
		"namespace-unanswered",
		(paste) => ({ of: using(paste("io.use(", "});"), "check", async () => {}) }),
	],
	"a header that no WebSocket has": [
		server(4, {
			cors: granted,
			allowRequest: ({ headers }, decide) =>
				headers["x-token"] ? decide(null, true) : decide("no token", false),
		}),
		header,
		"websocket-refused",
		(paste) => ({
			of: using(paste("io.use(", "});"), "isKnown", (token) => token === "…"),
			client: clientOptionsIn(paste("io(")),
		}),
	],
	"no cors": [
		silent,
		{},
		"no-cors-headers",
		(paste) => ({ of: server(4, optionsIn(paste("new Server("))) }),
	],
	"no cors, and the Worker's policy": [
		silent,
		{},
		"no-cors-headers",
		(paste) => ({ of: worker(silent, JSON.parse(paste('{ "origin"'))) }),
	],
	"another list, and credentials": [
		server(4, { cors: { origin: ["https://b.example"] } }),
		{ withCredentials: true },
		"origin-not-listed",
		(paste) => ({ of: server(4, optionsIn(paste("new Server("))) }),
	],
	"a character after the origin": [
		server(4, { cors: { origin: `${page};` } }),
		{},
		"invalid-origin",
		(paste) => ({ of: server(4, optionsIn(paste("new Server("))) }),
	],
	"an allowRequest that refuses requests without a token": [
		server(4, { cors: granted, allowRequest: (_, decide) => decide(null, false) }),
		{},
		"blocked",
		(paste) => {
			const options = optionsIn(paste("const allowed", "});"));
			return { of: server(4, { cors: granted, ...options }) };
		},
	],
	"an allowRequest that refuses": [
		server(4, { cors: granted, allowRequest: (_, decide) => decide("no", false) }),
		{},
		"blocked",
		(paste) => {
			const options = optionsIn(paste("const allowed", "});"));
			return { of: server(4, { cors: granted, ...options }) };
		},
	],
	"no WebSockets": [
		server(4, { cors: granted, transports: ["polling"] }),
		{ transports: ["websocket"] },
		"upgrade-blocked",
		(paste) => ({ of: server(4, { cors: granted, ...optionsIn(paste("new Server(")) }) }),
	],
	"an old client": [
		good,
		{ version: 2, withCredentials: true },
		"version-mismatch",
		(paste) => ({ of: server(4, optionsIn(paste("new Server("))) }),
	],
	"server 2 with another list": [
		server(2, { origins: ["https://b.example:443"] }),
		{ version: 2, withCredentials: true },
		"origin-not-listed",
		(paste) => ({
			of: server(2, optionsIn(paste("require("))),
		}),
	],
	"server 2 and a header": [
		server(2),
		{ version: 2, withCredentials: true, ...header },
		"preflight-failed",
		(paste) => ({
			of: server(2, optionsIn(paste("require(", "});"))),
		}),
	],
	"a header that is not listed": [
		server(4, { cors: { ...granted, allowedHeaders: ["x-other"] } }),
		header,
		"header-not-allowed",
		(paste) => {
			const script = `new Server(0, { ${paste("cors: {").replace("{,", "{")} })`;
			return { of: server(4, { cors: { ...granted, ...optionsIn(script).cors } }) };
		},
	],
	"python-socketio with only its own origin": [
		python('sio = socketio.AsyncServer(async_mode="asgi")'),
		{},
		"origin-not-listed",
		(paste) => ({ of: python(paste("sio = ")) }),
	],
};

describe("a fix, pasted", () => testFixes(rows, useToolAndChromium()));
