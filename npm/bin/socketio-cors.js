#!/usr/bin/env node
// Written so that old versions of Node can read it, and say which one is needed.
const needed = 22;
if (Number(process.versions.node.split(".")[0]) < needed) {
	console.error(
		"error: socketio-cors needs Node " +
			needed +
			" or newer, and this is Node " +
			process.versions.node,
	);
	console.error("  help: get it from https://nodejs.org, or with your version manager");
	process.exitCode = 3;
} else {
	import("../lib/main.js").then((main) => main.run(process.argv.slice(2)));
}
