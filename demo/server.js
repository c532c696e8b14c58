// A small Socket.IO server to try the Worker with. It has a `cors` option, as servers have that did
// without the Worker: a policy that only reports leaves CORS to it, any other replaces its headers.
import { createServer } from "node:http";
import { Server } from "socket.io";

/**
 * Starts it on 127.0.0.1. `onRequest` is called with each request that reaches it, upgrades
 * included. Resolves to its URL and a function that ends it.
 */
export async function startDemoServer({ onRequest = () => {} } = {}) {
	const http = createServer((_request, response) => {
		response.setHeader("Content-Type", "text/plain");
		response.end("the origin server\n");
	});
	const io = new Server(http, { allowEIO3: true, cors: { origin: true, credentials: true } });
	io.on("connection", (socket) => {
		socket.emit("welcome", { transport: socket.conn.transport.name });
		socket.on("echo", (message, acknowledge) => acknowledge?.(message));
	});
	for (const event of ["request", "upgrade"]) http.prependListener(event, onRequest);
	await new Promise((resolve, reject) => {
		http.once("error", reject).listen(0, "127.0.0.1", resolve);
	});
	return { url: `http://127.0.0.1:${http.address().port}`, stop: () => io.close() };
}
