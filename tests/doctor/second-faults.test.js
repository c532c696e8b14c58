// `socketio-cors doctor` where two things are wrong: the second is told as well, unless it is the first one's doing.
import { createServer } from "node:http";
import { describe } from "node:test";
import { before, byTurns, granted, meddling, page, server } from "./deployments.js";
import { error, testFindings, unguarded } from "./findings.js";

const good = server(4, { cors: granted });
/** Other paths of it are answered 404. */
const elsewhere = (version, options) =>
	server(
		version,
		{ path: "/ws/socket.io/", ...options },
		{ http: () => createServer((_, response) => response.writeHead(404).end()) },
	);
const path = error(["404", "/ws/socket.io/"], '{ path: "/ws/socket.io/" }');

describe("at another path", () =>
	testFindings({
		"a list without the page": {
			of: elsewhere(4, { cors: { origin: ["https://www.example.com"] } }),
			finds: {
				"wrong-path": path,
				"origin-not-listed": error("no Access-Control-Allow-Origin", `"${page}"`),
			},
		},
		"every origin, and a page with credentials": {
			of: elsewhere(4, { cors: { origin: "*" } }),
			asks: ["--credentials"],
			finds: { "wrong-path": path, "wildcard-with-credentials": error("*", page) },
		},
		"a proxy that passes no upgrade": {
			of: before(elsewhere(4, { cors: granted }), ({ headers }, answer) => {
				const isUpgrade = headers.upgrade !== undefined;
				if (isUpgrade) answer(400);
				return isUpgrade;
			}),
			finds: {
				"wrong-path": path,
				"upgrade-blocked": error("400", "ws: true"),
			},
		},
		"nothing else": { of: elsewhere(4, { cors: granted }), finds: { "wrong-path": path } },
	}));

describe("a list of headers that lacks the page's", () => {
	const asks = ["--credentials", "--header", "Authorization: Bearer a"];
	const lacks = error(["204", "x-a"], '"authorization"');
	testFindings({
		"and no credentials": {
			of: server(4, { cors: { origin: [page], allowedHeaders: ["x-a"] } }),
			asks,
			finds: {
				"credentials-not-allowed": error(page, "credentials: true"),
				"header-not-allowed": lacks,
				"foreign-websocket": unguarded["foreign-websocket"],
			},
		},
		"and every origin": {
			of: server(4, { cors: { origin: "*", allowedHeaders: ["x-a"] } }),
			asks,
			finds: {
				"wildcard-with-credentials": error("*", page),
				"header-not-allowed": lacks,
				"foreign-websocket": unguarded["foreign-websocket"],
			},
		},
	});
});

describe("behind a login that refuses preflights", () => {
	/** A request without a token gets 401, but only after the server has answered, so its sessions stay open. */
	const login = (start) =>
		meddling(start, (answer) =>
			answer.request.headers["x-token"] || answer.status === 101
				? answer
				: { status: 401, headers: {}, body: "no token" },
		);
	const asks = ["--header", "x-token: secret"];
	const preflight = error(["OPTIONS", "401"], "let OPTIONS past the login");
	testFindings({
		"a list without the page": {
			of: login(server(4, { cors: { origin: ["https://other.example"] } })),
			asks,
			leavesSessions: true,
			finds: {
				"login-required": preflight,
				"origin-not-listed": error("no Access-Control-Allow-Origin", page),
				"foreign-websocket": unguarded["foreign-websocket"],
			},
		},
		"two instances": {
			of: login(byTurns(good, {})),
			asks,
			leavesSessions: true,
			finds: {
				"login-required": preflight,
				"session-lost": error("Session ID unknown", "sticky"),
				"upgrade-blocked": error("400"),
			},
		},
		"nothing else": {
			of: login(good),
			asks,
			leavesSessions: true,
			finds: {
				"login-required": preflight,
				"foreign-websocket": unguarded["foreign-websocket"],
			},
		},
	});
});
