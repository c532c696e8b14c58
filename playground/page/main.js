// The playground's page: the policy, both clients, and explanations.
import { byId, element } from "./dom.js";
import { startEditor } from "./editor.js";
import { examples } from "./examples.js";
import { startExplainer } from "./explainer.js";
import { follow } from "./feed.js";
import { keepFields } from "./keep.js";
import { startLivePolicy } from "./live-policy.js";
import { openPages } from "./pages.js";
import { textOf } from "./text-of.js";
import { startToJson } from "./to-json.js";

const setting = await (await fetch("/setting")).json();
const { edge, allowed, other, upstream } = setting;

for (const place of document.querySelectorAll(".edge")) place.textContent = edge;
if (upstream) byId("behind").textContent = `your server, ${upstream}`;
openPages(setting);

for (const origin of [allowed, other, "https://app.example.com", "null", edge])
	byId("origins").append(element("option", { value: origin }));
const asked = byId("asked").elements;
asked.origin.value = other;
asked.path.value = "/socket.io/?EIO=4&transport=polling";
keepFields(byId("asked"));

const tried = examples(setting);
const explainUnder = startExplainer(edge);
const editor = startEditor((text, { valid }) => {
	byId("save").textContent = valid ? "Save it" : "Save it anyway";
	byId("shows").textContent = tried.find((example) => example.text === text)?.shows ?? "";
	byId("undo").disabled = !editor.canUndo;
	offerJson(text);
	explainUnder(text);
	live.changed();
});
const offerJson = startToJson(byId("to-json"), editor);
const live = startLivePolicy(editor);
live.restoreDraft();
for (const { name, text } of tried) {
	const button = element("button", { type: "button" }, name);
	button.addEventListener("click", () => editor.replace(text));
	byId("examples").append(button);
}

follow({
	open() {
		byId("lost").hidden = true;
		live.read();
	},
	lost() {
		byId("lost").hidden = false;
	},
	log({ line }) {
		if (line.event === "policy-changed") live.decidesBy(line.policy);
	},
	saved: ({ inForce }) => live.decidesBy(inForce),
});

byId("undo").addEventListener("click", editor.undo);
byId("save").addEventListener("click", () => live.save());
byId("reset").addEventListener("click", async () => {
	editor.replace(await textOf("/first-policy.json"));
	await live.save();
});
document.addEventListener("keydown", (event) => {
	if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
	event.preventDefault();
	live.save();
});
