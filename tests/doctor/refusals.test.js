// `socketio-cors doctor` with servers of which a part refuses the page, or fails at it, that is not a
// list of origins.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { describe } from "node:test";
import { hasNginx } from "../harness/nginx.js";
import {
	before,
	granted,
	guarded,
	meddling,
	nginx,
	page,
	proxied,
	python,
	server,
	stub,
} from "./deployments.js";
import { testFirstFindings } from "./findings.js";

const good = server(4, { cors: granted });
const header = ["--header", "x-token: secret"];
const html = { "Content-Type": "text/html" };
const needsNginx = { skip: !hasNginx && "nginx is missing" };

describe("code that reads Origin", () => {
	const hasOrigin = ({ headers }) => headers.origin !== undefined;
	testFirstFindings({
		"calls back with an error": {
			of: server(4, {
				cors: {
					origin: (origin, callback) =>
						origin ? callback(new Error("Not allowed by CORS")) : callback(null, true),
				},
			}),
			is: "error origin-not-listed",
			fix: ["callback(null, allowed.includes(origin))", page],
			not: "another instance",
		},
		"throws, which ends the process": {
			of: before(good, (request, answer) => {
				if (hasOrigin(request)) answer();
				return hasOrigin(request);
			}),
			is: "error origin-check-fails",
			says: "closes every request with an Origin",
			fix: ["the code throws an error", `origin: ["${page}"]`],
		},
		"throws, which is answered 500": {
			of: before(good, (request, answer) => {
				if (hasOrigin(request)) answer(500);
				return hasOrigin(request);
			}),
			is: "error origin-check-fails",
			says: "500",
			fix: "log",
		},
		"never calls back": {
			of: before(good, (request) => hasOrigin(request)),
			asks: ["--timeout", "1"],
			is: "error origin-check-fails",
			says: "never answers requests with an Origin",
			fix: "has to call back",
			not: "--timeout",
		},
		"never calls back, whoever asks": {
			of: before(server(4, { cors: granted, allowRequest: () => {} }), () => false),
			asks: ["--timeout", "1"],
			is: "error no-answer-in-time",
			fix: "never calls back",
		},
		"has * in a list": {
			of: server(4, { cors: { origin: ["*"] } }),
			is: "error origin-not-listed",
			fix: page,
		},
		"refuses in JSON": {
			of: before(good, (request, answer) => {
				const isPage = request.headers.origin === page;
				if (isPage) answer(403, {}, '{"error":"Origin not allowed"}');
				return isPage;
			}),
			is: "error origin-not-listed",
			fix: page,
			not: "Sec-Fetch-Site",
		},
	});
});

describe("a check of requests", () => {
	const refusing = (is, ...answer) =>
		before(good, (request, refuse) => {
			if (is(request)) refuse(...answer);
			return is(request);
		});
	const isPost = ({ method }) => method === "POST";
	let polls = 0;
	testFirstFindings({
		"because of Sec-Fetch-Site": {
			of: refusing(
				({ headers }) => headers["sec-fetch-site"] === "cross-site",
				403,
				{},
				"Forbidden",
			),
			is: "error fetch-metadata-refused",
			says: "no Sec-Fetch-Site",
			fix: ["Sec-Fetch-Site", page],
			not: "allowRequest",
		},
		"because of Sec-Fetch-Site, of POSTs, in Go": {
			of: refusing(isPost, 403, {}, "cross-origin request detected from Sec-Fetch-Site header\n"),
			is: "error post-failed",
			fix: [`AddTrustedOrigin("${page}")`],
		},
		"by a form token, in Laravel": {
			of: refusing(isPost, 419, html, "<title>Page Expired</title>"),
			is: "error post-failed",
			fix: "validateCsrfTokens(except: ['socket.io/*'])",
		},
		"by methods, in CloudFront": {
			of: refusing(
				isPost,
				403,
				{ Server: "CloudFront" },
				"This distribution is not configured to allow the HTTP request method that was used",
			),
			is: "error post-failed",
			fix: "GET, HEAD, OPTIONS",
			not: "CSRF",
		},
		"by the number of requests": {
			of: refusing(
				({ url }) => url.includes("polling") && polls++ > 1,
				429,
				{},
				"Too many requests, please try again later.",
			),
			is: "error rate-limited",
			says: "express-rate-limit",
			fix: "skip: (request)",
		},
		"by a Socket.IO middleware that authenticates clients": {
			of: async () => {
				const deployment = await guarded(good)();
				for (const { io } of deployment.servers)
					io.use((_, next) => next(new Error("Authentication error")));
				return deployment;
			},
			is: "warning namespace-refused",
			says: "Authentication error",
			fix: ["auth: { token:", `--origin ${page} --auth '{"token":"…"}'`],
			not: "another instance",
		},
		"by a login that redirects preflights": {
			of: refusing(({ method }) => method === "OPTIONS", 302, {
				Location: "https://auth.example.com/oauth2/start?rd=%2Fsocket.io%2F",
			}),
			asks: [...header, "--cookie", "_oauth2_proxy=1"],
			is: "error login-required",
			fix: "--skip-auth-preflight=true",
		},
		"by IIS, which answers preflights itself": {
			of: refusing(({ method }) => method === "OPTIONS", 200, {
				Server: "Microsoft-IIS/10.0",
				Allow: "OPTIONS, TRACE, GET, HEAD, POST",
			}),
			asks: header,
			is: "error preflight-without-cors",
			fix: 'remove name="OPTIONSVerbHandler"',
			not: "add_header",
		},
		"by an nginx Ingress that does not allow a header": {
			of: refusing(({ method }) => method === "OPTIONS", 204, {
				"Access-Control-Allow-Origin": page,
				"Access-Control-Allow-Headers":
					"DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Authorization",
			}),
			asks: header,
			is: "error header-not-allowed",
			fix: [
				"nginx.ingress.kubernetes.io/cors-allow-headers",
				"if-modified-since,authorization,x-token",
			],
		},
		"by an nginx Ingress that sends * with credentials": {
			of: meddling(server(4, { cors: { origin: "*" } }), ({ headers, ...answer }) => ({
				...answer,
				headers: {
					...headers,
					"access-control-allow-headers": "DNT,Keep-Alive,User-Agent,X-Requested-With",
				},
			})),
			asks: ["--credentials"],
			is: "error wildcard-with-credentials",
			fix: `nginx.ingress.kubernetes.io/cors-allow-origin: "${page}"`,
		},
	});
});

