// What the page holds: the document, and the fields of the request. Both are there before the checker is.
import { byId } from "../../playground/page/dom.js";

const area = byId("document");
const fields = [...byId("asked").elements].filter(({ name }) => name);

/** Calls `onChange` whenever it changes. */
export function watch(onChange) {
	for (const place of [area, byId("asked")]) place.addEventListener("input", onChange);
}

/** The document, and the values of the request's fields by their names. */
export function held() {
	const values = fields.map((field) => [
		field.name,
		field.type === "checkbox" ? field.checked : field.value,
	]);
	return { document: area.value, request: Object.fromEntries(values) };
}

/** Fills the page. Fields that `request` does not name have their defaults. */
export function hold({ document, request }) {
	byId("asked").reset();
	for (const field of fields) {
		const value = request[field.name];
		if (field.type === "checkbox") field.checked = value ?? field.defaultChecked;
		else if (typeof value === "string" && mayHave(field, value)) field.value = value;
	}
	area.value = document;
	area.dispatchEvent(new Event("input"));
}

/** Puts `text` into the editor as if it was typed, so that Ctrl+Z takes it back. */
export function write(text) {
	area.focus();
	area.select();
	window.document.execCommand("insertText", false, text);
	area.setSelectionRange(0, 0);
	area.scrollTop = 0;
}

function mayHave({ options }, value) {
	return !options || [...options].some((option) => option.value === value);
}
