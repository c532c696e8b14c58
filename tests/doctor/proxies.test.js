// `socketio-cors doctor` with nginx before a Socket.IO server.
import { describe } from "node:test";
import { hasNginx } from "../harness/nginx.js";
import { granted, nginx, nobody, page, proxied, python, server } from "./deployments.js";
import {
	error,
	preflightForEachPoll,
	testFindings,
	testFirstFindings,
	unguarded,
	warning,
} from "./findings.js";

const acao = (value) => `access-control-allow-origin: ${value}`;
const good = server(4, { cors: granted });
const silent = server(4);
const header = ["--header", "x-token: secret"];
const direct = ({ direct }) => ["--direct", direct];
const needsNginx = { skip: !hasNginx && "nginx is missing" };

describe("CORS headers", needsNginx, () =>
	testFindings({
		"passed on unchanged": {
			of: nginx(good),
			asks: header,
			finds: { ...unguarded, ...preflightForEachPoll },
		},
		"added to those of the server": {
			of: nginx(good, `add_header Access-Control-Allow-Origin ${page} always;`),
			finds: {
				"doubled-origin": error(`${acao(page)}\n${acao(page)}`, "proxy_hide_header"),
				...unguarded,
			},
		},
		"added to those of the server, compared with --direct": {
			of: nginx(good, `add_header Access-Control-Allow-Origin ${page} always;`),
			asks: direct,
			finds: { "doubled-origin": error(acao(page), "add_header"), ...unguarded },
		},
		"added, but not to errors": {
			of: nginx(
				silent,
				`add_header Access-Control-Allow-Origin ${page}; add_header Vary Origin;
				if ($request_method = OPTIONS) {
					add_header Access-Control-Allow-Origin ${page};
					return 204;
				}`,
			),
			finds: { "errors-without-cors": warning("400", "always"), ...unguarded },
		},
		"* added to those of the server, for a page with credentials": {
			of: nginx(good, "add_header Access-Control-Allow-Origin * always;"),
			asks: ["--credentials"],
			finds: {
				"doubled-origin": error([acao("*"), acao(page)], "proxy_hide_header"),
				...unguarded,
			},
		},
		"credentials added to those of the server, for a page with them": {
			of: nginx(good, "add_header Access-Control-Allow-Credentials true always;"),
			asks: ["--credentials"],
			finds: {
				"credentials-not-allowed": error(
					"access-control-allow-credentials: true\naccess-control-allow-credentials: true",
					"proxy_hide_header Access-Control-Allow-Credentials;",
				),
				...unguarded,
			},
		},
		"the origin taken away": {
			of: nginx(good, "proxy_hide_header Access-Control-Allow-Origin;"),
			finds: { "origin-not-listed": error("vary: Origin", "--direct"), ...unguarded },
		},
		"the origin taken away, of a server that is asked as well": {
			of: nginx(good, "proxy_hide_header Access-Control-Allow-Origin;"),
			asks: direct,
			finds: { "stripped-headers": error(acao(page), "proxy_hide_header"), ...unguarded },
		},
		"all taken away": {
			of: nginx(
				good,
				`proxy_hide_header Access-Control-Allow-Origin; proxy_hide_header Vary;
				proxy_hide_header Access-Control-Allow-Credentials;`,
			),
			asks: direct,
			finds: { "stripped-headers": error(acao(page), "proxy_hide_header"), ...unguarded },
		},
		"added only to GETs": {
			of: nginx(
				silent,
				`if ($request_method = OPTIONS) {
					add_header Access-Control-Allow-Origin ${page};
					return 204;
				}
				if ($request_method = GET) {
					add_header Access-Control-Allow-Origin ${page} always;
					add_header Vary Origin always;
				}`,
			),
			finds: { "stripped-headers": error("POST"), ...unguarded },
		},
		"Vary taken away": {
			of: nginx(good, "proxy_hide_header Vary;"),
			finds: {
				...unguarded,
				"vary-missing": warning(acao(page), "add_header Vary Origin always;"),
			},
		},
	}),
);

const other = "https://www.example.com";
const inSocketIo = "In a Socket.IO";

