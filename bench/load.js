// Many Socket.IO clients through one workerd, with numbered messages both ways: what is lost or
// out of order, and whether the memory of workerd stays as it is after the warm-up.
//
//   node bench/load.js [--seconds 300] [--websocket 1000] [--polling 500] [--every 2000]
//     [--bare] [--heap]
import { once } from "node:events";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { startBare } from "../tests/harness/bare.js";
import { inspect } from "../tests/harness/inspector.js";
import { client, connected, soon } from "../tests/harness/socketio.js";
import { MIB, MS, measured, median, print, startMeasured, watchLoad } from "./harness/measure.js";

const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "300" },
		websocket: { type: "string", default: "1000" },
		polling: { type: "string", default: "500" },
		// Milliseconds from one message of a client, or to it, to the next.
		every: { type: "string", default: "2000" },
		// The thinnest pass-through in place of the Worker, to compare with.
		bare: { type: "boolean", default: false },
		// What the isolate holds as well. V8's inspector takes memory itself.
		heap: { type: "boolean", default: false },
	},
});
const [seconds, every] = [values.seconds, values.every].map(Number);
/** The most that the resident memory may grow by after the warm-up, from the first quarter to the last. */
const MAX_GROWTH = 0.05;
const page = "https://app.example.com";
const text = "a message of the length that chats have, give or take some words";

const server = new Worker(new URL("./harness/load-server.js", import.meta.url), {
	workerData: { every, text },
});
const [upstream] = await once(server, "message");
const edge = values.bare
	? await measured(() => startBare(upstream))
	: await startMeasured({
			policy: { origin: page },
			upstream,
			...(values.heap && { inspectorPort: 0 }),
		});
const inspector = values.heap && !values.bare ? await inspect(edge.runtime) : undefined;
// As browsers do; without it a port is used up with each poll.
const agent = new Agent({ keepAlive: true });
const others = await watchLoad([edge]);

const fresh = await edge.rss();
const clients = [];
for (const transport of ["websocket", "polling"]) {
	for (let left = Number(values[transport]); left > 0; left -= 50) {
		const batch = Array.from({ length: Math.min(50, left) }, () => startClient(transport));
		await Promise.all(batch.map(({ socket }) => connected(socket)));
		clients.push(...batch);
	}
}
console.log(`${clients.length} clients are connected\n`);

// V8 lets garbage gather at first; only then is what it leaves alike.
const warmUp = Math.min(120, seconds * 0.4);
await sleep(warmUp * 1000);
const early = await inspector?.sizes();
const began = { wall: performance.now(), cpu: await edge.cpu(), messages: messages() };
const memory = [];
for (let left = seconds - warmUp; left > 0; left -= 2) {
	await sleep(2000);
	memory.push(await edge.rss());
}
const wall = performance.now() - began.wall;
const cpu = ((await edge.cpu()) - began.cpu) / MS;
const rate = (messages() - began.messages) / (wall / 1000);
const late = await inspector?.sizes();
const share = await others();

const counts = await Promise.all(clients.map((each) => each.finish()));
report();
for (const { socket } of clients) socket.disconnect();
server.postMessage("stop");
await once(server, "exit");
inspector?.close();
agent.destroy();
await edge.stop();

function startClient(transport) {
	const socket = client(4, edge.bareUrl, { origin: page, transports: [transport], agent });
	const counts = { transport, sent: 0, received: 0, outOfOrder: 0, disconnects: 0 };
	socket.on("disconnect", () => {
		counts.disconnects += 1;
	});
	socket.on("message", (number) => {
		counts.received += 1;
		if (number !== counts.received) counts.outOfOrder += 1;
	});
	const sending = setInterval(() => {
		if (!socket.connected) return;
		counts.sent += 1;
		socket.emit("message", counts.sent, text);
	}, every);
	return {
		socket,
		counts,
		/** Resolves to what both ends counted, or to undefined if they cannot compare. */
		async finish() {
			clearInterval(sending);
			if (counts.disconnects > 0) return undefined;
			const atServer = await soon("a count", (resolve) => socket.emit("done", resolve)).catch(
				() => undefined,
			);
			return atServer && { ...counts, atServer };
		},
	};
}

function messages() {
	return clients.reduce((sum, { counts }) => sum + counts.sent + counts.received, 0);
}

function report() {
	const rows = ["websocket", "polling"].map((transport) => {
		const all = clients.filter(({ counts }) => counts.transport === transport);
		const whole = counts.filter((each) => each?.transport === transport);
		const sum = (of) => whole.reduce((total, each) => total + of(each), 0);
		return [
			transport,
			all.length,
			all.length - whole.length,
			sum(({ sent }) => sent),
			sum(({ sent, atServer }) => sent - atServer.received),
			sum(({ atServer }) => atServer.sent),
			sum(({ received, atServer }) => atServer.sent - received),
			sum(({ outOfOrder, atServer }) => outOfOrder + atServer.outOfOrder),
		];
	});
	print(["", "clients", "cut off", "up", "lost", "down", "lost", "out of order"], rows);
	const quarter = Math.ceil(memory.length / 4);
	const quarters = [0, 1, 2, 3].map((at) => median(memory.slice(at * quarter, (at + 1) * quarter)));
	const mb = (bytes) => (bytes / MIB).toFixed(1);
	print(
		["memory of workerd, MiB", ...quarters.map((_, at) => `quarter ${at + 1}`)],
		[["resident, median", ...quarters.map(mb)]],
	);
	if (inspector) {
		print(
			["after a collection, MiB", "after warm-up", "at the end"],
			[
				["JavaScript", mb(early.js), mb(late.js)],
				["Wasm", ...[early, late].map(({ wasm }) => mb(wasm.reduce((a, b) => a + b, 0)))],
			],
		);
	}
	console.log(`workerd before any client: ${mb(fresh)} MiB resident`);
	console.log(
		`${seconds} s, ${warmUp} of them warm-up; ${rate.toFixed(0)} messages a second; ` +
			`${((100 * cpu) / wall).toFixed(0)} % of a core for workerd; others had ${share.toFixed(0)} %`,
	);
	const faulty = rows.some(([, , cutOff, , up, , down, order]) => cutOff + up + down + order > 0);
	const grown = quarters.at(-1) / quarters[0] - 1;
	if (grown > MAX_GROWTH) console.log(`memory grew by ${(100 * grown).toFixed(0)} %`);
	if (faulty || grown > MAX_GROWTH) process.exitCode = 1;
}
