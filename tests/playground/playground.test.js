// The playground of `make dev`, in Chromium.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { recordPreflights, startBrowser } from "../harness/browser.js";
import { send } from "../harness/http.js";
import { openPlayground, startPlayground } from "../harness/playground.js";
import { root, until } from "../harness/process.js";
import { useTool } from "../harness/tool.js";
import { versionOf } from "../harness/version.js";

const axe = await readFile(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
const firstPolicy = await readFile(join(root, "demo/policy.json"), "utf8");
const first = versionOf(firstPolicy);

let browser;
let playground;
let tool;

before(async () => {
	playground = await startPlayground();
	browser = await startBrowser();
	tool = await useTool();
});
after(async () => {
	await browser?.close();
	await playground?.stop();
	await tool?.remove();
});

/** Opens the playground under the first policy, and closes it after `use`. */
async function opened(use, options) {
	await playground.save(firstPolicy);
	const open = await openPlayground(browser, playground, options);
	try {
		await use(open);
	} finally {
		await open.close();
	}
}

/** Has the editor hold `text`, as if it was typed. */
const type = (page, text) => page.getByLabel("The policy document").fill(text);
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** Resolves when the page says what became of a document that was saved. */
async function saved(page, says) {
	await until(says, async () => (await page.locator("#saved").textContent()).includes(says));
}

describe("live requests", () => {
	test("a page of an allowed origin connects, is upgraded, and shows each request", () =>
		opened(async ({ page, allowed }) => {
			await allowed.comesTo("Connected over WebSocket");
			const requests = [];
			page.on("request", (request) => {
				const { pathname, searchParams } = new URL(request.url());
				if (pathname === "/socket.io/" && searchParams.get("attempt") === "2")
					requests.push(request.method());
			});
			await allowed.frame.getByRole("button", { name: "Connect again" }).click();
			await allowed.comesTo("Connected over WebSocket");
			await until("the upgrade", async () =>
				(await allowed.rows()).includes("upgraded to WebSocket"),
			);
			await until("no request that waits", async () =>
				(await allowed.rows()).every((row) => !row.includes("waiting")),
			);
			const rows = await allowed.rows();
			const why = `allow | listed-origin · reached the server`;
			assert.equal(rows[0], `GET poll 200 | ${why}`);
			assert.ok(rows.includes(`POST poll 200 | ${why}`), rows.join("\n"));
			assert.ok(
				rows.includes(
					"WebSocket | opened | its headers are hidden from pages · reached the server",
				),
				rows.join("\n"),
			);
			const shown = rows.filter((row) => row.includes(" poll ")).map((row) => row.split(" ")[0]);
			assert.deepEqual(shown, requests);
			const [thisPage, worker, server] = await allowed.path();
			assert.match(
				thisPage,
				new RegExp(`^This page\n${requests.length + 1} requests\nready in \\d+ ms$`),
			);
			assert.equal(worker, `The Worker\nallow\nlisted-origin\npolicy ${first}`);
			assert.equal(server, `Socket.IO server\n${requests.length + 1} arrived`);
		}));

	test("a page of another origin is refused, with the reason from the Worker's log", () =>
		opened(async ({ other }) => {
			await other.comesTo("Refused by the Worker");
			assert.deepEqual(await other.rows(), [
				`GET poll | refuse | unlisted-origin · never reached the server · from the Worker's log`,
				"the client says: xhr poll error",
			]);
			assert.deepEqual(await other.path(), [
				"This page\n1 request",
				`The Worker\nrefuse\nunlisted-origin\npolicy ${first}`,
				"Socket.IO server\n0 arrived",
			]);
		}));

	test("WebSocket only: allowed from one page, refused from the other", () =>
		opened(async ({ allowed, other }) => {
			for (const { frame } of [allowed, other])
				await frame.getByLabel("Transports").selectOption("WebSocket only");
			await allowed.comesTo("Connected over WebSocket");
			await other.comesTo("Refused by the Worker");
			assert.deepEqual(
				(await allowed.rows()).filter((row) => row.includes("poll")),
				[],
			);
			assert.deepEqual(await other.rows(), [
				`WebSocket | refuse | unlisted-origin · never reached the server · from the Worker's log`,
				"the client says: websocket error",
			]);
		}));

	test("preflights: passed for one page, refused for the other", () =>
		opened(async ({ allowed, other }) => {
			const preflights = await recordPreflights(allowed.frame);
			for (const { frame } of [allowed, other]) {
				await frame.getByText("Credentials, preflights").click();
				await frame.getByLabel("With a custom header").check();
			}
			await allowed.comesTo("Connected over WebSocket");
			await other.comesTo("Refused by the Worker");
			const [row] = await allowed.rows();
			assert.equal(
				row,
				`GET poll 200 | allow | listed-origin · its preflight passed · reached the server`,
			);
			assert.ok(preflights.some(({ status }) => status === 204));
			assert.deepEqual(await other.rows(), [
				`GET poll | refuse | unlisted-origin · its preflight was refused, so it was not sent · never reached the server · from the Worker's log`,
				"the client says: xhr poll error",
			]);
		}));

	test("a policy that only reports: a request that it would refuse continues, and is not shown as refused", () =>
		opened(async ({ page, allowed, other }) => {
			await allowed.comesTo("Connected over WebSocket");
			await press(page, "Only report");
			assert.match(await page.locator("#shows").textContent(), /^Nothing is refused: /);
			const version = versionOf(await page.getByLabel("The policy document").inputValue());
			await press(page, "Save it");
			await other.comesTo("Connected over WebSocket");
			await allowed.comesTo("Connected over WebSocket");
			const why =
				"unlisted-origin · the policy only reports, so the request went on · reached the server";
			await until("the log's line", async () => (await other.rows())[0].includes("log"));
			assert.equal(
				(await other.rows())[0],
				`GET poll 200 | reported | ${why} · from the Worker's log`,
			);
			assert.equal(
				(await other.path())[1],
				`The Worker\nreported\nunlisted-origin\npolicy ${version}`,
			);
			await other.frame.getByLabel("Transports").selectOption("WebSocket only");
			await other.comesTo("Connected over WebSocket");
			await until("the log's line", async () => (await other.rows())[0].includes("log"));
			assert.equal(
				(await other.rows())[0],
				`WebSocket | reported | ${why} · from the Worker's log`,
			);
		}));

	test("a page that sends credentials under a policy without: the reason is beside “Not connected”", () =>
		opened(async ({ page, allowed, other }) => {
			await other.comesTo("Refused by the Worker");
			await press(page, "Without credentials");
			await press(page, "Save it");
			const reason =
				"the page cannot read the answer: the request has credentials, and the answer does not allow them";
			for (const { frame } of [allowed, other])
				await until(reason, async () => (await frame.locator("#why").textContent()) === reason);
			const states = await page
				.locator("#states li")
				.evaluateAll((items) =>
					items.map(({ children }) => [...children].map(({ textContent }) => textContent)),
				);
			assert.deepEqual(states, [
				["Page 1 · localhost", "Not connected", reason],
				["Page 2 · 127.0.0.1", "Not connected", reason],
			]);
			// The explainer says the same, and what the switch changes.
			const outcome = page.locator(".outcome");
			assert.equal((await outcome.textContent()).toLowerCase(), reason);
			const command = page.locator("#answer details pre");
			assert.match(await command.textContent(), / --credentials$/);
			await page.getByLabel("With credentials, such as cookies").uncheck();
			assert.doesNotMatch(await command.textContent(), / --credentials/);
			assert.equal(await outcome.textContent(), "The page can read the answer");
			await other.frame.getByText("Credentials, preflights").click();
			await other.frame.getByLabel("With credentials").uncheck();
			await other.comesTo("Connected over WebSocket");
		}));

	test("messages are shown as text, whatever they contain, and the connection can be closed", () =>
		opened(async ({ allowed }) => {
			await allowed.comesTo("Connected over WebSocket");
			const message = "<img src=x onerror=alert(1)>";
			await allowed.frame.getByLabel("Message").fill(message);
			await allowed.frame.getByRole("button", { name: "Send" }).click();
			await until("the echo", async () =>
				(await allowed.rows()).some((row) => row.startsWith(`← ${message}, echoed after `)),
			);
			assert.ok((await allowed.rows()).includes(`→ ${message}`));
			assert.equal(await allowed.frame.locator("img").count(), 0);
			await allowed.frame.getByRole("button", { name: "Disconnect" }).click();
			await allowed.comesTo("Disconnected");
			assert.equal(await allowed.frame.getByRole("button", { name: "Send" }).isDisabled(), true);
		}));

	test("the console has no errors except the browser's own about the refusal", () =>
		opened(async ({ allowed, other, problems, page }) => {
			await allowed.comesTo("Connected over WebSocket");
			await other.comesTo("Refused by the Worker");
			await press(page, "Two mistakes");
			assert.equal(problems.length, 2, problems.join("\n"));
			assert.match(problems[0], /client\.html Access to XMLHttpRequest .* blocked by CORS policy/);
			assert.match(problems[1], /\/socket\.io\/.* Failed to load resource/);
		}));
});

/** Documents with their faults and warnings. */
const documents = [
	"",
	"{",
	'{"origin": "https://a.example"}',
	'{\n\t"origin": ["https://Bücher.example", "https://a.example/"],\n\t"credential": true\n}',
	'{"origin": ["https://*.co.uk"], "credentials": true}',
	'{"origin": true, "credentials": true, "methods": ["TRACE"], "maxAge": 1e9}',
	'{"origin": "*"}',
	'{"routes": {"/a/": {"origin": ["null"]}, "b": {"origin": true}}}',
	`{"origin": [${Array(1200).fill('"x"').join(",")}]}`,
	"{ // ours\n  origin: ['https://a.example',],\n}",
	"{ // ours\n  origin: ['https://A.example',],\n}",
	"new Server(httpServer, {\n  cors: { origin: 'https://a.example' },\n});",
	"{ origin: process.env.ORIGIN }",
];

describe("the editor", () => {
	test("shows the faults and warnings that `socketio-cors check --json` has", () =>
		opened(async ({ page }) => {
			for (const text of documents) {
				await type(page, text);
				const path = await tool.file(text);
				const report = JSON.parse(await tool.run(isValid(text), ["check", "--json", path]));
				const expected = [...report.faults, ...report.warnings].map((finding) => [
					`${finding.line}:${finding.column}${finding.pointer && ` ${finding.pointer}`}`,
					finding.message,
					finding.help ?? "",
				]);
				const shown = await page
					.locator("#faults button")
					.evaluateAll((buttons) =>
						buttons.map(({ children }) => [...children].map(({ textContent }) => textContent)),
					);
				assert.deepEqual(shown, expected, text.slice(0, 200));
				assert.equal(await page.locator("#faults [data-kind=fault]").count(), report.faults.length);
				assert.match(
					await page.locator("#verdict").textContent(),
					report.valid ? /^Valid/ : /fault/,
				);
			}
		}));

	test("goes to the place of a fault", () =>
		opened(async ({ page }) => {
			await type(page, '{\n\t"ü🙂": 1, "credential": true, "origin": true}');
			await page.getByRole("button", { name: "/credential" }).click();
			const selected = await page
				.getByLabel("The policy document")
				.evaluate((area) => [
					document.activeElement === area,
					area.value.slice(area.selectionStart),
				]);
			assert.deepEqual(selected, [true, '"credential": true, "origin": true}']);
		}));

	test("Ctrl+Z goes back through examples, resets and what was typed", () =>
		opened(async ({ page }) => {
			const area = page.getByLabel("The policy document");
			await press(page, "Allow both");
			const both = await area.inputValue();
			await area.press("Control+End");
			await page.keyboard.type("x");
			await press(page, "Restore the first policy");
			await saved(page, `the Worker decides by ${first} now.`);
			assert.equal(await area.inputValue(), firstPolicy);
			// The focus is on the button.
			for (const before of [`${both}x`, both, firstPolicy]) {
				await page.keyboard.press("Control+z");
				assert.equal(await area.inputValue(), before);
			}
			await page.keyboard.press("Control+Shift+Z");
			assert.equal(await area.inputValue(), both);
			await press(page, "Undo");
			assert.equal(await area.inputValue(), firstPolicy);
		}));

	test("a reload loses nothing, and the page says that the typed text is not saved", () =>
		opened(async ({ page, allowed }) => {
			const area = page.getByLabel("The policy document");
			const draft = page.locator("#draft");
			assert.equal(await draft.isVisible(), false);
			await type(page, '{"origin": "https://typed.example"}');
			await page.getByLabel("Path and query").fill("/typed");
			await allowed.frame.getByLabel("Message").fill("typed");
			await page.reload();
			await draft.waitFor();
			assert.match(
				await draft.textContent(),
				/^\s*This is a draft\. .* the Worker does not use it\./,
			);
			assert.equal(await area.inputValue(), '{"origin": "https://typed.example"}');
			assert.equal(await page.getByLabel("Path and query").inputValue(), "/typed");
			const message = page.frameLocator("#allowed").getByLabel("Message");
			await until("the message", async () => (await message.inputValue()) === "typed");
			assert.equal(await page.locator("#in-force").textContent(), first);
			await press(page, "Show the saved policy");
			assert.equal(await area.inputValue(), firstPolicy);
			assert.equal(await draft.isVisible(), false);
			await page.reload();
			await until("the document", async () => (await area.inputValue()) === firstPolicy);
			assert.equal(await draft.isVisible(), false);
		}));

	test("makes JSON of JavaScript, with and without something around the policy", () =>
		opened(async ({ page }) => {
			const area = page.getByLabel("The policy document");
			const button = page.getByRole("button", { name: "Make it JSON" });
			assert.equal(await button.isVisible(), false);
			for (const [text, json] of [
				["{ // ours\n  origin: 'https://a.example',\n}", '{\n  "origin": "https://a.example"\n}'],
				[
					"const io = new Server(httpServer, { cors: { origin: 'https://a.example' } });",
					'{ "origin": "https://a.example" }',
				],
			]) {
				await type(page, text);
				await button.click();
				assert.equal(await area.inputValue(), json);
				assert.equal(await page.locator("#verdict").textContent(), "Valid");
				assert.equal(await button.isVisible(), false);
				await area.press("Control+z");
				assert.equal(await area.inputValue(), text);
			}
			await type(page, "{ origin: process.env.ORIGIN }");
			assert.equal(await button.isVisible(), false);
		}));

	function isValid(text) {
		return [documents[2], documents[6], documents[9]].includes(text) ? 0 : 1;
	}
});

describe("saving", () => {
	test("changes the decision, and says which policy is in force", () =>
		opened(async ({ page, allowed, other }) => {
			await other.comesTo("Refused by the Worker");
			await press(page, "Only page 2");
			const text = await page.getByLabel("The policy document").inputValue();
			assert.equal(await page.locator("#in-force").textContent(), first);
			assert.equal(
				await page.locator("#version").textContent(),
				`${versionOf(text)}, not in force`,
			);
			await press(page, "Save it");
			await saved(page, `Saved, and in force: the Worker decides by ${versionOf(text)} now.`);
			assert.equal(await page.locator("#in-force").textContent(), versionOf(text));
			assert.equal(await page.locator("#version").textContent(), "the same");
			await other.comesTo("Connected over WebSocket");
			await allowed.comesTo("Refused by the Worker");
			assert.deepEqual(await page.locator("#states .state").allTextContents(), [
				"Refused by the Worker",
				"Connected over WebSocket",
			]);

			await press(page, "Restore the first policy");
			await saved(page, `the Worker decides by ${first} now.`);
			await allowed.comesTo("Connected over WebSocket");
			await other.comesTo("Refused by the Worker");
			assert.equal(await page.getByLabel("The policy document").inputValue(), firstPolicy);
		}));

	test("a JavaScript policy is saved as JSON", () =>
		opened(async ({ page, allowed }) => {
			await type(page, "{ // ours\n  origin: ['http://localhost:*',],\n  credentials: true,\n}");
			assert.equal(await page.locator("#verdict").textContent(), "Valid, 1 warning, not yet JSON");
			await press(page, "Save it");
			const version = versionOf('{\n  "origin": ["http://localhost:*"],\n  "credentials": true\n}');
			await saved(page, `Saved, and in force: the Worker decides by ${version} now.`);
			assert.equal(await page.locator("#version").textContent(), "the same");
			await allowed.frame.getByRole("button", { name: "Connect again" }).click();
			await allowed.comesTo("Connected over WebSocket");
			await press(page, "Restore the first policy");
			await saved(page, `the Worker decides by ${first} now.`);
		}));

	test("a document with faults does not replace the policy in force", () =>
		opened(async ({ page, allowed }) => {
			await press(page, "Two mistakes");
			const version = versionOf(await page.getByLabel("The policy document").inputValue());
			await press(page, "Save it anyway");
			await saved(
				page,
				`Saved as ${version}, but the Worker does not use it, as it has faults. It still decides by ${first}.`,
			);
			await allowed.frame.getByRole("button", { name: "Connect again" }).click();
			await allowed.comesTo("Connected over WebSocket");
			const faulty = `"event":"policy-faulty","host":"${new URL(playground.edge).host}","key":"policy","policy":"${version}","faults":2`;
			assert.ok(playground.output.includes(faulty), playground.output);
		}));

	for (const [who, headers] of Object.entries({
		"a page of another origin": () => ({ Origin: "https://evil.example" }),
		"a page of the origin null": () => ({ Origin: "null" }),
		"the page of the server's other name": () => ({ Origin: playground.other }),
		"a request without an Origin": () => ({}),
	})) {
		test(`is refused to ${who}`, async () => {
			await playground.save(firstPolicy);
			const { status } = await playground.save('{"origin": true}', headers());
			assert.equal(status, 403);
			assert.equal((await send(playground.other, "/policy")).body, firstPolicy);
		});
	}

	for (const path of ["/", "/policy", "/events", "/in-force"]) {
		test(`${path} is kept from a name that was made to resolve to this machine`, async () => {
			const Host = `evil.example:${new URL(playground.other).port}`;
			const { status, body } = await send(playground.other, path, { headers: { Host } });
			assert.deepEqual([status, body], [421, "not a name of this server"]);
			const origin = `http://${Host}`;
			const put = await playground.save('{"origin": true}', { Host, Origin: origin });
			assert.equal(put.status, 421);
		});
	}

	test("is refused for a document that is too large", async () => {
		const { status } = await playground.save(Buffer.alloc(9 * 1024 * 1024 + 1, " "));
		assert.equal(status, 413);
	});
});

const policy =
	'{\n\t"origin": ["https://a.example", "https://*.apps.example", {"kv": "tenant:"}],\n\t"credentials": true,\n\t"allowedHeaders": ["X-Token"],\n\t"websocketCookies": false\n}';
const a = "https://a.example";

describe("the explanation of a request", () => {
	// One page for all rows, as each costs a second of CPU time, and what its fields have at first.
	let open, first;
	const fields = (page) => page.locator("#asked").locator("input, select");
	before(async () => {
		await playground.save(firstPolicy);
		open = await openPlayground(browser, playground);
		await type(open.page, policy);
		first = await fields(open.page).evaluateAll((all) =>
			all.map(({ value, checked }) => ({ value, checked })),
		);
	});
	after(() => open?.close());

	const refill = (page) =>
		fields(page).evaluateAll((all, first) => {
			for (const [index, field] of all.entries()) Object.assign(field, first[index]);
			all[0].dispatchEvent(new Event("input", { bubbles: true }));
		}, first);

	for (const [asked, options] of [
		[{ origin: a }, ["--origin", a]],
		[
			{ origin: "https://x.apps.example", headers: "X-Token" },
			["--origin", "https://x.apps.example", "--headers", "X-Token"],
		],
		[
			{ origin: a, method: "PUT", headers: "x-token, x-other" },
			["--origin", a, "--method", "PUT", "--headers", "x-token, x-other"],
		],
		[{ origin: a, headers: "x-other" }, ["--origin", a, "--headers", "x-other"]],
		[{ origin: "https://evil.example" }, ["--origin", "https://evil.example"]],
		[{ origin: "https://A.example/" }, ["--origin", "https://A.example/"]],
		[{ origin: "null" }, ["--origin", "null"]],
		[{ origin: a, without: "credentials" }, ["--origin", a]],
		[{ origin: a, sender: "a page's WebSocket" }, ["--origin", a, "--websocket"]],
		[{ origin: a, path: "/other?x=1" }, ["--origin", a, "--path", "/other?x=1"]],
		[{ sender: "no browser: an app, a server, curl" }, ["--no-origin"]],
		[{ sender: "a page's <script> or <img>" }, ["--embedded"]],
	]) {
		test(`${options.join(" ")}: is what \`socketio-cors explain --json\` has`, async () => {
			const { page } = open;
			await refill(page);
			await fill(page, asked);
			const file = await tool.file(policy);
			const rest = ["--host", playground.edge];
			if (!asked.path) rest.push("--path", "/socket.io/?EIO=4&transport=polling");
			if (!asked.sender && !asked.without) rest.push("--credentials");
			const report = JSON.parse(
				await tool.run(0, ["explain", "--json", file, ...rest, ...options]),
			);
			const exchanges = [report.preflight, report.request].filter(Boolean);
			assert.deepEqual(await cards(page), exchanges.map(expectedCard));
			const outcome = await page.locator(".outcome").allTextContents();
			assert.deepEqual(
				outcome.map((text) => text.toLowerCase()),
				report.outcome ? [report.outcome.toLowerCase()] : [],
			);
			// The command that it shows says the same.
			await page.getByText("The same on the command line").click();
			const command = await page.locator("details pre").textContent();
			const typed = command
				.replace("policy.json", `--json '${file}'`)
				.split(/ (?=(?:[^']*'[^']*')*[^']*$)/);
			const words = typed.slice(1).map((word) => word.replaceAll("'", ""));
			assert.deepEqual(JSON.parse(await tool.run(0, words)), report);
		});
	}

	test("says why no browser sends a request, and that faults have to be fixed first", () =>
		opened(async ({ page }) => {
			await fill(page, { path: "socket.io" });
			const answer = page.locator("#answer");
			assert.match(
				await answer.textContent(),
				/^No browser sends this: path socket\.io does not start with \//,
			);
			await press(page, "Two mistakes");
			await fill(page, { path: "/" });
			assert.match(await answer.textContent(), /^The document has faults\. Fix them/);
		}));

	async function fill(page, { origin, sender, method, headers, path, without }) {
		if (sender) await page.getByLabel("Sent by").selectOption(sender);
		if (origin) await page.getByLabel("From the origin").fill(origin);
		if (method) await page.getByLabel("Method").selectOption(method);
		if (headers) await page.getByLabel("Headers that the page sets").fill(headers);
		if (path) await page.getByLabel("Path and query").fill(path);
		if (without) await page.getByLabel("With credentials, such as cookies").uncheck();
	}

	/** The shown parts of each exchange: its first lines, its terms, its headers. */
	function cards(page) {
		return page.locator(".exchange-card").evaluateAll((cards) =>
			cards.map((card) => {
				const text = (selector) =>
					[...card.querySelectorAll(selector)].map(({ textContent }) => textContent);
				return {
					request: text(".request"),
					decision: text(".decision"),
					terms: Object.fromEntries(text("dt").map((term, index) => [term, text("dd")[index]])),
					headers: text("pre"),
				};
			}),
		);
	}

	function expectedCard(exchange) {
		const { method, url, origin, meantOrigin, decision, reason, why, rule, pattern } = exchange;
		const { kvKeys, answeredBy, untouched, removedHeaders, status, headers, body } = exchange;
		const at = ({ at: { line, column } }) => ` (line ${line}, column ${column})`;
		const forwarded = untouched
			? "the Socket.IO server's, untouched"
			: "the Socket.IO server's, with these CORS headers instead of its own";
		const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
		if (body) lines.push("", body);
		return {
			request: [
				`${method} ${url.slice(playground.edge.length)}`,
				origin ? `Origin: ${origin}` : "no Origin header",
			],
			decision: [decision],
			terms: {
				Reason: `${reason}: ${why}`,
				...(meantOrigin && { Meant: `no browser sends that Origin; it would send ${meantOrigin}` }),
				...(rule && { Rule: `the one for ${rule.prefix}${at(rule)}` }),
				...(pattern && { Pattern: pattern.text + at(pattern) }),
				...(kvKeys.length > 0 && { "KV key": `${kvKeys.join(", ")}, assumed to be missing` }),
				...(removedHeaders.length > 0 && {
					Removed: `${removedHeaders.join(", ")} from the request`,
				}),
				...(reason === "unlisted-origin" && {
					"To allow it": `add "${origin}" to the origins of the rule`,
				}),
				Answer:
					answeredBy === "edge"
						? `${status} from the Worker; the Socket.IO server never sees the request`
						: forwarded,
			},
			headers: lines.length > 0 ? [lines.join("\n")] : [],
		};
	}
});

describe("for everyone", () => {
	test("with the keyboard alone: a policy is chosen and saved, a page connected, a message sent", () =>
		opened(async ({ page, allowed, other }) => {
			await other.comesTo("Refused by the Worker");
			await tabTo(page, page, "Allow both");
			await page.keyboard.press("Enter");
			await tabTo(page, page, "Save it");
			await page.keyboard.press("Enter");
			await saved(page, "Saved, and in force");
			await other.comesTo("Connected over WebSocket");
			await allowed.comesTo("Connected over WebSocket");
			await tabTo(page, other.frame, "Disconnect");
			await page.keyboard.press("Enter");
			await other.comesTo("Disconnected");
			await tabTo(page, other.frame, "Connect again");
			await page.keyboard.press("Space");
			await other.comesTo("Connected over WebSocket");
			await tabTo(page, other.frame, "text");
			await page.keyboard.type(" there");
			await page.keyboard.press("Enter");
			await until("the echo", async () =>
				(await other.rows()).some(
					(row) => row.startsWith("← hello there") || row.startsWith("←  there"),
				),
			);
		}));

	/** Presses Tab until the focus of `place` is on what has that text, or that id. */
	async function tabTo(page, place, name) {
		for (let presses = 0; presses < 80; presses++) {
			await page.keyboard.press("Tab");
			const focused = await place.evaluate(() => {
				const { textContent, id } = document.activeElement;
				return document.hasFocus() ? [textContent.trim(), id] : [];
			});
			if (focused.includes(name)) return;
		}
		assert.fail(`no ${name} with Tab`);
	}

	test("nothing is wider than a window of 360, 768 or 1280 pixels", () =>
		opened(async ({ page, allowed, other }) => {
			await allowed.comesTo("Connected over WebSocket");
			await other.comesTo("Refused by the Worker");
			for (const width of [360, 768, 1280]) {
				await page.setViewportSize({ width, height: 740 });
				for (const name of ["Allow both", "Two mistakes", "Allow everyone"]) {
					await press(page, name);
					for (const frame of page.frames()) {
						const [scrolled, inner] = await frame.evaluate(() => [
							document.documentElement.scrollWidth,
							window.innerWidth,
						]);
						assert.equal(scrolled, inner, `${name}, ${width} pixels: ${frame.url()}`);
					}
					assert.deepEqual(await overlaps(page), [], `${name}, ${width} pixels`);
				}
			}
		}));

	/** The cards and fields of the page that lie over each other. */
	function overlaps(page) {
		return page.evaluate(() => {
			const shown = [
				...document.querySelectorAll(".card, .card button, .card input, .card li, iframe"),
			];
			const boxes = shown.map((place) => [place, place.getBoundingClientRect()]);
			const lieOver = ([one, a], [two, b]) =>
				!one.contains(two) &&
				!two.contains(one) &&
				Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
				Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
			return boxes.flatMap((one, index) =>
				boxes
					.slice(index + 1)
					.filter((two) => lieOver(one, two))
					.map(([place]) => `${one[0].outerHTML} ${place.outerHTML}`),
			);
		});
	}

	test("on a phone, what a policy does is seen where it is saved", () =>
		opened(
			async ({ page, other }) => {
				await other.comesTo("Refused by the Worker");
				const save = page.getByRole("button", { name: "Save it" });
				await save.scrollIntoViewIfNeeded();
				await save.evaluate((button) => button.scrollIntoView({ block: "center" }));
				const { bottom, height } = await page.locator("#states").evaluate((list) => ({
					bottom: list.getBoundingClientRect().bottom,
					height: window.innerHeight,
				}));
				assert.ok(bottom <= height, `${bottom} of ${height}`);
			},
			{ viewport: { width: 360, height: 740 } },
		));

	test("the first Tab is on a link that skips to the policy", () =>
		opened(async ({ page }) => {
			await page.keyboard.press("Tab");
			await page
				.getByRole("link", { name: "Skip to the policy" })
				.and(page.locator(":focus"))
				.waitFor();
			await page.keyboard.press("Enter");
			assert.equal(await page.evaluate(() => document.activeElement.id), "policy");
		}));

	for (const colorScheme of ["light", "dark"]) {
		test(`axe finds nothing (${colorScheme})`, () =>
			opened(
				async ({ page, allowed, other }) => {
					await allowed.comesTo("Connected over WebSocket");
					await other.comesTo("Refused by the Worker");
					for (const name of ["Allow everyone", "Two mistakes"]) {
						await press(page, name);
						for (const frame of page.frames()) {
							await frame.evaluate(axe);
							const { violations, passes } = await frame.evaluate(() =>
								window.axe.run(document, { iframes: false }),
							);
							assert.notEqual(passes.length, 0);
							const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
							assert.deepEqual(found, [], frame.url());
						}
					}
				},
				{ colorScheme },
			));
	}
});

test("every answer has a Content Security Policy without inline scripts", async () => {
	for (const path of ["/", "/client.html", "/main.js", "/tool_bg.wasm", "/nowhere"]) {
		const { headers } = await send(playground.other, path);
		const rules = headers.get("content-security-policy").split("; ");
		assert.ok(rules.includes("default-src 'none'"), path);
		assert.ok(rules.includes("script-src 'self' 'wasm-unsafe-eval'"), path);
		assert.equal(headers.get("x-content-type-options"), "nosniff");
	}
});
