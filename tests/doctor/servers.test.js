// `socketio-cors doctor` with Socket.IO servers 3 and 4 as people misconfigure them.
import { createServer } from "node:http";
import { describe } from "node:test";
import cors from "cors";
import { before, granted, guarded, page, server } from "./deployments.js";
import {
	danger,
	error,
	foreignPost,
	preflightForEachPoll,
	testFindings,
	unguarded,
	warning,
} from "./findings.js";

const acao = (value) => `access-control-allow-origin: ${value}`;
const listsPage = `origin: ["${page}"]`;
const policyLists = `"origin": ["${page}"]`;
const cookiesOff = '"websocketCookies": false';

/** A server whose answers set a cookie, as those of a session's middleware. */
const settingCookie = (start) => async () => {
	const deployment = await start();
	for (const { http } of deployment.servers)
		http.prependListener("request", (_, response) => {
			response.setHeader("Set-Cookie", "session=secret; SameSite=None; Secure");
		});
	return deployment;
};

/** Redirects to the path without its slash, as Next.js does. */
const withoutSlash = (start) =>
	before(start, ({ url }, answer) => {
		if (!url.startsWith("/socket.io/")) return false;
		answer(308, { Location: url.replace("/socket.io/", "/socket.io") });
		return true;
	});

/** Answers the first poll with nothing: a route that attaches Socket.IO to the server. */
const attachingLate = (start) => {
	let isAttached = false;
	return before(start, (_, answer) => {
		if (isAttached) return false;
		isAttached = true;
		answer(200);
		return true;
	});
};

for (const version of [3, 4]) {
	const withCors = (cors, options) => server(version, { cors, ...options });

	describe(`server ${version}`, () =>
		testFindings({
			"without cors": {
				of: withCors(undefined),
				finds: { "no-cors-headers": error("200", listsPage), ...unguarded },
			},
			"any origin": { of: withCors({ origin: "*" }), finds: unguarded },
			"any origin reflected, without credentials": {
				of: withCors({ origin: true }),
				finds: unguarded,
			},
			"any origin, and a cookie that a middleware sets": {
				of: settingCookie(withCors({ origin: "*" })),
				finds: {
					"foreign-websocket": danger(
						["101", "https://foreign.example"],
						[policyLists, cookiesOff],
					),
				},
			},
			"any origin, and a cookie that the browser holds": {
				of: withCors({ origin: "*" }),
				asks: ["--websocket", "--cookie", "session=1"],
				finds: { "foreign-websocket": danger("101", [policyLists, cookiesOff]) },
			},
			"any origin, for a page with credentials": {
				of: withCors({ origin: "*" }),
				asks: ["--credentials"],
				finds: { "wildcard-with-credentials": error(acao("*"), listsPage), ...unguarded },
			},
			"any origin with credentials, for a page with credentials": {
				of: withCors({ origin: "*", credentials: true }),
				asks: ["--credentials"],
				finds: { "wildcard-with-credentials": error(acao("*"), listsPage), ...unguarded },
			},
			"any origin with credentials, for a page without": {
				of: withCors({ origin: "*", credentials: true }),
				finds: { "wildcard-with-credentials": warning(acao("*"), listsPage), ...unguarded },
			},
			"every origin reflected, with credentials": {
				of: withCors({ origin: true, credentials: true }),
				finds: {
					"any-origin-with-credentials": danger(acao("https://foreign.example"), listsPage),
				},
			},
			"a list that the page is not in": {
				of: withCors({ origin: ["https://other.example"], credentials: true }),
				finds: { "origin-not-listed": error("vary: Origin", listsPage), ...unguarded },
			},
			"a list of the page, without credentials, for a page with them": {
				of: withCors({ origin: [page] }),
				asks: ["--credentials"],
				finds: {
					"credentials-not-allowed": error(acao(page), "credentials: true"),
					...unguarded,
				},
			},
			"a list with the page: only findings that CORS cannot prevent": {
				of: withCors(granted),
				asks: ["--credentials", "--header", "x-token: secret"],
				// Polls of server 3 may be kept by the browser: without a stamp they would be.
				finds: { ...unguarded, ...(version === 4 && preflightForEachPoll) },
			},
			"headers that are not those of the page": {
				of: withCors({ ...granted, allowedHeaders: ["x-other"] }),
				asks: ["--header", "x-token: secret"],
				finds: {
					"header-not-allowed": error(
						"access-control-allow-headers: x-other",
						`allowedHeaders: ["x-other", "x-token"]`,
					),
					...unguarded,
				},
			},
			"null among the origins, with credentials": {
				of: withCors({ ...granted, origin: [page, "null"] }),
				finds: { "null-origin": danger([acao("null"), "true"], '"null"'), ...unguarded },
			},
			"null among the origins": {
				of: withCors({ origin: [page, "null"] }),
				finds: { ...unguarded, "null-origin": warning(acao("null"), '"null"') },
			},
			"allowRequest refuses": {
				of: withCors(granted, { allowRequest: (_, decide) => decide("not today", false) }),
				finds: { blocked: error(["403", "not today"], "allowRequest") },
			},
			"without allowEIO3, for client 2": {
				of: withCors(granted),
				asks: ["--client", "2"],
				finds: {
					"version-mismatch": error("Unsupported protocol version", "allowEIO3: true"),
					...unguarded,
				},
			},
			"with allowEIO3, for client 2": {
				of: withCors(granted, { allowEIO3: true }),
				asks: ["--client", "2"],
				finds: unguarded,
			},
			"WebSocket only": {
				of: withCors(granted, { transports: ["websocket"] }),
				finds: {
					"polling-disabled": error("Transport unknown", `transports: ["websocket"]`),
					"foreign-websocket": unguarded["foreign-websocket"],
				},
			},
			"WebSocket only, as the page": {
				of: withCors(undefined, { transports: ["websocket"] }),
				asks: ["--websocket"],
				finds: { "foreign-websocket": unguarded["foreign-websocket"] },
			},
			"polling only, for a page that does not poll": {
				of: withCors(granted, { transports: ["polling"] }),
				asks: ["--websocket"],
				finds: {
					"upgrade-blocked": error("Transport unknown", "`transports`"),
					...foreignPost,
				},
			},
			"polling only": {
				of: withCors(granted, { transports: ["polling"] }),
				finds: foreignPost,
			},
		}));
}

