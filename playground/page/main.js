// The playground's page: both clients, the policy, and what would happen.
import { byId, element } from "./dom.js";
import { startEditor } from "./editor.js";
import { examples } from "./examples.js";
import { startExplainer } from "./explainer.js";
import { follow } from "./feed.js";
import { version as versionOf } from "./reports.js";

const setting = await (await fetch("/setting")).json();
const { edge, allowed, other } = setting;

byId("edge").textContent = edge;
for (const [id, origin] of Object.entries({ allowed, other })) {
	const frame = byId(id);
	const state = element("span", { class: "state" }, "…");
	byId("states").append(element("li", {}, element("span", { class: "note" }, origin), state));
	window.addEventListener("message", ({ source, data }) => {
		if (source !== frame.contentWindow) return;
		frame.style.height = `${data.height}px`;
		state.dataset.kind = data.state.kind;
		state.textContent = data.state.text;
	});
	frame.src = `${origin}/client.html`;
	frame.parentElement.querySelector("a").href = frame.src;
}
for (const origin of [allowed, other, "https://app.example.com", "null", edge])
	byId("origins").append(element("option", { value: origin }));
const asked = byId("asked").elements;
asked.origin.value = other;
asked.path.value = "/socket.io/?EIO=4&transport=polling";

const explainUnder = startExplainer(edge);
const editor = startEditor((text) => {
	explainUnder(text);
	compare();
});
for (const { name, text } of examples(setting)) {
	const button = element("button", { type: "button" }, name);
	button.addEventListener("click", () => {
		editor.text = text;
	});
	byId("examples").append(button);
}

follow({
	log({ line }) {
		if (line.event === "policy-changed") compare(line.policy);
	},
	saved({ inForce }) {
		compare(inForce);
	},
});

byId("save").addEventListener("click", save);
byId("reset").addEventListener("click", async () => {
	editor.text = await textOf("/first-policy.json");
	await save();
});
document.addEventListener("keydown", (event) => {
	if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
	event.preventDefault();
	save();
});

const { inForce } = await (await fetch("/in-force")).json();
byId("in-force").textContent = inForce ?? "no answer";
const stored = await textOf("/policy");
// Who was quicker does not lose what they wrote.
if (editor.text === "") editor.text = stored;

/** Says which policy is in force, and whether it is the one in the editor. */
function compare(inForce = byId("in-force").textContent) {
	byId("in-force").textContent = inForce;
	const version = versionOf(editor.text);
	byId("version").textContent = version === inForce ? "the same" : `${version}, not in force`;
}

async function textOf(path) {
	return await (await fetch(path)).text();
}

/** Saves the document, and says what the Worker makes of it. */
async function save() {
	if (byId("save").disabled) return;
	byId("save").disabled = true;
	tell("Saving it to the local KV…");
	try {
		const response = await fetch("/policy", { method: "PUT", body: editor.text });
		if (!response.ok) throw new Error(await response.text());
		const { saved, inForce } = await response.json();
		tell(
			saved === inForce
				? `Saved, and in force: the Worker decides by ${inForce} now.`
				: `Saved as ${saved}, but the Worker does not use it. It still decides by ${inForce}.`,
		);
	} catch (error) {
		tell(`It could not be saved: ${error.message}`);
	} finally {
		byId("save").disabled = false;
	}
}

function tell(text) {
	byId("saved").textContent = text;
}
