// The output of `doctor` for a server whose list of origins has a slash too many: a real run, of a real
// Socket.IO server.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { close, listen } from "../../tests/harness/http.js";
import { environment, run } from "../../tests/harness/process.js";
import { tool } from "../../tests/harness/tool.js";
import { drawTerminal } from "./terminal.js";

const origin = "http://localhost:5173";
/** The port in the picture, for the one that the system gives. */
const shownPort = 3000;

export async function drawDoctor() {
	const report = await examine({
		cors: { origin: `${origin}/` },
		// It lets no other page in, so that this is all that is wrong.
		allowRequest: ({ headers }, decide) =>
			decide(null, [undefined, origin].includes(headers.origin)),
	});
	// Of the facts, which are no findings, the picture has none.
	const facts = /^(\S*Facts\S*\n)(?: .*\n)+/m;
	return drawTerminal({
		title:
			"socketio-cors doctor names the cause: the server allows the origin with a slash at its end, which no browser sends; and it prints the line to write instead",
		command: `socketio-cors doctor http://127.0.0.1:${shownPort} --origin ${origin}`,
		output: report.replace(facts, "$1  …\n"),
	});
}

/** Resolves to what `doctor` prints, in colour, of a server with these options. */
async function examine(options) {
	const http = createServer();
	const io = new Server(http, options);
	await listen(http);
	const { port } = http.address();
	try {
		const words = ["doctor", `http://127.0.0.1:${port}`, "--origin", origin];
		const { NO_COLOR, ...env } = environment;
		const { code, stdout, output } = await run(tool, words, { ...env, CLICOLOR_FORCE: "1" });
		if (code !== 1) throw new Error(output);
		return stdout.replaceAll(`:${port}`, `:${shownPort}`);
	} finally {
		io.close();
		await close(http);
	}
}
