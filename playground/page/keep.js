// Keeps the text that somebody typed for this tab until it is closed, so that a reload loses nothing.

/** A text of that name, to `read`, `write` and `forget`. */
export function keptText(name) {
	return {
		read: () => attempt(() => sessionStorage.getItem(name)) ?? undefined,
		write: (text) => attempt(() => sessionStorage.setItem(name, text)),
		forget: () => attempt(() => sessionStorage.removeItem(name)),
	};
}

/** Keeps the fields of `form`, which have a name or an id, and sets them to what is kept. */
export function keepFields(form) {
	const kept = keptText(form.id);
	const values = JSON.parse(kept.read() ?? "{}");
	const fields = [...form.elements].filter((field) => field.matches("input, select"));
	for (const field of fields) {
		const value = values[nameOf(field)];
		if (value !== undefined) field[propertyOf(field)] = value;
	}
	form.addEventListener("input", () => {
		const now = fields.map((field) => [nameOf(field), field[propertyOf(field)]]);
		kept.write(JSON.stringify(Object.fromEntries(now)));
	});
}

const nameOf = ({ name, id }) => name || id;
const propertyOf = ({ type }) => (type === "checkbox" ? "checked" : "value");

/** A browser may have no storage for a page in another site's frame, as page 2 is, or none left. */
function attempt(use) {
	try {
		return use();
	} catch {
		return undefined;
	}
}
