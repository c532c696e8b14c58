// `socketio-cors doctor` where the answers name what stands before the server: the first fix is for that.
// crates/cli/src/doctor/diagnosis/tests/software.rs holds each finding against each proxy.
import { describe } from "node:test";
import { before, granted, guarded, meddling, named, page, server } from "./deployments.js";
import { testFindings, testFirstFindings, warning } from "./findings.js";

const good = server(4, { cors: granted });
const silent = server(4);
const header = ["--header", "x-token: secret"];
const allow = "access-control-allow-origin";

const proxies = {
	Cloudflare: { server: "cloudflare", "cf-ray": "1-AMS" },
	CloudFront: { via: "1.1 1a.cloudfront.net (CloudFront)", "x-amz-cf-id": "abc==" },
	"API Gateway": { "x-amzn-requestid": "1", "x-amz-apigw-id": "1=" },
	Envoy: { server: "istio-envoy" },
	Kong: { via: "1.1 kong/3.6.1", "x-kong-proxy-latency": "1" },
	Fastly: { "x-served-by": "cache-ams1-AMS" },
	LiteSpeed: { server: "LiteSpeed" },
	Vercel: { server: "Vercel", "x-vercel-id": "fra1::1" },
	"Front Door": { "x-azure-ref": "1" },
	Varnish: { "x-varnish": "1 2" },
};

/** A row for each proxy that is named in every answer of what `make` makes; the fix begins with its own. */
const behindEach = (make, row, fixes) =>
	Object.fromEntries(
		Object.entries(fixes).map(([name, fix]) => {
			const nginx = ["Cloudflare", "CloudFront"].includes(name) ? [] : ["nginx"];
			return [name, { of: make(proxies[name]), fix: [name, fix], not: nginx, ...row }];
		}),
	);

const adding = (value) => (headers) =>
	meddling(good, ({ headers: own, ...answer }) => {
		const values = own[allow] ? [own[allow], value] : value;
		return { ...answer, headers: { ...own, ...headers, [allow]: values } };
	});

const answeringOptions = (status, body) => (headers) =>
	named(
		before(good, ({ method }, answer) => {
			if (method !== "OPTIONS") return false;
			answer(status, {}, body);
			return true;
		}),
		headers,
	);

describe("an origin that is sent twice, behind", () =>
	testFirstFindings(
		behindEach(
			adding("*"),
			{ is: "error doubled-origin" },
			{
				Cloudflare: "Response Header Transform Rule",
				CloudFront: "response headers policy",
				Envoy: "append_action: OVERWRITE_IF_EXISTS_OR_ADD",
				Kong: "response-transformer",
				Fastly: "set resp.http.Access-Control-Allow-Origin",
				LiteSpeed: ".htaccess",
				Vercel: "vercel.json",
				"Front Door": "Overwrite",
				Varnish: "vcl_deliver",
			},
		),
	));

describe("a preflight that is refused, behind", () =>
	testFirstFindings(
		behindEach(
			answeringOptions(405, "no"),
			{ is: "error preflight-failed", asks: header },
			{
				"API Gateway": "--http-method OPTIONS --authorization-type NONE",
				Kong: "methods: [GET, POST, OPTIONS]",
				Fastly: 'req.method == "OPTIONS"',
				Envoy: "corsPolicy",
				CloudFront: "AllViewer",
			},
		),
	));

describe("a handshake that is kept, behind", () =>
	testFirstFindings(
		behindEach(
			(headers) => named(good, { ...headers, "x-cache": "HIT" }),
			{ is: "error cached-handshake" },
			{ Fastly: "vcl_recv", "Front Door": "without caching", Kong: "proxy-cache" },
		),
	));

describe("two origins, one header for each,", () => {
	const both = [page, "https://admin.example.com"];
	testFirstFindings({
		"by the server": {
			of: async () => {
				const deployment = await silent();
				for (const { io } of deployment.servers)
					io.engine.on("headers", (headers) => {
						headers[allow] = both;
					});
				return deployment;
			},
			is: "error doubled-origin",
			says: "another origin each time",
			fix: ["One program writes out its list", `origin: ["https://admin.example.com", "${page}"]`],
		},
		"by IIS": {
			of: named(silent, { server: "Microsoft-IIS/10.0", [allow]: both }),
			is: "error doubled-origin",
			fix: `<add origin="${page}" />`,
		},
	});
});

describe("a header that a proxy sets alone", () =>
	testFindings({
		"needs no change for a page that needs no preflight": {
			of: named(guarded(silent), { server: "nginx/1.24.0", [allow]: page, vary: "Origin" }),
			finds: {
				"preflight-failed": warning("Bad handshake method", [
					"delete it there first",
					"if ($request_method = OPTIONS) {",
				]),
			},
		},
	}));

describe("a cookie that Chromium does not send with a foreign WebSocket", () => {
	const setting = (cookie) => named(good, { "set-cookie": cookie });
	const kept = (cookie) => ({
		of: setting(cookie),
		finds: {
			"cookie-not-cross-site": warning(cookie.split("=")[0], "SameSite=None; Secure"),
			"foreign-websocket": warning("101", "allowRequest"),
		},
	});
	testFindings({
		"without SameSite": kept("sid=1; path=/"),
		"with SameSite=Lax": kept("sid=1; path=/; SameSite=Lax; Secure"),
		"with SameSite=Strict": kept("sid=1; path=/; SameSite=Strict"),
		"of HAProxy": kept("SRV=s1; path=/"),
	});
});
