// The playground's page: both clients, the policy, and explanations.
import { byId, element } from "./dom.js";
import { startEditor } from "./editor.js";
import { examples } from "./examples.js";
import { startExplainer } from "./explainer.js";
import { follow } from "./feed.js";
import { json as jsonOf, version as versionOf } from "./reports.js";

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
/** The version of the policy by which the Worker decided last, if it answers. */
let inForce;
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
	open() {
		byId("lost").hidden = true;
		read();
	},
	lost() {
		byId("lost").hidden = false;
	},
	log({ line }) {
		if (line.event !== "policy-changed") return;
		inForce = line.policy;
		compare();
	},
	saved({ inForce: now }) {
		inForce = now;
		compare();
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

/** Reads the stored document, and the version in force. */
async function read() {
	try {
		inForce = JSON.parse(await textOf("/in-force")).inForce;
		const stored = await textOf("/policy");
		// A person who has already typed loses nothing.
		if (editor.text === "") editor.text = stored;
	} catch (error) {
		tell(`The local KV could not be read: ${error.message}`);
	}
	compare();
}

/** Says which policy is in force, and whether it is the one in the editor. */
function compare() {
	byId("in-force").textContent = inForce ?? "the Worker does not answer";
	const version = versionOf(editor.text);
	byId("version").textContent = version === inForce ? "the same" : `${version}, not in force`;
}

async function textOf(path, options) {
	const response = await fetch(path, options);
	const text = await response.text();
	if (!response.ok) throw new Error(text);
	return text;
}

/** Saves the document, and says how the Worker takes it. */
async function save() {
	if (byId("save").disabled) return;
	byId("save").disabled = true;
	tell("Saving it to the local KV…");
	try {
		const body = jsonOf(editor.text);
		tell(outcome(JSON.parse(await textOf("/policy", { method: "PUT", body }))));
	} catch (error) {
		tell(`It could not be saved: ${error.message}`);
	} finally {
		byId("save").disabled = false;
	}
}

/** The result of saving, as a sentence. */
function outcome({ saved, inForce: now, refused }) {
	if (saved === now) return `Saved, and in force: the Worker decides by ${now} now.`;
	if (now === undefined) return `Saved as ${saved}, but the Worker does not answer.`;
	const why = refused
		? "the Worker does not use it, as it has faults"
		: "the Worker has not read it";
	return `Saved as ${saved}, but ${why}. It still decides by ${now}.`;
}

function tell(text) {
	byId("saved").textContent = text;
}