describe("server 4", () => {
	const withCors = (cors, options) => server(4, { cors, ...options });
	/** Its `allowRequest` lets these origins in, of which `undefined` is none. */
	const allowing = (origins) => async () => {
		const deployment = await server(4, { allowRequest })();
		const allowed = origins(deployment);
		function allowRequest(request, decide) {
			decide(null, allowed.includes(request.headers.origin));
		}
		return deployment;
	};
	const notFound = (_, response) => response.writeHead(404).end();

	testFindings({
		"any header but authorization, by *": {
			of: withCors({ origin: [page], allowedHeaders: ["*"] }),
			asks: ["--header", "x-token: secret", "--header", "authorization: Bearer secret"],
			finds: {
				"header-not-allowed": warning("access-control-allow-headers: *", `"authorization"`),
				...unguarded,
			},
		},
		"two origins in one text": {
			of: withCors({ origin: `${page}, https://other.example` }),
			finds: {
				"doubled-origin": error(
					acao(`${page}, https://other.example`),
					`origin: ["${page}", "https://other.example"]`,
				),
				...unguarded,
			},
		},
		"cors for the application's own routes": {
			of: server(4, {}, { http: () => createServer((...exchange) => cors()(...exchange)) }),
			finds: { "no-cors-headers": error("200", listsPage), ...unguarded },
		},
		"Engine.IO's cookie": {
			of: withCors(granted, { cookie: true }),
			asks: ["--credentials"],
			finds: {
				"cookie-not-cross-site": warning("SameSite=Lax", "SameSite=None; Secure"),
				...unguarded,
			},
		},
		"a cookie for other sites": {
			of: withCors(granted, { cookie: { name: "io", sameSite: "none", secure: true } }),
			asks: ["--credentials"],
			finds: unguarded,
		},
		"a cookie, for a page of the same site": {
			of: withCors({ ...granted, origin: "http://127.0.0.1:5173" }, { cookie: true }),
			asks: ["--origin", "http://127.0.0.1:5173", "--credentials"],
			finds: unguarded,
		},
		"another path": {
			of: server(
				4,
				{ cors: granted },
				{ path: "/ws/socket.io/", http: () => createServer(notFound) },
			),
			finds: { "wrong-path": error("404", "/ws/socket.io/") },
		},
		"another path, which the page names": {
			of: server(4, { cors: granted }, { path: "/chat/", http: () => createServer(notFound) }),
			asks: ["--path", "/chat/"],
			finds: unguarded,
		},
		"the path as clients take it too": {
			of: withCors(granted),
			asks: ["--path", "/socket.io"],
			finds: unguarded,
		},
		"a path that the doctor does not guess": {
			of: server(4, { cors: granted }, { path: "/chat/", http: () => createServer(notFound) }),
			finds: { "not-socket-io": error("404", "--path") },
		},
		"no slash at the end of the path": {
			of: withCors(granted, { addTrailingSlash: false }),
			finds: unguarded,
		},
		"no slash at the end of the client's path either": {
			of: withoutSlash(withCors(granted, { addTrailingSlash: false })),
			asks: ["--no-trailing-slash"],
			finds: unguarded,
		},
		"a route that attaches Socket.IO once it is called": {
			of: attachingLate(withCors(granted)),
			finds: { "not-socket-io": warning("(empty body)", "await fetch("), ...unguarded },
		},
		"the same route, which Next.js redirects to": {
			of: withoutSlash(attachingLate(withCors(granted, { addTrailingSlash: false }))),
			finds: { redirected: error("308", ["addTrailingSlash: false", "await fetch("]) },
		},
		"a slash at the end, which Next.js removes": {
			of: withoutSlash(withCors(granted, { addTrailingSlash: false })),
			finds: {
				redirected: error("308", [
					"--no-trailing-slash",
					"skipTrailingSlashRedirect: true",
					'source: "/socket.io/"',
				]),
			},
		},
		"a same-origin page, refused without Origin": {
			of: allowing(({ url }) => [url]),
			asks: ({ url }) => ["--origin", url],
			finds: { "origin-not-listed": error(["without Origin", "403"], "[undefined, ") },
		},
		"a same-origin page, refused with Origin": {
			of: allowing(() => [undefined, page]),
			asks: ({ url }) => ["--origin", url],
			finds: {
				"websocket-refused": error(["400", "Forbidden"], "allowRequest"),
			},
		},
		"a same-origin page whose POSTs are refused": {
			of: guarded(server(4)),
			asks: ({ url }) => ["--origin", url],
			leavesSessions: true,
			finds: {
				"post-failed": error(["400", "Bad request"], "io.engine.use"),
				"websocket-refused": error(["400", "Bad request"]),
			},
		},
		"a server that guards itself": {
			of: guarded(withCors(granted)),
			asks: ["--credentials"],
			finds: {},
		},
	});
});

