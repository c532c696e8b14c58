// `socketio-cors doctor` with Socket.IO 2, which has `origins` and no `cors`.
import { describe } from "node:test";
import { page, server } from "./deployments.js";
import { danger, error, testFindings } from "./findings.js";

const acao = (value) => `access-control-allow-origin: ${value}`;

const reflects = {
	"any-origin-with-credentials": danger(acao("https://foreign.example"), "origins"),
};
const ask = ["--client", "2"];

describe("server 2, for client 2", () =>
	testFindings({
		"with nothing set": { of: server(2), asks: ask, finds: reflects },
		"with nothing set, and a header": {
			of: server(2),
			asks: [...ask, "--header", "x-token: secret"],
			finds: {
				"preflight-failed": error("400", "handlePreflightRequest"),
				...reflects,
			},
		},
		"a list of the page": {
			of: server(2, { origins: [`${page}:443`] }),
			asks: ask,
			finds: {},
		},
		"a text of the page's host": {
			of: server(2, { origins: "app.example.com:*" }),
			asks: ask,
			finds: {
				"loose-origin-check": danger("https://xample.com", `origins: ["${page}:443"]`),
			},
		},
		"a list without the port": {
			of: server(2, { origins: [page] }),
			asks: ask,
			finds: { "origin-not-listed": error(["403", "Forbidden"], `${page}:443`) },
		},
		"a list that the page is not in": {
			of: server(2, { origins: ["https://other.example:443"] }),
			asks: ask,
			finds: { "origin-not-listed": error(["403", "Forbidden"], ["`origins`", `${page}:443`]) },
		},
		"allowRequest refuses": {
			of: server(2, { allowRequest: (_, decide) => decide("not today", false) }),
			asks: ask,
			finds: { blocked: error(["403", "not today"], "allowRequest") },
		},
		"preflights for any origin": {
			of: server(2, { origins: [`${page}:443`], handlePreflightRequest: allowAny }),
			asks: [...ask, "--header", "x-token: secret"],
			finds: {
				"preflight-without-cors": error(acao("*"), "handlePreflightRequest"),
			},
		},
	}));

/** As the documentation of Socket.IO 2 has it, but for the origin. */
function allowAny(_, response) {
	response.writeHead(200, {
		"Access-Control-Allow-Headers": "x-token",
		"Access-Control-Allow-Origin": "*",
		"Access-Control-Allow-Credentials": true,
	});
	response.end();
}

describe("server 2, which is too old for the client", () => {
	const finds = {
		"version-mismatch": error(["EIO=4", ':0{"sid"'], "socket.io-client"),
		...reflects,
	};
	testFindings({
		"client 4, and a list with another port": {
			of: server(2, { origins: ["http://localhost:3000"] }),
			asks: ["--origin", "http://localhost:3001"],
			finds: {
				"version-mismatch": error(["EIO=4", ':0{"sid"'], "socket.io-client"),
				"origin-near-miss": error("http://localhost:3000", 'origins: ["http://localhost:3001"]'),
			},
		},
		"client 3": { of: server(2), asks: ["--client", "3"], finds },
		"client 4": { of: server(2), finds },
	});
});
