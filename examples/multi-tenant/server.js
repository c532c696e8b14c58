// The server: each customer has a room, which is named after the origin of the customer's pages.
import { createServer } from "node:http";
import { Server } from "socket.io";

export const server = createServer();
const io = new Server(server);
io.on("connection", (socket) => {
	// A page cannot choose its Origin, and the Worker lets in only customers' pages. But a program can
	// write any Origin. If a room has secrets, log users in as well.
	const customer = socket.handshake.headers.origin;
	console.log(`connected, from a page of ${customer}`);
	socket.join(customer);
	socket.on("say", (text) => io.to(customer).emit("said", text));
});
