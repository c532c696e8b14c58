// The two pages that connect, in frames, and what becomes of them.
import { byId, element } from "./dom.js";

/** The name of the page of `origin`: `Page 1 · localhost`. */
export function pageName(origin, { allowed }) {
	return `Page ${origin === allowed ? 1 : 2} · ${new URL(origin).hostname}`;
}

/** Opens them, one of each origin of `setting`, and lists their states in `#states`. */
export function openPages(setting) {
	for (const id of ["allowed", "other"]) {
		const frame = byId(id);
		const name = pageName(setting[id], setting);
		frame.title = name;
		frame.src = `${setting[id]}/client.html`;
		frame.parentElement.querySelector("a").href = frame.src;
		const state = element("span", { class: "state" }, "…");
		const why = element("span", { class: "note" });
		const link = element("a", { href: `#${id}` }, name);
		byId("states").append(element("li", {}, link, state, why));
		window.addEventListener("message", ({ source, data }) => {
			if (source !== frame.contentWindow) return;
			frame.style.height = `${data.height}px`;
			state.dataset.kind = data.state.kind;
			state.textContent = data.state.text;
			why.textContent = data.state.why;
		});
	}
}
