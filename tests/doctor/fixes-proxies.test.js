// The fixes that `socketio-cors doctor` prints for a proxy's configuration: after each is pasted as it is
// printed, a page in Chromium works.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe } from "node:test";
import cors from "cors";
import expressApp from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { hasNginx } from "../harness/nginx.js";
import { createAuthority } from "./certificates.js";
import { useToolAndChromium } from "./chromium.js";
import {
	before,
	behindApp,
	granted,
	nginx,
	nginxServer,
	page,
	proxied,
	python,
	server,
} from "./deployments.js";
import { clientOptionsIn, testFixes } from "./pasting.js";

const good = server(4, { cors: granted });
const header = { token: "secret" };

/** Answers as Express does: its 404 names the path that it got. */
const express = server(
	4,
	{ cors: granted },
	{
		http: () =>
			createServer(({ method, url }, response) =>
				response.writeHead(404).end(`Cannot ${method} ${url}`),
			).on("upgrade", ({ url }, socket) => {
				if (!url.startsWith("/socket.io/")) socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
			}),
	},
);
/** A list with a slash too many, of a proxy. */
const nearly = `${page}/`;
const silent = server(4);

/** Two origins, each in a line of its own. */
const twoOrigins = (line, end = "") =>
	[page, "https://admin.example.com"].map((origin) => `${line} ${origin}${end}`).join("\n");

/** The file of a proxy that asks for a password, and the header of a page that knows it. */
const passwords = mkdtempSync(join(tmpdir(), "passwords-"));
after(() => rmSync(passwords, { recursive: true }));
chmodSync(passwords, 0o755);
const htpasswd = join(passwords, "htpasswd");
const hash = createHash("sha1").update("pass").digest("base64");
writeFileSync(htpasswd, `user:{SHA}${hash}\n`);
const authorization = `Basic ${btoa("user:pass")}`;
// No page's WebSocket can send it.
const knowing = {
	asks: ["--header", `authorization: ${authorization}`],
	stays: true,
	extraHeaders: { authorization },
};
const apacheAsking = `<Location />
	AuthType Basic
	AuthName x
	AuthUserFile ${htpasswd}
	Require valid-user`;

/** An application in Express, whose `cors` middleware is before the proxy. */
const gateway = (script) =>
	behindApp(good, (target) => {
		const app = expressApp();
		const toNode = (options) => createProxyMiddleware({ ...options, target });
		new Function("app", "cors", "createProxyMiddleware", script)(app, cors, toNode);
		return app.use(toNode({ pathFilter: "/socket.io", ws: true }));
	});

/** The pasted lines, with the deployment in place of the server of the fix. */
const toNode = (text) => text.replaceAll("127.0.0.1:3000", "NODE");
const caddy = (behind, text) => proxied("Caddy", behind, toNode(text));
const apache = (behind, text) => proxied("Apache", behind, toNode(text));
const passedOn = "ProxyPass / http://NODE/ upgrade=websocket";

const redirecting = "RewriteEngine On\nRewriteRule ^/(.*)/$ /$1 [R=301,L]";
const toApi = String.raw`RewriteRule ^/socket\.io/(.*)$ /api/socket.io/$1 [PT]`;
const pageOfCaddy = "header Content-Type text/html\nrespond <!doctype><title>App</title>";

/** A text without a line that a fix wants out of it. */
function without(text, line) {
	assert.ok(text.includes(line), `${line} is not in ${text}`);
	return text.replace(line, "");
}

/** Apache before two servers, whose addresses stand for those of the fix. */
const apachePair = (text) => async () => {
	const second = await good();
	const { url, servers, stop } = await proxied(
		"Apache",
		good,
		text.replaceAll("10.0.0.1:3000", "NODE").replaceAll("10.0.0.2:3000", new URL(second.url).host),
	)();
	return {
		url,
		servers: [...servers, ...second.servers],
		async stop() {
			await stop();
			await second.stop();
		},
	};
};

