// `socketio-cors doctor` where something else than Socket.IO answers, and tells who it is: stubs
// that answer as the real ones do.
import { describe } from "node:test";
import { stub } from "./deployments.js";
import { testFirstFindings } from "./findings.js";

/** Answers everything so. */
const answering = (status, headers, body = "") =>
	stub((_, response) => response.writeHead(status, headers).end(body));
const html = { "Content-Type": "text/html" };
const cloudflare = { Server: "cloudflare", "CF-RAY": "8f0a1b2c3d4e5f60-FRA" };
const nginxPage = (title) =>
	`<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n`;
const redirecting = (location, status = 302) =>
	stub(({ url }, response) =>
		response.writeHead(status, { Location: location.replace("URL", url) }).end(),
	);

// None of these is about a list of origins, and none is Socket.IO that is not there.
const notAnOrigin = ["there is no Socket.IO", "add the origin", "cors: {"];

describe("a challenge", () => {
	const challenged = (of, fix) => ({ of, is: "error challenged", fix, not: notAnOrigin });
	testFirstFindings({
		"Cloudflare's, by its header": challenged(
			answering(403, { ...cloudflare, ...html, "cf-mitigated": "challenge" }, "<!DOCTYPE html>"),
			[
				'starts_with(http.request.uri.path, "/socket.io/")',
				"may be challenged where browsers are not",
			],
		),
		"Cloudflare's, by its page": challenged(
			answering(503, { ...cloudflare, ...html }, "<title>Just a moment...</title>"),
			"Bot Fight Mode",
		),
		"AWS WAF's": challenged(answering(202, { "x-amzn-waf-action": "challenge" }), "web ACL"),
		"Vercel's": challenged(
			answering(429, { "x-vercel-mitigated": "challenge", Server: "Vercel" }, "<html>"),
			"Attack Mode",
		),
		"DataDome's": challenged(
			answering(403, { "x-datadome": "protected" }, '{"url":"https://geo.captcha-delivery.com/"}'),
			"urlPatternExclusion",
		),
		"Imperva's": challenged(
			answering(200, html, '<script src="/_Incapsula_Resource?SWJIYLWA=1"></script>'),
			"Imperva's console",
		),
		"Anubis'": challenged(
			answering(200, html, "<title>Making sure you&#39;re not a bot!</title>"),
			"action: ALLOW",
		),
		"ngrok's warning page": challenged(
			answering(
				200,
				{ ...html, "ngrok-error-code": "ERR_NGROK_6024" },
				"<!DOCTYPE html>ERR_NGROK_6024",
			),
			"ngrok-skip-browser-warning",
		),
		"somebody's": challenged(
			answering(403, html, "<h1>Please verify you are human</h1>"),
			"bot check",
		),
	});
});

describe("a limit", () => {
	const limited = (of, fix) => ({ of, is: "error rate-limited", fix, not: notAnOrigin });
	testFirstFindings({
		429: limited(answering(429, { "Retry-After": "60" }, "Too many requests"), "rate limit"),
		"Cloudflare's 1015": limited(
			answering(429, { ...cloudflare, "Content-Type": "text/plain" }, "error code: 1015"),
			"Rate limiting rules",
		),
		"API Gateway's": limited(
			answering(429, { "x-amzn-requestid": "1" }, '{"message":"Too Many Requests"}'),
			"throttling",
		),
	});
});

describe("a login", () => {
	const login = (of, fix) => ({ of, is: "error login-required", fix, not: notAnOrigin });
	testFirstFindings({
		401: login(answering(401, {}, "Unauthorized"), "--header 'Authorization: "),
		"401 in JSON": login(
			answering(401, { "Content-Type": "application/json" }, '{"error":"no token"}'),
			"--header 'Authorization: ",
		),
		"a password": login(
			answering(401, { "WWW-Authenticate": 'Basic realm="x"', Server: "nginx" }, nginxPage("401")),
			"auth_basic off",
		),
		"a redirect to a login": login(redirecting("/login?next=URL"), "--cookie 'session="),
		"a redirect to an identity provider": login(
			redirecting("https://example.eu.auth0.com/authorize?client_id=1"),
			"--cookie 'session=",
		),
		"Cloudflare Access": login(
			redirecting("https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com"),
			"Bypass options requests to origin",
		),
		"Cloud Run that requires a login": login(
			answering(
				403,
				{ Server: "Google Frontend", ...html },
				"<h2>Your client does not have permission to get URL <code>/socket.io/</code> from this server.</h2>",
			),
			"--member=allUsers",
		),
		"Google's proxy": login(
			answering(401, { "x-goog-iap-generated-response": "true" }, "Invalid IAP credentials"),
			"allow_http_options",
		),
		"Vercel's protection": login(
			answering(401, { "x-vercel-id": "fra1::1", Server: "Vercel" }, "Authentication Required"),
			"Deployment Protection",
		),
		"a captive portal": { ...login(answering(511, {}, "log in"), "Open any http:// page") },
		"a proxy on the way": { ...login(answering(407, {}, ""), "proxy") },
	});
});