describe("a near miss", () => {
	const listed = (origin) => server(4, { cors: { origin } });
	const rows = [
		["a slash at its end", page, `${page}/`],
		["http for https", page, "http://app.example.com"],
		["https for http", "http://localhost:5173", "https://localhost:5173"],
		["www", page, "https://www.app.example.com"],
		["without www", "https://www.example.com", "https://example.com"],
		["a port too few", "http://localhost:5173", "http://localhost"],
		["127.0.0.1 for localhost", "http://localhost:5173", "http://127.0.0.1:5173"],
		["localhost for 127.0.0.1", "http://127.0.0.1:5173", "http://localhost:5173"],
	];
	// An array is compared with the page's origin; a text is sent to every page.
	const all = rows.flatMap(([name, origin, written]) => [
		[`${name}, in a list`, origin, written, [written]],
		[`${name}, in a text`, origin, written, written],
	]);
	all.push(["another port, in a text", page, `${page}:8443`, `${page}:8443`]);
	testFindings(
		Object.fromEntries(
			all.map(([name, origin, written, list]) => [
				name,
				{
					of: listed(list),
					asks: ["--origin", origin],
					finds: {
						"origin-near-miss": error(acao(written), [written, `origin: ["${origin}"]`]),
						...unguarded,
					},
				},
			]),
		),
	);
});
