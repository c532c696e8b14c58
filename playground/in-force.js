// The policy by which the Worker decides.

/**
 * Sends the Worker at `edge` a preflight from its own origin, which every policy allows and which is
 * not logged. Resolves to the version in its `x-cors-decision`, or to `undefined` if the Worker does
 * not answer.
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
