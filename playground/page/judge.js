// The verdict on an exchange, by the best source that there is: the answer's own header, else the
// Worker's log, else what the page sees.

const wentOn = "the policy only reports, so the request went on";

/**
 * The `verdict`, such as `allow`; `details`; and, where they are known, the `reason`, the version of
 * the `policy`, and the `source` if it is not the answer itself.
 */
export function judge({ state, status, decision, refusal, reached, method, transport }) {
	const server = reached ? "reached the server" : undefined;
	if (state === "pending") return { verdict: "waiting", details: [server] };
	if (state === "cancelled") return { verdict: "ended", details: [server] };
	if (decision) return ofHeader(decision, server);
	if (refusal) return ofLog(refusal, { server, method, isUnreadable: state === "unreadable" });
	if (state === "unreadable")
		return { verdict: "unreadable", details: ["no answer that the page may read", server] };
	if (transport === "websocket")
		return { verdict: "opened", details: ["its headers are hidden from pages", server] };
	return { verdict: String(status), details: [server] };
}

/** The verdict of the answer's `x-cors-decision`. */
function ofHeader(decision, server) {
	const [verdict, ...rest] = decision.split("; ");
	const field = (name) => rest.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
	const isReported = rest.includes("report-only");
	return {
		verdict: isReported && verdict === "refuse" ? "reported" : verdict,
		reason: field("reason"),
		policy: field("policy"),
		details: [isReported ? wentOn : undefined, server],
	};
}

/** The verdict of the Worker's log. */
function ofLog({ reason, policy, reportOnly, method: logged }, { server, method, isUnreadable }) {
	const known = { reason, policy, source: "the Worker's log" };
	if (reportOnly) {
		const unread = isUnreadable
			? "the server's own answer does not let the page read it"
			: undefined;
		return { verdict: "reported", ...known, details: [wentOn, server, unread] };
	}
	const unsent = logged === method ? undefined : "its preflight was refused, so it was not sent";
	return { verdict: "refuse", ...known, details: [unsent, server ?? "never reached the server"] };
}
