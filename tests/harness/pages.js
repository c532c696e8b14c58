// Every way in which a page may ask, and a flood of strangers.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { connect } from "node:net";
import WebSocket, { WebSocketServer } from "ws";
import { close, corsHeaders, listen, send } from "./http.js";

/** Starts an origin server that sends bodies back and opens every WebSocket. */
export async function startEchoServer() {
	const server = createServer((request, response) => request.pipe(response));
	new WebSocketServer({ server });
	await listen(server);
	return { url: `http://127.0.0.1:${server.address().port}`, stop: () => close(server) };
}

export const poll = "/socket.io/?EIO=4&transport=polling";

/** An origin that nothing knows yet. */
export const newOrigin = () => `https://${randomUUID()}.example`;

/** The address of a page's visitor: each page has one, in an IPv6 network of its own. */
export function addressOf(page) {
	const groups = createHash("sha256").update(page).digest("hex").match(/.{4}/g);
	return `2001:${groups.slice(0, 7).join(":")}`;
}

/** The headers of a page's request, as Cloudflare passes it on. */
const headersOf = (page) => ({ origin: page, "cf-connecting-ip": addressOf(page) });

export const get = ({ url }, page, path = poll) =>
	send(url, path, { headers: page === undefined ? {} : headersOf(page) });

/** The kinds of requests of a page, and the status that an allowed page gets if the origin server's is 200. */
export const requests = {
	"polling GET": [get, 200],
	POST: [
		({ url }, page, path = poll) =>
			send(url, path, { method: "POST", headers: headersOf(page), body: "4hello" }),
		200,
	],
	preflight: [({ url }, page, path = poll) => send(url, path, preflight(page)), 204],
	"WebSocket upgrade": [upgrade, 101],
};

/** Asks in every way at once. Resolves to the answers, each with that status. */
export const askEveryWay = (edge, page) =>
	Promise.all(
		Object.values(requests).map(async ([ask, status]) => [await ask(edge, page), status]),
	);

function preflight(page) {
	const headers = { ...headersOf(page), "access-control-request-method": "POST" };
	return { method: "OPTIONS", headers };
}

function upgrade({ url }, page, path = poll) {
	const socket = new WebSocket(url.replace("http", "ws") + path, { headers: headersOf(page) });
	return new Promise((resolve, reject) => {
		const settle = ({ statusCode: status, headers }) => {
			resolve({ status, headers: new Headers(headers) });
			socket.terminate();
		};
		socket.once("upgrade", settle).once("unexpected-response", (_, response) => settle(response));
		// To end it before it is open is one, too late to reject.
		socket.on("error", reject);
	});
}

/** Asserts that `answer` lets in `page`, for that reason. */
export function assertAllowed(answer, page, status, reason) {
	assert.equal(answer.status, status);
	// A 101 is returned as it came.
	if (status === 101) return;
	assert.equal(answer.headers.get("access-control-allow-origin"), page);
	assert.match(answer.headers.get("vary"), /^Origin\b/);
	assert.match(answer.headers.get("x-cors-decision"), new RegExp(`; reason=${reason};`));
}

/** Asserts that `answer` refuses a page, for that reason. */
export function assertRefused(answer, reason) {
	assert.equal(answer.status, 403);
	assert.deepEqual(corsHeaders(answer.headers), {});
	assert.match(answer.headers.get("vary"), /^Origin\b/);
	assert.match(answer.headers.get("x-cors-decision"), new RegExp(`^refuse; reason=${reason};`));
}

const connections = 64;
const batch = 25;

/**
 * Sends `count` polls and preflights, by turns, each of an origin of its own, which `newPage`
 * makes up, and from the address that `from` gives it: pipelined, for the Worker to be the slower
 * end. Resolves to how often each status came with which reason.
 */
export async function flood({ url }, count, newPage = newOrigin, from = addressOf) {
	const { hostname, port, host } = new URL(url);
	const answers = {};
	let sent = 0;
	const next = () => {
		sent += 1;
		const method = sent % 2 ? "GET" : "OPTIONS";
		const page = newPage();
		const headers = { ...preflight(page).headers, "cf-connecting-ip": from(page, sent) };
		const lines = Object.entries({ host, ...headers }).map((pair) => `${pair.join(": ")}\r\n`);
		return `${method} ${poll} HTTP/1.1\r\n${lines.join("")}\r\n`;
	};
	const run = (socket) =>
		new Promise((resolve, reject) => {
			let rest = "";
			let awaited = 0;
			const send = () => {
				awaited = Math.min(batch, count - sent);
				if (awaited === 0) resolve();
				else socket.write(Array.from({ length: awaited }, next).join(""), "latin1");
			};
			socket.setEncoding("latin1").on("data", (text) => {
				const parts = (rest + text).split("\r\n\r\n");
				// A head begins after the body before it.
				rest = parts.pop();
				for (const part of parts) {
					const status = part.match(/HTTP\/1\.1 (\d+)/)?.[1];
					if (status === undefined) continue;
					const answer = `${status} ${part.match(/reason=([^;]+)/)?.[1]}`;
					answers[answer] = (answers[answer] ?? 0) + 1;
					awaited -= 1;
				}
				if (awaited === 0) send();
			});
			socket.once("error", reject).once("end", () => reject(new Error("disconnected")));
			socket.setTimeout(20_000, () => reject(new Error("no answer in 20 s")));
			send();
		});
	const sockets = Array.from({ length: connections }, () => connect(port, hostname));
	try {
		await Promise.all(sockets.map(run));
	} finally {
		for (const socket of sockets) socket.destroy();
	}
	return answers;
}
