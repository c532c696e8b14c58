// The Socket.IO server behind every subject, in a process of its own. With the argument "cors" it
// has CORS of its own, as it needs without anything before it.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { WebSocketServer } from "ws";
import { page } from "./requests.js";
import { DOWNLOAD_SIZE, downloadPath, echoPath } from "./routes.js";

const cors = process.argv[2] === "cors" && { origin: [page], credentials: true };
const download = Buffer.alloc(DOWNLOAD_SIZE, "0123456789abcdef");

const http = createServer();
const io = new Server(http, {
	...(cors && { cors }),
	// Sessions that only post are never to be asked whether they are there.
	pingInterval: 3_600_000,
	maxHttpBufferSize: 1e8,
});
io.on("connection", (socket) => {
	socket.on("echo", (value, acknowledge) => acknowledge(value));
});
// A handshake that is all a client wanted: its session would wait for polls for ever.
io.engine.on("connection", (session) => {
	if (session.request._query.once) setImmediate(() => session.close(true));
});

const echo = new WebSocketServer({ noServer: true, perMessageDeflate: false });
echo.on("connection", (socket) => {
	socket.on("message", (frame, binary) => socket.send(frame, { binary }));
});

answerBefore("request", downloadPath, (request, response) => {
	const allowed = cors && request.headers.origin === page;
	response.writeHead(200, {
		"content-type": "application/octet-stream",
		"content-length": DOWNLOAD_SIZE,
		...(allowed && { "access-control-allow-origin": page }),
		...(allowed && { "access-control-allow-credentials": "true", vary: "Origin" }),
	});
	response.end(download);
});
answerBefore("upgrade", echoPath, (request, socket, head) => {
	echo.handleUpgrade(request, socket, head, (webSocket) => echo.emit("connection", webSocket));
});

/** Has `answer` take what comes to `path`, and Socket.IO the rest. */
function answerBefore(event, path, answer) {
	const others = http.listeners(event);
	http.removeAllListeners(event);
	http.on(event, (request, ...more) => {
		if (request.url.startsWith(path)) return answer(request, ...more);
		for (const other of others) other(request, ...more);
	});
}

http.listen(0, "127.0.0.1", () => process.send(`http://127.0.0.1:${http.address().port}`));
process.once("disconnect", () => process.exit());
