// The document that is saved, the policy in force, and how the editor's text differs from them.
import { byId } from "./dom.js";
import { keptText } from "./keep.js";
import { json as jsonOf, version as versionOf } from "./reports.js";
import { textOf } from "./text-of.js";

const draft = keptText("draft");

/** Follows them for `editor`. */
export function startLivePolicy(editor) {
	/** The text in the local KV, if it was read. */
	let stored;
	/** The version by which the Worker decided last, if it answers. */
	let inForce;

	const isDraft = () => editor.text !== "" && jsonOf(editor.text) !== stored;

	/** Says which policy is in force, and what the text in the editor is beside it. */
	function compare() {
		byId("in-force").textContent = inForce ?? "the Worker does not answer";
		const version = versionOf(editor.text);
		byId("version").textContent = version === inForce ? "the same" : `${version}, not in force`;
		byId("draft").hidden = stored === undefined || !isDraft();
	}

	async function readStored() {
		const now = await textOf("/policy");
		// A person who has typed loses nothing.
		const mayReplace = !isDraft();
		stored = now;
		if (mayReplace && jsonOf(editor.text) !== stored) editor.load(stored);
	}

	byId("discard").addEventListener("click", () => editor.replace(stored));

	return {
		/** Puts into the editor what was typed before a reload. */
		restoreDraft() {
			const typed = draft.read();
			if (typed) editor.load(typed);
		},
		/** The text in the editor has changed. */
		changed() {
			if (isDraft()) draft.write(editor.text);
			else draft.forget();
			compare();
		},
		/** The Worker decides by the policy `version` now. */
		async decidesBy(version) {
			inForce = version;
			await readStored().catch(() => {});
			compare();
		},
		/** Reads both. */
		async read() {
			try {
				inForce = JSON.parse(await textOf("/in-force")).inForce;
				await readStored();
			} catch (error) {
				tell(`The local KV could not be read: ${error.message}`);
			}
			compare();
		},
		/** Saves the document, and says how the Worker takes it. */
		async save() {
			if (byId("save").disabled) return;
			byId("save").disabled = true;
			tell("Saving it to the local KV…");
			try {
				const body = jsonOf(editor.text);
				const saved = JSON.parse(await textOf("/policy", { method: "PUT", body }));
				stored = body;
				this.changed();
				tell(outcome(saved));
			} catch (error) {
				tell(`It could not be saved: ${error.message}`);
			} finally {
				byId("save").disabled = false;
			}
		},
	};
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
