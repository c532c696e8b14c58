// Elements of the page. Their contents are text, never markup.

/** The element with that id. */
export const byId = (id) => document.getElementById(id);

/** A new element with attributes, and with children that are elements or texts. */
export function element(name, attributes = {}, ...children) {
	const made = document.createElement(name);
	for (const [attribute, value] of Object.entries(attributes)) {
		if (value !== undefined) made.setAttribute(attribute, value);
	}
	made.append(...children.filter((child) => child !== undefined));
	return made;
}
