// The timeline of a connection: a row for each exchange and each event.
import { element } from "./dom.js";
import { judge } from "./judge.js";

const maxRows = 200;

/** A timeline in `list`, an `<ol>` in what scrolls. */
export function startTimeline(list) {
	const view = list.parentElement;
	let start = performance.now();
	const rows = new Map();
	// It scrolls to the last row, until the reader scrolls back.
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
		/** Shows an exchange, or updates its row. */
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
					element("span", { class: "at" }, shown(performance.now() - start)),
					element("span", { class: "what" }, text),
				),
			);
			keepUp();
		},
	};
}

function exchangeRow(exchange, at) {
	const { method, transport, status, startedAt, endedAt, preflighted, state } = exchange;
	const { verdict, reason, details, source } = judge(exchange);
	const passed = preflighted && state === "answered" ? "its preflight passed" : undefined;
	const why = [reason, passed, ...details, source && `from ${source}`];
	return element(
		"li",
		{ class: "exchange", "data-verdict": verdict },
		element("span", { class: "at" }, shown(at)),
		element(
			"span",
			{ class: "what" },
			element("b", {}, transport === "websocket" ? "WebSocket" : `${method} poll`),
			status ? ` ${status}` : "",
		),
		element("span", { class: "verdict" }, verdict),
		element("span", { class: "took" }, endedAt ? shown(endedAt - startedAt) : "…"),
		element("span", { class: "why" }, why.filter(Boolean).join(" · ")),
	);
}

/** A time in milliseconds, for people. */
function shown(time) {
	return time < 1000 ? `${Math.round(time)} ms` : `${(time / 1000).toFixed(1)} s`;
}
