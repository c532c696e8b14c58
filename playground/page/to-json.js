// The button that makes JSON of what was pasted: JavaScript, or all of Socket.IO's options.
import { rewritten } from "./reports.js";

/** Has `button` do so in `editor`. Returns a function that shows or hides it for a text. */
export function startToJson(button, editor) {
	button.addEventListener("click", () => {
		const json = rewritten(editor.text);
		if (json !== undefined) editor.replace(json);
	});
	return (text) => {
		button.hidden = rewritten(text) === undefined;
	};
}
