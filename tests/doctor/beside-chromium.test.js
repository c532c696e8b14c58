// `socketio-cors doctor` beside Chromium: it finds an error where a page fails, and only there,
// and quotes what Chromium prints.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pageOf from "../harness/browser.js";
import { hasNginx } from "../harness/nginx.js";
import { useToolAndChromium } from "./chromium.js";
import {
	granted,
	meddling,
	nginx,
	nobody,
	page,
	server,
	stickyPair,
	worker,
} from "./deployments.js";

const used = useToolAndChromium();

const good = server(4, { cors: granted });
const silent = server(4);
const preflight = (answer) => nginx(good, `if ($request_method = OPTIONS) { ${answer} }`);
const upgrade = (answer) => nginx(good, `if ($http_upgrade) { ${answer} }`);
const withCors = (cors, more) => server(4, { cors, ...more });

const plain = {};
const credentialed = { withCredentials: true };
const header = { token: "secret" };
const client = (version) => ({ version, withCredentials: version === 2 });

// The deployment, the page's client, and the error that is to be found, if any.
const rows = {
	"a list of the page": [good, plain],
	"a list of the page, a header and credentials": [good, { ...header, ...credentialed }],
	"any origin": [withCors({ origin: "*" }), plain],
	"any origin with credentials": [withCors({ origin: "*", credentials: true }), plain],
	"any origin, reflected": [withCors({ origin: true, credentials: true }), credentialed],
	"server 2 with its defaults": [server(2), client(2)],
	"server 2 with a list": [server(2, { origins: [`${page}:443`] }), client(2)],
	"client 2": [withCors(granted, { allowEIO3: true }), client(2)],
	"client 3": [good, client(3)],
	"Engine.IO's cookie": [withCors(granted, { cookie: true }), credentialed],
	"the Worker": [worker(silent, granted), { ...header, ...credentialed }],
	"the Worker before server 2": [worker(server(2), granted), client(2)],

	"without cors": [silent, plain, "no-cors-headers"],
	"any origin, credentials": [withCors({ origin: "*" }), credentialed, "wildcard-with-credentials"],
	"no credentials": [withCors({ origin: page }), credentialed, "credentials-not-allowed"],
	"another list": [withCors({ origin: ["https://b.example"] }), plain, "origin-not-listed"],
	"another text": [withCors({ origin: "https://b.example" }), plain, "origin-not-listed"],
	"a slash": [withCors({ origin: `${page}/` }), plain, "origin-near-miss"],
	"two origins in a text": [withCors({ origin: `${page}, https://b` }), plain, "doubled-origin"],
	"any origin as Socket.IO 2 writes it": [withCors({ origin: "*:*" }), plain, "invalid-origin"],
	"a pattern in a text": [withCors({ origin: "https://*.example" }), plain, "invalid-origin"],
	"a byte order mark before each answer": [
		meddling(good, ({ body, ...answer }) => ({ ...answer, body: `\ufeff${body}` })),
		plain,
	],
	"a semicolon in the list of headers": [
		withCors({ ...granted, allowedHeaders: "x-other; x-token" }),
		header,
		"header-not-allowed",
	],
	"a semicolon in the list of methods": [
		withCors({ ...granted, methods: "GET; POST" }),
		header,
		"preflight-failed",
	],
	"another header": [withCors({ ...granted, allowedHeaders: [] }), header, "header-not-allowed"],
	"allowRequest refuses": [
		withCors(granted, { allowRequest: (_, decide) => decide("no", false) }),
		plain,
		"blocked",
	],
	"WebSocket only": [withCors(granted, { transports: ["websocket"] }), plain, "polling-disabled"],
	"client 2, no allowEIO3": [good, client(2), "version-mismatch"],
	"server 2, client 4": [server(2), client(4), "version-mismatch"],
	"server 2, a list without the port": [
		server(2, { origins: [page] }),
		client(2),
		"origin-not-listed",
	],
	"a closed port": [nobody, plain, "connection-failed"],
	"two instances in turn, without stickiness": [
		stickyPair({ cors: granted }),
		plain,
		"session-lost",
	],
	"the Worker refuses": [
		worker(silent, { origin: "https://b.example" }),
		plain,
		"origin-not-listed",
	],
};

