// What it was measured on, and with.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, release, type } from "node:os";
import { promisify } from "node:util";
import { nginx } from "../../tests/harness/nginx.js";
import { RUNTIME } from "./plain-workerd.js";

export async function describeMachine() {
	return {
		processor: `${cpus().length} cores, ${cpus()[0].model.trim()}`,
		system: `${type()} ${release()}`,
		workerd: await versionOf(RUNTIME),
		node: process.versions.node,
		hono: await versionOf("hono"),
		"socket.io": await versionOf("socket.io"),
		nginx: await nginxVersion(),
	};
}

async function versionOf(name) {
	const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
	return JSON.parse(await readFile(file, "utf8")).version;
}

async function nginxVersion() {
	const { stderr } = await promisify(execFile)(nginx, ["-v"]).catch(() => ({ stderr: "" }));
	return /nginx\/([\d.]+)/.exec(stderr)?.[1] ?? "missing";
}
