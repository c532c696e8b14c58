// The site of `make site`, in Chromium.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { deflateSync } from "node:zlib";
import { readFragment } from "../../site/page/link.js";
import { startBrowser } from "../harness/browser.js";
import { send } from "../harness/http.js";
import { root, until } from "../harness/process.js";
import { openSite, startSite } from "./site.js";

const axe = await readFile(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
/** The document in the page at first: an example without its schema. */
const beginning = (await readFile(join(root, "examples/one-app.json"), "utf8")).replace(
	/^\t"\$schema.*\n/m,
	"",
);

let site;
let browser;
let context;
let pageOfAll;
let uses = 0;

before(async () => {
	[site, browser] = await Promise.all([startSite(), startBrowser()]);
	context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
});
after(async () => {
	await browser?.close();
	await site?.stop();
});

/**
 * Has `use` use a new page of the site. Nothing may be on the console but `expected`, and nobody else may
 * be asked for anything.
 */
async function opened(use, { expected, ...options } = {}) {
	const open = await openSite(context, site, options);
	try {
		await use(open);
		assertQuiet(open, expected);
	} finally {
		await open.page.close();
	}
}

/** The same with one page for all, which is quicker. A link brings it back to its beginning. */
async function shared(use) {
	pageOfAll ??= await openSite(context, site);
	const { page } = pageOfAll;
	const request = { origin: "https://app.example.com", path: `/socket.io/?use=${uses++}` };
	await page.goto(`${site.url}/${fragment({ document: beginning, request })}`);
	await page.waitForFunction(
		(path) => document.getElementById("asked").elements.path.value === path,
		request.path,
	);
	await use(pageOfAll);
	assertQuiet(pageOfAll);
}

function assertQuiet({ problems, asked }, expected = /^$/) {
	assert.deepEqual(
		problems.filter((problem) => !expected.test(problem)),
		[],
	);
	for (const url of asked()) assert.equal(new URL(url).origin, site.url, url);
}

const editor = (page) => page.getByLabel("The policy document");
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const text = (page, selector) => page.locator(selector).allTextContents();
const fragment = (value) => `#1.${deflateSync(JSON.stringify(value)).toString("base64url")}`;

/** Resolves when the address is another than `before`, to that. */
async function addressAfter(page, before) {
	await until("another address", () => page.url() !== before);
	return page.url();
}

describe("checking and explaining", () => {
	test("begins with an example and its explanation", () =>
		opened(async ({ page }) => {
			assert.equal(await editor(page).inputValue(), beginning);
			assert.deepEqual(await text(page, "#verdict"), ["Valid"]);
			assert.deepEqual(await text(page, ".outcome"), ["The page can read the answer"]);
			assert.equal(page.url(), `${site.url}/`);
		}));

	test("shows each fault of a document with its place and what to write", () =>
		shared(async ({ page }) => {
			await editor(page).fill('{\n"origin": "https://a.example/",\n"credential": true}');
			assert.deepEqual(await text(page, "#verdict"), ["2 faults"]);
			assert.deepEqual(await text(page, "#faults .place"), ["2:11 /origin", "3:1 /credential"]);
			assert.deepEqual(await text(page, "#faults .help"), [
				'write "https://a.example"',
				'did you mean "credentials"?',
			]);
			assert.match((await text(page, "#answer")).join(), /^The document has faults\. Fix them/);
		}));

	test("explains a request of another origin, with its preflight", () =>
		shared(async ({ page }) => {
			await page.getByLabel("From the origin").fill("https://evil.example");
			await page.getByLabel("Method").selectOption("PUT");
			assert.deepEqual(await text(page, ".exchange-card .decision"), ["refuse", "refuse"]);
			assert.match(
				(await text(page, "details pre")).join(),
				/^socketio-cors explain policy\.json --origin https:\/\/evil\.example --host https:\/\/api\.example\.com /,
			);
		}));

	test("each example except the one with mistakes is valid, and Ctrl+Z restores the previous text", () =>
		shared(async ({ page }) => {
			const names = await text(page, "#examples button");
			for (const name of names) {
				await editor(page).fill("typed");
				await press(page, name);
				const [verdict] = await text(page, "#verdict");
				assert.match(verdict, name === "Three mistakes" ? /^3 faults$/ : /^Valid/, name);
				await page.keyboard.press("Control+z");
				assert.equal(await editor(page).inputValue(), "typed");
			}
		}));

	test("makes JSON of JavaScript", () =>
		shared(async ({ page }) => {
			assert.equal(await page.getByRole("button", { name: "Make it JSON" }).isVisible(), false);
			await editor(page).fill("new Server(s, { cors: {origin: 'https://a.example',} });");
			await press(page, "Make it JSON");
			const made = JSON.parse(await editor(page).inputValue());
			assert.deepEqual(made, { origin: "https://a.example" });
			assert.deepEqual(await text(page, "#verdict"), ["Valid"]);
		}));

	test("saves policy.json, in strict JSON", () =>
		shared(async ({ page }) => {
			await editor(page).fill("{origin: ['https://a.example',], // ours\n}");
			const [download] = await Promise.all([page.waitForEvent("download"), press(page, "Save it")]);
			assert.equal(download.suggestedFilename(), "policy.json");
			const saved = JSON.parse(await readFile(await download.path(), "utf8"));
			assert.deepEqual(saved, { origin: ["https://a.example"] });
		}));
});

describe("a link", () => {
	test("holds the document and the request, and opens to the same", () =>
		shared(async ({ page, asked }) => {
			await editor(page).fill('{"origin": "https://bücher.example"} // ü 🙂');
			await page.getByLabel("From the origin").fill("https://evil.example");
			await page.getByLabel("Sent by").selectOption("a page's WebSocket");
			await page.getByLabel("Path and query").fill("/x?a=1#b");
			await press(page, "Copy a link to this");
			await page.getByText("The link is copied.").waitFor();
			const link = await page.evaluate(() => navigator.clipboard.readText());
			assert.equal(link, page.url());

			const other = await context.newPage();
			await other.goto(link);
			await other.locator("#save:enabled").waitFor();
			for (const label of ["The policy document", "From the origin", "Sent by", "Path and query"])
				assert.equal(
					await other.getByLabel(label).inputValue(),
					await page.getByLabel(label).inputValue(),
				);
			assert.deepEqual(await text(other, "#answer"), await text(page, "#answer"));
			assert.equal(other.url(), link);
			await other.close();
			assert.deepEqual(
				asked().filter((url) => url.includes("?")),
				[],
			);
		}));

	test("is the address, which follows what is typed; opened in the same page it fills it", () =>
		opened(async ({ page }) => {
			await editor(page).fill("{}");
			const link = await addressAfter(page, `${site.url}/`);
			await editor(page).fill("[]");
			await addressAfter(page, link);
			await page.evaluate((link) => location.assign(link), link);
			await page.waitForFunction(() => document.getElementById("document").value === "{}");
			await page.reload();
			assert.equal(await editor(page).inputValue(), "{}");
		}));

	test("is not made of a policy that is too long, and the page says so", () =>
		opened(async ({ page }) => {
			// Nothing compresses it well.
			const origins = Array.from({ length: 4000 }, (_, n) => `"${Math.sin(n)}"`);
			await editor(page).fill(`{"origin": [${origins}]}`);
			await press(page, "Copy a link to this");
			await page.getByText("The policy is too long for a link.").waitFor();
			assert.equal(page.url(), `${site.url}/`);
		}));

	test("without permission to copy, the page says where the link is", () =>
		opened(async ({ page }) => {
			await page.evaluate(() => {
				navigator.clipboard.writeText = () => Promise.reject(new Error("denied"));
			});
			await press(page, "Copy a link to this");
			await page.getByText("The link is the page’s address").waitFor();
			assert.match(page.url(), /#1\./);
		}));

	const markup = '<img src=x onerror="document.title=1">';
	test("that is incomplete is refused, and the page still works", () => {
		const damaged = "a part of it is missing or changed";
		return opened(
			async ({ page }) => {
				await assertRefused(page, damaged);
				for (const [hash, message] of [
					[fragment({ document: "{}" }).slice(0, -6), damaged],
					[`#1.${"A".repeat(100_000)}`, "it is too long"],
					[`#${markup}`, "it is not one of this page"],
				]) {
					await page.goto(`${site.url}/${hash}`);
					await assertRefused(page, message);
				}
			},
			{ hash: "#1.%E0%A4%A" },
		);
	});

	async function assertRefused(page, message) {
		await page.getByText(`The link could not be opened: ${message}. Ask for it again.`).waitFor();
		assert.deepEqual(await text(page, "#verdict"), ["Valid"]);
		assert.equal(page.url(), `${site.url}/`);
		await press(page, "Copy a link to this");
		await page.getByText("The link is copied.").waitFor();
		assert.match(page.url(), /#1\.[\w-]{20,1000}$/);
	}

	test("with markup in every field shows it as text", () =>
		opened(
			async ({ page }) => {
				assert.equal(await page.locator("#unopened").isVisible(), false);
				assert.equal(await page.getByLabel("From the origin").inputValue(), markup);
				assert.equal(await page.getByLabel("Sent by").inputValue(), "page");
				assert.equal(await page.locator("img").count(), 0);
				assert.match((await text(page, "#faults .message")).join(), /<img src=x/);
				assert.match(await page.title(), /^Check a CORS policy/);
			},
			{
				hash: fragment({
					document: JSON.stringify({ origin: markup, [markup]: markup }),
					request: Object.fromEntries(
						["origin", "sender", "method", "headers", "path", "__proto__"].map((name) => [
							name,
							markup,
						]),
					),
				}),
			},
		));

	test("with 100,000 brackets in it is a fault, and the page still works", () =>
		opened(
			async ({ page }) => {
				assert.match((await text(page, "#verdict")).join(), /fault/);
				await press(page, "One app");
				assert.deepEqual(await text(page, "#verdict"), ["Valid"]);
			},
			{ hash: fragment({ document: "[".repeat(100_000) }) },
		));
});

describe("while the checker loads", () => {
	/** Has the Wasm wait until `arrive` is called. */
	function holdBack() {
		let arrive;
		const there = new Promise((resolve) => {
			arrive = resolve;
		});
		const before = (page) =>
			page.route("**/tool_bg.wasm", async (route) => {
				await there;
				await route.continue();
			});
		return { arrive, before };
	}

	test("a document can be typed, examples chosen and a link copied; it is checked then", async () => {
		const { arrive, before } = holdBack();
		await opened(
			async ({ page }) => {
				await page.getByText("The checker is loading. You can type already").waitFor();
				await press(page, "Routes");
				assert.match(await editor(page).inputValue(), /"routes"/);
				await editor(page).fill('{"origin": 1}');
				const evil = "https://evil.example";
				await page.getByLabel("From the origin").fill(evil);
				await until("the link to what was typed", async () => {
					const [, written] = page.url().split("#");
					return written && (await readFragment(written)).request.origin === evil;
				});
				const link = page.url();
				assert.equal(await page.locator("#save").isDisabled(), true);
				arrive();
				await page.locator("#save:enabled").waitFor();
				assert.equal(await editor(page).inputValue(), '{"origin": 1}');
				assert.deepEqual(await text(page, "#verdict"), ["1 fault"]);
				assert.equal(page.url(), link);
			},
			{ before, loads: false, expected: /preloaded/ },
		);
	});

	for (const [name, pattern, answer] of [
		["its Wasm is not there", "**/tool_bg.wasm", (route) => route.fulfill({ status: 404 })],
		[
			"its Wasm is none",
			"**/tool_bg.wasm",
			(route) => route.fulfill({ body: "<p>", contentType: "text/html" }),
		],
		["its script does not come", "**/checker.js", (route) => route.abort()],
	]) {
		test(`${name}: the page says so and what to do, and a reload keeps what was typed`, () =>
			opened(
				async ({ page }) => {
					await page.getByText("The checker could not be loaded.").waitFor();
					assert.notEqual((await text(page, "#why")).join(), "");
					assert.equal(await page.locator("#verdict").isVisible(), false);
					await editor(page).fill('{"origin": 1}');
					await page.unroute(pattern);
					await press(page, "Reload the page");
					await page.locator("#save:enabled").waitFor();
					assert.deepEqual(await text(page, "#verdict"), ["1 fault"]);
					assert.equal(await page.locator("#failed").isVisible(), false);
				},
				{
					before: (page) => page.route(pattern, answer),
					loads: false,
					expected: /Failed to load|failed to load|ERR_FAILED|preload|WebAssembly|404/i,
				},
			));
	}
});

describe("for everyone", () => {
	test("nothing is wider than a window of 360, 768 or 1280 pixels", () =>
		shared(async ({ page }) => {
			await page.getByText("The same on the command line").click();
			for (const width of [360, 768, 1280]) {
				await page.setViewportSize({ width, height: 740 });
				for (const name of await text(page, "#examples button")) {
					await press(page, name);
					const [scrolled, inner] = await page.evaluate(() => [
						document.documentElement.scrollWidth,
						window.innerWidth,
					]);
					assert.equal(scrolled, inner, `${name} at ${width}`);
				}
			}
		}));

	test("axe finds nothing, in light and dark", () =>
		shared(async ({ page }) => {
			for (const name of ["Apps and devices", "Three mistakes"]) {
				await press(page, name);
				for (const colorScheme of ["light", "dark"]) {
					await page.emulateMedia({ colorScheme });
					await assertAccessible(page);
				}
			}
		}));

	test("axe finds nothing where the checker could not be loaded", () =>
		opened(
			async ({ page }) => {
				await page.getByText("The checker could not be loaded.").waitFor();
				await assertAccessible(page);
			},
			{
				before: (page) => page.route("**/checker.js", (route) => route.abort()),
				loads: false,
				expected: /ERR_FAILED|preload/,
			},
		));

	async function assertAccessible(page) {
		await page.evaluate(axe);
		const { violations, passes } = await page.evaluate(() => window.axe.run(document));
		assert.notEqual(passes.length, 0);
		assert.deepEqual(
			violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
			[],
		);
	}

	test("the first Tab reaches a link past the introduction, which does not change the address", () =>
		opened(async ({ page }) => {
			await page.keyboard.press("Tab");
			assert.equal(
				await page.evaluate(() => document.activeElement.textContent),
				"Skip to the policy",
			);
			await page.keyboard.press("Enter");
			assert.equal(await page.evaluate(() => document.activeElement.id), "document");
			assert.equal(page.url(), `${site.url}/`);
		}));
});

describe("the Content Security Policy of the page", () => {
	test("is in every answer, as Cloudflare's own reader applies _headers", async () => {
		assert.match(site.output, /Parsed 1 valid header rule\./);
		for (const path of ["/", "/main.js", "/tool_bg.wasm", "/nowhere"]) {
			const { headers } = await send(site.url, path);
			const rules = headers.get("content-security-policy").split("; ");
			assert.ok(rules.includes("default-src 'none'"), path);
			assert.ok(rules.includes("script-src 'self' 'wasm-unsafe-eval'"), path);
			assert.ok(rules.includes("form-action 'none'"), path);
			assert.ok(rules.includes("frame-ancestors 'none'"), path);
			assert.equal(headers.get("x-content-type-options"), "nosniff");
			assert.equal(headers.get("referrer-policy"), "no-referrer");
		}
	});

	const forbidden = {
		"ask another site": () => fetch("https://evil.example/"),
		"load another site's picture": () =>
			new Promise((resolve, reject) => {
				Object.assign(new Image(), {
					onload: resolve,
					onerror: reject,
					src: "https://evil.example/",
				});
			}),
		// Not within the call of the test, to which the browser allows it.
		"make code of a text": () =>
			new Promise((resolve, reject) => {
				setTimeout(() => {
					try {
						resolve(Function("return 1")());
					} catch (error) {
						reject(error);
					}
				});
			}),
		"make elements of a text": () => {
			document.body.innerHTML = "<p>";
		},
	};

	test("stops requests to other sites and code or elements made from text", () =>
		opened(
			async ({ page }) => {
				for (const [name, attempt] of Object.entries(forbidden)) {
					const outcome = await page.evaluate(attempt).then(
						() => "done",
						() => "refused",
					);
					assert.equal(outcome, "refused", name);
				}
			},
			{ expected: /Content Security Policy|Trusted/ },
		));
});
