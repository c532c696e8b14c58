// Several Socket.IO servers behind a balancer that knows whose a client is by a cookie.
import { createServer, request as httpRequest } from "node:http";
import { ClusterAdapter } from "socket.io-adapter";
import { close, listen } from "./http.js";
import { startSocketServer } from "./socketio.js";

/**
 * Starts `count` servers, which are one to those who broadcast, and a balancer before them.
 *
 * @param {() => object | Promise<object>} [optionsOf] the options of a server, its adapter perhaps
 */
export async function startCluster(count, optionsOf = () => ({})) {
	const members = [];
	const adapter = inMemory();
	for (let member = 0; member < count; member += 1) {
		const server = await startSocketServer({ options: { adapter, ...(await optionsOf()) } });
		server.io.on("connection", (socket) => {
			socket.on("member", (acknowledge) => acknowledge(member));
			socket.on("tell all", (text) => server.io.emit("told", text));
		});
		members.push(server);
	}
	const balancer = await startBalancer(members.map(({ url }) => url));
	return {
		url: balancer.url,
		members,
		async stop() {
			await balancer.stop();
			for (const { stop } of members) await stop();
		},
	};
}

/** An adapter for the servers of one process. */
function inMemory() {
	const adapters = new Map();
	return class extends ClusterAdapter {
		constructor(namespace) {
			super(namespace);
			adapters.set(this.uid, this);
		}
		async doPublish(message) {
			for (const adapter of adapters.values()) adapter.onMessage(message);
			return "";
		}
		async doPublishResponse(requester, response) {
			adapters.get(requester)?.onResponse(response);
		}
		close() {
			adapters.delete(this.uid);
		}
	};
}

/** Sends on what has a cookie as that says; the rest by turns, and gives it one. */
async function startBalancer(urls) {
	let turns = 0;
	function choose({ method, url, headers }) {
		const [, known] = /\bmember=(\d+)/.exec(headers.cookie) ?? [];
		const member = known ?? turns++ % urls.length;
		const forwarded = httpRequest(urls[member] + url, { method, headers });
		return [forwarded, known === undefined ? ["Set-Cookie", `member=${member}; Path=/`] : []];
	}
	const server = createServer((request, response) => {
		const [forwarded, cookie] = choose(request);
		forwarded
			.once("error", () => response.destroy())
			.once("response", (answer) => {
				response.writeHead(answer.statusCode, [...answer.rawHeaders, ...cookie]);
				answer.pipe(response);
			});
		request.pipe(forwarded);
	});
	server.on("upgrade", (request, near) => {
		const [forwarded, cookie] = choose(request);
		near.on("error", () => {});
		forwarded
			.once("error", () => near.destroy())
			.once("response", async (answer) => {
				writeHead(near, answer, cookie);
				near.end(Buffer.concat(await answer.toArray()));
			})
			.once("upgrade", (answer, far, first) => {
				writeHead(near, answer, cookie);
				near.write(first);
				far
					.on("error", () => {})
					.pipe(near)
					.pipe(far);
			});
		forwarded.end();
	});
	await listen(server);
	return { url: `http://127.0.0.1:${server.address().port}`, stop: () => close(server) };
}

function writeHead(socket, { statusCode, statusMessage, rawHeaders }, cookie) {
	const fields = [...rawHeaders, ...cookie];
	const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
	while (fields.length > 0) lines.push(fields.splice(0, 2).join(": "));
	socket.write(`${lines.join("\r\n")}\r\n\r\n`);
}
