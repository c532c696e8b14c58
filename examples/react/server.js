// The API: POST /login gives a token, and Socket.IO lets in clients that have one. The server has no
// `cors` option, because the Worker sets the headers.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { Server } from "socket.io";

const key = randomBytes(32);
const sign = (name) => createHmac("sha256", key).update(name).digest("base64url");

export const server = createServer(async (request, response) => {
	if (`${request.method} ${request.url}` !== "POST /login") return response.writeHead(404).end();
	// Your users' names and passwords.
	const { name, password } = await json(request).catch(() => ({}));
	if (!name || password !== "secret") return response.writeHead(401).end();
	response.setHeader("Content-Type", "application/json");
	response.end(JSON.stringify({ token: `${sign(name)}.${name}` }));
});

const io = new Server(server);
io.use((socket, next) => {
	socket.data.name = nameIn(socket.handshake.auth.token);
	next(socket.data.name ? undefined : new Error("not logged in"));
});
io.on("connection", (socket) => {
	const { name } = socket.data;
	console.log(`${name} is connected, from a page of ${socket.handshake.headers.origin}`);
	socket.on("say", (text) => io.emit("said", { name, text }));
});

/** The name that was signed; nothing if it was not signed here. */
function nameIn(token = "") {
	const [signature, name] = String(token).split(/\.(.*)/s);
	const [given, right] = [signature, sign(name ?? "")].map((text) => Buffer.from(text));
	return given.length === right.length && timingSafeEqual(given, right) ? name : undefined;
}
