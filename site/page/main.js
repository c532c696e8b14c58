// The page: examples, and its address, which holds the document and the request. The checker is loaded
// behind it, and nothing here waits for that.
import { byId, element } from "../../playground/page/dom.js";
import { api, examples, first, origins } from "./examples.js";
import { held, history, hold, watch } from "./held.js";
import { fragmentOf, readFragment } from "./link.js";

/** How long after a change the address follows, in milliseconds. Safari takes 100 changes in 30 seconds. */
const pause = 400;

byId("api").textContent = api;
// As many as the checker has at least.
byId("document").rows = 8;
for (const origin of origins) byId("origins").append(element("option", { value: origin }));
for (const { name, text } of examples) {
	const button = element("button", { type: "button" }, name);
	button.addEventListener("click", () => history.replace(text));
	byId("examples").append(button);
}

hold(first);
history.restart();
/** The JSON of what the address stands for: without a fragment, of what the page holds at first. */
let addressed = JSON.stringify(held());
let timer;
await openLink();
watch(() => {
	if (JSON.stringify(held()) === addressed) return;
	tell("");
	byId("unopened").hidden = true;
	clearTimeout(timer);
	timer = setTimeout(follow, pause);
});
window.addEventListener("hashchange", openLink);
byId("copy").addEventListener("click", copyLink);
byId("reload").addEventListener("click", async () => {
	await follow();
	location.reload();
});
document.querySelector(".skip a").addEventListener("click", (event) => {
	// Its fragment would take the place of the link.
	event.preventDefault();
	byId("document").focus();
});

import("./checker.js").catch((error) => {
	byId("verdict").hidden = true;
	byId("answer").replaceChildren();
	byId("why").textContent = String(error);
	byId("failed").hidden = false;
});

/** Fills the page with what its address holds. If that cannot be read, the page stays as it is. */
async function openLink() {
	if (!location.hash) return;
	tell("");
	try {
		hold(await readFragment(location.hash.slice(1)));
		clearTimeout(timer);
		addressed = JSON.stringify(held());
		byId("unopened").hidden = true;
	} catch ({ message }) {
		window.history.replaceState(null, "", location.pathname);
		byId("unopened").textContent = `The link could not be opened: ${message}. Ask for it again.`;
		byId("unopened").hidden = false;
	}
}

/** Has the address hold what the page does. Resolves to false if that is too much for a link. */
async function follow() {
	clearTimeout(timer);
	const now = held();
	const json = JSON.stringify(now);
	if (location.hash && json === addressed) return true;
	const fragment = await fragmentOf(now);
	window.history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
	addressed = json;
	return fragment !== undefined;
}

async function copyLink() {
	if (!(await follow()))
		return tell("The policy is too long for a link. Save it, and send the file.");
	try {
		await navigator.clipboard.writeText(location.href);
		tell("The link is copied.");
	} catch {
		tell(
			"The browser does not let this page copy. The link is the page’s address, at the top of the window.",
		);
	}
}

function tell(text) {
	byId("told").textContent = text;
}
