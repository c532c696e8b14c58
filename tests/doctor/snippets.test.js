// Every line that `doctor` tells people to paste is pasted by a test of fixes, or read by a parser of its
// language, or is in the list of those for which there is nothing here to paste it into.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Script } from "node:vm";
import { parse as parseYaml } from "yaml";
import { hasNginx, startNginx } from "../harness/nginx.js";
import { root } from "../harness/process.js";
import { startProxyWith } from "../security/proxies.js";
import { snippets } from "./snippets.js";

/** The texts by which the tests of fixes find what they paste. */
const pasted = ["fixes", "fixes-proxies", "fixes-frameworks"].flatMap((name) => {
	const text = readFileSync(new URL(`${name}.test.js`, import.meta.url), "utf8");
	const calls = text.matchAll(/paste\(\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/g);
	return [...calls].map(([, double, single]) => (double ?? single).replaceAll('\\"', '"'));
});

const python = (code) => (text) => {
	const program = join(root, ".tools/python/bin/python");
	const { status, stderr } = spawnSync(program, ["-c", code], { input: text, encoding: "utf8" });
	assert.equal(status, 0, `${text}: ${stderr}`);
};
const withoutEllipsis = (text) => text.replaceAll(/,? …,?/g, "");
const asShell = (text) => {
	const command = text.replace(/<(\w+)>/, "$1");
	const { status, stderr } = spawnSync("sh", ["-n"], { input: command, encoding: "utf8" });
	assert.equal(status, 0, `${text}: ${stderr}`);
};
const asCaddyfile = async (text) => {
	if (existsSync(join(root, ".tools/caddy")))
		await (await startProxyWith("Caddy", "", text)).stop();
};
const asApache = async (text) => {
	if (existsSync(join(root, ".tools/apache2")))
		await (await startProxyWith("Apache", "", text)).stop();
};
const asHaproxy = async (frontend, backend) => {
	if (existsSync(join(root, ".tools/haproxy")))
		await (await startProxyWith("HAProxy", "127.0.0.1:9", frontend, backend)).stop();
};
const asNginx = async (text) => {
	if (hasNginx) await (await startNginx(`${text} server { listen 127.0.0.1:PORT; }`)).stop();
};

/** By the language of a snippet, how it begins, and what reads it. */
const languages = [
	[
		/^(app\.use\((\(req|rateLimit|session|cors\(\{ methods)|app\.useWebSocketAdapter|io\.|httpServer\.|createSecureServer|allowed\.|const (asks|socket)\b|\/\/ |\/\^)/,
		(text) => new Script(withoutEllipsis(text)),
	],
	[
		/^(allowList|changeOrigin|origin: new |configureServer|px_filter_by_route|skipTrailing|timeout: [\d{].*proxyTimeout)/,
		(text) => new Script(`({ ${withoutEllipsis(text)} })`),
	],
	[/^const token\b/, (text) => new Script(`(() => { ${text} })`)],
	[/^await /, (text) => new Script(`(async () => { ${text} })`)],
	[/^import /, (text) => new Script(withoutEllipsis(text.replace(/^import .*\n/gm, "")))],
	[/^\{ [^$]*"/, (text) => JSON.parse(text.replace("{ …,", "{"))],
	[
		/^(nginx\.ingress|access_control:|apiVersion:|bots:|typed_per_filter_config:|- (to|from|uri):|- match:|upgrade_configs|trafficPolicy|service:|originRequest:|ports:|timeout:)/,
		(text) => assert.equal(typeof parseYaml(text), "object"),
	],
	[
		// Envoy's, Istio's and Kong's.
		/^(allow_headers|append_action|config|corsPolicy|hash_on|hash_policy|host_rewrite_literal|max_request_headers_kb|methods|plugins|preserve_host|protocols|read_timeout|response_headers_to_remove|strip_path):/,
		(text) => assert.equal(typeof parseYaml(text), "object"),
	],
	[
		/^(@limiter|SESSION_COOKIE|app = |application|cors_(allowed_origins|credentials)=|app\.mount|sio = .*transports|ALLOWED_HOSTS|socketio = )/,
		python("import ast, sys; ast.parse(sys.stdin.read())"),
	],
	[
		/^<(web|handlers|cors|location path|proxy |rule |add |requestLimits |verbs )/,
		python(
			"import sys, xml.etree.ElementTree as x; x.fromstring('<a>' + sys.stdin.read() + '</a>')",
		),
	],
	[
		/^(certbot|curl|mkcert|npm|pip|npx|daphne|hypercorn|uvicorn|go|openssl|gcloud|gh|az|aws|kubectl|fly|ngrok|devtunnel|cloudflared|heroku|socketio-cors) /,
		asShell,
	],
	[
		/^(@login not path|reverse_proxy (10|https|\S+ \{\ntransport)|header \+|request_body )/,
		asCaddyfile,
	],
	[
		/^(RewriteEngine On\nRewriteRule|ProxyPreserveHost|Header (add Set|merge|set)|LimitRequest)/,
		asApache,
	],
	[
		/^(http-request (del|set)-header|http-response (add|del|set)-header|use_backend)/,
		(text) => asHaproxy(text),
	],
	[/^(balance source|cookie SRV|server upstream)/, (text) => asHaproxy("", text)],
	[/^(upstream io|ssl_protocols|proxy_ssl)/, asNginx],
	[
		/^proxy_pass http:\/\/\d/,
		(text) => asNginx(`server { listen 127.0.0.1:PORT; location /x/ { ${text} } }`),
	],
];

/** Snippets for which neither this machine nor the Makefile has a server, a compiler or a parser. */
const unread = [
	"Content-Security-Policy: ", // the page's own header, which page-policy.test.js sends
	"--skip-auth-", // oauth2-proxy
	"starts_with(", // Cloudflare's rules
	"not starts_with(",
	"if (req.url ~ ", // Varnish
	"if (req.http.upgrade ~ ", // Varnish
	"sub vcl_recv", // Varnish
	"set resp.http.", // Varnish and Fastly
	"if (req.method", // Varnish and Fastly
	"if (req.url.path ~ ", // Fastly
	".first_byte_timeout", // Fastly
	"varnishd ", // Varnish
	"# Header add", // LiteSpeed
	"CacheDisable", // a module that the tests' Apache does not load
	"@asked not", // Caddy 2.8
	"@others not", // Caddy 2.8
	"match {", // a plugin of Caddy
	"http-request auth", // a list of users of theirs
	"http-request deny", // a condition of theirs
	"http-request cache-use", // a cache of theirs
	"cookie … secure", // the end of a line of theirs
	"Set-Cookie: …", // a header's end
	"if (req.http.Upgrade)", // Fastly
	"$io->origins(", // phpsocket.io
	"$io = ", // phpsocket.io
	"# ", // where a header of theirs stands
	"servers {", // Caddy's global options, beside the site of the tests
	"tune.bufsize", // HAProxy's section `global`
	"config.set", // netty-socketio
	"configuration.setAllowedOrigins", // Spring
	"http.authorizeHttpRequests", // Spring
	"$middleware->", // Laravel
	"protection", // Go
	"CheckOrigin", // Go
	"allowed := ", // Go
	"options", // Go
	"app.Use(", // Go
	"let cors = ", // Rust
	"async fn check_origin", // Rust
	"SocketIo::builder()", // Rust
	"socketioxide = ", // Cargo.toml
	"traefik.", // a label of Docker
	"passenger_", // Passenger
	"Passenger",
	"websocket /socket.io/ {", // OpenLiteSpeed
	"Install-WindowsFeature", // PowerShell
	"ssl_certificate ", // a file of theirs
	"modsecurity ", // a module that the tests' nginx does not have
	"implementation ", // Gradle
	"extprocessor ", // OpenLiteSpeed
	"{before} {header}", // the lines of headers, which are pasted for nginx, Apache and Caddy
];

test("every snippet of a fix is pasted, parsed or listed", async () => {
	const all = new Set(snippets());
	assert.ok(all.size > 150, `${all.size}`);
	const unknown = [];
	for (const text of all) {
		const [, read] = languages.find(([begins]) => begins.test(text)) ?? [];
		const isKnown =
			pasted.some((part) => text.includes(part)) || unread.some((part) => text.startsWith(part));
		if (read) await read(text);
		else if (!isKnown) unknown.push(text);
	}
	assert.deepEqual(unknown, []);
});

test("every text in the list of unread snippets exists", () => {
	const all = snippets();
	for (const part of unread)
		assert.ok(
			all.some((text) => text.startsWith(part)),
			part,
		);
});
