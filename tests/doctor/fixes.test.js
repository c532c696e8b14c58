// What `socketio-cors doctor` tells people to write is pasted as it is printed, and a page in
// Chromium works then.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pageOf from "../harness/browser.js";
import { hasNginx } from "../harness/nginx.js";
import { useToolAndChromium } from "./chromium.js";
import { granted, nginx, page, proxied, python, server, worker } from "./deployments.js";

const used = useToolAndChromium();

const good = server(4, { cors: granted });
const silent = server(4);
const header = { token: "secret" };

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
function optionsIn(script) {
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
const clientOptionsIn = (script) => new Function("io", `return ${script}`)((_, options) => options);

// What is broken, the page's client, the code, and what is started with the fix in it; where the
// client has to be changed as well, its further options.
const rows = {
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
	"an allowRequest that refuses": [
		server(4, { cors: granted, allowRequest: (_, decide) => decide("no", false) }),
		{},
		"origin-not-listed",
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
			of: server(2, optionsIn(`new Server(0, { ${paste("handlePreflightRequest", "}")} })`)),
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
	"python-socketio with its own origin alone": [
		python('sio = socketio.AsyncServer(async_mode="asgi")'),
		{},
		"origin-not-listed",
		(paste) => ({ of: python(paste("sio = ")) }),
	],
	"Caddy answers preflights": [
		proxied("Caddy", good, "@o method OPTIONS\nrespond @o 204\nreverse_proxy NODE"),
		header,
		"preflight-without-cors",
		(paste) => ({
			of: proxied("Caddy", good, `${paste("@preflight method", "}")}\nreverse_proxy NODE`),
		}),
	],
	"Apache answers preflights": [
		proxied(
			"Apache",
			good,
			`RewriteEngine On
			RewriteCond %{REQUEST_METHOD} OPTIONS
			RewriteRule ^ - [R=204,L]
			ProxyPass / http://NODE/ upgrade=websocket`,
		),
		header,
		"preflight-without-cors",
		(paste) => ({
			of: proxied(
				"Apache",
				good,
				`${paste("Header always set", "RewriteRule ^ - [R=204,L]")}
				ProxyPass / http://NODE/ upgrade=websocket`,
			),
		}),
	],
	"Apache does not upgrade": [
		proxied("Apache", good, "ProxyPass /socket.io/ http://NODE/socket.io/"),
		{},
		"upgrade-blocked",
		(paste) => ({
			of: proxied("Apache", good, paste("ProxyPass").replace("127.0.0.1:3000", "NODE")),
		}),
	],
};

const inOptions = (lines) => nginx(good, `if ($request_method = OPTIONS) { ${lines} }`);
const behindNginx = {
	"nginx answers preflights without headers": [
		inOptions("return 204;"),
		header,
		"preflight-without-cors",
		(paste) => ({ of: nginx(good, paste("if ($request_method", "}")) }),
	],
	"nginx refuses preflights, of a page with credentials": [
		inOptions("return 405;"),
		{ ...header, withCredentials: true },
		"preflight-failed",
		(paste) => ({ of: nginx(good, paste("if ($request_method", "}")) }),
	],
	"nginx does not list a header": [
		inOptions(`add_header Access-Control-Allow-Origin ${page}; return 204;`),
		header,
		"header-not-allowed",
		(paste) => ({
			of: inOptions(
				`add_header Access-Control-Allow-Origin ${page}; ${paste("add_header")} return 204;`,
			),
		}),
	],
	"nginx drops upgrades": [
		nginx(good, "", { forUpgrades: "" }),
		{},
		"upgrade-blocked",
		(paste) => ({
			of: nginx(good, "", {
				forUpgrades: paste("proxy_http_version", 'proxy_set_header Connection "upgrade";'),
			}),
		}),
	],
	"nginx adds an origin to the server's": [
		nginx(good, `add_header Access-Control-Allow-Origin ${page} always;`),
		{},
		"doubled-origin",
		(paste) => ({
			of: nginx(
				good,
				`add_header Access-Control-Allow-Origin ${page} always; ${paste("proxy_hide_header")}`,
			),
		}),
	],
	"nginx has a list of its own": [
		nginx(good, `if ($http_origin !~ "^(|https://b.example)$") { return 403; }`),
		{},
		"origin-not-listed",
		(paste) => ({
			of: nginx(good, paste("if ($is_foreign)"), { maps: paste("map $http_origin", "}") }),
		}),
	],
	"nginx wants a password": [
		nginx(good, "auth_basic x; auth_basic_user_file /dev/null;"),
		{},
		"login-required",
		(paste) => ({ of: nginx(good, /\{ (auth_basic off;)/.exec(paste("auth_basic off"))[1]) }),
	],
	"nginx has Socket.IO at another path": [
		nginx(good, "rewrite ^/api(/.*)$ $1 break; return 404;"),
		{},
		"wrong-path",
		(paste) => ({
			of: nginx(good, "rewrite ^/api(/.*)$ $1 break; return 404;"),
			client: clientOptionsIn(paste("io(")),
		}),
	],
};

describe("a fix, pasted", () => testFixes(rows));
describe("a fix of nginx, pasted", { skip: !hasNginx && "nginx is missing" }, () =>
	testFixes(behindNginx),
);

function testFixes(rows) {
	for (const [name, [broken, options, code, put]] of Object.entries(rows))
		test(`${name}: ${code}`, async () => {
			const found = await examined(broken, options);
			const finding = found.find((finding) => finding.code === code);
			assert.ok(finding, JSON.stringify(found));
			const { of, client } = put(pastedFrom(finding.fix));
			const deployment = await of();
			try {
				await assertWorks(deployment.url, { ...options, ...client });
			} finally {
				await deployment.stop();
			}
		});
}

async function examined(start, { version = 4, withCredentials, token, transports }) {
	const deployment = await start();
	try {
		const args = ["doctor", deployment.url, "--origin", page, "--client", `${version}`, "--json"];
		if (withCredentials) args.push("--credentials");
		if (token) args.push("--header", `x-token: ${token}`);
		if (transports) args.push("--websocket");
		return JSON.parse((await used.tool.runApart([0, 1], args)).stdout).findings;
	} finally {
		await deployment.stop();
	}
}

/** A page connects, and goes on by WebSocket. */
async function assertWorks(url, { version = 4, withCredentials = false, ...options }) {
	const context = await used.browser.newContext();
	try {
		const frame = await pageOf.openOf(context, page, version);
		const asked = { withCredentials, query: {}, tryAllTransports: false, ...options };
		const socket = await pageOf.connect(frame, url, asked);
		await pageOf.upgraded(socket);
	} finally {
		await context.close();
	}
}
