// Bodies pass as they are written and as fast as they are read, and whoever leaves is noticed:
// no later than with the thinnest pass-through.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { after, before, describe } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { constants, createGunzip, createGzip, gzipSync } from "node:zlib";
import { chunk, exchange } from "../harness/exchange.js";
import { close, listen, send } from "../harness/http.js";
import { allowed, startWays, testEveryWay } from "../harness/ways.js";

const poll = "/socket.io/?EIO=4&transport=polling";
// Answered at once.
const roundTrip = "/round-trip";

// The other requests are the test's to answer.
const held = new EventEmitter();

let server, ways;
before(async () => {
	server = createServer((request, response) => {
		if (request.url === roundTrip) response.end();
		else held.emit("request", request, response);
	});
	await listen(server);
	ways = await startWays(`http://127.0.0.1:${server.address().port}`);
});
after(async () => {
	await ways.stop();
	await close(server);
});

const atBothEnds = (url, { headers, ...options } = {}) =>
	exchange(held, url + poll, { ...options, headers: { origin: allowed, ...headers } });

const pieces = ["1", "2", "3", "4", "5"];
const framings = { "with a length": { "content-length": pieces.length }, "in chunks": {} };

describe("an answer is read while the origin server still writes it", () => {
	for (const [framing, headers] of [
		...Object.entries(framings),
		["as an event stream", { "content-type": "text/event-stream" }],
	]) {
		testEveryWay(
			`${framing}: the head before any of the body, and each byte before the next`,
			() => ways,
			async (url) => {
				const { response, answer } = await atBothEnds(url);
				response.writeHead(200, headers).flushHeaders();
				const read = await oneByOne(pieces, response, await answer());
				response.end();
				return read;
			},
			pieces,
		);
	}

	testEveryWay(
		"compressed: each part that the origin server flushes, before the next",
		() => ways,
		async (url) => {
			const encoding = { "accept-encoding": "gzip" };
			const { response, answer } = await atBothEnds(url, { headers: encoding });
			response.writeHead(200, { "content-encoding": "gzip" });
			const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
			gzip.pipe(response);
			response.flushHeaders();
			const read = await oneByOne(pieces, gzip, (await answer()).pipe(createGunzip()));
			gzip.end();
			return read;
		},
		pieces,
	);
});

describe("an upload is read while the client still sends it", () => {
	for (const [framing, headers] of Object.entries(framings)) {
		testEveryWay(
			`${framing}: each byte before the next, and the answer before the last`,
			() => ways,
			async (url) => {
				const { request, atOrigin, response, answer } = await atBothEnds(url, {
					method: "POST",
					headers,
				});
				const read = await oneByOne(pieces.slice(0, -1), request, atOrigin);
				response.write("early");
				read.push(await chunk(await answer()));
				read.push(...(await oneByOne(pieces.slice(-1), request, atOrigin)));
				request.end();
				response.end();
				return read;
			},
			["1", "2", "3", "4", "early", "5"],
		);
	}
});

async function oneByOne(texts, from, to) {
	const read = [];
	for (const text of texts) {
		from.write(text);
		read.push(await chunk(to));
	}
	return read;
}

testEveryWay(
	"a client that asks for no encoding gets none",
	() => ways,
	async (url) => {
		const { atOrigin, response, answer } = await atBothEnds(url);
		const compress = /gzip/.test(atOrigin.headers["accept-encoding"]);
		if (compress) response.setHeader("content-encoding", "gzip");
		response.end(compress ? gzipSync("body") : "body");
		return (await answer()).headers["content-encoding"];
	},
	undefined,
);

const MB = 1024 * 1024;
const whole = 256 * MB;
// Four sockets' buffers of the system, which grow to 6 MB each, with as much again to spare.
const bound = 48 * MB;

describe("the sender waits for the receiver (backpressure)", () => {
	for (const [what, method, headers] of [
		["a download", "GET", {}],
		["an upload", "POST", { "content-length": whole }],
	]) {
		testEveryWay(
			`${what} of 256 MB that nobody reads stops before ${bound / MB} MB are sent`,
			() => ways,
			async (url) => {
				const { request, atOrigin, response, answer } = await atBothEnds(url, { method, headers });
				if (method === "GET") response.writeHead(200, { "content-length": whole }).flushHeaders();
				const [from, to] = method === "GET" ? [response, await answer()] : [request, atOrigin];
				const waiting = await fill(from, 0, whileDrained);
				let read = 0;
				to.on("data", ({ length }) => {
					read += length;
				});
				await fill(from, waiting, whenDrained);
				from.end();
				await once(to, "end");
				response.end();
				return { stopped: waiting < bound, read };
			},
			{ stopped: true, read: whole },
		);
	}
});

/** Writes the rest of the whole, until `next` gives up. Resolves to how much was written by then. */
async function fill(stream, written, next) {
	const piece = Buffer.alloc(MB / 4);
	while (written < whole) {
		written += piece.length;
		if (!stream.write(piece) && !(await next(stream))) break;
	}
	return written;
}

const whenDrained = (stream) => once(stream, "drain");
// To give up on what is merely slow makes what is written less, never more.
const whileDrained = (stream) => Promise.race([whenDrained(stream), sleep(400)]);

describe("a client goes away, and the origin server notices", () => {
	const moments = {
		"while a poll waits": { head: "GET" },
		"in a download": { head: "GET", begun: true },
		"in an upload": { head: "POST", header: "Content-Length: 10", body: "abc" },
		"in an upload in chunks": {
			head: "POST",
			header: "Transfer-Encoding: chunked",
			body: "3\r\nabc\r\n",
		},
	};
	const departures = {
		"ends its side": (socket) => socket.end(),
		closes: (socket) => socket.destroy(),
		resets: (socket) => socket.resetAndDestroy(),
	};
	// workerd reads nothing more of a request that is whole: it learns of an end when it writes.
	const late = { "ends its side": "never", closes: "at a write" };
	for (const [when, moment] of Object.entries(moments)) {
		for (const [how, leave] of Object.entries(departures)) {
			const noticed = (moment.body ? undefined : late[how]) ?? "at once";
			testEveryWay(
				`${when} it ${how}: ${noticed}`,
				() => ways,
				(url) => leaving(url, moment, leave),
				noticed,
				{ direct: "at once" },
			);
		}
	}
});

/** When the origin server learns that a client did `leave`: at once, when it writes, or never. */
async function leaving(url, { head, header = "X-None: 0", begun, body = "" }, leave) {
	const { hostname, port, host } = new URL(url);
	const arrival = once(held, "request");
	const socket = connect(port, hostname).on("error", () => {});
	const lines = [`${head} ${poll} HTTP/1.1`, `Host: ${host}`, `Origin: ${allowed}`, header];
	socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
	const [request, response] = await arrival;
	request.on("error", () => {});
	let closed = false;
	response.once("close", () => {
		closed = true;
	});
	try {
		if (body) await chunk(request);
		if (begun) {
			response.write("begun");
			// To close with something unread would be a reset.
			for (let read = ""; !read.endsWith("begun\r\n"); ) read += await chunk(socket);
		}
		leave(socket);
		// When a later request is answered, everything sent before it has been seen.
		const rounds = async (act) => {
			for (let round = 0; round < 20 && !closed; round += 1) {
				act?.();
				assert.equal((await send(url, roundTrip)).status, 200);
			}
			return closed;
		};
		if (await rounds()) return "at once";
		return (await rounds(() => response.write("more"))) ? "at a write" : "never";
	} finally {
		socket.destroy();
		response.end();
	}
}
