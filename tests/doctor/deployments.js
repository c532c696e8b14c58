// Deployments of Socket.IO, as people break them. Each function gives one that starts a
// deployment: its `url`, the `servers` that it is made of, as `startSocketServer` gives them,
// and `direct`, where the first of them is without what stands before it.
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { startCluster } from "../harness/cluster.js";
import { startEdge } from "../harness/edge.js";
import { close, listen } from "../harness/http.js";
import { startNginx } from "../harness/nginx.js";
import { freePort } from "../harness/process.js";
import { startSocketServer } from "../harness/socketio.js";

/** The origin of the page that asks. */
export const page = "https://app.example.com";

/** What lets it in, as Socket.IO's documentation has it. */
export const granted = { origin: [page], credentials: true };

// Longer than any test: a session that is left open stays so.
const lasting = { pingInterval: 1e6 };

/**
 * A Socket.IO server of a major version, with these options.
 *
 * @param {object} [more] of `startSocketServer`; `http` is a function that makes what it gives
 */
export const server =
	(version, options, { http, ...more } = {}) =>
	async () => {
		const started = await startSocketServer({
			version,
			...more,
			http: http?.(),
			options: { ...lasting, allowEIO3: false, ...options },
		});
		return { url: started.url, servers: [started], stop: started.stop };
	};

/** The same, refusing other pages than `page` by more than CORS headers, as the tool advises. */
export const guarded = (start) => async () => {
	const deployment = await start();
	for (const { io } of deployment.servers) {
		const allowed = [undefined, page];
		io.engine.use((request, _, next) => {
			next(allowed.includes(request.headers.origin) ? undefined : new Error("origin"));
		});
	}
	return deployment;
};

/** What nginx needs before a Socket.IO server. */
const upgrades = `
	proxy_http_version 1.1;
	proxy_set_header Upgrade $http_upgrade;
	proxy_set_header Connection $connection_upgrade;`;

/**
 * nginx before one or several deployments, to which it sends by turns.
 *
 * @param {string} [lines] within its `location`
 * @param {string} [options.forUpgrades] what is there for WebSockets
 * @param {string} [options.sticky] how else it chooses
 */
export const nginx =
	(behind, lines = "", { forUpgrades = upgrades, sticky = "" } = {}) =>
	async () => {
		const started = [];
		for (const start of [behind].flat()) started.push(await start());
		const proxy = await startNginx(`
	map $http_upgrade $connection_upgrade {
		default upgrade;
		"" "";
	}
	upstream socket_io {
		${sticky}
		${started.map(({ url }) => `server ${new URL(url).host} max_fails=0;`).join("\n")}
	}
	server {
		listen 127.0.0.1:PORT;
		location / {
			${lines}
			${forUpgrades}
			proxy_set_header Host $host;
			proxy_pass http://socket_io;
		}
	}`);
		return {
			url: proxy.url,
			direct: started[0].url,
			servers: started.flatMap(({ servers }) => servers),
			async stop() {
				await proxy.stop();
				for (const { stop } of started) await stop();
			},
		};
	};

/** Two servers behind a balancer that is sticky by a cookie. */
export const stickyPair = (options) => async () => {
	const { url, members, stop } = await startCluster(2, { ...lasting, ...options });
	return { url, servers: members, stop };
};

/**
 * This Worker before a deployment.
 *
 * @param {object} [more] of `startEdge`
 */
export const worker =
	(behind, policy, more = {}) =>
	async () => {
		const { url: upstream, servers, stop } = await behind();
		const edge = await startEdge({ policy, upstream, ...more });
		return {
			url: edge.url,
			direct: upstream,
			servers,
			kv: edge.kv,
			async stop() {
				await edge.stop();
				await stop();
			},
		};
	};

/** An address of 127.0.0.1 where nothing listens. */
export const nobody = async () => ({
	url: `http://127.0.0.1:${await freePort()}`,
	servers: [],
	async stop() {},
});

/** What `node:http` or `node:net` serves, and is no Socket.IO. */
export const another = (serve) => async () => {
	const { url, stop } = await serve();
	return { url, servers: [], stop };
};

/** An HTTP server of that listener, which takes upgrades for requests like others. */
export const stub = (answer) =>
	another(async () => {
		const http = createServer(answer);
		await listen(http, 0, []);
		return { url: `http://127.0.0.1:${http.address().port}`, stop: () => close(http) };
	});

/** A TCP server that does this with each connection. */
export const tcp = (serve) =>
	another(async () => {
		const sockets = [];
		const listener = createTcpServer((socket) => {
			sockets.push(socket.on("error", () => {}));
			serve(socket);
		}).listen(0, "127.0.0.1");
		await once(listener, "listening");
		return {
			url: `http://127.0.0.1:${listener.address().port}`,
			async stop() {
				for (const socket of sockets) socket.destroy();
				await new Promise((resolve) => listener.close(resolve));
			},
		};
	});