describe("a firewall", () => {
	const blocked = (of, fix) => ({ of, is: "error blocked", fix, not: notAnOrigin });
	testFirstFindings({
		"Cloudflare's 1020": blocked(
			answering(403, { ...cloudflare, "Content-Type": "text/plain" }, "error code: 1020"),
			["Security, Events", "starts_with("],
		),
		"Cloudflare's, with its page": blocked(
			answering(
				403,
				{ ...cloudflare, ...html },
				"<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>",
			),
			["Security, Events", "starts_with("],
		),
		"Azure's access restrictions": blocked(
			answering(403, html, "The web app you have attempted to reach has blocked your access."),
			"Access restrictions",
		),
		"Cloudflare's 1010": blocked(
			answering(403, { ...cloudflare, ...html }, "<h1>Error 1010</h1>"),
			"Browser Integrity Check",
		),
		"nginx's deny": blocked(
			answering(403, { Server: "nginx/1.24.0", ...html }, nginxPage("403 Forbidden")),
			["`deny`", "allow all;"],
		),
		"Apache's": blocked(
			answering(403, { Server: "Apache/2.4.62", ...html }, "<title>403 Forbidden</title>"),
			"Require all granted",
		),
		ModSecurity: blocked(answering(406, html, "generated by Mod_Security"), "SecRuleEngine Off"),
		"CloudFront's": blocked(
			answering(
				403,
				{ Via: "1.1 x.cloudfront.net (CloudFront)" },
				"Request blocked. Generated by cloudfront",
			),
			"AWS WAF",
		),
		"Akamai's": blocked(
			answering(403, { Server: "AkamaiGHost" }, "Access Denied. Reference #18.1"),
			"Akamai",
		),
		"one that does not tell": blocked(answering(403, {}, "Forbidden"), "web application firewall"),
		"a page of F5, with 200": blocked(
			answering(
				200,
				html,
				"The requested URL was rejected. Please consult with your administrator. Your support ID is: 1",
			),
			"support ID",
		),
		"a page of FortiGate": blocked(
			answering(403, html, "<title>Web Page Blocked</title>"),
			"another network",
		),
		"Squid on the way": blocked(
			answering(403, { "X-Squid-Error": "ERR_ACCESS_DENIED 0", Server: "squid/5.7" }),
			"administrators",
		),
		"Zscaler on the way": blocked(
			answering(403, { Server: "Zscaler/6.2" }, "Internet Security by Zscaler"),
			"another network",
		),
		"cookies that are too large for nginx": blocked(
			answering(
				400,
				{ Server: "nginx/1.24.0", ...html },
				nginxPage("400 Request Header Or Cookie Too Large"),
			),
			"large_client_header_buffers 4 32k;",
		),
		"cookies that are too large for Node": blocked(answering(431, {}), "maxHeaderSize: 32_768"),
		"the list of Express' cors": {
			...blocked(answering(500, html, "<pre>Error: Not allowed by CORS<br> at origin</pre>"), [
				"not app.listen",
				"the option `cors`",
			]),
			not: "This is not about CORS",
		},
		"Rails' list of hosts": blocked(
			answering(403, html, "<h1>Blocked hosts: api.example.com</h1>"),
			"config.hosts",
		),
		"Vite's list of hosts": blocked(
			answering(403, {}, 'Blocked request. This host ("api.example.com") is not allowed.'),
			"allowedHosts",
		),
	});
});

