// The checker and the explainer, which are the playground's. To import this loads the tool's Wasm.
import { byId } from "../../playground/page/dom.js";
import { startEditor } from "../../playground/page/editor.js";
import { startExplainer } from "../../playground/page/explainer.js";
import { json } from "../../playground/page/reports.js";
import { startToJson } from "../../playground/page/to-json.js";
import { api } from "./examples.js";
import { history } from "./held.js";

const area = byId("document");

const explainUnder = startExplainer(api);
const editor = startEditor((text) => {
	explainUnder(text);
	offerJson(text);
}, history);
const offerJson = startToJson(byId("to-json"), editor);
// With what the page holds by now.
area.dispatchEvent(new Event("input"));
byId("save").disabled = false;
byId("save").addEventListener("click", save);

/** Has the browser save the document, in the JSON that the Worker reads. */
function save() {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([json(area.value)], { type: "application/json" }));
	link.download = "policy.json";
	link.click();
	URL.revokeObjectURL(link.href);
}
