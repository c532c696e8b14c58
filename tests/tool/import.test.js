// `socketio-cors import`: from what nginx itself prints, into a file that `check` takes.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { around, hasNginx, nginx } from "../harness/nginx.js";
import { run } from "../harness/process.js";
import { assertSays, useTool } from "../harness/tool.js";

let tool;
before(async () => {
	tool = await useTool();
});
after(() => tool.remove());

const policy = { origin: ["https://app.example.com", "https://*.example.org"], credentials: true };

const files = {
	"nginx.conf": around("include conf.d/*.conf;"),
	"conf.d/api.conf": `
		map $http_origin $cors_origin {
			https://app.example.com $http_origin;
			"~^https://.*\\.example\\.org$" $http_origin;
		}
		server {
			listen 127.0.0.1:8080;
			location /socket.io/ { include cors.conf; proxy_pass http://127.0.0.1:3000; }
		}
	`,
	"cors.conf": `
		add_header Access-Control-Allow-Origin $cors_origin always;
		add_header Access-Control-Allow-Credentials true always;
	`,
};

test("all files of a configuration are imported, as nginx prints them", {
	skip: !hasNginx && ".tools/nginx is missing",
}, async () => {
	const directory = join(tool.directory, "nginx");
	await mkdir(join(directory, "conf.d"), { recursive: true });
	for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
	const args = ["-T", "-p", directory, "-c", "nginx.conf", "-e", "stderr"];
	const printed = await run(nginx, args);
	assert.equal(printed.code, 0, printed.output);
	const path = await tool.file(printed.stdout, "all.conf");
	const imported = await tool.runApart(0, ["import", path]);
	assert.deepEqual(JSON.parse(imported.stdout), policy);
	assert.equal(imported.stderr, "");
});

describe("the policy is written to a file", () => {
	const options = `new Server(httpServer, {
		cors: { origin: ["https://app.example.com", /\\.example\\.org$/], credentials: true }
	});`;
	let written;

	test("that check accepts", async () => {
		const path = await tool.file(options, "server.js");
		written = join(tool.directory, "policy.json");
		const said = await tool.runApart(0, ["import", path, "--write", written]);
		assert.equal(said.stdout, "");
		assertSays(said.stderr, `wrote ${written}; check it: socketio-cors check `);
		assertSays(await tool.run(0, ["check", written]), "valid, 1 route, 3 origins");
	});

	test("unless the file exists", async () => {
		const before = await readFile(written, "utf8");
		const path = await tool.file("{ cors: { origin: 'https://b.example' } }", "server.js");
		const refused = await tool.run(2, ["import", path, "--write", written]);
		assertSays(refused, "policy.json exists already; to replace it, add --overwrite");
		assert.equal(await readFile(written, "utf8"), before);
		await tool.run(0, ["import", path, "--write", written, "--overwrite"]);
		assertSays(await readFile(written, "utf8"), "https://b.example");
	});
});