describe("Cloudflare's error", () => {
	const numbered = (number, fix, { status = number, body = `error code: ${number}` } = {}) => ({
		of: answering(status, { ...cloudflare, "Content-Type": "text/plain" }, body),
		is: "error cloudflare-error",
		says: `${number}`,
		fix,
		not: notAnOrigin,
	});
	testFirstFindings({
		520: numbered(520, "log"),
		521: numbered(521, "firewall"),
		522: numbered(522, "Cloudflare's addresses"),
		523: numbered(523, "DNS"),
		524: numbered(524, "pingInterval"),
		525: numbered(525, "certificate"),
		526: numbered(526, "Full (strict)"),
		527: numbered(527, "Railgun"),
		"502, of a tunnel": numbered(502, "service: http://localhost:3000", {
			status: 502,
			body: "error code: 502 … traffic from cloudflared",
		}),
		1033: numbered(1033, "cloudflared tunnel run", { status: 530 }),
		1016: { ...numbered(1016, "DNS", { status: 530 }), says: "530" },
		1101: numbered(1101, "wrangler tail", { status: 500 }),
	});
});

describe("a platform whose server does not exist", () => {
	const down = (of, fix) => ({ of, is: "error server-error", fix, not: notAnOrigin });
	testFirstFindings({
		"ngrok's tunnel is offline": down(
			answering(404, { "ngrok-error-code": "ERR_NGROK_3200" }, "The endpoint is offline."),
			"ngrok http 3000",
		),
		"Heroku's app crashed": down(
			answering(503, html, '<iframe src="//www.herokucdn.com/error-pages/application-error.html">'),
			"process.env.PORT",
		),
		"Railway has no app": down(
			answering(404, { "x-railway-fallback": "true" }, '{"message":"Application not found"}'),
			"dashboard",
		),
		"Vercel's function ran out of time": down(
			answering(504, { "x-vercel-error": "FUNCTION_INVOCATION_TIMEOUT" }, "An error occurred"),
			"server that keeps running",
		),
		"Vercel has no such deployment": {
			...down(
				answering(404, { "x-vercel-error": "DEPLOYMENT_NOT_FOUND", Server: "Vercel" }),
				"the deployment was deleted",
			),
			not: "A function",
		},
		"Squid does not reach it": down(
			answering(503, { "X-Squid-Error": "ERR_DNS_FAIL 0", Server: "squid/5.7" }),
			"ERR_DNS_FAIL",
		),
		"Envoy has no server": down(
			answering(503, { Server: "envoy" }, "no healthy upstream"),
			"health",
		),
		"the AWS balancer has no server": down(
			answering(503, { Server: "awselb/2.0" }, "<h1>503 Service Temporarily Unavailable</h1>"),
			"aws elbv2 register-targets",
		),
		"HAProxy has no server": down(
			answering(503, html, "No server is available to handle this request."),
			"httpchk",
		),
		"nginx's server is slow": down(
			answering(504, { Server: "nginx", ...html }, nginxPage("504 Gateway Time-out")),
			"proxy_read_timeout",
		),
		"a bare 500": down(answering(500, {}, "Internal Server Error"), "log"),
	});
});

