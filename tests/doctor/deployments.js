// Deployments of Socket.IO, as people break them. Each function gives one that starts a
// deployment: its `url`, the `servers` that it is made of, as `startSocketServer` gives them,
// and `direct`, where the first of them is without what stands before it.
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { startCluster } from "../harness/cluster.js";
import { startEdge } from "../harness/edge.js";
import { close, listen } from "../harness/http.js";
import { startNginx } from "../harness/nginx.js";
import { freePort } from "../harness/process.js";
import { startPythonServer } from "../harness/python.js";
import { startSocketServer } from "../harness/socketio.js";
import { startProxyWith } from "../security/proxies.js";

/** The origin of the page that asks. */
export const page = "https://app.example.com";

/** The options that allow the page, as in Socket.IO's documentation. */
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

/** The lines that nginx needs in front of a Socket.IO server. */
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
 * @param {string} [options.maps] within `http`
 */
export const nginx =
	(behind, lines = "", { forUpgrades = upgrades, sticky = "", maps = "" } = {}) =>
	async () => {
		const started = [];
		for (const start of [behind].flat()) started.push(await start());
		const proxy = await startNginx(`
	map $http_upgrade $connection_upgrade {
		default upgrade;
		"" "";
	}
	${maps}
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

/** A deployment as it is reached by a proxy, which ends with it. */
const behindProxy = (proxy, { url, servers, stop }) => ({
	url: proxy.url,
	direct: url,
	servers,
	async stop() {
		await proxy.stop();
		await stop();
	},
});

/**
 * nginx before a deployment, with `text` as all that its server's block has beside the port. In it, as in
 * `maps` within `http`, 127.0.0.1:3000 stands for the deployment's host and port.
 */
export const nginxServer =
	(behind, text, maps = "") =>
	async () => {
		const deployment = await behind();
		const { host } = new URL(deployment.url);
		const config = `${maps}\nserver {\n\tlisten 127.0.0.1:PORT;\n\t${text}\n}`;
		return behindProxy(await startNginx(config.replaceAll("127.0.0.1:3000", host)), deployment);
	};

/** A proxy of another kind before a deployment, with what stands in its server's block. */
export const proxied = (name, behind, text, backend) => async () => {
	const deployment = await behind();
	const { host } = new URL(deployment.url);
	return behindProxy(await startProxyWith(name, host, text, backend), deployment);
};

/**
 * A proxy of our own before a deployment, which meddles with answers.
 *
 * @param {(answer: { status: number, headers: object, body: Buffer, request: object }) => object} meddle
 *   what it makes of one; a number of `after` delays it, `undefined` cuts it off
 * @param {(request: object) => void} [readdress] changes a request before it is handed on
 */
export const meddling =
	(behind, meddle, readdress = () => {}) =>
	async () => {
		const { url, servers, stop } = await behind();
		const { hostname, port } = new URL(url);
		const sockets = new Set();
		const http = createServer(async (request, response) => {
			readdress(request);
			const options = { hostname, port, path: request.url, method: request.method };
			const asked = httpRequest({ ...options, headers: request.headers, agent: false });
			request.pipe(asked);
			response.on("close", () => asked.destroy());
			const [answer] = await once(asked, "response").catch(() => []);
			if (!answer) return response.destroy();
			const body = Buffer.concat(await answer.toArray());
			const { statusCode: status, headers } = answer;
			delete headers["content-length"];
			delete headers["transfer-encoding"];
			const made = meddle({ status, headers, body, request });
			if (!made) return response.destroy();
			if (made.after) await new Promise((resolve) => setTimeout(resolve, made.after));
			response.writeHead(made.status, made.headers).end(made.body);
		});
		http.on("connection", (socket) => sockets.add(socket));
		http.on("upgrade", (request, socket) => {
			socket.on("error", () => {});
			readdress(request);
			const made = meddle({ status: 101, headers: {}, body: "", request });
			if (made?.status !== 101) {
				const lines = Object.entries(made?.headers ?? {}).map(
					([name, value]) => `${name}: ${value}\r\n`,
				);
				socket.end(
					`HTTP/1.1 ${made?.status ?? 400} Status\r\n${lines.join("")}Content-Length: 0\r\n\r\n`,
				);
				return;
			}
			const behind = connect(port, hostname);
			behind.on("error", () => socket.destroy());
			const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
			behind.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
			behind.pipe(socket).pipe(behind);
		});
		await listen(http, 0, []);
		return {
			url: `http://127.0.0.1:${http.address().port}`,
			direct: url,
			servers,
			async stop() {
				for (const socket of sockets) socket.destroy();
				await close(http);
				await stop();
			},
		};
	};

