// The Worker's log lines in the output of `wrangler dev`.
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

/** Calls `onLine` with each log line of the Worker that `stream` has, as an object. */
export function followLog(stream, onLine) {
	createInterface({ input: stream }).on("line", (text) => {
		const line = parse(stripVTControlCharacters(text));
		if (line) onLine(line);
	});
}

/** wrangler puts a label in front of errors and warnings. */
function parse(text) {
	const start = text.indexOf('{"event":');
	if (start === -1) return undefined;
	try {
		return JSON.parse(text.slice(start));
	} catch {
		return undefined;
	}
}
