// Socket.IO servers in Python through the Worker, and Python's client.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { corsHeaders } from "../harness/http.js";
import { until } from "../harness/process.js";
import { echoToPython, startPythonServer } from "../harness/python.js";
import { ask, client, connected, refused, transportModes, upgraded } from "../harness/socketio.js";
import { allowed } from "../harness/ways.js";

const foreign = "https://evil.example";
const handshake = "/socket.io/?EIO=4&transport=polling";
const message = ["text, with ümläuts ✓", randomBytes(100_000)];

/** The Python code that makes a server with an option. */
const frameworks = {
	"python-socketio": (option) => `sio = socketio.AsyncServer(async_mode="asgi", ${option})`,
	"Flask-SocketIO": (option) => `socketio = SocketIO(app, ${option})`,
};

for (const [framework, code] of Object.entries(frameworks)) {
	/** Starts such a server, and a Worker in front of it, for the tests of a suite. */
	function suite(option, run) {
		const context = {};
		before(async () => {
			context.server = await startPythonServer(code(option));
			context.edge = await startEdge({
				policy: { origin: [allowed] },
				upstream: context.server.url,
			});
		});
		after(async () => {
			await context.edge?.stop();
			await context.server?.stop();
		});
		run(context);
	}

	/** Connects a page's client by each of `modes`, and has the server echo a message. */
	async function letsIn({ edge, server }, origin, modes) {
		for (const mode of modes) {
			const tag = randomUUID();
			const socket = client(4, edge.url, { ...transportModes[mode], origin, tag });
			try {
				await connected(socket);
				if (mode !== "polling only") await upgraded(socket);
				for (const value of message) {
					assert.deepEqual(Buffer.from(await ask(socket, "echo", value)), Buffer.from(value));
				}
			} finally {
				socket.disconnect();
			}
			await until("the request in the log", () => server.log().includes(tag));
		}
	}

	describe(`${framework} that accepts every origin`, () => {
		suite('cors_allowed_origins="*"', (context) => {
			test("an allowed page gets everything through, by every transport", () =>
				letsIn(context, allowed, Object.keys(transportModes)));

			for (const [mode, transports] of Object.entries(transportModes)) {
				test(`${mode}: nothing of a refused page arrives`, async () => {
					const { edge, server } = context;
					const tag = randomUUID();
					const socket = client(4, edge.url, { ...transports, origin: foreign, tag });
					try {
						await refused(socket);
						assert.ok(!server.log().includes(tag));
					} finally {
						socket.disconnect();
					}
				});
			}

			test("the page gets the policy's CORS headers, and none of the server's", async () => {
				const { status, headers } = await context.edge.send(handshake, {
					headers: { origin: allowed },
				});
				assert.equal(status, 200);
				assert.deepEqual(corsHeaders(headers), {
					"access-control-allow-origin": allowed,
					"access-control-expose-headers": "x-cors-decision",
				});
			});
		});
	});

	describe(`${framework} with its defaults`, () => {
		suite("", (context) => {
			test("refuses pages that the policy allows, and they can read the reason", async () => {
				const { status, headers, body } = await context.edge.send(handshake, {
					headers: { origin: allowed },
				});
				assert.equal(status, 400);
				assert.match(JSON.parse(body), /\bnot an accepted origin\.$/i);
				assert.equal(headers.get("access-control-allow-origin"), allowed);
			});

			test("accepts pages of its own origin, because the Worker passes on the requested host", () =>
				letsIn(context, context.edge.url, ["polling only", "WebSocket only"]));

			for (const transport of ["polling", "websocket"]) {
				test(`accepts the Python client, by ${transport}`, async () => {
					assert.equal(await echoToPython(context.edge.url, transport, "hello"), "hello");
				});
			}
		});
	});

	describe(`${framework} with an empty list, which turns its check off`, () => {
		suite("cors_allowed_origins=[]", (context) => {
			test("lets in the pages that the policy allows, by every transport", () =>
				letsIn(context, allowed, Object.keys(transportModes)));
		});
	});
}