/** `behind` with an application of Node's before it, which `makeApp` makes, given the URL behind. */
export const behindApp = (behind, makeApp) => async () => {
	const { url, servers, stop } = await behind();
	const http = createServer(makeApp(url));
	await listen(http, 0, []);
	return {
		url: `http://127.0.0.1:${http.address().port}`,
		servers,
		async stop() {
			http.closeAllConnections();
			await close(http);
			await stop();
		},
	};
};

/**
 * A deployment whose server has a listener of its own before Socket.IO, as a middleware has.
 *
 * @param {(request: object, answer: (status?: number, headers?: object, body?: string) => void) =>
 *   boolean} listener true if it has taken the request, or the upgrade
 */
export const before = (start, listener) => async () => {
	const deployment = await start();
	const sockets = new Set();
	for (const { http } of deployment.servers) {
		http.on("connection", (socket) => sockets.add(socket));
		for (const event of ["request", "upgrade"]) {
			const listeners = http.listeners(event);
			http.removeAllListeners(event);
			http.on(event, (request, answerer, ...rest) => {
				if (listener(request, answering(answerer))) return;
				for (const next of listeners) next.call(http, request, answerer, ...rest);
			});
		}
	}
	return {
		...deployment,
		stop() {
			for (const socket of sockets) socket.destroy();
			return deployment.stop();
		},
	};
};

/** Answers by a response, or by the socket of an upgrade; hangs up without a status. */
function answering(answerer) {
	return (status, headers = {}, body = "") => {
		if (status === undefined) (answerer.socket ?? answerer).destroy();
		else if (answerer.writeHead) answerer.writeHead(status, headers).end(body);
		else answerer.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n${body}`);
	};
}

/** A deployment whose answers have these headers as well, and whose upgrades are answered so. */
export const named = (start, more, upgrade) =>
	meddling(start, (answer) => {
		if (answer.status === 101) return upgrade ? { headers: more, body: "", ...upgrade } : answer;
		return { ...answer, headers: { ...answer.headers, ...more } };
	});

/** Two of a deployment, which a platform asks by turns; its answers have these headers. */
export const byTurns = (start, headers) => async () => {
	const two = [await start(), await start()];
	let turn = 0;
	const http = createServer((request, response) => {
		const { hostname, port } = new URL(two[turn++ % 2].url);
		const { url: path, method, headers: asked } = request;
		const options = { hostname, port, path, method, headers: asked, agent: false };
		const forwarded = httpRequest(options, (answer) => {
			response.writeHead(answer.statusCode, { ...answer.headers, ...headers });
			answer.pipe(response);
		});
		forwarded.on("error", () => response.destroy());
		request.pipe(forwarded);
	});
	http.on("upgrade", (_, socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
	await listen(http, 0, []);
	return {
		url: `http://127.0.0.1:${http.address().port}`,
		servers: [],
		async stop() {
			http.closeAllConnections();
			await close(http);
			for (const { stop } of two) await stop();
		},
	};
};

/** Two servers behind a balancer that is sticky by a cookie. */
export const stickyPair = (options) => async () => {
	const { url, members, stop } = await startCluster(2, () => ({ ...lasting, ...options }));
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

/** A server of `node:http` or `node:net` that is not Socket.IO. */
export const another = (serve) => async () => {
	const { url, stop } = await serve();
	return { url, servers: [], stop };
};

/** A Socket.IO server that this Python code makes. */
export const python = (code) => another(() => startPythonServer(code));

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
