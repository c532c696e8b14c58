// Explains a request under the document in the editor.
import { byId, element } from "./dom.js";
import { explain } from "./reports.js";

const form = byId("asked");

/** Explains the request of the form to the Worker at `edge`. Returns a function that explains it under another document. */
export function startExplainer(edge) {
	let document = "";
	const show = () => {
		const { asked, words } = question(edge);
		byId("answer").replaceChildren(...answer(explain(document, asked)), command(words));
	};
	form.addEventListener("input", show);
	form.addEventListener("submit", (event) => event.preventDefault());
	return (text) => {
		document = text;
		show();
	};
}

/** The request of the form, and the tool's options for it. */
function question(edge) {
	const value = (name) => form.elements[name].value.trim();
	const sender = value("sender");
	const isPage = sender === "page";
	const sendsOrigin = isPage || sender === "websocket";
	for (const name of ["method", "headers", "credentials"]) form.elements[name].disabled = !isPage;
	form.elements.origin.disabled = !sendsOrigin;
	const headers = value("headers")
		.split(",")
		.map((name) => name.trim())
		.filter(Boolean);
	const asked = {
		host: edge,
		origin: sendsOrigin ? value("origin") : undefined,
		path: value("path") || undefined,
		method: isPage ? value("method") : "GET",
		headers: isPage ? headers : [],
		credentials: isPage && form.elements.credentials.checked,
		websocket: sender === "websocket",
		embedded: sender === "embedded",
	};
	const words = [
		...(sendsOrigin
			? ["--origin", asked.origin]
			: [sender === "embedded" ? "--embedded" : "--no-origin"]),
		...["--host", edge],
		...(asked.path ? ["--path", asked.path] : []),
		...(asked.method === "GET" ? [] : ["--method", asked.method]),
		...(asked.headers.length > 0 ? ["--headers", asked.headers.join(",")] : []),
		...(asked.credentials ? ["--credentials"] : []),
		...(asked.websocket ? ["--websocket"] : []),
	];
	return { asked, words };
}

function answer({ error, valid, faults, preflight, request, outcome }) {
	if (error)
		return [
			element("p", { class: "state", "data-kind": "bad" }, `No browser sends this: ${error}`),
		];
	if (!valid) {
		const count = faults.length === 1 ? "a fault" : "faults";
		const text = `The document has ${count}. Fix ${faults.length === 1 ? "it" : "them"} to see what would happen.`;
		return [element("p", { class: "state", "data-kind": "bad" }, text)];
	}
	return [
		outcome && element("p", { class: "outcome" }, capitalised(outcome)),
		element(
			"div",
			{ class: "exchanges" },
			preflight ? exchange(preflight, "First, the browser's preflight") : undefined,
			exchange(request, preflight ? "The request itself, if the preflight passes" : "The request"),
		),
	].filter(Boolean);
}

function exchange(exchange, title) {
	const { method, url, origin, meantOrigin, decision, reason, why, reportOnly } = exchange;
	const { rule, pattern, kvKeys, removedHeaders, headers, body } = exchange;
	const place = ({ at: { line, column } }) => ` (line ${line}, column ${column})`;
	const facts = [
		["Reason", element("span", {}, element("b", {}, reason), `: ${why}`)],
		meantOrigin && ["Meant", `no browser sends that Origin; it would send ${meantOrigin}`],
		rule && ["Rule", `the one for ${rule.prefix}${place(rule)}`],
		pattern && ["Pattern", pattern.text + place(pattern)],
		kvKeys.length > 0 && ["KV key", `${kvKeys.join(", ")}, assumed to be missing`],
		removedHeaders.length > 0 && ["Removed", `${removedHeaders.join(", ")} from the request`],
		reason === "unlisted-origin" &&
			origin !== "null" && ["To allow it", `add "${origin}" to the origins of the rule`],
		["Answer", whose(exchange)],
	].filter(Boolean);
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
	if (body) lines.push("", body);
	const { pathname, search } = new URL(url);
	return element(
		"article",
		{ class: "exchange-card", "data-verdict": decision },
		element(
			"header",
			{},
			element("h3", {}, title),
			element("p", { class: "decision" }, reportOnly ? `${decision}, but only reported` : decision),
		),
		element("p", { class: "request" }, `${method} ${pathname}${search}`),
		element("p", { class: "request" }, origin ? `Origin: ${origin}` : "no Origin header"),
		element(
			"dl",
			{},
			...facts.flatMap(([term, text]) => [element("dt", {}, term), element("dd", {}, text)]),
		),
		lines.length > 0 ? element("pre", {}, lines.join("\n")) : undefined,
	);
}

function whose({ answeredBy, status, untouched }) {
	if (answeredBy === "edge")
		return `${status} from the Worker; the Socket.IO server never sees the request`;
	if (untouched) return "the Socket.IO server's, untouched";
	return "the Socket.IO server's, with these CORS headers instead of its own";
}

/** The same explanation on the command line. */
function command(words) {
	const typed = words.map((word) =>
		/^[\w./:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
	);
	return element(
		"details",
		{},
		element("summary", {}, "The same on the command line"),
		element("pre", {}, `socketio-cors explain policy.json ${typed.join(" ")}`),
	);
}

function capitalised(text) {
	return text[0].toUpperCase() + text.slice(1);
}
