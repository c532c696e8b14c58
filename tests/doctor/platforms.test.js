// `socketio-cors doctor` with platforms and frameworks that answer in words of their own: the fix is
// in their words as well.
import { randomUUID } from "node:crypto";
import { describe } from "node:test";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import {
	behindApp,
	byTurns,
	granted,
	guarded,
	meddling,
	named,
	nobody,
	page,
	python,
	server,
	stub,
} from "./deployments.js";
import { testFirstFindings } from "./findings.js";

const good = server(4, { cors: granted });
const html = { "Content-Type": "text/html" };
/** Answers everything so. */
const answering = (status, headers, body = "") =>
	stub((_, response) => response.writeHead(status, headers).end(body));
const notAnOrigin = ["add the origin", "cors: {"];

/** A row for each: who answers, with which status, headers and body, and what the fix says. */
const rowsOf = (is, answers) =>
	Object.fromEntries(
		Object.entries(answers).map(([name, [status, headers, body, fix]]) => [
			name,
			{ of: answering(status, headers, body), is, fix, not: notAnOrigin },
		]),
	);

const pythons = python(
	`sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins=["${page}"])`,
);

describe("sessions that reach another instance, on", () => {
	const lost = (of, fix) => ({ of, is: "error session-lost", fix, not: "ip_hash" });
	testFirstFindings({
		Heroku: lost(byTurns(good, { via: "1.1 heroku-router" }), "http-session-affinity"),
		"Cloud Run": lost(byTurns(good, { server: "Google Frontend" }), "--session-affinity"),
		Vercel: lost(byTurns(good, { server: "Vercel", "x-vercel-id": "fra1::1" }), "function"),
		"Fly.io": lost(byTurns(good, { "fly-request-id": "1-fra" }), "fly scale count 1"),
		Render: lost(byTurns(good, { server: "cloudflare", "rndr-id": "1" }), "one instance"),
		Azure: lost(byTurns(good, { "x-ms-middleware-request-id": "1" }), "--client-affinity-enabled"),
		IIS: lost(byTurns(good, { server: "Microsoft-IIS/10.0" }), "client affinity on"),
		Passenger: lost(
			byTurns(good, { "x-powered-by": "Phusion Passenger(R) 6.0.20" }),
			"passenger_sticky_sessions on;",
		),
		Caddy: {
			...lost(byTurns(good, { server: "Caddy" }), "lb_policy ip_hash"),
			not: "upstream io",
		},
		Apache: lost(byTurns(good, { server: "Apache/2.4" }), "stickysession=ROUTE"),
		"the workers of gunicorn": lost(byTurns(pythons, { server: "gunicorn" }), "gunicorn -w 1"),
		"AWS' load balancer, whose cookie the page does not send": lost(
			byTurns(good, { "set-cookie": "AWSALBCORS=1; Path=/; SameSite=None; Secure" }),
			["The AWS load balancer keeps", "withCredentials: true", "SameSite=None; Secure already"],
		),
		"Google Cloud's load balancer, whose cookie the page does not send": lost(
			byTurns(server(4, { cors: { origin: [page] } }), { "set-cookie": "GCLB=1; Path=/" }),
			["Google Cloud's load balancer keeps", "withCredentials: true", "credentials: true }"],
		),
	});
});

describe("preflights that reach no route, of", () => {
	const without = (more, status, body, fix) => ({
		of: meddling(guarded(good), (answer) => {
			const headers = { ...answer.headers, ...more };
			return answer.request.method === "OPTIONS"
				? { status, headers: more, body }
				: { ...answer, headers };
		}),
		asks: ["--header", "x-token: secret"],
		is: "error preflight-failed",
		says: "API Gateway has no route for OPTIONS",
		fix,
		not: "past any login",
	});
	testFirstFindings({
		"a REST API": without(
			{ "x-amz-apigw-id": "1=", "x-amzn-requestid": "1" },
			403,
			'{"message":"Missing Authentication Token"}',
			"aws apigateway put-method",
		),
		"an HTTP API": without(
			{ "apigw-requestid": "1=" },
			404,
			'{"message":"Not Found"}',
			"aws apigatewayv2 update-api",
		),
	});
});

