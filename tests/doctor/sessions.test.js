// `socketio-cors doctor` with several Socket.IO servers, each of which knows its own sessions.
import { describe } from "node:test";
import { hasNginx } from "../harness/nginx.js";
import { granted, meddling, nginx, server, stickyPair } from "./deployments.js";
import { danger, error, testFindings, unguarded, warning } from "./findings.js";

const options = { cors: granted };
const good = server(4, options);
const foreignWebSocket = { "foreign-websocket": unguarded["foreign-websocket"] };
const lost = (...fix) => error(["400", "Session ID unknown"], ...fix);

describe("nginx before two servers", { skip: !hasNginx && "nginx is missing" }, () =>
	testFindings({
		"by turns": {
			of: nginx([good, good]),
			leavesSessions: true,
			finds: { "session-lost": lost("ip_hash"), ...foreignWebSocket },
		},
		"by the client's address": {
			of: nginx([good, good], "", { sticky: "ip_hash;" }),
			finds: unguarded,
		},
	}),
);

describe("a balancer that is sticky by a cookie", () => {
	const sameSite = "http://127.0.0.1:5173";
	// Chromium does not send it with another site's WebSocket.
	const isWarned = {
		"foreign-websocket": warning(["101", "https://foreign.example"], "allowRequest"),
	};
	// Of a cookie that a person gives, only the name is known.
	const inDanger = {
		"foreign-websocket": danger(["101", "https://foreign.example"], "allowRequest"),
	};
	const forSite = { cors: { ...granted, origin: [sameSite] } };
	testFindings({
		"for a page without credentials": {
			of: stickyPair(options),
			leavesSessions: true,
			finds: { "session-lost": lost("withCredentials: true"), ...isWarned },
		},
		"for a page with credentials, of another site": {
			of: stickyPair(options),
			asks: ["--credentials"],
			leavesSessions: true,
			finds: {
				"session-lost": lost("(member)", "SameSite=None; Secure"),
				...isWarned,
			},
		},
		"for a page with credentials, of the same site": {
			of: stickyPair(forSite),
			asks: ["--origin", sameSite, "--credentials"],
			finds: isWarned,
		},
		"with the cookie that the page's browser has": {
			of: stickyPair(options),
			asks: ["--cookie", "member=0"],
			finds: inDanger,
		},
	});
});

/** The second POST of a session is slow, by chance. */
const slow = () => {
	let posts = 0;
	return meddling(server(4, { ...options, pingInterval: 2000, pingTimeout: 20_000 }), (answer) => {
		const isPost = answer.request.method === "POST" && answer.status === 200;
		return isPost && ++posts === 2 ? { ...answer, after: 1200 } : answer;
	});
};

describe("a server that is slow", () =>
	testFindings({ "with one POST": { of: slow(), finds: unguarded } }));
