// Which policy the Worker decides by.

/**
 * Asks the Worker at `edge` with a preflight of its own origin, which any policy allows
 * and which makes no line in the log. Resolves to the version in its `x-cors-decision`, or
 * to `undefined` if the Worker gave no answer.
 */
export async function askVersionInForce(edge) {
	try {
		const { headers } = await fetch(`${edge}/socket.io/`, {
			method: "OPTIONS",
			headers: { Origin: edge, "Access-Control-Request-Method": "GET" },
			signal: AbortSignal.timeout(3000),
		});
		return headers.get("x-cors-decision")?.match(/policy=(\w+)/)?.[1];
	} catch {
		return undefined;
	}
}