describe("headers of a proxy", needsNginx, () => {
	const silent = server(4);
	testFirstFindings({
		"that names every origin": {
			of: nginx(
				silent,
				`add_header Access-Control-Allow-Origin $http_origin always;
				add_header Access-Control-Allow-Credentials true always;`,
			),
			is: "danger any-origin-with-credentials",
			fix: ["map $http_origin", page],
		},
		"that names the wrong scheme": {
			of: nginx(silent, "add_header Access-Control-Allow-Origin http://app.example.com always;"),
			is: "error origin-near-miss",
			fix: `add_header Access-Control-Allow-Origin "${page}" always;`,
		},
		"without one for credentials": {
			of: nginx(silent, `add_header Access-Control-Allow-Origin ${page} always;`),
			asks: ["--credentials"],
			is: "error credentials-not-allowed",
			fix: "add_header Access-Control-Allow-Origin",
		},
		"that limits requests": {
			of: nginx(good, "limit_req zone=one;", {
				maps: "limit_req_zone $binary_remote_addr zone=one:1m rate=1r/s;",
			}),
			is: "error rate-limited",
			fix: "limit_req zone=io burst=50",
			not: "proxy_read_timeout",
		},
		"that leaves Origin out, as CloudFront does": {
			of: meddling(
				good,
				(answer) =>
					answer.status === 101
						? answer
						: {
								...answer,
								headers: { ...answer.headers, via: "1.1 x.cloudfront.net (CloudFront)" },
							},
				(request) => {
					delete request.headers.origin;
				},
			),
			is: "error origin-not-listed",
			fix: "AllViewer",
		},
		"that are sent twice, by Caddy": {
			of: proxied(
				"Caddy",
				good,
				`header +Access-Control-Allow-Origin "${page}"\nreverse_proxy NODE`,
			),
			is: "error doubled-origin",
			fix: "header_down -Access-Control-Allow-Origin",
			not: "proxy_hide_header",
		},
		"that are sent twice, by FastAPI": {
			of: meddling(
				python(`sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=["${page}"])`),
				(answer) =>
					answer.status === 101
						? answer
						: {
								...answer,
								headers: { ...answer.headers, "access-control-allow-origin": [page, page] },
							},
			),
			is: "error doubled-origin",
			says: "python-socketio and a CORS middleware around it",
			fix: "app = socketio.ASGIApp(sio, other_asgi_app=app)",
			not: "cors_allowed_origins=[]",
		},
	});
});

describe("a path", () => {
	const found = server(
		4,
		{ cors: granted },
		{
			http: () =>
				createServer(({ method, url }, response) =>
					response.writeHead(404).end(`Cannot ${method} ${url}`),
				),
		},
	);
	const mounted = server(
		4,
		{ cors: granted },
		{
			http: () =>
				createServer((_, response) => response.writeHead(404).end('{"detail":"Not Found"}')),
		},
	);
	testFirstFindings({
		"that Apache takes away": {
			of: proxied("Apache", found, "ProxyPass /socket.io/ http://NODE/"),
			is: "error proxy-changes-path",
			fix: "ProxyPass /socket.io/ http://127.0.0.1:3000/socket.io/ upgrade=websocket",
			not: ["not app.listen", "nginx"],
		},
		"that is doubled": {
			of: meddling(
				mounted,
				(answer) => answer,
				(request) => {
					const twice = request.url.startsWith("/socket.io/socket.io");
					request.url = request.url.replace("/socket.io", twice ? "" : "/nothing");
				},
			),
			is: "error wrong-path",
			says: "/socket.io/socket.io/",
			fix: ["socketio.ASGIApp(sio, other_asgi_app=fastapi_app)", "/socket.io/socket.io/"],
		},
	});
});

