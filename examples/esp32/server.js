// The server: each device logs in with its own token, and sends what it measures.
import { createServer } from "node:http";
import { Server } from "socket.io";

/** The devices, by their tokens. */
const devices = new Map([["token-of-the-greenhouse", "greenhouse"]]);

export const server = createServer();
const io = new Server(server);
io.use((socket, next) => {
	socket.data.device = devices.get(socket.handshake.auth.token);
	next(socket.data.device ? undefined : new Error("no such device"));
});
io.on("connection", (socket) => {
	const { device } = socket.data;
	console.log(`${device} is connected, with the Origin ${socket.handshake.headers.origin}`);
	socket.on("measured", ({ celsius }) => {
		console.log(`${device}: ${celsius} °C`);
		socket.emit("heating", { on: celsius < 18 });
	});
});
