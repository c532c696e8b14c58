// A page cannot see why the Worker refused its request, nor whether the request reached the
// Socket.IO server. The Worker's log and that server say so.

/** How long a line of the log waits for its request to fail, in milliseconds. */
const patience = 3000;

/**
 * Gathers evidence about the exchanges of the page of `origin`: sets their `refusal`, a line of the
 * log, and `reached`, and calls `onFound` with each exchange that it learns something about.
 */
export function gatherEvidence(origin, onFound) {
	let exchanges = [];
	let lines = [];

	function match() {
		lines = lines.filter(({ line, at }) => {
			const exchange = exchanges.find((exchange) => isAbout(line, exchange));
			if (exchange) {
				exchange.refusal = line;
				onFound(exchange);
			}
			return !exchange && performance.now() - at < patience;
		});
	}

	return {
		/** Forgets all exchanges. */
		restart() {
			exchanges = [];
			lines = [];
		},
		/** An exchange has begun or ended. */
		add(exchange) {
			if (!exchanges.includes(exchange)) exchanges.push(exchange);
			match();
		},
		/** The Worker has logged a line. */
		logged(line) {
			if (line.event !== "request-refused" || line.origin !== origin) return;
			lines.push({ line, at: performance.now() });
			match();
		},
		/** A request has reached the Socket.IO server. */
		reached(request) {
			if (request.origin !== origin) return;
			const exchange = exchanges.find(
				({ method, url, reached }) => method === request.method && url === request.url && !reached,
			);
			if (!exchange) return;
			exchange.reached = true;
			onFound(exchange);
		},
	};
}

/** The line may be about the exchange. It does not name its request, so this is a guess. */
function isAbout(line, { state, decision, refusal, transport, method, preflighted }) {
	const isUntold = state === "unreadable" || (state === "answered" && line.reportOnly && !decision);
	if (!isUntold || refusal || line.transport !== transport) return false;
	return line.method === method || (line.method === "OPTIONS" && preflighted);
}