describe("a server that is not the Socket.IO server", () => {
	const another = (of, fix, not = ["add the origin", "cors: {"]) => ({
		of,
		is: "error not-socket-io",
		fix,
		not,
	});
	testFirstFindings({
		"Express without it": another(
			answering(404, { "X-Powered-By": "Express", ...html }, "<pre>Cannot GET /socket.io/</pre>"),
			["httpServer.listen", "not app.listen"],
		),
		"NestJS without a gateway": another(
			answering(
				404,
				{},
				'{"message":"Cannot GET /socket.io/?EIO=4","error":"Not Found","statusCode":404}',
			),
			"@WebSocketGateway({",
			["add the origin"],
		),
		"NestJS without a gateway, and with a custom exception filter": another(
			answering(
				404,
				{},
				'{"statusCode":404,"timestamp":"2026-01-01T00:00:00.000Z","path":"/socket.io/?EIO=4"}',
			),
			"@WebSocketGateway({",
			["add the origin"],
		),
		"Fastify without it": another(
			answering(
				404,
				{},
				'{"message":"Route GET:/socket.io/?EIO=4 not found","error":"Not Found","statusCode":404}',
			),
			"fastify.server",
		),
		"FastAPI without it": another(
			answering(404, { server: "uvicorn" }, '{"detail":"Not Found"}'),
			"socketio.ASGIApp",
		),
		"Flask without it": another(
			answering(
				404,
				{},
				"<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>",
			),
			"socketio.run(app)",
		),
		"Django without it": another(
			answering(
				404,
				html,
				"Using the URLconf defined in site.urls, Django tried these URL patterns",
			),
			"socketio.WSGIApp(sio, get_wsgi_application())",
		),
		"aiohttp without it": another(
			answering(404, { Server: "Python/3.12 aiohttp/3.9.1" }, "404: Not Found"),
			"sio.attach(app)",
		),
		"Spring without it": another(
			answering(
				404,
				{},
				'{"timestamp":"2026-01-01T00:00:00Z","status":404,"error":"Not Found","path":"/socket.io/"}',
			),
			"a port of its own",
		),
		"Tomcat without it": another(
			answering(404, html, "<h1>HTTP Status 404</h1><h3>Apache Tomcat/10.1</h3>"),
			"a port of its own",
		),
		"ASP.NET without it": another(answering(404, { Server: "Kestrel" }), "SignalR"),
		"Next.js without it": another(
			answering(404, { "X-Powered-By": "Next.js", ...html }, "<!DOCTYPE html>"),
			"createServer",
		),
		"a single-page app": another(
			answering(200, html, '<!doctype html><div id="root"></div>'),
			"ws: true",
		),
		"a health check": another(answering(200, {}, '{"status":"ok"}'), "health check"),
		"an empty page": another(answering(200, {}), "Socket.IO server"),
		"an empty page of Caddy": another(
			answering(200, { Server: "Caddy" }),
			"reverse_proxy /socket.io/*",
		),
		"204, as for a preflight": another(
			answering(204, { Server: "nginx" }),
			"if ($request_method = OPTIONS) { return 204; }",
		),
		"Traefik without a router": another(answering(404, {}, "404 page not found\n"), "PathPrefix"),
		"nginx's first page": another(
			answering(200, { Server: "nginx", ...html }, "<title>Welcome to nginx!</title>"),
			"location /socket.io/ {",
		),
		"a file store": another(
			answering(403, { Server: "AmazonS3" }, "<Code>AccessDenied</Code>"),
			"io(",
		),
		"python-socketio that is mounted": another(
			// In chunks, without a length.
			stub((_, response) => {
				response.writeHead(404, { Server: "uvicorn", "Content-Type": "text/plain" });
				response.write("Not ");
				response.end("Found");
			}),
			'socketio_path="/ws/socket.io"',
		),
		"Django's runserver": another(
			answering(
				404,
				{ Server: "WSGIServer/0.2 CPython/3.12.7", ...html },
				"<p>The requested resource was not found on this server.</p>",
			),
			"uvicorn PROJECT.asgi:application --reload",
		),
		"Next.js, which takes the slash away first": another(
			stub(({ url }, response) => {
				if (/^[^?]*\/(\?|$)/.test(url))
					response.writeHead(308, { Location: url.replace(/\/(?=\?|$)/, "") }).end();
				else response.writeHead(404, { "X-Powered-By": "Next.js", ...html }).end("<html>");
			}),
			["`next dev`", "app.prepare()"],
			"addTrailingSlash",
		),
		"GitHub Pages": another(
			answering(404, { Server: "GitHub.com", ...html }, "<title>Site not found</title>"),
			"Run Socket.IO on a server of its own",
		),
		"plain WebSocket": another(answering(426, {}, "Upgrade Required"), "new WebSocket"),
		SockJS: another(answering(200, {}, "Welcome to SockJS!\n"), "sockjs-client"),
		"API Gateway without a route": another(
			answering(403, { "x-amzn-requestid": "1" }, '{"message":"Missing Authentication Token"}'),
			"/prod/socket.io/",
		),
		"Kubernetes without an Ingress": another(
			answering(404, {}, "default backend - 404"),
			"Ingress",
		),
	});
});

describe("a redirect", () => {
	const redirected = (of, fix, not = []) => ({ of, is: "error redirected", fix, not });
	testFirstFindings({
		"to https": redirected(
			stub(({ url, headers: { host } }, response) =>
				response.writeHead(301, { Location: `https://${host}${url}` }).end(),
			),
			['io("https://127.0.0.1:', "X-Forwarded-Proto"],
		),
		"to www": redirected(
			redirecting("http://www.example.com:8080URL", 301),
			'io("http://www.example.com:8080")',
		),
		"without the slash, of Next.js": redirected(
			stub(({ url }, response) =>
				response
					.writeHead(308, { Location: url.replace("/?", "?"), "X-Powered-By": "Next.js" })
					.end(),
			),
			['io("…", { addTrailingSlash: false })', "skipTrailingSlashRedirect"],
			'path: "/socket.io"',
		),
		"to itself": redirected(redirecting("URL", 307), "leads to the same URL"),
	});
});
