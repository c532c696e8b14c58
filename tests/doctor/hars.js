// HAR files as Chrome's network panel and Firefox write them, which differ from Playwright's: what
// a browser keeps from a page has no body, a failure no status, and cookies are left out.

const server = "api.example.com";
const page = "https://app.example.com";

/** The URL of a poll, or of a WebSocket. */
export const urlOf = (more = "", scheme = "https") =>
	`${scheme}://${server}/socket.io/?EIO=4&transport=${scheme.startsWith("ws") ? "websocket" : "polling"}${more}`;

let time = Date.UTC(2026, 0, 1);
const now = () => {
	time += 300;
	return new Date(time).toISOString();
};

const listed = (headers) => Object.entries(headers).map(([name, value]) => ({ name, value }));

function content(body, { mimeType, base64 }) {
	const size = body?.length ?? 0;
	if (body === undefined) return { size, mimeType };
	if (!base64) return { size, mimeType, text: body };
	return { size, mimeType, text: Buffer.from(body).toString("base64"), encoding: "base64" };
}

/**
 * An entry of Chrome's.
 *
 * @param {object} [answer] its `status`, 0 for none; `headers`; `body`, as base64 if it says so;
 *   `error`, Chrome's name for what went wrong; `messages` of a WebSocket, as `[type, data]`
 */
export function chrome(method, url, answer = {}) {
	const { status = 200, headers = {}, body, base64, error = null, messages, asks = {} } = answer;
	const type = { OPTIONS: "preflight" }[method] ?? (url.startsWith("ws") ? "websocket" : "xhr");
	const entry = {
		_initiator: { type: "script", stack: { callFrames: [] } },
		_priority: "High",
		_resourceType: type,
		cache: {},
		pageref: "page_1",
		request: {
			method,
			url,
			httpVersion: status ? "h2" : "",
			headers: listed({ ":authority": server, ":method": method, origin: page, ...asks }),
			queryString: [],
			cookies: [],
			headersSize: -1,
			bodySize: 0,
		},
		response: {
			status,
			statusText: "",
			httpVersion: status ? "h2" : "",
			headers: listed(headers),
			cookies: [],
			content: content(body, { mimeType: status ? "text/plain" : "x-unknown", base64 }),
			redirectURL: "",
			headersSize: -1,
			bodySize: -1,
			_transferSize: 0,
			_error: error,
			_fetchedViaServiceWorker: false,
		},
		serverIPAddress: "",
		startedDateTime: now(),
		time: 20.1,
		timings: { blocked: 1, dns: -1, ssl: -1, connect: -1, send: 0, wait: 18, receive: 1 },
	};
	if (messages)
		entry._webSocketMessages = messages.map(([type, data]) => ({ type, time: 1, opcode: 1, data }));
	return entry;
}

/** The same, of Firefox's, with its `times` and the `state` of TLS. */
export function firefox(method, url, answer = {}) {
	const { status = 200, headers = {}, body, base64, asks = {} } = answer;
	const { times = { blocked: 0, dns: 0, connect: 0, ssl: 0, send: 0, wait: 30, receive: 0 } } =
		answer;
	return {
		startedDateTime: now(),
		request: {
			bodySize: 0,
			method,
			url,
			httpVersion: "HTTP/2",
			headers: listed({ Host: server, Origin: page, "Sec-Fetch-Site": "same-site", ...asks }),
			cookies: [],
			queryString: [],
			headersSize: 480,
		},
		response: {
			status,
			statusText: "",
			httpVersion: status ? "HTTP/2" : "",
			headers: listed(headers),
			cookies: [],
			content: content(body, { mimeType: "text/plain; charset=UTF-8", base64 }),
			redirectURL: headers.Location ?? "",
			headersSize: 200,
			bodySize: 300,
		},
		cache: {},
		timings: times,
		time: 30,
		_securityState: answer.state ?? "secure",
		...(status && { serverIPAddress: "203.0.113.7" }),
		connection: "443",
		pageref: "page_1",
	};
}

/** The recording of these entries. */
export const har = (...entries) => ({
	log: {
		version: "1.2",
		creator: { name: "WebInspector", version: "537.36" },
		pages: [{ startedDateTime: now(), id: "page_1", title: `${page}/`, pageTimings: {} }],
		entries,
	},
});
