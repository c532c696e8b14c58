// `make dev`, as somebody uses it who has just cloned the project: what it prints is
// run as printed, and Ctrl-C leaves nothing behind.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startDemoServer } from "../../demo/server.js";
import { accepts, freePort, run, start, until } from "../harness/process.js";
import { withLocalKv } from "../harness/store.js";

const lastLine = "Ctrl-C stops everything.";

/** Starts `make dev` with a state of its own, and has `use` use it; leaves nothing of it. */
async function starting({ port, prepare, upstream }, use) {
	const state = await mkdtemp(join(tmpdir(), "dev-"));
	await prepare?.(state);
	const words = ["dev", `PORT=${port}`, `STATE=${state}`];
	if (upstream) words.push(`UPSTREAM=${upstream}`);
	const dev = start("make", words);
	try {
		await use(dev);
	} finally {
		dev.kill();
		await rm(state, { recursive: true, maxRetries: 5 });
	}
}

/** The same, on a free port unless one is given, when it has printed what to try. */
async function running({ port, prepare, upstream }, use) {
	port ??= await freePort();
	await starting({ port, prepare, upstream }, async (dev) => {
		await dev.said(lastLine);
		const [, playground] = dev.output.match(/^The playground +(http:.*)$/m);
		await use({ dev, port, playground, printed: printedCommands(dev.output) });
	});
}

/** The commands of the printed text, by what they are for. */
function printedCommands(output) {
	const commands = output.match(/^ {2}(curl|npx) .*$/gm).map((line) => line.trim());
	assert.equal(commands.length, 4, output);
	const [preflight, allowed, refused, change] = commands;
	return { preflight, allowed, refused, change };
}

/** Runs a command as typed into a shell. Resolves to what it prints. */
async function typed(command) {
	const { code, output } = await run("sh", ["-c", command]);
	assert.equal(code, 0, output);
	return output;
}

/** A refusal is 403 with the JSON of Socket.IO's own. */
function assertRefused(answer) {
	assert.match(answer, /^HTTP\/1.1 403 /m);
	assert.match(answer, /^\{"code":4,"message":"Forbidden"\}/m);
}

