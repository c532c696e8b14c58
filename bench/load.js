// Many Socket.IO clients through one workerd, with numbered messages both ways: what is lost or
// out of order, what it costs, and whether the memory stays as it is. Beside it, at the same time, as
// many clients through the thinnest pass-through.
//
//   node bench/load.js [--seconds 300] [--websocket 1000] [--polling 500] [--every 2000]
import { once } from "node:events";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { startBare } from "../tests/harness/bare.js";
import { client, connected, soon } from "../tests/harness/socketio.js";
import { MIB, MS, measured, median, print, startMeasured, watchLoad } from "./harness/measure.js";

const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "300" },
		// Clients of each of the two.
		websocket: { type: "string", default: "1000" },
		polling: { type: "string", default: "500" },
		// Milliseconds from one message of a client, or to it, to the next.
		every: { type: "string", default: "2000" },
	},
});
const [seconds, every] = [values.seconds, values.every].map(Number);
/** The most that memory may grow by, from the first quarter to the last, beyond what the pass-through's does. */
const MAX_GROWTH = 0.05;
const page = "https://app.example.com";
const text = "a message of the length that chats have, give or take some words";
const transports = ["websocket", "polling"];

const server = new Worker(new URL("./harness/load-server.js", import.meta.url), {
	workerData: { every, text },
});
const [upstream] = await once(server, "message");
// As browsers do; without it a port is used up with each poll.
const agent = new Agent({ keepAlive: true });
const subjects = [
	{
		name: "this Worker",
		edge: await startMeasured({ policy: { origin: page }, upstream }),
	},
	{ name: "pass-through", edge: await measured(() => startBare(upstream)) },
];
const others = await watchLoad(subjects.map(({ edge }) => edge));

for (const subject of subjects) subject.clients = [];
for (const transport of transports) {
	for (let left = Number(values[transport]); left > 0; left -= 50) {
		for (const { edge, clients } of subjects) {
			const batch = Array.from({ length: Math.min(50, left) }, () => startClient(edge, transport));
			await Promise.all(batch.map(({ socket }) => connected(socket)));
			clients.push(...batch);
		}
	}
}
console.log(`${subjects[0].clients.length} clients each are connected\n`);

// V8 lets garbage gather at first.
const warmUp = Math.min(120, seconds * 0.4);
await sleep(warmUp * 1000);
const began = performance.now();
for (const subject of subjects) {
	subject.before = { cpu: await subject.edge.cpu(), messages: messages(subject) };
	subject.memory = [];
}
for (let left = seconds - warmUp; left > 0; left -= 2) {
	await sleep(2000);
	for (const { edge, memory } of subjects) memory.push(await edge.rss());
}
const wall = performance.now() - began;
for (const subject of subjects) {
	const { edge, before } = subject;
	subject.core = ((await edge.cpu()) - before.cpu) / MS / wall;
	subject.rate = (messages(subject) - before.messages) / (wall / 1000);
}
const share = await others();

for (const subject of subjects) {
	subject.counts = await Promise.all(subject.clients.map((each) => each.finish()));
}
report();
for (const { clients } of subjects) for (const { socket } of clients) socket.disconnect();
server.postMessage("stop");
await once(server, "exit");
agent.destroy();
for (const { edge } of subjects) await edge.stop();

function startClient(edge, transport) {
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

function messages({ clients }) {
	return clients.reduce((sum, { counts }) => sum + counts.sent + counts.received, 0);
}

/** What became of the messages of a transport's clients: a row. */
function fate({ name, clients, counts }, transport) {
	const all = clients.filter((each) => each.counts.transport === transport);
	const whole = counts.filter((each) => each?.transport === transport);
	const sum = (of) => whole.reduce((total, each) => total + of(each), 0);
	return [
		`${name}, ${transport}`,
		all.length,
		all.length - whole.length,
		sum(({ sent }) => sent),
		sum(({ sent, atServer }) => sent - atServer.received),
		sum(({ atServer }) => atServer.sent),
		sum(({ received, atServer }) => atServer.sent - received),
		sum(({ outOfOrder, atServer }) => outOfOrder + atServer.outOfOrder),
	];
}

function report() {
	const rows = subjects.flatMap((subject) => transports.map((each) => fate(subject, each)));
	print(["", "clients", "cut off", "up", "lost", "down", "lost", "out of order"], rows);

	for (const subject of subjects) {
		const quarter = Math.ceil(subject.memory.length / 4);
		subject.quarters = [0, 1, 2, 3].map((at) =>
			median(subject.memory.slice(at * quarter, (at + 1) * quarter)),
		);
		subject.growth = subject.quarters.at(-1) / subject.quarters[0] - 1;
	}
	print(
		["", "messages a second", "% of a core", ...[1, 2, 3, 4].map((at) => `MiB, quarter ${at}`)],
		subjects.map(({ name, rate, core, quarters }) => [
			name,
			rate.toFixed(0),
			(100 * core).toFixed(1),
			...quarters.map((bytes) => (bytes / MIB).toFixed(0)),
		]),
	);
	const [ours, bare] = subjects;
	console.log(
		`To the pass-through: CPU ${(ours.core / bare.core).toFixed(2)} x, memory ` +
			`${(ours.quarters.at(-1) / bare.quarters.at(-1)).toFixed(2)} x.\n` +
			`${seconds} s, ${warmUp} of them warm-up. Others had ${share.toFixed(0)} % of the machine.`,
	);
	const isFaulty = rows.some(([, , cutOff, , up, , down, order]) => cutOff + up + down + order > 0);
	// What the pass-through's gives back in a short run is not the Worker's loss.
	const growth = ours.growth - Math.max(0, bare.growth);
	if (growth > MAX_GROWTH) {
		console.log(`memory grew by ${(100 * growth).toFixed(0)} % more than the pass-through's`);
	}
	if (isFaulty || growth > MAX_GROWTH) process.exitCode = 1;
}
