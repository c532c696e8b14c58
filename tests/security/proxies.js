// The proxies that people put before Socket.IO, as scripts/install-servers.sh finds them, and
// the ways in which they are set up to hand it its path.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { close, listen } from "../harness/http.js";
import { startNginx } from "../harness/nginx.js";
import { accepts, freePort, root, until } from "../harness/process.js";

/** By a proxy's name, its configurations: what stands in a server's block, or the like. */
const configurations = {
	nginx: {
		"location /, proxy_pass without a URI": "location / { proxy_pass http://node; }",
		"location /, proxy_pass with a URI": "location / { proxy_pass http://node/; }",
		"location /socket.io/, proxy_pass with a URI":
			"location /socket.io/ { proxy_pass http://node/socket.io/; }",
		"rewrite … break": "location / { rewrite ^/(.*)$ /$1 break; proxy_pass http://node; }",
		"merge_slashes off": "merge_slashes off; location / { proxy_pass http://node/; }",
		"location ~*": String.raw`location ~* ^/socket\.io {
			rewrite (?i)^/socket\.io(.*)$ /socket.io$1 break;
			proxy_pass http://node;
		}`,
	},
	Apache: {
		"AllowEncodedSlashes NoDecode": `AllowEncodedSlashes NoDecode
			ProxyPass / http://NODE/ upgrade=websocket`,
		"AllowEncodedSlashes On": `AllowEncodedSlashes On
			ProxyPass /socket.io/ http://NODE/socket.io/ upgrade=websocket`,
		nocanon: `AllowEncodedSlashes NoDecode
			ProxyPass /socket.io/ http://NODE/socket.io/ upgrade=websocket nocanon`,
	},
	HAProxy: {
		"as it is": "",
		"normalize-uri": `http-request normalize-uri percent-decode-unreserved
			http-request normalize-uri path-merge-slashes
			http-request normalize-uri path-strip-dot
			http-request normalize-uri path-strip-dotdot full`,
	},
	Caddy: {
		reverse_proxy: "reverse_proxy NODE",
		handle_path: `handle_path /socket.io/* {
			rewrite * /socket.io{uri}
			reverse_proxy NODE
		}`,
	},
	Express: {
		"a mounted http-proxy-middleware": "/socket.io",
	},
};

const starters = {
	nginx: {
		program: "nginx",
		start: (node, servers) =>
			startNginx(`
				upstream node { server ${node}; keepalive 8; }
				proxy_http_version 1.1;
				map $http_upgrade $upgrade { default upgrade; "" ""; }
				proxy_set_header Upgrade $http_upgrade;
				proxy_set_header Connection $upgrade;
				${servers.map(({ port, text }) => `server { listen 127.0.0.1:${port}; ${text} }`).join("\n")}
			`),
	},
	Apache: {
		program: "apache2",
		start: (_node, servers) =>
			startProgram("apache2", servers, (file) => ["-X", "-f", file], apacheConfig(servers)),
	},
	HAProxy: {
		program: "haproxy",
		start: (node, servers) =>
			startProgram("haproxy", servers, (file) => ["-f", file], haproxyConfig(node, servers)),
	},
	Caddy: {
		program: "caddy",
		start: (_node, servers) =>
			startProgram(
				"caddy",
				servers,
				(file) => ["run", "--adapter", "caddyfile", "--config", file],
				caddyConfig(servers),
			),
	},
	Express: { start: startExpress },
};

/** The proxies' names, and their configurations' names. */
export const proxies = Object.entries(configurations).map(([name, texts]) => {
	const { program } = starters[name];
	const isThere = program === undefined || existsSync(join(root, ".tools", program));
	return { name, configurations: Object.keys(texts), isThere };
});

/**
 * Starts a proxy before the server at `node`, a host and a port. Resolves to the `urls` of its
 * configurations, by their names.
 */
export async function startProxy(name, node) {
	const servers = [];
	for (const [configuration, text] of Object.entries(configurations[name])) {
		const port = await freePort();
		servers.push({ configuration, port, text: text.replaceAll("NODE", node) });
	}
	const { stop } = await starters[name].start(node, servers);
	const urls = servers.map(({ configuration, port }) => [
		configuration,
		`http://127.0.0.1:${port}`,
	]);
	return { urls: Object.fromEntries(urls), stop };
}

/**
 * Starts a proxy with `text`, of which NODE is the host and port of the server at `node`. Resolves
 * to its `url`.
 *
 * @param {string} [backend] what HAProxy's backend has, which then checks its server
 */
