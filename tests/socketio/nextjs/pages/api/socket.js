import { Server } from "socket.io";

/** The first request starts the Socket.IO server. */
export default function handler(_request, response) {
	const { server } = response.socket;
	if (!server.io) {
		const path = process.env.SOCKET_PATH;
		server.io = new Server(server, { path, addTrailingSlash: false });
		server.io.on("connection", (socket) => {
			socket.on("echo", (value, acknowledge) => acknowledge(value));
		});
	}
	response.end();
}
