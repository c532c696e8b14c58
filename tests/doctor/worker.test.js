// `socketio-cors doctor` with this Worker, where there is nothing to find but what a policy that
// allows everyone opens up, and what a header of the page's costs.
import { describe } from "node:test";
import { granted, guarded, nobody, page, server, worker } from "./deployments.js";
import {
	danger,
	error,
	preflightForEachPoll,
	testFindings,
	unguarded,
	warning,
} from "./findings.js";

const listed = { origin: [page], credentials: true };
const header = ["--header", "x-token: secret"];
const cookie = ["--cookie", "session=secret"];
const nothing = {};

for (const version of [2, 3, 4]) {
	const behind = server(version, { allowEIO3: true });
	for (const client of version === 2 ? [2] : [2, 3, 4]) {
		const asks = ["--client", `${client}`];
		describe(`server ${version}, client ${client}`, () =>
			testFindings({
				"a list, with credentials": { of: worker(behind, listed), asks, finds: nothing },
				"a list, and a header and a cookie": {
					of: worker(behind, listed),
					asks: [...asks, ...header, ...cookie],
					// The others' polls may be kept by the browser: without a stamp they would be.
					finds: version === 4 ? preflightForEachPoll : nothing,
				},
			}));
	}
}

describe("server 4", () => {
	const behind = server(4);
	testFindings({
		"any origin": { of: worker(behind, { origin: "*" }), finds: unguarded },
		"any origin, and a header": {
			of: worker(behind, { origin: "*" }),
			asks: header,
			finds: { ...unguarded, ...preflightForEachPoll },
		},
		"any origin, echoed": { of: worker(behind, { origin: true }), finds: unguarded },
		"any origin, of a page whose browser has a cookie": {
			of: worker(behind, { origin: true }),
			asks: ["--websocket", ...cookie],
			finds: { "foreign-websocket": danger("101", '"websocketCookies": false') },
		},
		"a pattern": { of: worker(behind, { origin: "https://*.example.com" }), finds: nothing },
		routes: {
			of: worker(behind, { routes: { "/socket.io/": listed, "/api/": { origin: "*" } } }),
			finds: nothing,
		},
		"the headers of the page": {
			of: worker(behind, { ...listed, allowedHeaders: ["x-token"] }),
			asks: header,
			finds: preflightForEachPoll,
		},
		"a server that allows any origin with credentials": {
			of: worker(server(4, { cors: { origin: true, credentials: true } }), listed),
			asks: cookie,
			finds: nothing,
		},
		"a page of the same origin": {
			of: worker(behind, { origin: [] }),
			asks: ({ url }) => ["--origin", url],
			finds: nothing,
		},
		"WebSocket only, as the page": {
			of: worker(server(4, { transports: ["websocket"] }), listed),
			asks: ["--websocket"],
			finds: nothing,
		},
		"without EXPLAIN": { of: worker(behind, listed, { vars: { EXPLAIN: "off" } }), finds: nothing },
		"a tenant": {
			of: async () => {
				const deployment = await worker(behind, { origin: [{ kv: "tenant:" }] })();
				await deployment.kv.put(`tenant:${page}`, "");
				return deployment;
			},
			finds: nothing,
		},

		"an origin that is not listed, of a page that does not poll": {
			of: worker(behind, { origin: ["https://other.example"] }),
			asks: ["--websocket"],
			finds: { "websocket-refused": error(["403", "Forbidden"], `"origin": ["${page}"]`) },
		},
		"no policy, for a page that does not poll": {
			of: worker(behind),
			asks: ["--websocket"],
			finds: { "websocket-refused": error(["403", "Forbidden"], "no policy is set") },
		},
		"an origin that is not listed": {
			of: worker(behind, { origin: ["https://other.example"] }),
			finds: { "origin-not-listed": error(["403", "Forbidden"], `"origin": ["${page}"]`) },
		},
		"a tenant that has no key": {
			of: worker(behind, { origin: [{ kv: "tenant:" }] }),
			finds: { "origin-not-listed": error(["403", "Forbidden"]) },
		},
		"no policy": {
			of: worker(behind),
			finds: { "origin-not-listed": error(["403", "Forbidden"], "no policy is set") },
		},
		"a policy that is faulty because of a slash": {
			of: worker(behind, { origin: [`${page}/`] }),
			finds: { "server-error": error("503", ["npx wrangler tail", "socketio-cors check"]) },
		},
		"a policy that only reports": {
			of: worker(behind, { ...listed, reportOnly: true }),
			finds: {
				"no-cors-headers": error("200", "take `reportOnly` out"),
				"foreign-websocket": warning("101", "take `reportOnly` out"),
				"not-enforced": warning("report-only", ["`reportOnly`", "`REPORT_ONLY`"]),
			},
		},
		"a policy that only reports, and a server that guards itself": {
			of: worker(guarded(server(4, { cors: granted })), { ...listed, reportOnly: true }),
			finds: {
				"not-enforced": warning(
					"x-cors-decision: allow; reason=listed-origin",
					"take `reportOnly` out",
				),
			},
		},
		"a policy that only reports, and a page that does not poll": {
			of: worker(guarded(server(4, { cors: granted })), { ...listed, reportOnly: true }),
			asks: ["--websocket"],
			finds: { "not-enforced": warning("report-only") },
		},
		"a policy for http, and a page on https": {
			of: worker(behind, { origin: ["http://app.example.com"] }),
			finds: { "origin-near-miss": error("http://app.example.com", page) },
		},
		"a list without credentials, for a page with them": {
			of: worker(behind, { origin: [page] }),
			asks: ["--credentials"],
			finds: { "credentials-not-allowed": error(page, `"credentials": true`) },
		},
		"a header that is not allowed": {
			of: worker(behind, { ...listed, allowedHeaders: ["x-other"] }),
			asks: header,
			finds: { "header-not-allowed": error("access-control-allow-headers: x-other", "x-token") },
		},
		"a server that is gone": {
			of: worker(nobody, listed),
			finds: { "server-error": error("502") },
		},
	});
});
