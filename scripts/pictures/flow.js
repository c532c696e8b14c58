// How a request flows: what the Worker answers itself, and what reaches the server.
import { escaped, sheet } from "./paper.js";

const width = 680;
/** Where each of the three stands, and how wide its box is. */
const places = {
	page: { x: 84, name: "a page", note: "in a browser" },
	worker: { x: 344, name: "this Worker", note: "at Cloudflare, with your policy" },
	server: { x: 596, name: "your server", note: "with Socket.IO" },
};
const boxWidth = { page: 120, worker: 208, server: 128 };
const boxHeight = 48;
const top = 20;

/** The groups of messages: who sends what to whom, and what the server has of it. */
const groups = [
	{
		title: "A preflight of an allowed page",
		messages: [
			["page", "worker", "OPTIONS"],
			["worker", "page", "204, with the policy's headers", "good"],
		],
		untold: true,
	},
	{
		title: "Its other requests",
		messages: [
			["page", "worker", "poll, POST or WebSocket"],
			["worker", "server", "unchanged"],
			["server", "worker", "the answer, as a stream"],
			["worker", "page", "with the policy's headers", "good"],
		],
	},
	{
		title: "Any request of another page",
		messages: [
			["page", "worker", "preflight, poll or WebSocket"],
			["worker", "page", "403", "bad"],
		],
		untold: true,
	},
];

const style = `
	text { font: 15px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--text) }
	.box { fill: var(--paper); stroke: var(--line) }
	.box.worker { fill: var(--tint); stroke: var(--ours) }
	.name { font-weight: 600; text-anchor: middle }
	.note { font-size: 13px; fill: var(--quiet); text-anchor: middle }
	.life { stroke: var(--line); stroke-dasharray: 4 4 }
	.life.worker { stroke: var(--ours) }
	.title { font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 5px }
	.label { text-anchor: middle }
	.arrow { fill: none; stroke: var(--quiet); stroke-width: 1.5 }
	.good { stroke: var(--good) }
	.bad { stroke: var(--bad) }
`;

export function drawFlow() {
	const content = [];
	let y = top + boxHeight;
	for (const { title, messages, untold } of groups) {
		y += 34;
		content.push(text("title", 24, y, title));
		const from = y;
		for (const message of messages) {
			y += 29;
			content.push(...arrow(y, ...message));
		}
		if (untold)
			content.push(text("note", middle("worker", "server"), from + 36, "hears nothing of it"));
	}
	const end = y + 16;
	const lives = Object.entries(places).map(
		([place, { x }]) => `<path class="life ${place}" d="M${x} ${top + boxHeight}V${end}"/>`,
	);
	const boxes = Object.entries(places).map(([place, { x, name, note }]) =>
		box(place, x, top, boxWidth[place], [name, note]),
	);
	return sheet({
		width,
		height: end + 12,
		title:
			"The Worker answers preflights and refuses pages that the policy does not allow; your server hears nothing of either. What the policy allows streams through to your server, and its answer gets the policy's CORS headers.",
		style,
		content: [...lives, ...boxes, ...content],
	});
}

const middle = (from, to) => (places[from].x + places[to].x) / 2;

const text = (kind, x, y, words) =>
	`<text class="${kind}" x="${x}" y="${y}">${escaped(words)}</text>`;

function box(kind, x, y, width, [name, note]) {
	return [
		`<rect class="box ${kind}" x="${x - width / 2}" y="${y}" width="${width}" height="${boxHeight}" rx="6"/>`,
		text("name", x, y + 20, name),
		text("note", x, y + 38, note),
	].join("\n");
}

/** A message as an arrow, with what it is above it. */
function arrow(y, from, to, words, kind = "") {
	const towards = Math.sign(places[to].x - places[from].x);
	const [start, tip] = [places[from].x + 4 * towards, places[to].x - 4 * towards];
	return [
		`<path class="arrow ${kind}" d="M${start} ${y}H${tip}m${-7 * towards} -5l${7 * towards} 5l${-7 * towards} 5"/>`,
		text("label", middle(from, to), y - 7, words),
	];
}