describe("upgrades that are not passed on, by", () => {
	const blocked = (of, fix, is = "error upgrade-blocked") => ({
		of,
		is,
		fix,
		not: "proxy_set_header",
	});
	/** http-proxy-middleware as a development server has it. */
	const development = (behind, options) =>
		behindApp(behind, (target) =>
			express().use(
				createProxyMiddleware({ target, changeOrigin: true, pathFilter: "/socket.io", ...options }),
			),
		);
	const ownPage = ({ url }) => ["--origin", url];
	testFirstFindings({
		"http-proxy-middleware without ws": {
			...blocked(development(server(4)), "ws: true"),
			asks: ownPage,
		},
		"http-proxy-middleware, whose target is down": {
			of: development(nobody),
			asks: ownPage,
			is: "error server-error",
			fix: "target",
		},
		Azure: blocked(
			named(good, { "set-cookie": "ARRAffinity=1;Path=/;HttpOnly" }, { status: 400, headers: {} }),
			"--web-sockets-enabled true",
		),
		IIS: blocked(
			named(good, { server: "Microsoft-IIS/10.0" }, { status: 502 }),
			"Install-WindowsFeature Web-WebSockets",
		),
		"Google Cloud": blocked(
			named(good, { server: "Google Frontend" }, { status: 400 }),
			"--no-use-http2",
		),
		CloudFront: blocked(
			named(good, { via: "1.1 x.cloudfront.net (CloudFront)" }, { status: 400 }),
			"AllViewer",
		),
		LiteSpeed: blocked(named(good, { server: "LiteSpeed" }, { status: 404 }), [
			"websocket /socket.io/ {",
			"address 127.0.0.1:3000",
		]),
		gunicorn: blocked(named(good, { server: "gunicorn" }, { status: 400 }), "--threads 100"),
		...Object.fromEntries(
			Object.entries({
				uvicorn: "pip install 'uvicorn[standard]'",
				"hypercorn-h11": "hypercorn app:app",
				daphne: "daphne project.asgi:application",
				"Werkzeug/3.1.3 Python/3.13.1": "pip install simple-websocket",
				waitress: "waitress cannot hold WebSockets",
			}).map(([server, fix]) => [
				server,
				{
					...blocked(named(pythons, { server }, { status: 500, headers: { server } }), fix),
					not: ["proxy_set_header", "mod_wsgi"],
				},
			]),
		),
		"Envoy, as of AWS App Runner": {
			...blocked(named(good, { server: "envoy" }, { status: 403 }), [
				"upgrade_configs: [{ upgrade_type: websocket }]",
				"App Runner",
				'transports: ["polling"]',
			]),
			says: "403 instead of 101, whatever the origin",
			not: ["proxy_set_header", "to its list"],
		},
		"a platform without a name": {
			...blocked(named(good, {}, { status: 403 }), ['transports: ["polling"]']),
			not: "to its list",
		},
		Varnish: blocked(named(good, { via: "1.1 varnish" }, { status: 400 }), "return (pipe)"),
		Fastly: blocked(
			named(good, { via: "1.1 varnish", "x-served-by": "cache-fra-1" }, { status: 400 }),
			"return (upgrade)",
		),
	});
});

describe("a list of origins, of", () => {
	const other = server(4, { cors: { origin: "https://other.example" } });
	/** The same, whose sessions are named as those of netty-socketio. */
	const netty = meddling(other, ({ body, ...answer }) => ({
		...answer,
		body: `${body}`.replace(/"sid":"[^"]*"/, `"sid":"${randomUUID()}"`),
	}));
	/** The same, with an open packet as another server writes it. */
	const opening = (write) =>
		meddling(other, ({ body, ...answer }) => ({
			...answer,
			body: `${body}`.replace(/^0(\{.*\})$/, (_, json) => `0${write(JSON.parse(json))}`),
		}));
	const sorted = (fields) => JSON.stringify(Object.fromEntries(Object.entries(fields).toSorted()));
	const oxide = opening((fields) => JSON.stringify({ ...fields, sid: fields.sid.slice(0, 16) }));
	/** Its refusals, with neither a code nor a message. */
	const phpSocketIo = stub(({ headers: { origin = "*" } }, response) =>
		response
			.writeHead(403, { "Access-Control-Allow-Origin": origin })
			.end('{"code":null,"message":null}'),
	);
	const listed = (of, fix) => ({ of, is: "error origin-not-listed", fix, not: "new Server(" });
	testFirstFindings({
		"netty-socketio": listed(netty, `config.setOrigin("${page}");`),
		"netty-socketio, by its name": listed(
			named(other, { server: "netty-socketio;version=2.0.9" }),
			`config.setOrigin("${page}");`,
		),
		socketioxide: {
			...listed(oxide, ["CorsLayer", `HeaderValue::from_static("${page}")`, "allow_headers"]),
			asks: ["--header", "x-token: 1"],
		},
		"phpsocket.io": {
			...listed(phpSocketIo, `$io->origins('${page}');`),
			asks: ["--client", "2"],
			not: ["new Server(", "allowRequest"],
		},
		"zishang520's, of Go": listed(opening(sorted), `Origin: []any{"${page}"}`),
		"a server in Python, by its name": listed(
			named(other, { server: "uvicorn" }),
			`cors_allowed_origins=["https://other.example", "${page}"]`,
		),
		CloudFront: {
			of: meddling(
				server(4, { cors: { origin: [page] } }),
				({ headers, ...answer }) => ({
					...answer,
					headers: { ...headers, via: "1.1 x.cloudfront.net (CloudFront)" },
				}),
				(request) => {
					delete request.headers.origin;
				},
			),
			asks: ({ direct }) => ["--direct", direct],
			is: "error stripped-headers",
			fix: "AllViewer",
			not: "proxy_hide_header",
		},
	});
});

