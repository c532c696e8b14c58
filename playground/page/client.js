// A page of one origin that connects through the Worker, and shows what happens.
import { io } from "/socket.io-client.js";
import { byId } from "./dom.js";
import { gatherEvidence } from "./evidence.js";
import { follow } from "./feed.js";
import { judge } from "./judge.js";
import { keepFields } from "./keep.js";
import { onExchange } from "./observe.js";
import { pageName } from "./pages.js";
import { startTimeline } from "./timeline.js";
import { whyNotConnected } from "./why-not-connected.js";

const setting = await (await fetch("/setting")).json();
const { edge, upstream } = setting;
const timeline = startTimeline(byId("timeline"));
const evidence = gatherEvidence(location.origin, show);
const main = document.querySelector("main");
let socket;
let attempt = 0;
let exchanges = new Set();
/** The policy by which the Worker decided last. */
let inForce;

byId("number").textContent = pageName(location.origin, setting);
byId("origin").textContent = location.origin;
if (upstream) byId("server").textContent = "Your server";
document.title = `${location.origin} · socketio-cors-edge`;
keepFields(byId("options"));
keepFields(byId("message"));

onExchange((exchange) => {
	// The previous connection may still be closing.
	if (new URL(exchange.url, edge).searchParams.get("attempt") !== String(attempt)) return;
	exchanges.add(exchange);
	evidence.add(exchange);
	show(exchange);
});
follow({
	// Before, the events about the first requests would be missed.
	open: connect,
	log: ({ line }) => evidence.logged(line),
	reached: evidence.reached,
	saved({ inForce: now }) {
		if (now !== inForce && byId("again").checked) connect();
	},
});

byId("connect").addEventListener("click", connect);
byId("disconnect").addEventListener("click", () => {
	socket?.disconnect();
	say("idle", "Disconnected");
});
byId("options").addEventListener("change", ({ target }) => {
	if (target.id !== "again") connect();
});
byId("options").addEventListener("submit", (event) => event.preventDefault());
byId("message").addEventListener("submit", (event) => {
	event.preventDefault();
	const { value } = byId("text");
	const sentAt = performance.now();
	timeline.event(`→ ${value}`, "message");
	socket.emit("echo", value, (answer) => {
		const took = Math.round(performance.now() - sentAt);
		timeline.event(`← ${answer}, echoed after ${took} ms`, "message");
	});
});
new ResizeObserver(report).observe(main);

function connect() {
	socket?.disconnect();
	attempt += 1;
	exchanges = new Set();
	evidence.restart();
	timeline.restart();
	delete byId("path").dataset.verdict;
	for (const fact of byId("path").querySelectorAll("span")) fact.textContent = "";
	say("busy", "Connecting…");
	socket = io(edge, {
		transports: byId("transports").value.split(","),
		withCredentials: byId("credentials").checked,
		extraHeaders: byId("header").checked ? { "x-token": "secret" } : {},
		query: { attempt },
		forceNew: true,
		reconnection: false,
	});
	const mine = socket;
	const ours = (handle) => (argument) => mine === socket && handle(argument);
	socket.on("connect", ours(connected));
	socket.on("connect_error", ours(failed));
	socket.on("disconnect", ours(disconnected));
	socket.io.engine.on("upgrade", ours(upgraded));
}

function connected() {
	byId("took").textContent = `ready in ${Math.round(timeline.elapsed())} ms`;
	const transport = nameOf(socket.io.engine.transport.name);
	timeline.event(`connected over ${transport}`, "good");
	say("good", `Connected over ${transport}`);
}

function upgraded({ name }) {
	timeline.event(`upgraded to ${nameOf(name)}`, "good");
	if (socket.connected) say("good", `Connected over ${nameOf(name)}`);
}

function failed(error) {
	timeline.event(`the client says: ${error.message}`, "bad");
	say("bad", "Not connected");
	sum();
	explainFailure(error);
}

/** Says why it is not connected, if the Worker's log does not say that it refused the page. */
async function explainFailure(error) {
	const mine = socket;
	const exchange = [...exchanges].at(-1);
	const withHeader = byId("header").checked;
	const why = await whyNotConnected(error, exchange, {
		...{ origin: location.origin, host: edge, credentials: byId("credentials").checked },
		headers: withHeader ? ["x-token"] : [],
	});
	if (mine === socket && byId("state").textContent === "Not connected")
		say("bad", "Not connected", why);
}

function disconnected(reason) {
	const isMeant = reason === "io client disconnect";
	timeline.event(`disconnected: ${reason}`, isMeant ? undefined : "bad");
	say("idle", "Disconnected");
}

/** Shows an exchange, and sums up the connection. */
function show(exchange) {
	if (!exchanges.has(exchange)) return;
	timeline.exchange(exchange);
	sum();
}

function sum() {
	const all = [...exchanges];
	byId("sent").textContent = counted(all.length, "request");
	byId("reached").textContent = upstream
		? "not watched"
		: `${all.filter(({ reached }) => reached).length} arrived`;
	const judged = all.map(judge);
	const opened = judged.find(({ verdict }) => verdict === "opened");
	const { verdict, reason, policy } = judged.findLast(({ reason }) => reason) ?? opened ?? {};
	if (!verdict) return;
	byId("path").dataset.verdict = verdict;
	byId("decision").textContent = verdict;
	byId("reason").textContent = reason ?? "its headers are hidden from pages";
	byId("policy").textContent = policy ? `policy ${policy}` : "";
	inForce = policy;
	if (verdict === "refuse" && byId("state").dataset.kind === "bad")
		say("bad", "Refused by the Worker");
}

function counted(count, noun) {
	return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function nameOf(transport) {
	return transport === "websocket" ? "WebSocket" : transport;
}

/** Tells the page around this frame how high this page is, and its state. */
function report() {
	const { textContent: text, dataset } = byId("state");
	const isRefused = byId("path").dataset.verdict === "refuse";
	const why = byId(isRefused ? "reason" : "why").textContent;
	const state = { kind: dataset.kind, text, why };
	window.parent.postMessage({ height: main.offsetHeight, state }, "*");
}

function say(kind, text, why = "") {
	byId("state").dataset.kind = kind;
	if (byId("state").textContent !== text) byId("state").textContent = text;
	byId("why").textContent = why;
	report();
	byId("send").disabled = kind !== "good";
	byId("disconnect").disabled = kind !== "good";
}
