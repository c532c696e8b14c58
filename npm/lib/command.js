// Other programs, on every system.
import { existsSync } from "node:fs";
import { delimiter, extname, join } from "node:path";

/**
 * A program and its words as `child_process.spawn` takes them. Windows runs most of npm's programs by
 * its command interpreter, which gets each word quoted.
 */
export function commandFor(program, words, env = process.env, platform = process.platform) {
	if (platform !== "win32") return { file: program, args: words, options: {} };
	const found = windowsProgram(program, env);
	if (!/\.(cmd|bat)$/i.test(found)) return { file: found, args: words, options: {} };
	const line = [quotedForBatch(found, false), ...words.map((word) => quotedForBatch(word, true))];
	return {
		file: env.ComSpec ?? "cmd.exe",
		args: ["/d", "/s", "/c", `"${line.join(" ")}"`],
		options: { windowsVerbatimArguments: true },
	};
}

/** The file that Windows would run, as `PATH` and `PATHEXT` have it. */
function windowsProgram(program, env) {
	if (extname(program) !== "" || /[\\/]/.test(program)) return program;
	const directories = (env.PATH ?? env.Path ?? "").split(delimiter);
	const extensions = (env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").split(";");
	for (const directory of directories) {
		for (const extension of extensions) {
			const path = join(directory, program + extension.toLowerCase());
			if (existsSync(path)) return path;
		}
	}
	return program;
}

/**
 * A word for cmd.exe. The scripts that npm writes hand theirs on to Node, so what cmd.exe obeys is
 * escaped twice. The rules are those of the package cross-spawn, which has them from
 * https://qntm.org/cmd.
 */
export function quotedForBatch(word, isArgument) {
	const obeyed = /([()\][%!^"`<>&|;, *?])/g;
	if (!isArgument) return word.replace(obeyed, "^$1");
	const quoted = `"${word.replace(/(?=(\\+?)?)\1"/g, '$1$1\\"').replace(/(?=(\\+?)?)\1$/, "$1$1")}"`;
	return quoted.replace(obeyed, "^$1").replace(obeyed, "^$1");
}
