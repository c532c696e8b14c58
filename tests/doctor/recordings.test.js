// `socketio-cors doctor --har`: recordings as Chrome and Firefox export them.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { assertSays, useTool } from "../harness/tool.js";
import { page } from "./deployments.js";
import { chrome, firefox, har, urlOf } from "./hars.js";

let tool;
before(async () => {
	tool = await useTool();
});
after(() => tool.remove());

/**
 * A test for each row: a recording, its first finding or `undefined` for no error, what that says
 * in its fix, and what it may not.
 */
function testRecordings(rows) {
	for (const [name, { of, asks = [], is, fix = [], not = [] }] of Object.entries(rows))
		test(`${name}: ${is ?? "nothing"}`, async () => {
			const file = join(tool.directory, "recording.har");
			await writeFile(file, JSON.stringify(of));
			const { stdout } = await tool.runApart([0, 1], ["doctor", "--har", file, "--json", ...asks]);
			const [first] = JSON.parse(stdout).findings.filter(({ severity }) => severity === "error");
			const whole = JSON.stringify(first, null, 1) ?? "";
			assert.equal(first?.code, is, whole);
			assertSays(first?.fix.join("\n") ?? "", ...[fix].flat());
			for (const text of [not].flat()) assert.ok(!whole.includes(text), `${text}: ${whole}`);
		});
}

const sid = "lv_VI97HAXpY6yYWAAAC";
const open = `0{"sid":"${sid}","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}`;
const granted = {
	"Access-Control-Allow-Origin": page,
	Vary: "Origin",
	"Cache-Control": "no-store",
};
const plain = { "Content-Type": "text/plain; charset=UTF-8" };
const ofEngine = { "Content-Type": "application/json" };
const failed = "net::ERR_FAILED";

/** A page that polls, and has a WebSocket that is this entry. */
const working = (entry, websocket, more = {}) => [
	entry("GET", urlOf("&t=a1"), { headers: granted, body: open, ...more }),
	entry("POST", urlOf(`&t=a2&sid=${sid}`), { headers: granted, body: "ok", ...more }),
	entry("GET", urlOf(`&t=a3&sid=${sid}`), { headers: granted, body: '40{"sid":"x"}', ...more }),
	websocket,
];
const websocketOf = (entry, answer) => entry("GET", urlOf(`&sid=${sid}`, "wss"), answer);
const asksLeave = {
	"Access-Control-Request-Method": "GET",
	"Access-Control-Request-Headers": "authorization",
};

describe("Chrome's recording of", () => {
	const kept = (headers, error = failed) =>
		har(chrome("GET", urlOf("&t=a1"), { headers: { ...plain, ...headers }, error }));
	const without = (error, url = urlOf("&t=a1")) => har(chrome("GET", url, { status: 0, error }));
	testRecordings({
		"a page that works, without cookies and in base64": {
			of: har(
				...working(
					chrome,
					websocketOf(chrome, {
						status: 101,
						messages: [
							["send", "2probe"],
							["receive", "3probe"],
						],
					}),
					{ base64: true },
				),
			),
		},
		"an answer without the origin, which the page cannot read": {
			of: kept({ Vary: "Origin" }),
			is: "origin-not-listed",
			fix: page,
			not: "there is no Socket.IO",
		},
		"an answer with *, which a page with credentials cannot read, in a recording without cookies": {
			of: kept({ "Access-Control-Allow-Origin": "*" }),
			is: "wildcard-with-credentials",
			fix: page,
		},
		"an answer without credentials, which a page with credentials cannot read": {
			of: kept({ "Access-Control-Allow-Origin": page }),
			is: "credentials-not-allowed",
			fix: "credentials: true",
		},
		"a web page, which the page cannot read": {
			of: kept({ "Content-Type": "text/html; charset=utf-8", Server: "nginx" }),
			is: "not-socket-io",
			fix: "location /socket.io/",
			not: "cors:",
		},
		"a refusal in Socket.IO's way, without its body": {
			of: har(chrome("GET", urlOf("&t=a1"), { status: 400, headers: ofEngine, error: failed })),
			is: "blocked",
			fix: [`doctor https://api.example.com --origin ${page}`, "cors: { origin", "allowRequest"],
			not: ["there is no Socket.IO", "without the page's Origin"],
		},
		"a refusal by python-socketio, without its body": {
			of: har(
				chrome("GET", urlOf("&t=a1"), {
					status: 400,
					headers: { ...plain, Server: "Werkzeug/3.1.9 Python/3.11.7" },
					error: failed,
				}),
			),
			is: "blocked",
			fix: `cors_allowed_origins=["${page}"]`,
			not: ["there is no Socket.IO", "new Server("],
		},
		"ngrok's warning page, without its body": {
			of: kept({ "Content-Type": "text/html", "Ngrok-Error-Code": "ERR_NGROK_6024" }),
			is: "challenged",
			fix: "ngrok-skip-browser-warning",
			not: "does not reach",
		},
		"a poll that is not sent because its preflight fails": {
			of: har(
				chrome("GET", urlOf("&t=a1"), { status: 0, error: failed }),
				chrome("OPTIONS", urlOf("&t=a1"), { status: 404, asks: asksLeave }),
			),
			is: "preflight-failed",
			fix: "OPTIONS",
		},
		"a poll that is not sent because a header is not allowed": {
			of: har(
				chrome("GET", urlOf("&t=a1"), { status: 0, error: failed }),
				chrome("OPTIONS", urlOf("&t=a1"), {
					status: 204,
					headers: { ...granted, "Access-Control-Allow-Headers": "content-type" },
					asks: asksLeave,
				}),
			),
			is: "header-not-allowed",
			fix: "authorization",
		},
		"a poll without an answer or a reason": { of: without(failed), is: "blocked-in-browser" },
		"a connection that is refused": {
			of: without("net::ERR_CONNECTION_REFUSED"),
			is: "connection-failed",
		},
		"a certificate that nobody trusts": {
			of: without("net::ERR_CERT_AUTHORITY_INVALID"),
			is: "tls-failed",
		},
		"a page on http, and a server that is the visitor's own machine": {
			of: without(failed, "http://127.0.0.1:3000/socket.io/?EIO=4&transport=polling&t=a1"),
			asks: ["--origin", "http://app.example.com"],
			is: "blocked-in-browser",
			fix: "serve the page over https",
			not: "does not say why",
		},
		"an extension that blocks": {
			of: without("net::ERR_BLOCKED_BY_CLIENT"),
			is: "blocked-in-browser",
			fix: "extensions",
		},
		"http from a page on https": {
			of: without("mixed-content", urlOf("&t=a1", "http")),
			is: "mixed-content",
		},
		"a session that is lost, in base64": {
			of: har(
				chrome("GET", urlOf("&t=a1"), { headers: granted, body: open }),
				chrome("POST", urlOf(`&t=a2&sid=${sid}`), {
					status: 400,
					headers: granted,
					body: '{"code":1,"message":"Session ID unknown"}',
					base64: true,
				}),
			),
			is: "session-lost",
		},
		"a POST that is too large": {
			of: har(
				chrome("GET", urlOf("&t=a1"), { headers: granted, body: open }),
				chrome("POST", urlOf(`&t=a2&sid=${sid}`), { status: 413, body: "<html>" }),
			),
			is: "post-failed",
			fix: "client_max_body_size",
		},
		"a WebSocket that is answered 400": {
			of: har(...working(chrome, websocketOf(chrome, { status: 400 }))),
			is: "upgrade-blocked",
		},
		"a WebSocket without an answer": {
			of: har(...working(chrome, websocketOf(chrome, { status: 0, messages: [] }))),
			is: "upgrade-blocked",
		},
		"a namespace that does not exist": {
			of: har(
				chrome("GET", urlOf("", "wss"), {
					status: 101,
					messages: [
						["receive", open],
						["send", "40/chat,"],
						["receive", '44/chat,{"message":"Invalid namespace"}'],
					],
				}),
			),
			is: "namespace-refused",
			fix: ['io.of("/chat")', 'path: "/chat/socket.io/"'],
		},
	});
});

