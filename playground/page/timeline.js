// The timeline of a connection: a row an exchange and a row an event.
import { element } from "./dom.js";

const maxRows = 200;

/** A timeline in `list`, an `<ol>` in what scrolls. */
export function startTimeline(list) {
	const view = list.parentElement;
	let start = performance.now();
	const rows = new Map();
	// Until its reader scrolls back, the last row is in sight.
	let follows = true;
	view.addEventListener("scroll", () => {
		follows = view.scrollHeight - view.scrollTop - view.clientHeight < 40;
	});

	function add(row) {
		list.append(row);
		if (list.childElementCount > maxRows) list.firstElementChild.remove();
	}

	function keepUp() {
		if (follows) view.scrollTop = view.scrollHeight;
	}

	return {
		/** Empties it; its time begins anew. */
		restart() {
			start = performance.now();
			rows.clear();
			follows = true;
			list.replaceChildren();
		},
		/** Milliseconds since it began. */
		elapsed: () => performance.now() - start,
		/** Shows an exchange, or shows it anew. */
		exchange(exchange) {
			const row = exchangeRow(exchange, exchange.startedAt - start);
			const before = rows.get(exchange);
			rows.set(exchange, row);
			if (before?.isConnected) before.replaceWith(row);
			else if (!before) add(row);
			keepUp();
		},
		/** Shows what happened just now: `kind` is `good`, `bad` or `message`. */
		event(text, kind) {
			add(
				element(
					"li",
					{ class: "event", "data-kind": kind },
					element("span", { class: "at" }, milliseconds(performance.now() - start)),
					element("span", { class: "what" }, text),
				),
			);
			keepUp();
		},
	};
}

/** What is known of an exchange: `verdict`, which is `allow` or the like, and `details`. */
export function judge({ state, status, decision, refusal, reached, method, transport }) {
	const [verdict, ...rest] = decision?.split("; ") ?? [];
	const reported =
		rest.includes("report-only") || refusal?.reportOnly ? "only reported" : undefined;
	const field = (name) => rest.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
	const server = reached ? "reached the server" : undefined;
	if (state === "pending") return { verdict: "waiting", details: [server] };
	if (state === "cancelled") return { verdict: "ended", details: [server] };
	if (verdict) {
		const details = [reported, server];
		return { verdict, reason: field("reason"), policy: field("policy"), details };
	}
	if (state === "answered" && transport === "websocket") {
		const hidden = "it opened, its headers are hidden from pages";
		return { verdict: "allow", details: [hidden, server] };
	}
	if (state === "answered") return { verdict: String(status), details: [server] };
	if (!refusal) {
		const hidden = "no answer that the page may read";
		return { verdict: "unreadable", details: [hidden, server] };
	}
	const { reason, policy } = refusal;
	const unsent = refusal.method !== method && "its preflight was refused, so it was not sent";
	const details = [
		unsent || undefined,
		reported,
		reached ? "reached the server" : "never reached the server",
	];
	return { verdict: "refuse", reason, policy, details, source: "the Worker's log" };
}

function exchangeRow(exchange, at) {
	const { method, transport, status, startedAt, endedAt, preflighted, state } = exchange;
	const { verdict, reason, details, source } = judge(exchange);
	const passed = preflighted && state === "answered" ? "its preflight passed" : undefined;
	const why = [reason, passed, ...details, source && `told by ${source}`];
	return element(
		"li",
		{ class: "exchange", "data-verdict": verdict },
		element("span", { class: "at" }, milliseconds(at)),
		element(
			"span",
			{ class: "what" },
			element("b", {}, transport === "websocket" ? "WebSocket" : `${method} poll`),
			status ? ` ${status}` : "",
		),
		element("span", { class: "verdict" }, verdict),
		element("span", { class: "took" }, endedAt ? `${milliseconds(endedAt - startedAt)}` : "…"),
		element("span", { class: "why" }, why.filter(Boolean).join(" · ")),
	);
}

function milliseconds(time) {
	return `${Math.round(time)} ms`;
}