describe("a framework without Socket.IO:", () => {
	testFirstFindings(
		rowsOf("error not-socket-io", {
			Rails: [
				404,
				html,
				"<title>The page you were looking for doesn't exist (404)</title>",
				"Cable",
			],
			Laravel: [404, { ...html, "Set-Cookie": "laravel_session=1" }, "", "6001"],
			Phoenix: [404, { server: "Cowboy" }, "no route found for GET /socket.io", "phoenix"],
			PHP: [404, { server: "LiteSpeed" }, "<h1>404</h1>", "extprocessor"],
			Django: [404, html, "The requested resource was not found on this server.", "WSGIApp"],
			"Django, by an ASGI server": [
				404,
				{ ...html, server: "daphne" },
				"The requested resource was not found on this server.",
				"ASGIApp(sio, get_asgi_application())",
			],
			Starlette: [404, { server: "uvicorn" }, "Not Found", "socketio.ASGIApp"],
			SvelteKit: [404, { ...html, "x-sveltekit-page": "true" }, "Not found", "./build/handler.js"],
			Strapi: [404, {}, '{"error":{"name":"NotFoundError"}}', "strapi.server.httpServer"],
			Express: [404, { "X-Powered-By": "Express" }, '{"error":"nothing"}', "httpServer.listen"],
			"Express, with a page for every path": [
				200,
				{ ...html, "X-Powered-By": "Express" },
				'<!doctype html><div id="root"></div>',
				"not app.listen",
			],
		}),
	);
});

describe("a platform without a server at the path:", () => {
	const firebase = { vary: "x-fh-requested-host, accept-encoding" };
	testFirstFindings(
		rowsOf("error not-socket-io", {
			"Firebase Hosting, with the app": [200, firebase, '<div id="root"></div>', "run.app"],
			"Firebase Hosting, with a 404": [404, firebase, "Page Not Found", '"/socket.io/**"'],
			Netlify: [404, { "x-nf-request-id": "1" }, "Not Found", "server that keeps running"],
			"HTTP and REST APIs": [404, { "apigw-requestid": "1" }, "{}", "Application Load Balancer"],
			"API Gateway of WebSockets": [
				403,
				{ "x-amzn-requestid": "1" },
				'{"message": "Forbidden", "connectionId":"1"}',
				"plain WebSocket",
			],
			Koa: [404, { "Content-Type": "text/plain; charset=utf-8" }, "Not Found", "app.callback()"],
			"PHP's own server": [
				404,
				html,
				'The requested resource <code class="url">/socket.io/</code> was not found on this server.',
				"ProxyPass",
			],
			"Python's own server": [
				404,
				{ server: "SimpleHTTP/0.6 Python/3.11.7" },
				"<p>Message: File not found.</p>",
				'io("https://api.example.com")',
			],
			"uWebSockets.js": [404, { uWebSockets: "20" }, "", "io.attachApp(app)"],
			Fiber: [
				404,
				{ "Content-Type": "text/plain; charset=utf-8" },
				"Cannot GET /socket.io/",
				"adaptor.HTTPHandler",
			],
			"AWS' load balancer without a rule": [404, { server: "awselb/2.0" }, "", "/socket.io/*"],
			Hono: [404, { "Content-Type": "text/plain" }, "404 Not Found", "@hono/node-server"],
			hapi: [
				404,
				{},
				'{"statusCode":404,"error":"Not Found","message":"Not Found"}',
				"server.listener",
			],
			"Envoy without a route": [404, { server: "envoy" }, "", "match: { prefix: /socket.io/ }"],
			"Cloudflare's tunnel without a route": [
				404,
				{ server: "cloudflare", "cf-ray": "1" },
				"",
				"cloudflared tunnel ingress rule",
			],
			Vercel: [404, { "x-vercel-error": "NOT_FOUND" }, "NOT_FOUND", "server that keeps running"],
		}),
	);
});

