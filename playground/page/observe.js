// Observes every request and WebSocket of this page. It has to run before the Socket.IO client,
// which keeps the WebSocket class that it finds.

const listeners = new Set();

/**
 * Calls `listener` with each exchange when it begins and when it ends:
 * `{ method, url, transport, preflighted, startedAt, endedAt, state, status, decision }`.
 * `state` is `pending`, then `answered`, `unreadable` (the browser gives the page no
 * answer) or `cancelled`; `decision` is the `x-cors-decision` that the page may read.
 */
export function onExchange(listener) {
	listeners.add(listener);
}

function begin(method, url, transport, preflighted) {
	const { pathname, search } = new URL(url, location.href);
	const exchange = {
		...{ method, url: pathname + search, transport, preflighted },
		...{ startedAt: performance.now(), state: "pending" },
	};
	for (const listener of listeners) listener(exchange);
	return exchange;
}

function end(exchange, outcome) {
	if (exchange.state !== "pending") return;
	Object.assign(exchange, outcome, { endedAt: performance.now() });
	for (const listener of listeners) listener(exchange);
}

// Headers that Engine.IO's client sets and that need no preflight.
const simple = new Set(["accept", "content-type"]);

window.XMLHttpRequest = class extends XMLHttpRequest {
	#request;

	open(method, url, ...rest) {
		this.#request = { method, url, preflighted: false };
		super.open(method, url, ...rest);
	}

	setRequestHeader(name, value) {
		if (!simple.has(name.toLowerCase())) this.#request.preflighted = true;
		super.setRequestHeader(name, value);
	}

	send(body) {
		const { method, url, preflighted } = this.#request;
		const exchange = begin(method, url, "polling", preflighted);
		this.addEventListener("load", () => {
			const decision = this.getAllResponseHeaders().match(/^x-cors-decision: (.*)$/m)?.[1];
			end(exchange, { state: "answered", status: this.status, decision });
		});
		this.addEventListener("error", () => end(exchange, { state: "unreadable" }));
		this.addEventListener("abort", () => end(exchange, { state: "cancelled" }));
		super.send(body);
	}
};

window.WebSocket = class extends WebSocket {
	constructor(url, protocols) {
		super(url, protocols);
		const exchange = begin("GET", url, "websocket", false);
		this.addEventListener("open", () => end(exchange, { state: "answered" }));
		this.addEventListener("error", () => end(exchange, { state: "unreadable" }));
		this.addEventListener("close", () => end(exchange, { state: "cancelled" }));
	}
};
