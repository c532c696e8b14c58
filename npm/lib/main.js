// The command `socketio-cors`: three commands that drive wrangler, and the tool.

/** The commands that are of this package alone, by name. */
const own = {
	init: {
		does: "Make a directory with a Worker that is ready for your domain",
		load: () => import("./init.js"),
	},
	dev: {
		does: "Run the Worker on this machine, in front of your server",
		load: () => import("./dev.js"),
	},
	deploy: {
		does: "Upload the Worker, and the policy where there is none yet",
		load: () => import("./deploy.js"),
	},
};

/** Runs it with these words; its exit status becomes that of the process. */
export async function run(words) {
	try {
		process.exitCode = await statusOf(words);
	} catch (error) {
		// A fault of this package's, which is neither of the document nor of the usage.
		console.error(error);
		process.exitCode = 101;
	}
}

async function statusOf(words) {
	const [command, ...rest] = words;
	if (Object.hasOwn(own, command ?? "")) return (await own[command].load()).run(rest);
	const { runTool } = await import("./tool.js");
	const status = await runTool(words);
	if (command === undefined) console.error(list());
	if (["help", "--help", "-h"].includes(command) && rest.length === 0) console.log(list());
	return status;
}

function list() {
	const lines = Object.entries(own).map(([name, { does }]) => `  ${name.padEnd(8)}  ${does}`);
	return `\nMore commands, of the npm package; each has --help:\n${lines.join("\n")}`;
}
