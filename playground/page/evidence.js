// What a page cannot see of its own requests: why the Worker refused one, which its log
// says, and whether one reached the Socket.IO server, which that server says.

/** For how long a line of the log waits for its request to fail, in milliseconds. */
const patience = 3000;

/**
 * Gathers it for the exchanges of the page of `origin`: sets their `refusal`, a line of
 * the log, and `reached`, and calls `onFound` with those that it finds something of.
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
		/** Forgets the exchanges that there were. */
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

/** Whether a line may be about an exchange: it has no request's number. */
function isAbout(line, { state, decision, refusal, transport, method, preflighted }) {
	const isUntold = state === "unreadable" || (state === "answered" && line.reportOnly && !decision);
	if (!isUntold || refusal || line.transport !== transport) return false;
	return line.method === method || (line.method === "OPTIONS" && preflighted);
}
