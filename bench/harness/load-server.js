// A thread with the Socket.IO server of `bench/load.js`: it counts what comes and sends as much.
import { parentPort, workerData } from "node:worker_threads";
import { startSocketServer } from "../../tests/harness/socketio.js";

const server = await startSocketServer();
server.io.on("connection", (socket) => {
	const counts = { received: 0, outOfOrder: 0, sent: 0 };
	const sending = setInterval(() => {
		counts.sent += 1;
		socket.emit("message", counts.sent, workerData.text);
	}, workerData.every);
	socket.on("message", (number) => {
		counts.received += 1;
		if (number !== counts.received) counts.outOfOrder += 1;
	});
	socket.on("disconnect", () => clearInterval(sending));
	// Comes after all messages before it, as its acknowledgement does.
	socket.on("done", (acknowledge) => {
		clearInterval(sending);
		acknowledge(counts);
	});
});
parentPort.on("message", async () => {
	await server.stop();
	parentPort.close();
});
parentPort.postMessage(server.url);
