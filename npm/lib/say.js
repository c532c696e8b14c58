// Errors of this package's own commands.
import { styleText } from "node:util";

/** A command was used wrongly, or cannot be carried out: what to tell, and the exit status. */
export class Refusal extends Error {
	constructor(message, { help, status = 2 } = {}) {
		super(message);
		this.help = help;
		this.status = status;
	}
}

/** Carries out `command`. Resolves to its exit status, having printed why it was refused. */
export async function orRefused(command) {
	try {
		return (await command()) ?? 0;
	} catch (error) {
		const isUsage = error.code?.startsWith("ERR_PARSE_ARGS_");
		if (!(error instanceof Refusal) && !isUsage) throw error;
		const stream = process.stderr;
		stream.write(`${styleText(["bold", "red"], "error", { stream })}: ${error.message}\n`);
		if (error.help) stream.write(`${styleText("cyan", "help", { stream })}: ${error.help}\n`);
		return error.status ?? 2;
	}
}
