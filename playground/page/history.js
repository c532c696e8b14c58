// Undo and redo of a text area, through texts that a script puts there as well: of those the browser's
// own undo knows nothing, or loses a part.

const maxSteps = 200;
/** The most characters that all steps have together, about. */
const maxLength = 50_000_000;
/** Characters that are typed without a pause of so many milliseconds are one step. */
const pause = 700;

/**
 * Starts it for `area`. Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y work where it has the focus, and on buttons: one
 * that has replaced the text has the focus.
 */
export function startHistory(area) {
	let past = [];
	let future = [];
	let present = stateOf(area);
	let typedAt = 0;
	let typed;

	/** The text has changed: `how` is the event's `inputType`, if somebody typed. */
	function record(how) {
		const state = stateOf(area);
		if (state.text === present.text) return;
		const now = performance.now();
		const isShort = Math.abs(state.text.length - present.text.length) <= 2;
		const goesOn = isShort && how !== undefined && how === typed && now - typedAt < pause;
		if (!goesOn) past.push(present);
		const most = Math.min(maxSteps, Math.ceil(maxLength / (state.text.length + 1)));
		past = past.slice(-most);
		future = [];
		[present, typed, typedAt] = [state, how, now];
	}

	function show(state) {
		present = state;
		typed = undefined;
		area.value = state.text;
		area.setSelectionRange(state.start, state.end);
		area.dispatchEvent(new Event("input"));
	}

	/** Goes a step from one list to the other. */
	function go(from, to) {
		if (from.length === 0) return;
		to.push(present);
		show(from.pop());
	}

	area.addEventListener("input", ({ inputType }) => record(inputType));
	document.addEventListener("keydown", (event) => {
		const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event;
		if (!(ctrlKey || metaKey) || altKey || event.isComposing) return;
		if (target !== area && target.closest("input, select, textarea")) return;
		const wanted = { z: shiftKey ? "redo" : "undo", y: "redo" }[key.toLowerCase()];
		if (!wanted) return;
		event.preventDefault();
		if (wanted === "undo") go(past, future);
		else go(future, past);
	});

	return {
		/** Puts `text` there, as a step of its own. */
		replace(text) {
			if (text === area.value) return;
			area.value = text;
			area.setSelectionRange(0, 0);
			area.scrollTop = 0;
			record();
			area.dispatchEvent(new Event("input"));
		},
		/** Goes a step back. */
		undo: () => go(past, future),
		/** There is a step to go back. */
		get canUndo() {
			return past.length > 0;
		},
		/** Begins anew, with what is there. */
		restart() {
			[past, future, present] = [[], [], stateOf(area)];
		},
	};
}

function stateOf({ value: text, selectionStart: start, selectionEnd: end }) {
	return { text, start, end };
}