describe("a platform whose app does not run:", () => {
	const center = "<hr><center>nginx</center>";
	const reset = "upstream connect error or disconnect/reset before headers. ";
	testFirstFindings({
		...rowsOf("error server-error", {
			"Cloud Run": [
				503,
				{ Server: "Google Frontend" },
				"The service you requested is not available yet.",
				["process.env.PORT", "gcloud run"],
			],
			"Google's load balancer": [502, { Via: "1.1 google" }, "502 Server Error", "health checks"],
			"Render, asleep": [503, { "x-render-routing": "hibernate-wake-error" }, "", "sleeps"],
			"Render, suspended": [503, { "x-render-routing": "suspend-by-user" }, "", "Resume"],
			Railway: [502, { "x-railway-fallback": "true" }, "{}", "process.env.PORT"],
			"Render, by no name of a service": [
				404,
				{ "x-render-routing": "no-server" },
				"",
				"dashboard",
			],
			Koyeb: [404, { server: "koyeb" }, "No active service", "dashboard"],
			"Azure Application Gateway": [
				502,
				{ server: "Microsoft-Azure-Application-Gateway/v2" },
				"<html><head><title>502 Bad Gateway</title></head></html>",
				["health probe", "az network application-gateway probe create", "show-backend-health"],
			],
			"Azure Application Gateway, in time": [
				504,
				{ server: "Microsoft-Azure-Application-Gateway/v2" },
				"<html><head><title>504 Gateway Time-out</title></head></html>",
				"--timeout 60",
			],
			"Traefik, 502": [502, {}, "Bad Gateway", "loadbalancer.server.port=3000"],
			"Traefik, 503": [503, {}, "no available server\n", "health check"],
			Kong: [
				502,
				{ server: "kong/3.9" },
				"An invalid response was received from the upstream server",
				"Kong service",
			],
			"Azure Front Door": [
				503,
				{ "x-azure-ref": "1" },
				"<h2>Our services aren't available right now</h2>",
				"certificate",
			],
			Fastly: [500, {}, "Fastly error: unknown domain: api.example.com", "domains"],
			"Envoy, in time": [504, { server: "envoy" }, "upstream request timeout", "timeout: 60s"],
			"Envoy, by TLS": [503, {}, `${reset}TLS error: WRONG_VERSION_NUMBER`, "mode: DISABLE"],
			"Envoy, by a certificate": [503, {}, `${reset}CERTIFICATE_VERIFY_FAILED`, "authority"],
			"Envoy, by HTTP/2": [502, {}, `${reset}reset reason: protocol error`, "--no-use-http2"],
			Envoy: [503, {}, `${reset}reset reason: connection failure`, "targetPort"],
			"an nginx Ingress": [503, {}, center, "kubectl get endpoints"],
			"AWS' load balancer, by HTTP/2": [464, { Server: "awselb/2.0" }, "", "HTTP1"],
			Azure: [403, html, "Error 403 - This web app is stopped.", "az webapp start"],
			IIS: [502, { Server: "Microsoft-IIS/10.0" }, "", "Enable proxy"],
			"Azure, whose app fails": [503, html, "<h1>:( Application Error</h1>", "WEBSITES_PORT"],
			Replit: [404, { "replit-cluster": "1" }, "Run this Repl to see", "process.env.PORT"],
			Daphne: [500, { server: "daphne" }, "Exception inside application.", "scope type 'http'"],
		}),
		...rowsOf("error rate-limited", {
			"Cloud Run, full": [429, { Server: "Google Frontend" }, "Rate exceeded.", "--max-instances"],
		}),
		...rowsOf("error blocked", {
			Django: [400, html, "<h1>Bad Request (400)</h1><p></p>", 'ALLOWED_HOSTS = ["127.0.0.1"]'],
			"AirPlay of macOS": [403, { Server: "AirTunes/775.3.1" }, "", "httpServer.listen(3001);"],
			"Spring's CORS": [403, {}, "Invalid CORS request", "setAllowedOrigins"],
			"Vite, for its host": [403, {}, "Blocked request. This host", "server: { allowedHosts: ["],
			Istio: [403, { server: "istio-envoy" }, "RBAC: access denied", "AuthorizationPolicy"],
			"Spring Security": [
				403,
				{},
				'{"timestamp":"2026-01-01","status":403,"error":"Forbidden","path":"/socket.io/"}',
				"permitAll",
			],
		}),
		...rowsOf("error login-required", {
			FastAPI: [403, { server: "uvicorn" }, '{"detail":"Not authenticated"}', "--header"],
			"a codespace whose port is private": [
				302,
				{ Location: "https://github.com/codespaces/auth/1?port=3000" },
				"",
				"3000:public",
			],
			"a dev tunnel that is private": [
				302,
				{ Location: "https://tunnels.api.visualstudio.com/auth/github/redirect" },
				"",
				"--allow-anonymous",
			],
			"oauth2-proxy": [
				302,
				{ Location: "https://id.example.com/?x=1", "Set-Cookie": "_oauth2_proxy_csrf=1; Path=/" },
				"",
				["--skip-auth-route='^/socket\\.io/'", "--skip-auth-preflight=true"],
			],
			Authelia: [302, { Location: "https://auth.example.com/?rd=https%3A%2F%2Fa" }, "", "OPTIONS"],
		}),
	});
});