describe("a header that the server itself sends right", needsNginx, () => {
	const replaced = (header, value, hidden = header) =>
		nginx(good, `proxy_hide_header ${hidden}; add_header ${header} "${value}" always;`);
	const acao = "Access-Control-Allow-Origin";
	const is = "error stripped-headers";
	const inNginx = [`# add_header ${acao} …;`, "nothing is to change in the server"];
	testFirstFindings({
		"and nginx replaces by another origin": {
			of: replaced(acao, other),
			asks: direct,
			is,
			says: [`a proxy replaces the server's ${acao} by "${other}"`, `${acao}: ${page}`],
			fix: inNginx,
			not: inSocketIo,
		},
		"and HAProxy replaces by another origin": {
			of: proxied("HAProxy", good, `http-response set-header ${acao} ${other}`),
			asks: direct,
			is,
			says: `a proxy replaces the server's ${acao} by "${other}"`,
			fix: `# http-response set-header ${acao} …`,
			not: inSocketIo,
		},
		"and nginx replaces by an invalid origin": {
			of: replaced(acao, "https://*.example.com"),
			asks: direct,
			is,
			fix: inNginx,
			not: inSocketIo,
		},
		"and nginx replaces by the page's, with a slash": {
			of: replaced(acao, `${page}/`),
			asks: direct,
			is,
			fix: inNginx,
			not: inSocketIo,
		},
		"and nginx replaces by *, for a page with credentials": {
			of: replaced(acao, "*"),
			asks: (deployment) => [...direct(deployment), "--credentials"],
			is,
			fix: inNginx,
			not: inSocketIo,
		},
		"and nginx removes, for credentials": {
			of: nginx(good, "proxy_hide_header Access-Control-Allow-Credentials;"),
			asks: (deployment) => [...direct(deployment), "--credentials"],
			is,
			says: "a proxy removes the server's Access-Control-Allow-Credentials",
			fix: "proxy_hide_header",
			not: inSocketIo,
		},
		"and nginx answers preflights without": {
			of: nginx(good, "if ($request_method = OPTIONS) { return 204; }"),
			asks: (deployment) => [...direct(deployment), ...header],
			is: "error preflight-without-cors",
			says: "OPTIONS",
			fix: ["The server itself answers the preflight right", "return 204;"],
			not: inSocketIo,
		},
		"and nginx answers preflights with fewer headers": {
			of: nginx(
				good,
				`if ($request_method = OPTIONS) {
					add_header ${acao} ${page};
					add_header Access-Control-Allow-Headers content-type;
					return 204;
				}`,
			),
			asks: (deployment) => [...direct(deployment), ...header],
			is: "error header-not-allowed",
			says: "the proxy does not allow",
			fix: "The server itself answers the preflight right",
			not: inSocketIo,
		},
	});
});

describe("a header that a proxy sets, and Socket.IO does not", needsNginx, () => {
	const set = (value) => nginx(silent, `add_header Access-Control-Allow-Origin "${value}" always;`);
	const map = [
		"map $http_origin $allowed_origin {",
		`"${page}" "${page}";`,
		"Socket.IO refuses OPTIONS as a bad handshake",
		"So nginx sets the header. Change it there:\nIn nginx, put",
	];
	testFirstFindings({
		"to a list": {
			of: set(`${other} ${page}`),
			is: "error doubled-origin",
			fix: [...map, `"${other}" "${other}";`],
			not: "process.env.ORIGINS",
		},
		"to another origin": {
			of: set(other),
			is: "error origin-not-listed",
			says: `nginx allows "${other}"`,
			fix: map,
		},
		"to a pattern": {
			of: set("https://*.example.com"),
			is: "error invalid-origin",
			fix: map,
			not: "cors: { origin: [/",
		},
		"to the page's, with a slash": {
			of: set(`${page}/`),
			is: "error origin-near-miss",
			fix: ["nginx sets the header", `add_header Access-Control-Allow-Origin "${page}" always;`],
			not: "In the list, replace",
		},
		"to an origin of Apache's list": {
			of: proxied(
				"Apache",
				silent,
				`SetEnvIf Origin "^https://www\\.example\\.com$" ORIGIN=$0
				Header always set Access-Control-Allow-Origin %{ORIGIN}e env=ORIGIN
				Header always merge Vary Origin
				ProxyPass / http://NODE/ upgrade=websocket`,
			),
			is: "error origin-not-listed",
			says: "Apache's list of allowed origins",
			fix: ["So Apache sets the header", 'SetEnvIf Origin "^(https://app\\.example\\.com)$"'],
			not: "print the list",
		},
	});
});