const behindNginx = {
	"nothing changed": [nginx(good), { ...header, ...credentialed }],
	"preflights fail, but the page sends none": [preflight("return 405;"), plain],
	"Vary removed": [nginx(good, "proxy_hide_header Vary;"), plain],
	"added, but not to errors": [
		nginx(silent, `add_header Access-Control-Allow-Origin ${page};`),
		plain,
	],

	"preflights are redirected": [
		preflight("return 301 https://$host$request_uri;"),
		header,
		"preflight-redirected",
	],
	"preflights fail": [preflight("return 405;"), header, "preflight-failed"],
	"preflights have no headers": [preflight("return 204;"), header, "preflight-without-cors"],
	"the headers are doubled": [
		nginx(good, `add_header Access-Control-Allow-Origin ${page} always;`),
		plain,
		"doubled-origin",
	],
	"the headers are taken": [
		nginx(good, "proxy_hide_header Access-Control-Allow-Origin;"),
		plain,
		"origin-not-listed",
	],
	"the answers say that they are compressed": [
		nginx(good, "add_header Content-Encoding gzip always;"),
		plain,
		"answer-changed",
	],
	"POSTs are denied": [
		nginx(good, "if ($request_method = POST) { return 405; }"),
		plain,
		"post-failed",
	],
	"upgrades are dropped": [nginx(good, "", { forUpgrades: "" }), plain, "upgrade-blocked"],
	"upgrades are 426": [upgrade("return 426;"), plain, "upgrade-blocked"],
	"upgrades are a page": [upgrade("return 200 hello;"), plain, "upgrade-blocked"],
	"upgrades are 403": [upgrade("return 403;"), plain, "websocket-refused"],
	"upgrades are cut off": [upgrade("return 444;"), plain, "upgrade-blocked"],
	"upgrades want a password": [
		upgrade("add_header WWW-Authenticate 'Basic realm=\"a\"' always; return 401;"),
		plain,
		"login-required",
	],
	"every path is redirected": [
		nginx(good, "return 301 https://b.example$request_uri;"),
		plain,
		"redirected",
	],
	"every path is 404": [nginx(good, "return 404;"), plain, "not-socket-io"],
	"the server is down": [nginx(nobody), plain, "server-error"],
};

describe("servers", () => testBesideChromium(rows));
describe("nginx", { skip: !hasNginx && "nginx is missing" }, () => testBesideChromium(behindNginx));

function testBesideChromium(rows) {
	for (const [name, [of, options, error]] of Object.entries(rows))
		test(`${name}: ${error ?? "the page works"}`, async () => {
			const deployment = await of();
			try {
				const { failure, printed } = await tryInChromium(deployment.url, options);
				const findings = await examine(deployment.url, options);
				const errors = findings.filter(({ severity }) => severity === "error");
				assert.deepEqual(
					errors.map(({ code }) => code),
					error ? [error] : [],
				);
				assert.equal(failure !== undefined, error !== undefined, failure ?? "the page works");
				const quoted = errors.flatMap(({ why }) => why.filter(isChromiums).map(withoutChance));
				if (printed.some(isOfCors)) assert.ok(quoted.some(isOfCors), `unquoted: ${printed}`);
				for (const line of quoted) assert.ok(printed.includes(line), `${line}: ${printed}`);
			} finally {
				await deployment.stop();
			}
		});
}

/** Why a page's client gets no connection or does not upgrade it, and what the console says then. */
async function tryInChromium(url, { version = 4, withCredentials = false, token }) {
	const context = await used.browser.newContext();
	const printed = [];
	context.on("console", (message) => {
		if (isChromiums(message.text())) printed.push(withoutChance(message.text()));
	});
	try {
		const frame = await pageOf.openOf(context, page, version);
		const options = { withCredentials, token, query: {}, tryAllTransports: false };
		const socket = await pageOf.connect(frame, url, options);
		await pageOf.upgraded(socket);
		return { printed };
	} catch ({ message }) {
		return { failure: message, printed };
	} finally {
		await context.close();
	}
}

async function examine(url, { version = 4, withCredentials = false, token }) {
	const args = ["doctor", url, "--origin", page, "--client", `${version}`, "--json"];
	if (withCredentials) args.push("--credentials");
	if (token) args.push("--header", `x-token: ${token}`);
	const { stdout } = await used.tool.runApart([0, 1], args);
	return JSON.parse(stdout).findings;
}

const isOfCors = (line) => line.startsWith("Access to ");
const isChromiums = (line) => /^(Access to|WebSocket connection) /.test(line);

/** A message without what differs from one request to the next. */
const withoutChance = (message) => message.replaceAll(/&(t|sid)=[^&' ]*/g, "");