describe("a page with status 200, from software in front of Socket.IO", () => {
	const f5 =
		"<html><title>Request Rejected</title><body>The requested URL was rejected. Please consult with your administrator.<br>Your support ID is: 4444</body></html>";
	const app = '<!doctype html><div id="root"></div>';
	/** Requests of which `isTheirs` says so are answered by a text and without CORS. */
	const answering = (isTheirs, body, status = 200, type = html) =>
		before(guarded(good), (request, answer) => {
			if (isTheirs(request)) answer(status, type, body);
			return isTheirs(request);
		});
	const isPost = ({ method }) => method === "POST";
	const isPreflight = ({ method }) => method === "OPTIONS";
	const isUpgrade = ({ headers }) => headers.upgrade !== undefined;
	const isPoll = ({ method, url }) => method === "GET" && url.includes("polling");
	const notCors = ["proxy_hide_header", "cors: {"];
	testFirstFindings({
		"a firewall's, for POST": {
			of: answering(isPost, f5),
			is: "error blocked",
			says: ["F5's web application firewall", "refuses the POST", "Request Rejected"],
			fix: ["support ID", "/socket.io/*"],
			not: notCors,
		},
		"a firewall's, for POST, with 403": {
			of: answering(isPost, f5, 403),
			is: "error blocked",
			says: "refuses the POST",
			fix: "support ID",
			not: notCors,
		},
		"a firewall's, for the page's Origin, with 403": {
			of: answering(({ headers }) => headers.origin === page, f5, 403),
			is: "error blocked",
			says: "refuses the poll",
			fix: "support ID",
			not: notCors,
		},
		"a firewall's, for preflights": {
			of: answering(isPreflight, f5),
			asks: header,
			is: "error blocked",
			says: "refuses the preflight",
			fix: "support ID",
			not: notCors,
		},
		"a firewall's, for the polls of a session": {
			of: answering((request) => isPoll(request) && request.url.includes("sid="), f5),
			is: "error blocked",
			says: "refuses the poll",
			fix: "support ID",
			not: notCors,
		},
		"a login, for POST": {
			of: answering(isPost, "<h1>Sign in</h1><form><input type=password></form>"),
			is: "error not-socket-io",
			says: "a web page answers the POST",
			fix: "a rule looks at the method",
			not: ["proxy_hide_header"],
		},
		"the page's own app, for POST": {
			of: answering(isPost, app),
			is: "error not-socket-io",
			says: "the page's own web app answers the POST",
			fix: ["a rule looks at the method", "proxy_pass"],
			not: ["proxy_hide_header"],
		},
		"a firewall's, for WebSockets": {
			of: answering(isUpgrade, f5),
			is: "error blocked",
			says: "refuses the WebSocket's handshake",
			fix: "support ID",
			not: ["proxy_set_header", "XMLHttpRequest"],
		},
		"the page's own app, for WebSockets": {
			of: answering(isUpgrade, app),
			is: "error upgrade-blocked",
			says: ["answered 200 instead of 101", "by a web page"],
			fix: "ws: true",
		},
		"JSON, for POST": {
			of: answering(isPost, '{"blocked":true}', 200, { "Content-Type": "application/json" }),
			is: "error post-failed",
			says: ["answered 200, and not by Socket.IO", '{"blocked":true}'],
			fix: "a firewall, a cache, a rule on methods",
			not: notCors,
		},
	});

	let turn = 0;
	const cookies = () => ({ "Set-Cookie": `TS01${turn++}=1; Path=/` });
	testFirstFindings({
		"its cookies have another name each time": {
			of: meddling(guarded(good), (answer) =>
				answer.status === 101
					? answer
					: { ...answer, headers: { ...answer.headers, ...cookies() } },
			),
			is: "warning cookie-not-cross-site",
			says: "the cookies TS01… back",
			fix: "SameSite=None; Secure",
			not: "TS012=",
		},
	});
});

describe("a server of another kind", () => {
	testFirstFindings({
		"netty-socketio 1, for client 4": {
			of: stub(({ headers }, response) => {
				const packet = `0{"sid":"${randomUUID()}","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":60000}`;
				response
					.writeHead(200, { "Access-Control-Allow-Origin": headers.origin ?? "*" })
					.end(`${packet.length}:${packet}2:40`);
			}),
			is: "error version-mismatch",
			fix: "netty-socketio to 2.0",
		},
	});
});
