// The lines of `doctor`'s fixes that are to be pasted, as they stand in its source: texts that begin with
// two spaces.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../harness/process.js";

const diagnosis = join(root, "crates/cli/src/doctor/diagnosis");

/** Printed in the same form, but not a fix: evidence, and messages of a console. */
const QUOTED =
	/^(GET |Access to |WebSocket connection |Connecting to |Mixed Content|It seems |sid |\(no |\(empty body|\(a body |\(The recording|a page: \{text\}|\{(text|message|policy)\}|\{\}$|\{\}: \{\}$)/;

/** Stand in for what a format has between braces. */
const samples = {
	origin: "https://app.example.com",
	origins: '"https://app.example.com"',
	0: "https://app.example.com",
	base: "https://api.example.com",
	path: "/socket.io/",
	mount: "/ws",
	prefix: "/api",
	whole: ', socketio_path="/ws/socket.io"',
	namespace: "/admin",
	port: "3000",
	longer: "60",
	seconds: "5",
	more: "",
	quoted: '"x-token"',
	names: "x-token",
	name: "Access-Control-Allow-Origin",
	value: "https://app.example.com",
	credentials: "",
	options: "",
	pattern: "https:\\/\\/app\\.example\\.com",
	async_mode: "asgi",
	asked: "/socket\\.io/",
	host: "api.example.com",
	hostname: "api.example.com",
	authority: "127.0.0.1:3000",
	url: "http://127.0.0.1:3000",
	https: "https://api.example.com",
	server: "authelia:9091",
	uri: "/api/authz/forward-auth",
	domain: "example\\.com",
	listed: "x-token",
	MEGABYTE: "1048576",
	other: "/api/socket.io",
	"": "https://app.example.com",
};

/** Every block of such lines, each a text: lines that follow each other without a sentence between. */
export function snippets() {
	const files = readdirSync(diagnosis, { recursive: true, withFileTypes: true });
	const sources = files.filter(
		({ name, parentPath }) => /^(?!tests).*\.rs$/.test(name) && !parentPath.includes("/tests"),
	);
	return sources.flatMap(({ name, parentPath }) => blocksOf(join(parentPath, name)));
}

function blocksOf(path) {
	const [source] = readFileSync(path, "utf8").split("#[cfg(test)]");
	const code = source.replaceAll(/^\s*\/\/.*$/gm, "");
	const blocks = [];
	let isWithin = false;
	for (const [, before, literal] of code.matchAll(/([^"]*)"((?:[^"\\]|\\[\s\S])*)"/g)) {
		// Another arm of a match is for another software.
		if (before.includes("=>")) isWithin = false;
		const text = unescaped(literal);
		const isLine = /^ {2,}\S/.test(text) && !QUOTED.test(literal.trim());
		// The client's line goes elsewhere than the server's.
		if (isLine && isWithin && !text.startsWith("  io("))
			blocks.push(`${blocks.pop()}\n${text.slice(2)}`);
		else if (isLine) blocks.push(text.slice(2));
		isWithin = isLine;
	}
	return blocks;
}

function unescaped(literal) {
	const text = literal
		.replaceAll(/\\\n\s*/g, "")
		.replaceAll('\\"', '"')
		.replaceAll("\\\\", "\\");
	if (!/\{\{|\{[A-Za-z0_]*\}/.test(text)) return text;
	return text
		.replaceAll(/(?<!\{)\{([A-Za-z0_]*)\}(?!\})/g, (whole, name) => samples[name] ?? whole)
		.replaceAll("{{", "{")
		.replaceAll("}}", "}");
}
