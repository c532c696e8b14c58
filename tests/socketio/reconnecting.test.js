// The origin server goes away under Socket.IO clients that send, and comes back.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { send } from "../harness/http.js";
import { until } from "../harness/process.js";
import { client, connected, startSocketServer, transportModes } from "../harness/socketio.js";
import { allowed, startWays, testEveryWay } from "../harness/ways.js";
import { cuts, startLine } from "./line.js";

describe("the connection to the origin server is cut and restored", () => {
	let server, line, ways;
	const received = {};
	before(async () => {
		// Pings that tell a silent line within two seconds.
		server = await startSocketServer({ options: { pingInterval: 500, pingTimeout: 1000 } });
		server.io.on("connection", (socket) => {
			const { tag } = socket.handshake.query;
			received[tag] ??= [];
			socket.on("number", (number, acknowledge) => {
				received[tag].push(number);
				acknowledge(number);
				socket.emit("number", number);
			});
		});
		// A poll that never arrives leaves a timer that keeps the process alive for 30 s.
		server.io.engine.on("connection", ({ transport }) => {
			transport.closeTimeout = 500;
		});
		line = await startLine(server.port);
		ways = await startWays(line.url, { vars: { UPSTREAM_TIMEOUT_SECONDS: "1" } });
	});
	after(async () => {
		await ways.stop();
		await line.stop();
		await server.stop();
	});

	for (const how of Object.keys(cuts)) {
		test(`${how}: clients reconnect by themselves, and no acknowledged message is lost or sent twice`, async () => {
			const senders = Object.entries(transportModes).map(([mode, { transports }]) =>
				startSender(`${how}, ${mode}`, transports),
			);
			try {
				await Promise.all(senders.map(({ socket }) => connected(socket)));
				const every = (what, holds) => until(what, () => senders.every(holds));
				await every("acknowledgements", ({ acknowledged }) => acknowledged.length > 20);
				await line.cut(how);
				await every("the loss of each connection", ({ events }) => events.includes("disconnect"));
				await every("an attempt that failed", ({ events }) => events.includes("connect_error"));
				await line.mend();
				await every("each to be back", ({ socket }) => socket.connected);
				const before = senders.map(({ acknowledged }) => acknowledged.length);
				await every(
					"further acknowledgements",
					({ acknowledged }, at) => acknowledged.length > before[at] + 20,
				);
			} finally {
				for (const sender of senders) sender.stop();
			}
			for (const { tag, acknowledged, answers } of senders) {
				// A message that came twice or out of order would differ from the sorted set.
				for (const numbers of [received[tag], acknowledged, answers]) assertAscending(numbers, tag);
				const lost = acknowledged.filter((number) => !received[tag].includes(number));
				assert.deepEqual(lost, [], tag);
			}
		});
	}

	/** A client that sends numbers, one every 10 ms, connected or not. */
	function startSender(tag, transports) {
		const socket = client(4, ways.urls.edge, {
			origin: allowed,
			tag,
			transports,
			timeout: 2000,
			reconnection: true,
			reconnectionDelay: 100,
			reconnectionDelayMax: 300,
		});
		const [events, acknowledged, answers] = [[], [], []];
		for (const emitter of [socket, socket.io]) {
			for (const event of ["disconnect", "connect_error"]) {
				emitter.on(event, () => events.push(event));
			}
		}
		socket.on("number", (number) => answers.push(number));
		let number = 0;
		const sending = setInterval(() => {
			number += 1;
			socket.emit("number", number, (answer) => acknowledged.push(answer));
		}, 10);
		return {
			tag,
			socket,
			events,
			acknowledged,
			answers,
			stop() {
				clearInterval(sending);
				socket.disconnect();
			},
		};
	}
});

function assertAscending(numbers, what) {
	const sorted = [...new Set(numbers)].toSorted((a, b) => a - b);
	assert.deepEqual(numbers, sorted, what);
	assert.ok(numbers.length > 0, what);
}

describe("an origin server that closes a connection which the edge keeps for the next request", () => {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
	const sockets = new Set();
	const forget = () => {
		for (const socket of sockets) socket.destroy();
	};
	let seen, server, ways;
	before(async () => {
		server = createServer((socket) => {
			let requests = 0;
			sockets.add(socket);
			socket.on("error", () => {});
			socket.on("data", (bytes) => {
				const [, path] = `${bytes}`.match(/^\w+ (\S+) HTTP/) ?? [];
				if (path === undefined) return;
				seen.push(path);
				requests += 1;
				// It has seen the next request, and dies of it.
				if (requests > 1) socket.destroy();
				else socket.write(answer);
			});
		});
		await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
		ways = await startWays(`http://127.0.0.1:${server.address().port}`);
	});
	after(async () => {
		await ways.stop();
		forget();
		server.close();
	});

	const ask = async (url, method, body) => {
		forget();
		seen = [];
		const answers = [];
		for (const path of ["/socket.io/?1", "/socket.io/?2", "/socket.io/?3"]) {
			const sent = send(url, path, { method, headers: { origin: allowed }, body });
			answers.push(
				await sent.then(
					({ status }) => status,
					() => "no answer",
				),
			);
		}
		return { answers, seen: seen.map((path) => path.at(-1)).join("") };
	};

	testEveryWay(
		"a GET is asked again, on another connection",
		() => ways,
		(url) => ask(url, "GET"),
		{ answers: [200, 200, 200], seen: "12233" },
		{ direct: { answers: [200, 200, 200], seen: "123" } },
	);
	testEveryWay(
		"a POST is not, for it may have been delivered: the client learns of it",
		() => ways,
		(url) => ask(url, "POST", "4message"),
		{ answers: [200, "no answer", 200], seen: "123" },
		{
			// Each request there has a connection of its own.
			direct: { answers: [200, 200, 200], seen: "123" },
			edge: { answers: [200, 502, 200], seen: "123" },
		},
	);
});
