// Real Socket.IO servers, and what a browser lets a page do with one.
import { Agent, createServer } from "node:http";
import { Server as Server4 } from "socket.io";
import Server2 from "socket.io-2";
import {
	exposedHeaders,
	needsPreflight,
	passesCorsCheck,
	passesPreflight,
	preflightHeaders,
	preflightMaxAge,
} from "./fetch-standard.js";
import { close, listen, send } from "./http.js";

/**
 * Starts a Socket.IO server of major version 4 or 2 on 127.0.0.1. `acted` says of a tag whether
 * the request that had it opened a session there, or brought it a message.
 */
export async function startServer(version, options) {
	const http = createServer();
	// No session ends by itself.
	const patience = { pingInterval: 1e6, pingTimeout: 1e6, connectTimeout: 1e6 };
	const Server = version === 2 ? Server2 : Server4;
	const io = new Server(http, { ...patience, ...options });
	const acted = new Set();
	io.engine.on("connection", ({ request }) => acted.add(request._query.tag));
	io.on("connection", (socket) => socket.on("act", (tag) => acted.add(tag)));
	await listen(http);
	const url = `http://127.0.0.1:${http.address().port}`;
	const path = `/socket.io/?EIO=${version === 2 ? 3 : 4}&transport=polling`;

	return {
		url,
		acted: (tag) => acted.has(tag),
		/** The packet that Engine.IO sends for it by polling. */
		frame: (packet) => (version === 2 ? `${packet.length}:${packet}` : packet),
		/** Opens a session, from one of `origins` that is allowed. Resolves to where requests go. */
		async open(origins) {
			for (const origin of origins) {
				const { body } = await send(url, path, { headers: { origin } });
				const [, sid] = body.match(/"sid":"([^"]+)"/) ?? [];
				if (!sid) continue;
				const session = `${path}&sid=${sid}`;
				// Socket.IO 2 joins the default namespace by itself.
				if (version === 4) await send(url, session, { method: "POST", body: "40" });
				return { handshake: path, session };
			}
			throw new Error("no session could be opened");
		},
		async stop() {
			io.close();
			await close(http);
		},
	};
}

let tags = 0;

// Connections that are used again, as a browser's are. Servers leave them open for longer, but after
// some requests with a body.
const agent = new Agent({ keepAlive: true, timeout: 1000 });

/**
 * Does what a browser does on a page's request (see `fetch-standard.js`): GET opens a session,
 * any other method goes to an open one, as a message. Without an `origin` it is of no other
 * origin's page, and CORS has no say in it. Cloudflare says that it came from `address`.
 *
 * Resolves to a function that says what came of it, with or without credentials. No server
 * looks at these, so that one exchange does for both.
 */
export async function browse(request, { url, host, address, paths, frame, acted }) {
	const { origin, method, unsafeHeaders } = request;
	tags += 1;
	const tag = `t${tags}`;
	const isRead = method === "GET";
	const isCors = origin !== undefined;
	const exchange = (method, headers, body) =>
		send(url, `${isRead ? paths.handshake : paths.session}&tag=${tag}`, {
			method,
			agent: body === undefined && agent,
			headers: {
				...headers,
				...(host && { host }),
				...(address && { "cf-connecting-ip": address }),
				...(isCors && { origin }),
			},
			body,
		});

	const preflight =
		isCors && needsPreflight(request)
			? await exchange("OPTIONS", preflightHeaders(request))
			: undefined;
	const isSent = (credentials) =>
		!preflight || passesPreflight({ ...request, credentials }, preflight);
	if (!isSent(false) && !isSent(true)) {
		return () => ({ sent: false, readable: false, acted: false });
	}

	const headers = Object.fromEntries(unsafeHeaders.map((name) => [name, "application/json"]));
	// Node sends `patch` as PATCH, of which no server here makes anything.
	const answer = await exchange(method, headers, isRead ? undefined : frame(`42["act","${tag}"]`));
	return (credentials) => {
		const sent = isSent(credentials);
		const mode = { ...request, credentials };
		const readable = sent && (!isCors || passesCorsCheck(mode, answer.headers));
		return {
			sent,
			readable,
			acted: sent && acted(tag, answer),
			...(sent && preflight && preflightFacts(preflight)),
			...(readable && isCors && answerFacts(mode, answer)),
		};
	};
}

function preflightFacts({ status, headers }) {
	return { preflightStatus: status, maxAge: preflightMaxAge(headers) };
}

function answerFacts(mode, { status, headers }) {
	return { status, exposed: exposedHeaders(mode, headers) };
}