describe("Firefox's recording of", () => {
	const untimed = { blocked: 1, dns: 0, connect: 0, ssl: 0, send: 0, wait: 0, receive: 0 };
	const byFirefox = (...entries) => {
		const { log } = har(...entries);
		return { log: { ...log, creator: { name: "Firefox", version: "153.8.0" } } };
	};
	testRecordings({
		"a page that works": { of: har(...working(firefox, websocketOf(firefox, { status: 101 }))) },
		"an answer without any CORS header, which the page cannot read": {
			of: byFirefox(firefox("GET", urlOf("&t=a1"), { headers: plain })),
			is: "no-cors-headers",
			fix: page,
			not: ["there is no Socket.IO", "Chromium"],
		},
		"an answer with a trailing slash in the origin": {
			of: har(
				firefox("GET", urlOf("&t=a1"), {
					headers: { ...plain, "Access-Control-Allow-Origin": `${page}/`, Vary: "Origin" },
				}),
			),
			is: "origin-near-miss",
			fix: page,
		},
		"Express without Socket.IO, by its header": {
			of: har(
				firefox("GET", urlOf("&t=a1"), { status: 404, headers: { "X-Powered-By": "Express" } }),
			),
			is: "not-socket-io",
			fix: "httpServer.listen",
		},
		"a preflight that is refused": {
			of: har(
				firefox("OPTIONS", urlOf("&t=a1"), { status: 403, asks: asksLeave }),
				firefox("GET", urlOf("&t=a1"), { status: 0 }),
			),
			is: "preflight-failed",
		},
		"a login": {
			of: har(
				firefox("GET", urlOf("&t=a1"), {
					status: 302,
					headers: { Location: "https://auth.example.com/?rd=https%3A%2F%2Fapi.example.com" },
				}),
			),
			is: "login-required",
		},
		"no answer at all": {
			of: byFirefox(firefox("GET", urlOf("&t=a1"), { status: 0, times: {} })),
			is: "blocked-in-browser",
			not: ["net::", "Chromium"],
		},
		"a server that is not reached": {
			of: byFirefox(firefox("GET", urlOf("&t=a1"), { status: 0, times: untimed })),
			is: "connection-failed",
			fix: "Is the server running",
			not: ["net::", "Chromium"],
		},
		"a certificate that nobody trusts": {
			of: byFirefox(
				firefox("GET", urlOf("&t=a1"), {
					status: 0,
					times: { ...untimed, ssl: 9 },
					state: "broken",
				}),
			),
			is: "tls-failed",
			fix: ["in a tab of the browser", "certbot certonly -d api.example.com"],
			not: ["net::", "Chromium"],
		},
	});
});
