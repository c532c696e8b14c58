// The page's contents: the document, and the fields of the request. Both are there before the checker is.
import { byId } from "../../playground/page/dom.js";
import { startHistory } from "../../playground/page/history.js";

const area = byId("document");
const fields = [...byId("asked").elements].filter(({ name }) => name);

/** The editor's undo and redo, which do not wait for the checker either. */
export const history = startHistory(area);

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

function mayHave({ options }, value) {
	return !options || [...options].some((option) => option.value === value);
}
