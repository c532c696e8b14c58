// The machine around the tool: what its Wasm asks of Node (crates/cli/src/node.rs).
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { isatty } from "node:tty";
import { commandFor } from "./command.js";
import { installedWrangler } from "./wrangler.js";

export { connect } from "./connection.js";

const isWindows = process.platform === "win32";
const standardInput = 0;

/** Windows takes slashes as well, and the tool knows only them. */
const withSlashes = (path) => (isWindows ? path.replaceAll("\\", "/") : path);

export const open = (path) => (path === "-" ? standardInput : fs.openSync(path, "r"));

/** Reads into `buffer`. Returns how much came: 0 at the end. */
export function readFrom(file, buffer) {
	for (;;) {
		try {
			return fs.readSync(file, buffer);
		} catch (error) {
			// The end of a pipe, on Windows.
			if (error.code === "EOF") return 0;
			// A standard input that somebody else has made non-blocking.
			if (error.code !== "EAGAIN") throw error;
			sleep(10);
		}
	}
}

export function close(file) {
	if (file !== standardInput) fs.closeSync(file);
}

const stat = (path) => fs.statSync(path, { throwIfNoEntry: false });

export function isFile(path) {
	try {
		return stat(path)?.isFile() ?? false;
	} catch {
		return false;
	}
}

export function isDirectory(path) {
	try {
		return stat(path)?.isDirectory() ?? false;
	} catch {
		return false;
	}
}

export const list = (directory) =>
	fs
		.readdirSync(directory, { withFileTypes: true })
		.map((entry) => [entry.name, entry.isDirectory()]);

/** Writes a file that only this user can read. */
export function writeTemporary(text) {
	const path = join(tmpdir(), `socketio-cors-${randomUUID()}.json`);
	fs.writeFileSync(path, text, { flag: "wx", mode: 0o600 });
	return path;
}

/** Writes a new file. */
export const createFile = (path, text) => fs.writeFileSync(path, text, { flag: "wx" });

/** Replaces the text of a file at once: whoever reads it sees the old one or the new one. */
export function replaceFile(path, text) {
	// A link stays one.
	const real = fs.realpathSync(path);
	const beside = join(dirname(real), `.socketio-cors-${randomUUID()}`);
	try {
		fs.writeFileSync(beside, text, { flag: "wx", mode: fs.statSync(real).mode, flush: true });
		fs.renameSync(beside, real);
	} finally {
		remove(beside);
	}
}

export const remove = (path) => fs.rmSync(path, { force: true });

export const currentDirectory = () => withSlashes(process.cwd());

export const beside = (file, relative) =>
	isAbsolute(relative) ? relative : join(dirname(file), relative);

export const searchPath = () =>
	(process.env.PATH ?? "").split(delimiter).filter(Boolean).map(withSlashes);

export const variable = (name) => process.env[name];

export function print(text) {
	try {
		write(process.stdout, 1, text);
	} catch (error) {
		// Its reader has seen enough.
		if (error.code !== "EPIPE") throw error;
	}
}

export function printError(text) {
	try {
		write(process.stderr, 2, text);
	} catch {
		// Nobody is left to be told.
	}
}

/** Writes all of `text` before it returns. */
function write(stream, file, text) {
	// The console of Windows takes UTF-8 from the stream alone, which writes at once too.
	if (isWindows) {
		stream.write(text);
		return;
	}
	let bytes = Buffer.from(text);
	while (bytes.length > 0) {
		try {
			bytes = bytes.subarray(fs.writeSync(file, bytes));
		} catch (error) {
			if (error.code !== "EAGAIN") throw error;
			sleep(5);
		}
	}
}

export const printsColour = () => takesColour(1);
export const printsErrorsInColour = () => takesColour(2);

/** As cargo's tool decides it (the crate anstream). */
function takesColour(file) {
	const { CLICOLOR, CLICOLOR_FORCE, NO_COLOR, TERM } = process.env;
	if (NO_COLOR) return false;
	if ((CLICOLOR_FORCE ?? "0") !== "0") return true;
	return CLICOLOR !== "0" && isatty(file) && (isWindows || (TERM ?? "dumb") !== "dumb");
}

export const showsProgress = () => isatty(2);

export const canAsk = () => isatty(standardInput);

/** The line that is typed. */
export function readAnswer() {
	const bytes = Buffer.alloc(1);
	let line = "";
	while (readFrom(standardInput, bytes) > 0 && bytes[0] !== 0x0a) line += bytes.toString("latin1");
	return line;
}

export function sleep(milliseconds) {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export const now = () => performance.now();

/** The project's wrangler, as npx would run it: half a second sooner, and on Windows without a shell. */
function ownWrangler(program, [option, name, ...words]) {
	if (program !== "npx" || option !== "--no-install" || name !== "wrangler") return undefined;
	const found = installedWrangler();
	return found && { file: process.execPath, args: [found.path, ...words], options: {} };
}

/** Runs a program without a standard input. */
export function runToEnd(program, words, variables) {
	const env = { ...process.env };
	for (let at = 0; at < variables.length; at += 2) env[variables[at]] = variables[at + 1];
	const { file, args, options } = ownWrangler(program, words) ?? commandFor(program, words, env);
	const ended = spawnSync(file, args, {
		env,
		stdio: ["ignore", "pipe", "pipe"],
		maxBuffer: Number.POSITIVE_INFINITY,
		...options,
	});
	if (ended.error) {
		const missing = ended.error.code === "ENOENT" && "No such file or directory";
		throw missing ? Object.assign(new Error(missing), { code: "ENOENT" }) : ended.error;
	}
	return {
		isSuccess: ended.status === 0,
		status: ended.signal ? `signal: ${ended.signal}` : `exit status: ${ended.status}`,
		output: ended.stdout,
		errors: ended.stderr,
	};
}