describe("nginx before python-socketio", needsNginx, () => {
	const flask = python(
		'socketio = SocketIO(app, async_mode="threading", cors_allowed_origins="*")',
	);
	const lines = (header, options) => nginx(flask, header, options);
	testFirstFindings({
		"sets the header too": {
			of: lines("add_header Access-Control-Allow-Origin *;"),
			is: "error doubled-origin",
			fix: [
				"In nginx, delete the add_header lines",
				"Or perhaps a CORS middleware",
				"a WSGI middleware is around Flask-SocketIO",
			],
		},
		"sets the header too, and the server is asked": {
			of: lines("add_header Access-Control-Allow-Origin *;"),
			asks: direct,
			is: "error doubled-origin",
			says: "the server sets one, and a proxy before it adds another",
			fix: "In nginx, delete the add_header lines",
			not: "CORS middleware",
		},
		"passes no upgrades on": {
			of: lines("", { forUpgrades: "" }),
			is: "error upgrade-blocked",
			fix: "proxy_set_header Upgrade $http_upgrade;",
			not: "simple-websocket",
		},
	});
});

describe("preflights", needsNginx, () => {
	const answered = (answer) => nginx(good, `if ($request_method = OPTIONS) { ${answer} }`);
	const rows = {
		redirected: {
			of: answered("return 301 https://$host$request_uri;"),
			code: "preflight-redirected",
			found: [["301", "https://127.0.0.1/socket.io/"], "OPTIONS"],
		},
		"not found": {
			of: answered("return 404;"),
			code: "preflight-failed",
			found: ["404", "OPTIONS"],
		},
		"not allowed": {
			of: answered("return 405;"),
			code: "preflight-failed",
			found: ["405", "OPTIONS"],
		},
		"answered without CORS headers": {
			of: answered("return 204;"),
			code: "preflight-without-cors",
			found: ["204", ["OPTIONS", page]],
		},
	};
	for (const [name, { of, code, found }] of Object.entries(rows)) {
		testFindings({
			[name]: { of, finds: { [code]: warning(...found), ...unguarded } },
			[`${name}, for a page with a header`]: {
				of,
				asks: header,
				finds: { [code]: error(...found), ...unguarded },
			},
		});
	}
});

describe("the upgrade to WebSocket", needsNginx, () => {
	const blocked = (seen) => ({
		"upgrade-blocked": error(seen, [
			"proxy_http_version 1.1;",
			"proxy_set_header Upgrade $http_upgrade;",
		]),
	});
	const answered = (status) => nginx(good, `if ($http_upgrade) { return ${status}; }`);
	testFindings({
		"no headers are set for it": {
			of: nginx(good, "", { forUpgrades: "" }),
			finds: blocked(["400", "Bad request"]),
		},
		"Connection is missing": {
			of: nginx(good, "", { forUpgrades: "proxy_set_header Upgrade $http_upgrade;" }),
			finds: blocked(["400", "Bad request"]),
		},
		426: { of: answered(426), finds: blocked("426") },
		"a proxy's own 400": { of: answered(400), finds: blocked("400") },
		"a page instead": { of: answered("200 hello"), finds: blocked("200") },
		403: {
			of: answered(403),
			finds: { "websocket-refused": error("403") },
		},
		"as the tool advises": {
			of: nginx(good, "", {
				forUpgrades: `
					proxy_http_version 1.1;
					proxy_set_header Upgrade $http_upgrade;
					proxy_set_header Connection "upgrade";`,
			}),
			finds: unguarded,
		},
		"HTTP/1.0, which Node accepts too": {
			of: nginx(good, "", {
				forUpgrades: `
					proxy_set_header Upgrade $http_upgrade;
					proxy_set_header Connection $connection_upgrade;`,
			}),
			finds: unguarded,
		},
	});
});

describe("polling", needsNginx, () =>
	testFindings({
		"POSTs are denied": {
			of: nginx(good, "if ($request_method = POST) { return 405; }"),
			leavesSessions: true,
			finds: {
				"post-failed": error("405"),
				"foreign-websocket": unguarded["foreign-websocket"],
			},
		},
		"the server is down": {
			of: nginx(nobody),
			finds: { "server-error": error("502") },
		},
		"everything is redirected": {
			of: nginx(good, "return 301 https://$host$request_uri;"),
			finds: { redirected: error(["301", "location: https://127.0.0.1/socket.io/"]) },
		},
		"a page answers for every path": {
			of: nginx(good, "default_type text/html; return 200 '<!doctype html><title>App</title>';"),
			finds: { "not-socket-io": error(["200", "a page: App"], "proxy_pass") },
		},
		"every path is 404": {
			of: nginx(good, "return 404;"),
			finds: { "not-socket-io": error("404", "--path") },
		},
		"the server is under another path": {
			of: nginx(good, "rewrite ^/api(/.*)$ $1 break; return 404;"),
			finds: { "wrong-path": error("404", "/api/socket.io/") },
		},
	}),
);
