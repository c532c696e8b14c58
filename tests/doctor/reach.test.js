// `socketio-cors doctor` with what cannot be reached, and what is not what the page takes it for.
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { WebSocketServer } from "ws";
import { environment } from "../harness/process.js";
import { useTool } from "../harness/tool.js";
import { createAuthority } from "./certificates.js";
import { granted, nobody, page, server, stub, tcp } from "./deployments.js";
import { error, testFindings, testFirstFindings, unguarded } from "./findings.js";

const good = (more) => server(4, { cors: granted }, more);
/** The same deployment at another URL. */
const at = (of, rename) => async () => {
	const deployment = await of();
	return { ...deployment, url: rename(deployment.url) };
};
describe("the connection to the server:", () =>
	testFindings({
		"a name that does not exist": {
			of: at(nobody, () => "https://socketio.invalid"),
			finds: { "dns-failed": error("socketio.invalid") },
		},
		"a closed port": { of: nobody, finds: { "connection-failed": error("refused") } },
		"a server that never answers": {
			of: tcp(() => {}),
			asks: ["--timeout", "1"],
			finds: { "no-answer-in-time": error("no answer came in time", "--timeout 60") },
		},
		"a server that hangs up": {
			of: tcp((socket) => socket.destroy()),
			finds: { "connection-failed": error("GET") },
		},
		"http, for a page on https": {
			of: at(good(), (url) => url.replace("127.0.0.1", "0.0.0.0")),
			finds: { "mixed-content": error([page, "http://0.0.0.0"], "http://localhost"), ...unguarded },
		},
		"ws:// is http://": { of: at(good(), (url) => url.replace("http", "ws")), finds: unguarded },
		"a request's URL": {
			of: at(good(), (url) => `${url}/socket.io/?EIO=4&transport=polling&t=abc`),
			finds: unguarded,
		},
		"a URL with the path, which the client takes for a namespace": {
			of: at(good(), (url) => `${url}/socket.io/`),
			finds: {
				"namespace-refused": error("Invalid namespace", "leave it out"),
				...unguarded,
			},
		},
		"https at a port that speaks only http": {
			of: at(good(), (url) => url.replace("http", "https")),
			finds: { "tls-failed": error("https://127.0.0.1") },
		},
	}));

/** It answers a whole request in plain http, and whatever else comes as `otherwise` does. */
const plain = (otherwise) =>
	tcp((socket) =>
		socket.on("data", (data) => {
			if (data.toString("latin1").startsWith("GET / HTTP/1.1\r\n"))
				socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
			else otherwise(socket);
		}),
	);

describe("https at a port that speaks http, and answers a TLS handshake", () => {
	const found = (of, says) => ({
		of: at(of, (url) => url.replace("http", "https")),
		asks: ["--timeout", "1"],
		is: "error tls-failed",
		says: ["speaks plain http, and the URL says https", says],
		fix: 'io("http://127.0.0.1:',
		not: "another program",
	});
	testFirstFindings({
		"without a status line, as Werkzeug does": found(
			plain((socket) => socket.end("<!DOCTYPE HTML>\n<title>Error response</title>")),
			"does not speak TLS",
		),
		"not at all, as Tornado does": found(
			plain(() => {}),
			"no answer came in time",
		),
	});
});

describe("TLS", () => {
	let authority, tool, env;
	before(async () => {
		authority = await createAuthority();
		tool = await useTool();
		const trusted = join(tool.directory, "authority.pem");
		await authority.writeTo(trusted);
		env = { ...environment, SSL_CERT_FILE: trusted };
	});
	after(() => tool.remove());
	const trusting = () => env;
	const withCertificate = (options, more) => async () => {
		const certificate = await authority.issue(options);
		const http = () => createTlsServer({ ...certificate, ...more }).on("tlsClientError", () => {});
		return good({ http })();
	};

	testFindings({
		"a valid certificate": { of: withCertificate(), env: trusting, finds: unguarded },
		"one without its intermediate certificate": {
			of: withCertificate(),
			finds: { "tls-failed": error("sends its certificate alone", "fullchain.pem") },
		},
		"one from an untrusted authority": {
			of: withCertificate({ withAuthority: true }),
			finds: { "tls-failed": error("an authority that this system does not trust", "mkcert") },
		},
		"one that is self-signed": {
			of: withCertificate({ selfSigned: true }),
			finds: { "tls-failed": error("self-signed", "mkcert localhost") },
		},
		"one that has expired": {
			of: withCertificate({ until: -1 }),
			env: trusting,
			finds: { "tls-failed": error("expired") },
		},
		"one for another name": {
			of: withCertificate({ ip: "127.0.0.2" }),
			env: trusting,
			finds: { "tls-failed": error("127.0.0.2") },
		},
		"none from the client, if the server requires one": {
			of: withCertificate({}, { requestCert: true, rejectUnauthorized: true }),
			env: trusting,
			finds: {
				"tls-failed": error("wants a certificate of whoever asks", "Authenticated Origin Pulls"),
			},
		},
	});
});

describe("the answer comes from", () =>
	testFindings({
		"no Socket.IO": {
			of: stub((_, response) => response.writeHead(404).end("Cannot GET /socket.io/")),
			finds: { "not-socket-io": error(["404", "Cannot GET"], "httpServer.listen") },
		},
		"an app's page for every path": {
			of: stub((_, response) =>
				response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html>"),
			),
			finds: { "not-socket-io": error(["200", "<!doctype html>"], "location /socket.io/") },
		},
		"an error": {
			of: stub((_, response) => response.writeHead(500).end("TypeError")),
			finds: { "server-error": error(["500", "TypeError"]) },
		},
		"a redirect to another host": {
			of: stub(({ url }, response) =>
				response.writeHead(308, { Location: `https://www.example.com${url}` }).end(),
			),
			finds: { redirected: error(["308", "https://www.example.com/"], "https://www.example.com") },
		},
		"a redirect to a login page": {
			of: stub((_, response) =>
				response.writeHead(302, { Location: "https://login.example/sign-in" }).end(),
			),
			finds: {
				"login-required": error("https://login.example/sign-in", "Exclude Socket.IO's path"),
			},
		},
	}));

describe("another WebSocket server answers the upgrade", () => {
	/** `version` 3 has a `ws` of its own: one takes no socket twice. */
	const beside = (alone) => async () => {
		const deployment = await server(3, { cors: granted })();
		const [{ http }] = deployment.servers;
		if (alone) http.removeAllListeners("upgrade");
		const sockets = new WebSocketServer({ server: http });
		sockets.on("connection", (socket) => socket.on("error", () => {}));
		return {
			...deployment,
			async stop() {
				for (const socket of sockets.clients) socket.terminate();
				await deployment.stop();
			},
		};
	};
	testFindings({
		"but sends nothing": {
			of: beside(true),
			asks: ["--timeout", "1"],
			finds: { "probe-failed": error("101") },
		},
		"as Socket.IO does too": {
			of: beside(false),
			finds: { "probe-failed": error("101") },
		},
	});
});
