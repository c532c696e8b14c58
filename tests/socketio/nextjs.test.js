// docs/setups.md: a Socket.IO server that an API route of the real Next.js starts.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startEdge } from "../harness/edge.js";
import { corsHeaders, send } from "../harness/http.js";
import {
	ask,
	client,
	connected,
	refused,
	soon,
	transportModes,
	upgraded,
} from "../harness/socketio.js";
import { startNextJs } from "./nextjs.js";
import { app, policyOf } from "./setups.js";

const headers = { origin: app };

/** Starts Next.js with its Socket.IO server at `path`, and a Worker in front of it. */
function suite(path, run) {
	const context = {};
	before(async () => {
		context.server = await startNextJs(path);
		context.edge = await startEdge({
			policy: policyOf("Next.js"),
			upstream: context.server.url,
		});
	});
	after(async () => {
		await context.edge?.stop();
		await context.server?.stop();
	});
	run(context);
}

/** Has `use` use a client as the page has it, and ends it. */
async function withClient(url, path, options, use) {
	const socket = client(4, url, { origin: app, path, addTrailingSlash: false, ...options });
	try {
		await use(socket);
	} finally {
		socket.disconnect();
	}
}

describe("before the first call of the route", () => {
	suite("/api/socket_io", (context) => {
		test("a poll of a path that ends in a slash is redirected with CORS headers", async () => {
			const path = "/api/socket/?EIO=4&transport=polling";
			const answer = await context.edge.send(path, { headers });
			assert.equal(answer.status, 308);
			assert.equal(answer.headers.get("location"), "/api/socket?EIO=4&transport=polling");
			assert.equal(corsHeaders(answer.headers)["access-control-allow-origin"], app);
		});

		test("its preflight is answered by the Worker, where Next.js would redirect it", async () => {
			const path = "/api/socket/";
			const preflight = {
				method: "OPTIONS",
				headers: { ...headers, "access-control-request-method": "GET" },
			};
			assert.equal((await send(context.server.url, path, preflight)).status, 308);
			assert.equal((await context.edge.send(path, preflight)).status, 204);
		});
	});
});

describe("at a path that is not a route of Next.js", () => {
	suite("/api/socket_io", (context) => {
		before(async () => {
			const { status } = await context.edge.send("/api/socket", { headers });
			assert.equal(status, 200);
		});

		for (const [mode, transports] of Object.entries(transportModes)) {
			test(`${mode}: an allowed page gets everything through`, () =>
				withClient(context.edge.url, "/api/socket_io", transports, async (socket) => {
					await connected(socket);
					if (mode !== "polling only") await upgraded(socket);
					assert.equal(await ask(socket, "echo", "hello"), "hello");
				}));

			test(`${mode}: a refused page is refused`, () => {
				const options = { ...transports, origin: "https://evil.example" };
				return withClient(context.edge.url, "/api/socket_io", options, refused);
			});
		}
	});
});

describe("at the path of the route itself", () => {
	suite("/api/socket", (context) => {
		const ways = () => [context.server.url, context.edge.url];
		before(() => context.edge.send("/api/socket", { headers }));

		test("polling gets everything through", () =>
			withClient(
				context.edge.url,
				"/api/socket",
				transportModes["polling only"],
				async (socket) => {
					await connected(socket);
					assert.equal(await ask(socket, "echo", "hello"), "hello");
				},
			));

		test("Next.js ends WebSockets, through the Worker and without it", async () => {
			for (const url of ways()) {
				await withClient(url, "/api/socket", transportModes["WebSocket only"], async (socket) => {
					await soon("the end", (resolve) => {
						socket.once("disconnect", resolve).once("connect_error", resolve);
					});
				});
			}
		});
	});
});
