// The editor of the document: a text area, its line numbers, and the faults and warnings.
import { byId, element } from "./dom.js";
import { startHistory } from "./history.js";
import { check } from "./reports.js";

const area = byId("document");

/**
 * Starts it. Calls `onChange` whenever the text changes: with the text, and with what `check` says of it.
 * `history` is that of the text area, if it was started before.
 */
export function startEditor(onChange, history = startHistory(area)) {
	const changed = () => {
		const report = check(area.value);
		show(report);
		onChange(area.value, report);
	};
	area.addEventListener("input", changed);
	area.addEventListener("scroll", () => {
		byId("lines").scrollTop = area.scrollTop;
	});
	return {
		get text() {
			return area.value;
		},
		/** Begins with `text`: nothing before it can be undone. */
		load(text) {
			area.value = text;
			area.scrollTop = 0;
			history.restart();
			changed();
		},
		/** Replaces the text, which Ctrl+Z takes back. */
		replace: history.replace,
		undo: history.undo,
		/** There is something that Ctrl+Z takes back. */
		get canUndo() {
			return history.canUndo;
		},
	};
}

function show({ valid, strictJson, faults, truncated, warnings }) {
	const counts = [
		faults.length > 0 && counted(faults, "fault") + (truncated ? " or more" : ""),
		warnings.length > 0 && counted(warnings, "warning"),
	].filter(Boolean);
	const verdict = valid ? ["Valid", ...counts] : counts;
	if (valid && !strictJson) verdict.push("not yet JSON");
	byId("verdict").textContent = verdict.join(", ");
	byId("verdict").dataset.kind = valid ? (warnings.length > 0 ? "warned" : "good") : "bad";
	area.setAttribute("aria-invalid", String(!valid));
	byId("faults").replaceChildren(
		...faults.map((fault) => item(fault, "fault")),
		...warnings.map((warning) => item(warning, "warning")),
	);
	showLines(new Set(faults.map(({ line }) => line)), new Set(warnings.map(({ line }) => line)));
}

function showLines(faulty, warned) {
	const count = area.value.split("\n").length;
	const numbers = Array.from({ length: count }, (_, index) => {
		const line = index + 1;
		const kind = faulty.has(line) ? "fault" : warned.has(line) ? "warning" : undefined;
		return element("span", { "data-kind": kind }, String(line));
	});
	byId("lines").replaceChildren(...numbers);
	area.rows = Math.min(Math.max(count, 8), 20);
}

/** A fault or a warning, as a button that goes to its place. */
function item(diagnostic, kind) {
	const { line, column, pointer, message, help } = diagnostic;
	const button = element(
		"button",
		{ type: "button", "data-kind": kind },
		element("span", { class: "place" }, `${line}:${column}${pointer && ` ${pointer}`}`),
		element("span", { class: "message" }, message),
		element("span", { class: "help" }, help ?? ""),
	);
	button.addEventListener("click", () => goTo(line, column));
	return element("li", {}, button);
}

/** Selects the character at a line and a column, which begin at 1. A column is a character. */
function goTo(line, column) {
	const lines = area.value.split("\n");
	const before = lines
		.slice(0, line - 1)
		.reduce((length, { length: more }) => length + more + 1, 0);
	const within = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
	area.focus();
	area.setSelectionRange(before + within, before + within + 1);
}

function counted({ length }, noun) {
	return `${length} ${noun}${length === 1 ? "" : "s"}`;
}
