/** Names of headers, separated by commas, for `removeHeaders`. A `*` at the end stands for whatever follows. */
export const patternsOf = (names) =>
	names
		.toLowerCase()
		.split(",")
		.map((name) => ({ name: name.replace("*", ""), isPrefix: name.endsWith("*") }));

/** Removes the headers that have one of the names. */
export function removeHeaders(headers, patterns) {
	const removed = [];
	for (const header of headers.keys()) {
		const fits = ({ name, isPrefix }) => (isPrefix ? header.startsWith(name) : header === name);
		if (patterns.some(fits)) removed.push(header);
	}
	for (const header of removed) headers.delete(header);
}