export async function startProxyWith(name, node, text, backend) {
	const port = await freePort();
	const servers = [{ port, text: text.replaceAll("NODE", node), backend }];
	const { stop } = await starters[name].start(node, servers);
	return { url: `http://127.0.0.1:${port}`, stop };
}

/** Starts a program with a configuration, until each of its servers listens. */
async function startProgram(program, servers, args, config) {
	const directory = await mkdtemp(join(tmpdir(), `${program}-`));
	await chmod(directory, 0o755);
	const file = join(directory, "config");
	await writeFile(file, config.replaceAll("DIRECTORY", directory));
	const home = { HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
	const child = spawn(join(root, ".tools", program), args(file), {
		cwd: directory,
		env: { ...process.env, ...home },
		stdio: ["ignore", "ignore", "pipe"],
	});
	let errors = "";
	child.stderr.setEncoding("utf8").on("data", (text) => {
		errors += text;
	});
	// Apache would wait for a minute for who is still connected.
	const end = () => child.kill("SIGKILL");
	process.once("exit", end);
	const ended = once(child, "exit");
	async function stop() {
		process.off("exit", end);
		end();
		await ended;
		await rm(directory, { recursive: true });
	}
	const listening = async () => {
		for (const { port } of servers) if (!(await accepts(port))) return false;
		return true;
	};
	await until(program, async () => child.exitCode !== null || (await listening()));
	if (child.exitCode !== null) {
		await stop();
		throw new Error(`${program} refuses its configuration: ${errors}`);
	}
	return { stop };
}

function apacheConfig(servers) {
	const unpacked = join(root, ".tools/unpacked/usr/lib/apache2/modules");
	const modules = existsSync(unpacked) ? unpacked : "/usr/lib/apache2/modules";
	const names = [
		"mpm_event",
		"authz_core",
		"headers",
		"rewrite",
		"proxy",
		"proxy_http",
		"setenvif",
	];
	const passwords = ["auth_basic", "authn_core", "authn_file", "authz_user"];
	if (servers.some(({ text }) => text.includes("AuthType"))) names.push(...passwords);
	const balancing = ["slotmem_shm", "proxy_balancer", "lbmethod_byrequests"];
	if (servers.some(({ text }) => text.includes("balancer://"))) names.push(...balancing);
	const hosts = servers.map(
		({ port, text }) => `Listen 127.0.0.1:${port}
		<VirtualHost 127.0.0.1:${port}>
			${text}
		</VirtualHost>`,
	);
	return `
		ServerRoot DIRECTORY
		ServerName localhost
		PidFile DIRECTORY/pid
		DefaultRuntimeDir DIRECTORY
		ErrorLog DIRECTORY/error.log
		LogLevel crit
		${names.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join("\n")}
		MaxKeepAliveRequests 0
		${hosts.join("\n")}
	`;
}

function haproxyConfig(node, servers) {
	const frontends = servers.map(
		({ port, text }) => `
frontend at${port}
	bind 127.0.0.1:${port}
	${text}
	default_backend node
`,
	);
	return `
global
	expose-experimental-directives

defaults
	mode http
	timeout connect 20s
	timeout client 20s
	timeout server 20s
${frontends.join("")}
backend node
	${servers.map(({ backend = "" }) => backend).join("\n")}
	server node ${node}${servers.some(({ backend }) => backend) ? " check inter 100" : ""}
`;
}

function caddyConfig(servers) {
	return `
{
	admin off
	auto_https off
}
${servers.map(({ port, text }) => `http://127.0.0.1:${port} {\nbind 127.0.0.1\n${text}\n}`).join("\n")}
`;
}

async function startExpress(node, servers) {
	const started = [];
	const sockets = new Set();
	for (const { port, text: path } of servers) {
		const app = express();
		app.use(path, createProxyMiddleware({ target: `http://${node}${path}` }));
		const server = createServer(app);
		// An upgrade comes past what is mounted.
		const { upgrade } = createProxyMiddleware({ target: `http://${node}`, ws: true });
		server.on("upgrade", (request, socket, head) => {
			if (request.url.startsWith(path)) upgrade(request, socket, head);
			else socket.destroy();
		});
		server.on("connection", (socket) => sockets.add(socket));
		await listen(server, port, []);
		started.push(server);
	}
	return {
		stop() {
			for (const socket of sockets) socket.destroy();
			return Promise.all(started.map(close));
		},
	};
}