const rows = {
	"Caddy has Socket.IO at another path": [
		caddy(good, "handle_path /api/* {\nreverse_proxy NODE\n}"),
		{},
		"wrong-path",
		(paste) => ({
			of: caddy(good, `${paste("uri path_regexp")}\nhandle_path /api/* {\nreverse_proxy NODE\n}`),
		}),
	],
	"Caddy answers every path with a page": [
		caddy(good, pageOfCaddy),
		{},
		"not-socket-io",
		(paste) => ({ of: caddy(good, `${paste("handle /socket.io/*", "}")}\n${pageOfCaddy}`) }),
	],
	"Caddy answers everything as a preflight": [
		caddy(good, "respond 204\nreverse_proxy NODE"),
		{},
		"not-socket-io",
		(paste) => ({
			of: caddy(
				good,
				`${paste("@preflight method", "respond @preflight 204")}\nreverse_proxy NODE`,
			),
		}),
	],
	"Apache has Socket.IO at another path": [
		apache(good, "ProxyPass /api/ http://NODE/ upgrade=websocket"),
		{},
		"wrong-path",
		(paste) => ({
			of: apache(
				good,
				`${paste("RewriteEngine On", toApi)}\nProxyPass /api/ http://NODE/ upgrade=websocket`,
			),
		}),
	],
	"Apache answers everything as a preflight": [
		apache(good, `RewriteEngine On\nRewriteRule ^ - [R=204,L]\n${passedOn}`),
		{},
		"not-socket-io",
		(paste) => ({
			of: apache(
				good,
				`RewriteEngine On\n${paste("RewriteCond %{REQUEST_METHOD} =OPTIONS", "RewriteRule ^ - [R=204,L]")}\n${passedOn}`,
			),
		}),
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
	"Caddy removes the path": [
		caddy(express, "handle_path /socket.io/* {\nreverse_proxy NODE\n}"),
		{},
		"proxy-changes-path",
		(paste) => ({ of: caddy(express, `${paste("handle /socket.io/* {", "}")}`) }),
	],
	"Caddy has no route": [
		caddy(good, "handle /api/* {\nreverse_proxy NODE\n}"),
		{},
		"not-socket-io",
		(paste) => ({ of: caddy(good, paste("reverse_proxy /socket.io/*")) }),
	],
	"Caddy adds an origin and credentials to the server's": [
		caddy(
			good,
			`header +Access-Control-Allow-Origin ${page}
			header +Access-Control-Allow-Credentials true
			reverse_proxy NODE`,
		),
		{ withCredentials: true },
		"doubled-origin",
		(paste) => ({
			of: caddy(
				good,
				`header +Access-Control-Allow-Origin ${page}
				header +Access-Control-Allow-Credentials true
				${paste("reverse_proxy 127.0.0.1:3000 {", "}")}`,
			),
		}),
	],
	"Caddy names an origin with a slash": [
		caddy(silent, `header Access-Control-Allow-Origin ${nearly}\nreverse_proxy NODE`),
		{},
		"origin-near-miss",
		(paste) => ({
			of: caddy(silent, `${paste("header Access-Control-Allow-Origin")}\nreverse_proxy NODE`),
		}),
	],
	"Caddy does not list a header": [
		caddy(
			good,
			`@preflight method OPTIONS
			handle @preflight {
				header Access-Control-Allow-Origin ${page}
				respond 204
			}
			reverse_proxy NODE`,
		),
		header,
		"header-not-allowed",
		(paste) => ({
			of: caddy(
				good,
				`@preflight method OPTIONS
				handle @preflight {
					header Access-Control-Allow-Origin ${page}
					${paste("header Access-Control-Allow-Headers")}
					respond 204
				}
				reverse_proxy NODE`,
			),
		}),
	],
	"Caddy removes the CORS headers": [
		caddy(good, "header -Access-Control-*\nreverse_proxy NODE"),
		{ direct: true },
		"stripped-headers",
		(paste) => ({
			of: caddy(good, without("header -Access-Control-*\nreverse_proxy NODE", paste("header -"))),
		}),
	],
	"Caddy removes Upgrade": [
		caddy(good, "reverse_proxy NODE {\nheader_up -Upgrade\nheader_up -Connection\n}"),
		{},
		"upgrade-blocked",
		(paste) => ({
			of: caddy(
				good,
				without(
					"reverse_proxy NODE {\nheader_up -Upgrade\nheader_up -Connection\n}",
					paste("header_up -Upgrade", "header_up -Connection"),
				),
			),
		}),
	],
	"Apache removes the path": [
		apache(express, "ProxyPass /socket.io/ http://NODE/ upgrade=websocket"),
		{},
		"proxy-changes-path",
		(paste) => ({ of: apache(express, paste("ProxyPass /socket.io/")) }),
	],
	"Apache has no ProxyPass for the path": [
		apache(good, "ProxyPass /other/ http://NODE/ upgrade=websocket"),
		{},
		"not-socket-io",
		(paste) => ({ of: apache(good, paste("ProxyPass")) }),
	],
	"Apache refuses": [
		apache(good, `${passedOn}\n<Location "/">\nRequire all denied\n</Location>`),
		{},
		"blocked",
		(paste) => ({
			of: apache(
				good,
				`${passedOn}\n<Location "/">\nRequire all denied\n</Location>
				${paste('<Location "/socket.io/">', "</Location>")}`,
			),
		}),
	],
	"Apache lets only GET through": [
		apache(good, `${passedOn}\n<Location "/">\nRequire method GET\n</Location>`),
		{},
		"post-failed",
		(paste) => ({
			of: apache(
				good,
				`${passedOn}\n<Location "/">\nRequire method GET\n</Location>
				${paste('<Location "/socket.io/">', "</Location>")}`,
			),
		}),
	],
	"Apache adds an origin and credentials to the server's": [
		apache(
			good,
			`Header always set Access-Control-Allow-Origin ${page}
			Header always set Access-Control-Allow-Credentials true
			${passedOn}`,
		),
		{ withCredentials: true },
		"doubled-origin",
		(paste) => ({
			of: apache(
				good,
				`Header always set Access-Control-Allow-Origin ${page}
				Header always set Access-Control-Allow-Credentials true
				${paste("unset Access-Control-Allow-Origin")}
				${paste("unset Access-Control-Allow-Credentials")}
				${passedOn}`,
			),
		}),
	],
	"Apache names an origin with a slash": [
		apache(silent, `Header always set Access-Control-Allow-Origin ${nearly}\n${passedOn}`),
		{},
		"origin-near-miss",
		(paste) => ({ of: apache(silent, `${paste("Header always set")}\n${passedOn}`) }),
	],
	"Apache removes the CORS headers": [
		apache(good, `Header unset Access-Control-Allow-Origin\n${passedOn}`),
		{ direct: true },
		"stripped-headers",
		(paste) => ({
			of: apache(
				good,
				without(`Header unset Access-Control-Allow-Origin\n${passedOn}`, paste("Header unset")),
			),
		}),
	],
	"Apache sends each request to another server": [
		apachePair(`<Proxy "balancer://io">
				BalancerMember "http://10.0.0.1:3000" upgrade=websocket
				BalancerMember "http://10.0.0.2:3000" upgrade=websocket
			</Proxy>
			ProxyPass "/socket.io/" "balancer://io/socket.io/"`),
		{ withCredentials: true },
		"session-lost",
		(paste) => ({
			quiet: true,
			of: apachePair(`${paste("Header add Set-Cookie", "</Proxy>")}\n${paste("ProxyPass")}`),
		}),
	],
	"Apache waits for a second": [
		apache(good, `ProxyTimeout 1\n${passedOn}`),
		{ asks: ["--hold", "3"] },
		"idle-timeout",
		(paste) => ({ quiet: true, of: apache(good, `${paste("ProxyTimeout")}\n${passedOn}`) }),
	],
	"Apache writes out a list of origins": [
		apache(silent, `${twoOrigins("Header add Access-Control-Allow-Origin")}\n${passedOn}`),
		{ withCredentials: true },
		"doubled-origin",
		(paste) => ({
			of: apache(silent, `${paste("SetEnvIf Origin", "Header merge Vary Origin")}\n${passedOn}`),
		}),
	],
	"Caddy writes out a list of origins": [
		caddy(silent, `${twoOrigins("header +Access-Control-Allow-Origin")}\nreverse_proxy NODE`),
		{ withCredentials: true },
		"doubled-origin",
		(paste) => ({
			of: caddy(silent, `${paste("@allowed {", "header +Vary Origin")}\nreverse_proxy NODE`),
		}),
	],
	"Caddy alone sets the header, and a page needs a preflight": [
		caddy(silent, `header Access-Control-Allow-Origin ${page}\nreverse_proxy NODE`),
		header,
		"preflight-failed",
		(paste) => ({
			of: caddy(
				silent,
				`header Access-Control-Allow-Origin ${page}\n${paste("@preflight method", "}")}\nreverse_proxy NODE`,
			),
		}),
	],
	"Apache asks preflights for a password": [
		apache(good, `${apacheAsking}\n</Location>\n${passedOn}`),
		knowing,
		"login-required",
		(paste) => ({
			of: apache(good, `${apacheAsking}\n${paste("Require method")}\n</Location>\n${passedOn}`),
		}),
	],
	"Apache asks for a password": [
		apache(good, `${apacheAsking}\n</Location>\n${passedOn}`),
		{},
		"login-required",
		(paste) => ({
			of: apache(
				good,
				`${apacheAsking}\n</Location>\n${paste("<Location", "</Location>")}\n${passedOn}`,
			),
		}),
	],
	"Apache takes the slash at the end away": [
		apache(good, `${redirecting}\n${passedOn}`),
		{},
		"redirected",
		(paste) => ({
			of: apache(good, `${redirecting.replace("\n", `\n${paste("RewriteCond")}\n`)}\n${passedOn}`),
		}),
	],
	"HAProxy denies preflights": [
		proxied("HAProxy", good, "http-request deny if METH_OPTIONS"),
		header,
		"preflight-failed",
		(paste) => ({
			of: proxied(
				"HAProxy",
				good,
				`${paste("http-request return")}\nhttp-request deny if METH_OPTIONS`,
			),
		}),
	],
	"HAProxy waits for two seconds": [
		proxied("HAProxy", good, "timeout client 2s", "timeout server 2s"),
		{ asks: ["--hold", "4"] },
		"idle-timeout",
		(paste) => ({
			quiet: true,
			of: proxied(
				"HAProxy",
				good,
				paste("timeout client"),
				paste("timeout server", "timeout tunnel 1h"),
			),
		}),
	],
	"Express answers preflights for another page": [
		gateway(`app.use(cors({ origin: "https://www.example.com" }));`),
		header,
		"preflight-without-cors",
		(paste) => ({ of: gateway(paste("app.use(cors({ origin")) }),
	],
	"Express answers preflights, and comes after the proxy": [
		gateway(`app.use(cors({ origin: "https://www.example.com" }));`),
		header,
		"preflight-without-cors",
		(paste) => ({
			of: gateway(
				`${paste("app.use(createProxyMiddleware")} app.use(cors({ origin: "https://www.example.com" }));`,
			),
		}),
	],
	"Express does not allow the page's header": [
		gateway(`app.use(cors({ origin: "${page}", allowedHeaders: ["x-other"] }));`),
		header,
		"header-not-allowed",
		(paste) => ({ of: gateway(paste("app.use(cors({ origin")) }),
	],
	"HAProxy checks a path that does not exist": [
		proxied("HAProxy", express, "", "option httpchk GET /health"),
		{ asks: ["--timeout", "20"] },
		"server-error",
		(paste) => ({ of: proxied("HAProxy", express, "", paste("option httpchk GET")) }),
	],
};

const html = "<!doctype html><title>page</title>";
const origin = `add_header Access-Control-Allow-Origin ${page} always;`;
const anyone =
	"add_header Access-Control-Allow-Origin $http_origin always; add_header Vary Origin;";
const limited = { maps: "limit_req_zone $binary_remote_addr zone=io:1m rate=1r/s;" };
const variable = (pass) => `location / {
	set $upstream 127.0.0.1:3000;
	proxy_http_version 1.1;
	proxy_set_header Upgrade $http_upgrade;
	proxy_set_header Connection "upgrade";
	${pass}
}`;
/** A location that hands everything on, and what else is in it. */
const toServer = (lines = "") => `${lines.startsWith("large_") ? lines : ""} location / {
	${lines.startsWith("large_") ? "" : lines}
	proxy_pass http://127.0.0.1:3000;
	proxy_http_version 1.1;
	proxy_set_header Upgrade $http_upgrade;
	proxy_set_header Connection "upgrade";
}`;
const atApi = toServer().replace("location /", "location /api/").replace("3000;", "3000/;");
/** A cache for a minute, of what Socket.IO says is not to be kept. */
const cache = `proxy_cache_path cache keys_zone=io:1m;
	proxy_cache io;
	proxy_cache_key $uri;
	proxy_cache_valid 1m;
	proxy_ignore_headers Cache-Control;`;
const lineOf = (text) => text.split("\n")[0];

/** One that lets in pages of its own origin alone. */
const ownOrigin = python('sio = socketio.AsyncServer(async_mode="asgi")');

/** A server that speaks TLS. */
const encrypted = async () => {
	const certificate = await (await createAuthority()).issue();
	return server(4, { cors: granted }, { http: () => createTlsServer(certificate) })();
};
/** One that lets in at /auth whoever sends a token. */
const loggedIn = before(good, ({ url, headers }, answer) => {
	if (url !== "/auth") return false;
	answer(headers["x-token"] ? 200 : 401);
	return true;
});
const auth = (line) => `${toServer("auth_request /auth;")}
	location = /auth {
		${line}
		internal;
		proxy_pass http://127.0.0.1:3000/auth;
		proxy_pass_request_body off;
		proxy_set_header Content-Length "";
		proxy_set_header X-Original-Method $request_method;
	}`;
/** One that answers for the host of its own address alone. */
const hosted = before(good, ({ headers }, answer) => {
	if (headers.host.startsWith("127.0.0.1:")) return false;
	answer(403, {}, `Blocked request. This host ("${headers.host}") is not allowed.`);
	return true;
});

const slashless = "rewrite ^/(.*)/$ /$1 permanent;";
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
	"nginx lets no OPTIONS through": [
		nginx(good, "limit_except GET POST { deny all; }"),
		header,
		"preflight-failed",
		(paste) => ({ of: nginx(good, paste("limit_except GET POST OPTIONS")) }),
	],
	"nginx takes the slash at the end away": [
		nginx(good, slashless),
		{},
		"redirected",
		(paste) => ({ of: nginx(good, paste("rewrite ^/(?!")) }),
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
	"nginx has its own list of origins": [
		nginx(good, `if ($http_origin !~ "^(|https://b.example)$") { return 403; }`),
		{},
		"origin-not-listed",
		(paste) => ({
			of: nginx(good, paste("if ($is_foreign)"), { maps: paste("map $http_origin", "}") }),
		}),
	],
	"nginx asks for a password": [
		nginx(good, "auth_basic x; auth_basic_user_file /dev/null;"),
		{},
		"login-required",
		(paste) => ({ of: nginx(good, /\{ (auth_basic off;)/.exec(paste("auth_basic off"))[1]) }),
	],
	"nginx asks preflights for a password": [
		nginx(good, `auth_basic x; auth_basic_user_file ${htpasswd};`),
		knowing,
		"login-required",
		(paste) => ({
			of: nginx(good, paste("limit_except").replace("/etc/nginx/htpasswd", htpasswd)),
		}),
	],
	"nginx alone sets the header, and a page needs a preflight": [
		nginx(silent, origin),
		header,
		"preflight-failed",
		(paste) => ({
			of: nginx(silent, `${origin} ${paste("if ($request_method = OPTIONS)", "}")}`),
		}),
	],
	"nginx writes out a list of origins": [
		nginx(silent, twoOrigins("add_header Access-Control-Allow-Origin", " always;")),
		{},
		"doubled-origin",
		(paste) => ({
			of: nginx(silent, paste("add_header Access-Control-Allow-Origin $allowed_origin"), {
				maps: paste("map $http_origin", "}"),
			}),
		}),
	],
	"nginx has another add_header in the location": [
		nginxServer(silent, `${origin} ${toServer("add_header X-Frame-Options DENY;")}`),
		{},
		"no-cors-headers",
		(paste) => ({
			of: nginxServer(
				silent,
				`${origin} ${toServer(`add_header X-Frame-Options DENY; ${paste("add_header Access")}`)}`,
			),
		}),
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
	"nginx has Socket.IO at another path, and takes the client's path for it": [
		nginxServer(good, atApi),
		{},
		"wrong-path",
		(paste) => ({ of: nginxServer(good, `${paste("rewrite ^")} ${atApi}`) }),
	],
	"nginx removes the path": [
		nginxServer(express, "location /socket.io/ { proxy_pass http://127.0.0.1:3000/; }"),
		{},
		"proxy-changes-path",
		(paste) => ({ of: nginxServer(express, paste("location /socket.io/ {", "}")) }),
	],
	"nginx removes a prefix, and the path with it": [
		nginxServer(
			express,
			"location /api { rewrite ^/api / break; proxy_pass http://127.0.0.1:3000; }",
		),
		{ asks: ["--path", "/api/socket.io/"], path: "/api/socket.io/" },
		"proxy-changes-path",
		(paste) => ({ of: nginxServer(express, paste("location /api/socket.io/ {", "}")) }),
	],
	"nginx answers every path with a page": [
		nginxServer(good, `location / { default_type text/html; return 200 "${html}"; }`),
		{},
		"not-socket-io",
		(paste) => ({
			of: nginxServer(
				good,
				`location / { default_type text/html; return 200 "${html}"; }
				${paste("location /socket.io/ {", "}")}`,
			),
		}),
	],
	"nginx has no location for the path": [
		nginxServer(good, "location / { return 404; }"),
		{},
		"not-socket-io",
		(paste) => ({ of: nginxServer(good, paste("location /socket.io/ {", "}")) }),
	],
	"nginx removes the query": [
		nginxServer(good, variable("proxy_pass http://$upstream/socket.io/;")),
		{},
		"proxy-changes-path",
		(paste) => ({ of: nginxServer(good, variable(paste("proxy_pass http://$upstream"))) }),
	],
	"nginx answers everything as a preflight": [
		nginx(good, "return 204;"),
		{},
		"not-socket-io",
		(paste) => ({ of: nginx(good, paste("if ($request_method = OPTIONS)")) }),
	],
	"nginx denies every address": [
		nginx(good, "deny all;"),
		{},
		"blocked",
		(paste) => ({ of: nginx(good, `${/\{ (allow all;)/.exec(paste("allow all"))[1]} deny all;`) }),
	],
	"nginx lets only GET through": [
		nginx(good, "limit_except GET { deny all; }"),
		{},
		"post-failed",
		(paste) => ({ of: nginx(good, paste("limit_except GET")) }),
	],
	"nginx refuses request bodies": [
		nginx(good, "client_max_body_size 1;"),
		{},
		"post-failed",
		(paste) => ({ of: nginx(good, paste("client_max_body_size")) }),
	],
	"nginx refuses large headers": [
		nginxServer(good, toServer("large_client_header_buffers 4 1k;")),
		{ asks: ["--cookie", `a=${"x".repeat(9000)}`] },
		"blocked",
		(paste) => ({ quiet: true, of: nginxServer(good, toServer(paste("large_client_header"))) }),
	],
	"nginx limits requests": [
		nginx(good, "limit_req zone=io;", limited),
		{},
		"rate-limited",
		(paste) => ({ of: nginx(good, paste("limit_req zone"), limited) }),
	],
	"nginx speaks http to an https port": [
		nginxServer(encrypted, toServer()),
		{},
		"server-error",
		(paste) => ({
			of: nginxServer(
				encrypted,
				toServer().replace("proxy_pass http://127.0.0.1:3000;", paste("proxy_pass https")),
			),
		}),
	],
	"nginx waits for a second": [
		nginx(good, "proxy_read_timeout 1s;"),
		{ asks: ["--hold", "3"] },
		"idle-timeout",
		(paste) => ({
			quiet: true,
			of: nginx(good, paste("proxy_read_timeout", lineOf(paste("proxy_send_timeout")))),
		}),
	],
	"nginx caches handshakes": [
		nginxServer(good, toServer(), cache),
		{},
		"cached-handshake",
		(paste) => ({ of: nginxServer(good, toServer(paste("proxy_cache off")), cache) }),
	],
	"nginx adds credentials to the server's": [
		nginx(good, "add_header Access-Control-Allow-Credentials true always;"),
		{ withCredentials: true },
		"credentials-not-allowed",
		(paste) => ({
			of: nginx(
				good,
				`add_header Access-Control-Allow-Credentials true always; ${paste("proxy_hide_header")}`,
			),
		}),
	],
	"nginx allows credentials in upper case": [
		nginx(silent, `${origin} add_header Access-Control-Allow-Credentials True always;`),
		{ withCredentials: true },
		"credentials-not-allowed",
		(paste) => ({ of: nginx(silent, `${origin} ${paste("add_header")}`) }),
	],
	"nginx does not add the header to errors": [
		nginx(silent, `add_header Access-Control-Allow-Origin ${page};`),
		{},
		"errors-without-cors",
		(paste) => ({ quiet: true, of: nginx(silent, paste("add_header Access")) }),
	],
	"nginx removes Vary": [
		nginx(good, "proxy_hide_header Vary;"),
		{},
		"vary-missing",
		(paste) => ({ quiet: true, of: nginx(good, `proxy_hide_header Vary; ${paste("add_header")}`) }),
	],
	"nginx reflects every origin": [
		nginx(silent, `${anyone} add_header Access-Control-Allow-Credentials true always;`),
		{ withCredentials: true },
		"any-origin-with-credentials",
		(paste) => ({
			of: nginx(
				silent,
				`${paste("add_header")} add_header Access-Control-Allow-Credentials true always;`,
				{ maps: paste("map $http_origin", "}") },
			),
		}),
	],
	"nginx names an origin with a slash": [
		nginx(silent, `add_header Access-Control-Allow-Origin ${nearly} always;`),
		{},
		"origin-near-miss",
		(paste) => ({ of: nginx(silent, paste("add_header")) }),
	],
	"nginx removes the CORS headers": [
		nginx(good, "proxy_hide_header Access-Control-Allow-Origin;"),
		{ direct: true },
		"stripped-headers",
		(paste) => ({
			of: nginx(
				good,
				without("proxy_hide_header Access-Control-Allow-Origin;", paste("proxy_hide_header")),
			),
		}),
	],
	"nginx sends preflights through a login": [
		nginxServer(loggedIn, auth("")),
		// A WebSocket has no such header.
		{ ...header, stays: true },
		"login-required",
		(paste) => ({ of: nginxServer(loggedIn, auth(paste("if ($request_method = OPTIONS)"))) }),
	],
	"nginx passes its own Host to a server that expects another": [
		nginxServer(hosted, toServer("proxy_set_header Host api.example.com;")),
		{},
		"blocked",
		(paste) => ({ of: nginxServer(hosted, toServer(paste("proxy_set_header Host"))) }),
	],
	"nginx passes another Host to python-socketio, for a same-origin page": [
		nginxServer(ownOrigin, toServer()),
		{ own: true },
		"origin-not-listed",
		(paste) => ({
			quiet: true,
			of: nginxServer(
				ownOrigin,
				toServer(paste("proxy_set_header Host", "proxy_set_header X-Forwarded-Proto $scheme;")),
			),
		}),
	],
	"nginx passes on only WebSockets": [
		nginx(good, `if ($http_upgrade = "") { return 404; }`),
		{},
		"polling-blocked",
		(paste) => ({
			of: nginx(good, `if ($http_upgrade = "") { return 404; }`),
			client: clientOptionsIn(paste("io(")),
		}),
	],
};

const used = useToolAndChromium();
describe("a fix, pasted", () => testFixes(rows, used));
describe("a fix of nginx, pasted", { skip: !hasNginx && "nginx is missing" }, () =>
	testFixes(behindNginx, used),
);
