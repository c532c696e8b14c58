// The picture of the README: CPU time as bars, in groups.

const WIDTH = 840;
const BARS_AT = 250;
const BAR_HEIGHT = 22;
const BAR_STEP = 30;
/** What is right of the longest bar, for its figures. */
const FIGURES_WIDTH = 120;

const groups = [
	{
		title: "Preflight, answered",
		work: "preflight, allowed",
		bars: ["constant", "hono", "one", "many"],
	},
	{
		title: "Poll of a foreign origin, refused",
		work: "polling GET, refused",
		bars: ["constant", "refusal", "one", "many"],
		note: "Hono's cors refuses nothing: it forwards such a poll, as in the last group.",
	},
	{
		title: "Poll, forwarded",
		work: "polling GET",
		bars: ["passThrough", "withCors", "asPromised", "hono", "one", "many"],
	},
];

const labels = {
	constant: "constant 204, JavaScript",
	refusal: "constant 403, JavaScript",
	passThrough: "bare pass-through, JavaScript",
	withCors: "… that sets CORS headers",
	asPromised: "… and does all that this does",
	hono: "Hono's cors, JavaScript",
	one: "this Worker, 1 origin",
	many: "this Worker, 100,000 origins",
};

const style = `
	text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #59636e }
	.card { fill: #ffffff; stroke: #d1d9e0 }
	.title { font-size: 17px; font-weight: 600; fill: #1f2328 }
	.group { font-weight: 600; fill: #1f2328 }
	.note { font-size: 12.5px }
	.label { text-anchor: end }
	.value { fill: #1f2328; font-weight: 600 }
	.bar { fill: #b6bfc9 }
	.ours { fill: #0969da }
	.quartiles { stroke: #1f2328; stroke-opacity: .55; stroke-width: 1.5 }
	@media (prefers-color-scheme: dark) {
		text { fill: #9198a1 }
		.card { fill: #0d1117; stroke: #3d444d }
		.title, .group, .value { fill: #f0f6fc }
		.bar { fill: #4b535d }
		.ours { fill: #4493f8 }
		.quartiles { stroke: #f0f6fc }
	}
`;

/** The results as an SVG that needs no other file. */
export function draw({ works, machine, date }) {
	const figuresOf = (group) => works.find(({ name }) => name === group.work);
	const longest = Math.max(
		...groups.flatMap((group) => group.bars.map((id) => figuresOf(group).subjects[id].cpu.high)),
	);
	const scale = (WIDTH - BARS_AT - FIGURES_WIDTH) / longest;

	const parts = [
		text(24, 38, "title", "CPU time per request, in µs"),
		text(
			24,
			60,
			"note",
			"of the whole workerd process; × is to the gray bar marked 1.00, in the same moments",
		),
	];
	let y = 96;
	for (const group of groups) {
		const { floor, subjects } = figuresOf(group);
		parts.push(text(24, y, "group", group.title));
		y += 14;
		for (const id of group.bars) {
			parts.push(...bar(y, id, subjects[id], id === floor, scale));
			y += BAR_STEP;
		}
		if (group.note) {
			parts.push(text(BARS_AT, y + 10, "note", group.note));
			y += 20;
		}
		y += 30;
	}
	const footer = `workerd ${machine.workerd}, ${machine.processor}, ${date}; thin lines: the middle half of all rounds`;
	parts.push(text(24, y, "note", footer));
	const height = y + 22;
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">
<title>CPU time per request: ${groups.map(({ title }) => title.toLowerCase()).join("; ")}</title>
<style>${style}</style>
<rect class="card" x=".5" y=".5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
${parts.join("\n")}
</svg>
`;
}

function bar(y, id, { cpu, cpuRatio }, isFloor, scale) {
	const [low, end, high] = [cpu.low, cpu.median, cpu.high].map((value) => BARS_AT + value * scale);
	const middle = y + BAR_HEIGHT / 2;
	const isOurs = ["one", "many"].includes(id);
	const times = isFloor ? "1.00 ×" : `${cpuRatio.median.toFixed(2)} ×`;
	const figuresAt = Math.max(end, high) + 8;
	return [
		text(BARS_AT - 10, middle + 5, "label", labels[id]),
		`<rect class="bar${isOurs ? " ours" : ""}" x="${BARS_AT}" y="${y}" width="${fixed(end - BARS_AT)}" height="${BAR_HEIGHT}" rx="3"/>`,
		`<path class="quartiles" d="M${fixed(low)} ${middle}H${fixed(high)}"/>`,
		`<text x="${fixed(figuresAt)}" y="${middle + 5}"><tspan class="value">${cpu.median.toFixed(0)}</tspan>  ${times}</text>`,
	];
}

const text = (x, y, kind, content) => `<text class="${kind}" x="${x}" y="${y}">${content}</text>`;
const fixed = (value) => value.toFixed(1);