function assertLetIn(answer, origin) {
	assert.match(answer, /^HTTP\/1.1 200 /m);
	assert.ok(answer.includes(`\nAccess-Control-Allow-Origin: ${origin}\r\n`), answer);
	assert.match(answer, /^0\{"sid":/m);
}

async function assertGone({ dev, port, playground }) {
	assert.deepEqual(dev.processes(), []);
	assert.equal(await accepts(port), false);
	if (playground) assert.equal(await accepts(new URL(playground).port), false);
}

/** Ends the process that runs scripts/dev.js, and no other. */
function endScript(dev) {
	const [script] = dev.processes().filter(({ command }) => /^node scripts\/dev/.test(command));
	process.kill(script.pid, "SIGTERM");
}

describe("make dev", () => {
	test("prints commands that do what it says, and ends with Ctrl-C", () =>
		running({}, async ({ dev, port, playground, printed }) => {
			const page = await fetch(playground.replace("localhost", "127.0.0.1"));
			assert.match(await page.text(), /<title>Playground/);
			const preflight = await typed(printed.preflight);
			assert.match(preflight, /^HTTP\/1.1 204 /m);
			assert.match(preflight, /^Access-Control-Allow-Origin: https:\/\/app\.example\.com\r$/m);
			assertLetIn(await typed(printed.allowed), "https://app.example.com");
			assertRefused(await typed(printed.refused));

			assert.match(
				dev.output,
				/^→ put demo\/policy\.json into the local KV, which had no policy$/m,
			);
			await typed(printed.change);
			// Twice POLICY_FRESH_SECONDS, which is 1 there.
			await sleep(2000);
			assertLetIn(await typed(printed.refused), "https://other.example");
			assertRefused(await typed(printed.allowed));

			assert.equal(await accepts(port), true);
			dev.signal("SIGINT");
			await dev.ended();
			await assertGone({ dev, port, playground });
		}));

	test("uses one's own server, keeps an existing policy, and ends when only its script is stopped", async () => {
		const arrived = [];
		const own = await startDemoServer({ onRequest: ({ url }) => arrived.push(url) });
		const { port: free, other } = await takeNext();
		const policy = { origin: "https://other.example" };
		const prepare = (state) => withLocalKv(state, "POLICY", (kv) => kv.put("policy", policy));
		const use = async ({ dev, port, playground, printed }) => {
			assert.match(dev.output, new RegExp(`^its origin server +${own.url}, yours$`, "m"));
			// The playground is on another port where the next one is taken.
			assert.notEqual(Number(new URL(playground).port), port + 1);
			const address = playground.replace("localhost", "127.0.0.1");
			const setting = await (await fetch(`${address}/setting`)).json();
			assert.equal(setting.upstream, own.url);
			assertLetIn(await typed(printed.refused), "https://other.example");
			assert.deepEqual(arrived, ["/socket.io/?EIO=4&transport=polling"]);
			assertRefused(await typed(printed.allowed));
			assert.doesNotMatch(dev.output, /put demo\/policy\.json/);

			endScript(dev);
			assert.equal(await dev.ended(), 0, dev.output);
			await assertGone({ dev, port, playground });
		};
		try {
			await running({ port: free, prepare, upstream: own.url }, use);
		} finally {
			other.close();
			await own.stop();
		}
	});

	test("says how one's own server is written", async () => {
		const port = await freePort();
		await starting({ port, upstream: "localhost:3000" }, async (dev) => {
			assert.notEqual(await dev.ended(), 0);
			assert.match(dev.output, /^localhost:3000 is not the URL of a server$/m);
			assert.match(dev.output, /make dev UPSTREAM=http:\/\/localhost:3000$/m);
		});
	});

	test("can be stopped while the Worker starts", async () => {
		const port = await freePort();
		await starting({ port }, async (dev) => {
			const starts = ({ command }) => / dev .*--port /.test(command);
			await until("wrangler dev", () => dev.processes().some(starts));
			endScript(dev);
			assert.equal(await dev.ended(), 0, dev.output);
			await until("the end of wrangler", () => dev.processes().length === 0);
			await assertGone({ dev, port });
		});
	});

	test("says so when its port is taken, and leaves nothing behind", async () => {
		const other = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
		await once(other, "listening");
		const { port } = other.address();
		try {
			await starting({ port }, async (dev) => {
				assert.notEqual(await dev.ended(), 0);
				assert.match(dev.output, new RegExp(`127\\.0\\.0\\.1:${port} .*EADDRINUSE`));
				assert.match(dev.output, /choose another port: make dev PORT=/);
				assert.ok(!dev.output.includes(lastLine));
				assert.deepEqual(dev.processes(), []);
			});
		} finally {
			other.close();
		}
	});
});

describe("scripts/check-prerequisites.sh", () => {
	const script = "scripts/check-prerequisites.sh";
	let PATH;

	before(async () => {
		PATH = await mkdtemp(join(tmpdir(), "path-"));
		for (const name of ["sh", "cat", "dirname", "ls"])
			await symlink(`/bin/${name}`, join(PATH, name));
	});
	after(() => rm(PATH, { recursive: true }));

	test("lists each program that is missing, and where to get it", async () => {
		const { code, output } = await run("/bin/sh", [script], { PATH });
		assert.equal(code, 1);
		const lines = output.trim().split("\n");
		const missing = lines.filter((line) => line.startsWith("missing: "));
		assert.deepEqual(
			missing.map((line) => line.slice("missing: ".length)),
			["rustup, with a Rust toolchain", "cargo", "a C compiler", "npm", "node"],
		);
		for (const line of missing) {
			assert.match(
				lines[lines.indexOf(line) + 1],
				/^ {4}get it: (.*https:|rustup |Debian: apt-get )/,
			);
		}
	});

	test("prints nothing if nothing is missing", async () => {
		const { code, output } = await run("/bin/sh", [script]);
		assert.deepEqual([code, output], [0, ""]);
	});
});

/** A free port, and a server on the next one. */
async function takeNext() {
	for (;;) {
		const port = await freePort();
		const other = createServer((socket) => socket.destroy()).listen(port + 1, "127.0.0.1");
		const error = await once(other, "listening").then(
			() => undefined,
			(error) => error,
		);
		if (error === undefined) return { port, other };
		if (error.code !== "EADDRINUSE") throw error;
	}
}
