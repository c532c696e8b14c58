// The npm package, from its tarball to a Worker that decides, where there is Node and npm and no Rust.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startCloudflare } from "../harness/cloudflare.js";
import { freePort, root, until } from "../harness/process.js";
import { client, startSocketServer } from "../harness/socketio.js";
import { withLocalKv } from "../harness/store.js";
import { assertSays, hasTerminal } from "../harness/tool.js";
import { installPackage, tarball } from "./project.js";

const read = async (...path) => readFile(join(...path), "utf8");
const allowed = "https://app.example.com";
const other = "https://other.example";

describe("the package", () => {
	let made;
	before(async () => {
		made = await installPackage();
	});
	after(() => made.remove());

	test("is at most 2 MB, has no dependency, and runs no script when it is installed", async () => {
		assert.ok((await stat(tarball())).size <= 2_000_000);
		const manifest = JSON.parse(
			await read(made.project, "node_modules/socketio-cors-edge/package.json"),
		);
		const { dependencies, optionalDependencies, scripts, peerDependenciesMeta } = manifest;
		assert.deepEqual(
			{ dependencies, optionalDependencies, scripts },
			{
				dependencies: undefined,
				optionalDependencies: undefined,
				scripts: undefined,
			},
		);
		assert.deepEqual(peerDependenciesMeta, { wrangler: { optional: true } });
	});

	test("has the Worker, the schemas and the licences of what is compiled in", async () => {
		const inside = join(made.project, "node_modules/socketio-cors-edge");
		for (const name of ["index.js", "index_bg.wasm"]) {
			assert.deepEqual(
				await readFile(join(inside, "worker", name)),
				await readFile(join(root, "build", name)),
			);
		}
		for (const name of ["policy.schema.json", "cases.schema.json", "LICENSE"])
			assert.equal(await read(inside, name), await read(root, name));
		const licences = await read(inside, "THIRD-PARTY-LICENCES.txt");
		for (const name of [
			/^serde_json [\d.]+: /m,
			/^structured-public-domains [\d.]+: /m,
			/^socket\.io [\d.]+ \(npm\): MIT$/m,
		])
			assert.match(licences, name);
	});

	test("has the page that the doctor's findings lead to, which leads nowhere outside", async () => {
		const page = "docs/troubleshooting.md";
		const packed = await read(made.project, "node_modules/socketio-cors-edge", page);
		const headings = (text) => text.split("\n").filter((line) => line.startsWith("#"));
		assert.deepEqual(headings(packed), headings(await read(root, page)));
		assert.ok(headings(packed).includes("### wrong-path"));
		assert.doesNotMatch(packed, /\]\((?!#|https:)/);
	});

	test("is of the version of the crates and of the changelog", async () => {
		const manifest = JSON.parse(await read(root, "npm/package.json"));
		const [, version] = (await read(root, "Cargo.toml")).match(/^version = "(.*)"$/m);
		assert.equal(manifest.version, version);
		assertSays(await read(root, "CHANGELOG.md"), `\n## [${version}]`);
		assert.equal(await made.tool(0, ["--version"]), `socketio-cors ${version}\n`);
	});

	test("says which policy schema it understands", async () => {
		const { policySchema } = JSON.parse(await read(root, "npm/package.json"));
		const source = await read(root, "crates/explain/src/worker_versions.rs");
		assertSays(source, `SCHEMA_VERSION: &str = "${policySchema}"`);
	});

	test("lists its own commands beside the tool's", async () => {
		assertSays(await made.tool(0, ["--help"]), "  check ", "  doctor ", "  init ", "  deploy ");
		assertSays(await made.tool(2, []), "  check ", "  init ");
		assertSays(await made.tool(0, ["dev", "--help"]), "--upstream <URL>");
	});

	test("runs without cargo, rustup, make or a C compiler", async () => {
		for (const name of ["cargo", "rustup", "make", "cc", "awk"])
			await made.runs(127, ["/bin/sh", "-c", `command -v ${name} || exit 127`]);
		assert.deepEqual((await readdir(made.programs)).sort(), ["node", "npm", "npx", "sh"]);
	});

	test("says which Node it needs", async () => {
		const versions = "Object.defineProperty(process.versions, 'node', { value: '20.19.0' })";
		const imported = `data:text/javascript,${encodeURIComponent(versions)}`;
		const script = join(made.project, "node_modules/socketio-cors-edge/bin/socketio-cors.js");
		const output = await made.runs(3, ["node", "--import", imported, script, "check", "x"]);
		assertSays(output, "needs Node 22 or newer, and this is Node 20.19.0");
	});

	test("works from a directory that nobody may write to", async () => {
		const inside = join(made.project, "node_modules/socketio-cors-edge");
		const policy = join(made.project, "read-only.json");
		await writeFile(policy, `{"origin": "${allowed}"}`);
		await chmod(inside, 0o555);
		await chmod(join(inside, "tool"), 0o555);
		assertSays(await made.tool(0, ["check", policy]), "valid, 1 route, 1 origin");
		await chmod(inside, 0o755);
		await chmod(join(inside, "tool"), 0o755);
	});
});

describe("init", () => {
	let made;
	before(async () => {
		made = await installPackage({ wrangler: false });
	});
	after(() => made.remove());
	const init = (status, words) => made.tool(status, ["init", ...words, "--no-install"]);

	test("writes the files of template/ as they are, for the answers that the template has", async () => {
		const template = join(root, "template");
		await init(0, ["api.example.com", "--origin", allowed]);
		const directory = join(made.project, "api.example.com");
		assert.deepEqual((await readdir(directory)).sort(), (await readdir(template)).sort());
		for (const name of await readdir(template)) {
			let text = await read(directory, name);
			// A package that was installed from a tarball has its directory take the same.
			if (name === "package.json") text = text.replace(/"file:.*\.tgz"/, '"^0.2.0"');
			assert.equal(text, await read(template, name), name);
		}
	});

	test("writes the answers into the files", async () => {
		const words = ["--origin", "https://a.example.org", "--origin", "https://*.b.example.org"];
		const upstream = ["--upstream", "http://10.0.0.1:3000", "--directory", "edge"];
		assertSays(
			await init(0, ["API.Example.org", ...words, ...upstream]),
			"cd edge",
			"npm run deploy         # only decides and logs",
			"a page that fails today still fails",
		);
		const policy = JSON.parse(await read(made.project, "edge/policy.json"));
		assert.deepEqual(policy.origin, ["https://a.example.org", "https://*.b.example.org"]);
		assert.equal(policy.reportOnly, true);
		assertSays(
			await read(made.project, "edge/wrangler.jsonc"),
			'"name": "socketio-cors-api-example-org"',
			'{ "pattern": "api.example.org/*", "zone_name": "example.org" }',
			'"UPSTREAM": "http://10.0.0.1:3000"',
			'"REPORT_ONLY": "on"',
		);
		assertSays(await made.tool(0, ["check", "edge/policy.json"]), "valid");
	});

	test("leaves out reportOnly and REPORT_ONLY, with --enforce", async () => {
		const upstream = ["--upstream", "http://10.0.0.1:3000"];
		const words = ["--origin", allowed, "--enforce", ...upstream];
		const output = await init(0, ["enforced.example.com", ...words]);
		assertSays(output, "npm run deploy         # enforces policy.json");
		assert.doesNotMatch(output, /still fails/);
		const directory = join(made.project, "enforced.example.com");
		const policy = JSON.parse(await read(directory, "policy.json"));
		assert.deepEqual([policy.origin, policy.reportOnly], [[allowed], undefined]);
		const config = await read(directory, "wrangler.jsonc");
		assert.match(config, /"vars": \{\s+"UPSTREAM": "http:\/\/10\.0\.0\.1:3000",\s+\}/);
		for (const name of await readdir(directory))
			assert.doesNotMatch(await read(directory, name), /report_?only|Nothing is enforced/i, name);
	});

	for (const [what, words, ...says] of [
		[
			"an existing directory",
			["node-is-there.example.com", "--origin", allowed],
			"exists",
			"--directory",
		],
		["a domain that is none", ["localhost", "--origin", allowed], '"localhost" is not a domain'],
		["an address", ["10.0.0.1", "--origin", allowed], "is not a domain"],
		["a path", ["a.example.com/x", "--origin", allowed], "is not a domain"],
		["a URL", ["https://api.example.com/", "--origin", allowed], "write api.example.com"],
		["an origin that is none", ["b.example.com", "--origin", "app.example.com"], "--origin"],
		[
			"a server that is none",
			["b.example.com", "--origin", allowed, "--upstream", "x"],
			"--upstream",
		],
		["nothing", [], "the domain of your API is missing"],
		["no origin", ["b.example.com"], "--origin is missing"],
		["two domains", ["b.example.com", "c.example.com"], "unexpected argument c.example.com"],
		["an unknown option", ["b.example.com", "--orign", "x"], "--orign"],
	]) {
		test(`refuses ${what}, and writes nothing`, async () => {
			await mkdir(join(made.project, "node-is-there.example.com"), { recursive: true });
			const before = await readdir(made.project);
			assertSays(await init(2, words), ...says);
			assert.deepEqual(await readdir(made.project), before);
			assert.deepEqual(await readdir(join(made.project, "node-is-there.example.com")), []);
		});
	}

	test("asks on a terminal for what is missing", { skip: !hasTerminal }, async () => {
		const command = "node node_modules/socketio-cors-edge/bin/socketio-cors.js init --no-install";
		const typed = `printf 'asked.example.com\\nhttps://asked.example\\n' | script -qec '${command}' /dev/null`;
		const env = { PATH: `${made.programs}:/usr/bin:/bin` };
		const output = await made.runs(0, ["/bin/sh", "-c", typed], { env });
		assertSays(
			output,
			"The domain of your API",
			"The origin of your pages",
			"Made asked.example.com",
		);
		const policy = JSON.parse(await read(made.project, "asked.example.com/policy.json"));
		assert.deepEqual(policy.origin, ["https://asked.example"]);
	});

	test("keeps the files and says what to run if npm has no network", async () => {
		const words = ["init", "c.example.com", "--origin", allowed];
		const env = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
		assertSays(await made.tool(3, words, { env }), "npm install failed", "npm install --prefix");
		assert.ok(existsSync(join(made.project, "c.example.com/wrangler.jsonc")));
	});
});

describe("a directory that init made", () => {
	const below = "api.example.com";
	let made, server;
	before(async () => {
		made = await installPackage();
		await made.tool(0, ["init", below, "--origin", allowed, "--no-install"]);
		await made.link(below);
		server = await startSocketServer();
	});
	after(async () => {
		await server.stop();
		await made.remove();
	});
	const tool = (status, words, options) => made.npx(status, words, { below, ...options });
	const policy = (text) => writeFile(join(made.project, below, "policy.json"), text);

	test("is checked and explained", async () => {
		assertSays(await tool(0, ["check", "policy.json"]), "valid, 1 route, 1 origin");
		assertSays(await tool(0, ["explain", "policy.json", "--origin", other]), "refuse");
	});

	test("deploys, by the dry run, the Worker with its KV and nothing enforced", async () => {
		const output = await made.runs(0, ["npm", "run", "deploy", "--", "--dry-run"], { below });
		assertSays(output, "env.POLICY", 'env.REPORT_ONLY ("on")', "--dry-run: exiting now.");
	});

	test("is served by dev before one's own server, and an edit changes the decision", async () => {
		const port = await freePort();
		await policy(`{"origin": ["${allowed}"]}`);
		const dev = made.start(["dev", "--port", String(port), "--upstream", server.url], { below });
		try {
			await dev.said("Ctrl-C stops everything.");
			const edge = `http://127.0.0.1:${port}`;
			await until("the first policy", () => connects(edge, allowed));
			assert.equal(await connects(edge, other), false);
			// As people write it; the Worker reads strict JSON.
			await policy(`{ origin: ['${other}'], } // now`);
			await until("the edit", () => connects(edge, other));
			assert.equal(await connects(edge, allowed), false);
			await policy(`{"orign": ["${allowed}"]}`);
			await dev.said('unknown field "orign"');
			assert.equal(await connects(edge, other), true);
			const [, playground] = dev.output.match(/^The playground +(http:.*)$/m);
			for (const path of ["/", "/tool.js", "/tool_bg.wasm", "/socket.io-client.js", "/main.js"])
				assert.equal((await fetch(playground + path)).status, 200, path);
			dev.signal("SIGINT");
			await dev.ended();
			assert.deepEqual(dev.processes(), []);
		} finally {
			dev.kill();
		}
	});

	test("publishes to the local KV", async () => {
		const state = join(made.project, below, ".wrangler/state");
		await withLocalKv(state, "POLICY", (kv) => kv.put("policy", { origin: [allowed] }));
		await policy(`{"origin": ["${other}"]}`);
		const publish = ["publish", "policy.json", "--local", "--yes"];
		assertSays(await tool(0, publish), `- ${allowed}`, `+ ${other}`);
	});

	test("is examined by the doctor, as any other server is", async () => {
		const output = await tool(1, ["doctor", server.url, "--origin", allowed]);
		assertSays(output, "no-cors-headers");
	});

	test("enforces nothing on the first deploy until its policy is read back", async () => {
		const cloudflare = await startCloudflare({ deployed: false });
		try {
			await policy(`{"origin": ["${allowed}"]}`);
			const { PATH, ...env } = cloudflare.environment;
			const output = await tool(0, ["deploy"], { env });
			assertSays(output, "enforces nothing until it has one", '"policy" in the live KV is version');
			const name = "socketio-cors-api-example-com";
			const [namespace] = cloudflare.namespaces.values();
			assert.equal(namespace.values.get("policy"), `{"origin": ["${allowed}"]}`);
			const uploads = cloudflare.uploads.filter(({ worker }) => worker === name);
			assert.deepEqual(
				uploads.map(({ variables }) => variables.REPORT_ONLY),
				["on", "on"],
			);
			cloudflare.requests.length = 0;
			const again = await tool(0, ["deploy"], { env });
			assert.doesNotMatch(again, /enforces nothing until/);
			assertSays(again, "KV has a policy already", "npx socketio-cors publish policy.json");
		} finally {
			await cloudflare.stop();
		}
	});
});

describe("without what it needs", () => {
	let made;
	before(async () => {
		made = await installPackage({ wrangler: false });
		await made.tool(0, ["init", "api.example.com", "--origin", allowed, "--no-install"]);
	});
	after(() => made.remove());
	const below = "api.example.com";

	test("dev and deploy say that there is no wrangler, and how to get it", async () => {
		for (const command of ["dev", "deploy"]) {
			const output = await made.tool(3, [command], { below });
			assertSays(output, "no wrangler is installed here", "npm install --save-dev wrangler");
		}
	});

	test("deploy says that wrangler is too old", async () => {
		const old = join(made.project, below, "node_modules/wrangler");
		await mkdir(old, { recursive: true });
		const manifest = { name: "wrangler", version: "3.114.0", bin: { wrangler: "w.js" } };
		await writeFile(join(old, "package.json"), JSON.stringify(manifest));
		assertSays(await made.tool(3, ["deploy"], { below }), "wrangler 3.114.0 is too old: 4.164.0");
		await rm(old, { recursive: true });
	});

	test("deploy says that there is no configuration", async () => {
		assertSays(await made.tool(2, ["deploy"]), "there is no wrangler.jsonc here", "init");
	});

	test("deploy changes nothing without a network", async () => {
		await made.link(below);
		const api = { CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:9", CLOUDFLARE_API_TOKEN: "a" };
		const env = { ...api, CLOUDFLARE_ACCOUNT_ID: "an-account" };
		const output = await made.tool(3, ["deploy"], { below, env });
		assertSays(output, "wrangler cannot read KV, and nothing was changed");
	});
});

/** Resolves to true if a page of that origin connects. */
async function connects(edge, origin) {
	const socket = client(4, edge, { origin, transports: ["websocket"] });
	try {
		return await new Promise((resolve) => {
			socket.once("connect", () => resolve(true));
			socket.once("connect_error", () => resolve(false));
		});
	} finally {
		socket.close();
	}
}
