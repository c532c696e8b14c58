// What the runtime has besides requests and KV: variables, the log, datasets.

/** The form in which a browser sends a Unicode host, if it has one. */
export function toAscii(host) {
	return URL.parse(`https://${host}`)?.hostname;
}

/** Whether something is bound by that name. */
export const isBound = ({ env }, binding) => env[binding] !== undefined;

/** The Worker's variable of that name, as a text, if it is set. */
export const variable = ({ env }, name) =>
	env[name] === undefined ? undefined : String(env[name]);

/**
 * One JSON line, as Workers Logs indexes them.
 * @param {string} names the fields' names, with spaces between them
 * @param {unknown[]} values as many values
 */
export function log(level, event, names, values) {
	const fields = names.split(" ").map((name, index) => [name, values[index]]);
	console[level](JSON.stringify({ event, ...Object.fromEntries(fields) }));
}

/** Writes a data point, if it can be written; gives back why not. */
export function writeDataPoint({ env }, binding, index, blobs) {
	try {
		env[binding].writeDataPoint({ indexes: [index], blobs });
	} catch (reason) {
		return String(reason);
	}
}
