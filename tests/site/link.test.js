// The fragment that holds a document and a request.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { deflateSync } from "node:zlib";
import { fragmentOf, readFragment } from "../../site/page/link.js";

const request = {
	origin: "https://a.example",
	method: "PUT",
	path: "/socket.io/?a=1#b",
	checked: true,
};

/** A fragment of any value, whatever the page makes of it. */
const fragment = (value) => `1.${deflateSync(JSON.stringify(value)).toString("base64url")}`;

describe("a fragment", () => {
	for (const document of [
		"",
		"{}",
		'{\n\t"origin": "https://bücher.example"\n}\r\n',
		"🙂 \0 \u2028 % # &",
	]) {
		test(`holds the document ${JSON.stringify(document)} and its request`, async () => {
			const made = await fragmentOf({ document, request });
			assert.match(made, /^1\.[\w-]+$/);
			assert.deepEqual(await readFragment(made), { document, request });
		});
	}

	test("of 40 origins is short enough for chat programs", async () => {
		const origin = Array.from(
			{ length: 40 },
			(_, n) => `https://${n}-shop.customer${n * 7}.example`,
		);
		const made = await fragmentOf({ document: JSON.stringify({ origin }, null, 2), request });
		assert.ok(made.length < 1000, String(made.length));
	});

	test("is not made of a document that is too long or unpacks to too much", async () => {
		for (const document of [randomBytes(40_000).toString("hex"), " ".repeat(1_000_000)])
			assert.equal((await fragmentOf({ document, request }))?.length, undefined);
	});

	test("keeps texts and booleans of a request, and nothing else", async () => {
		const odd = { a: "text", b: true, c: 1, d: null, e: ["x"], f: { g: "h" } };
		assert.deepEqual((await readFragment(fragment({ document: "", request: odd }))).request, {
			a: "text",
			b: true,
		});
		for (const odd of [undefined, null, 5, []])
			assert.deepEqual((await readFragment(fragment({ document: "", request: odd }))).request, {});
	});

	const whole = fragment({ document: '{"origin": "https://a.example"}', request });
	const missing = "a part of it is missing or changed";
	for (const [name, text, message] of [
		["of another program", "document", "it is not one of this page"],
		["of another form", whole.replace("1.", "2."), "it is not one of this page"],
		["that is too long", `1.${"A".repeat(32_000)}`, "it is too long"],
		["that holds too much", fragment({ document: " ".repeat(1_000_000), request }), missing],
		["without anything", "1.", missing],
		["cut off", whole.slice(0, -8), missing],
		[
			"with another letter",
			whole.replace(/.(?=.{8}$)/, (letter) => (letter === "A" ? "B" : "A")),
			missing,
		],
		["that is not base64", "1.<img src=x onerror=alert(1)>", missing],
		["that is not JSON", `1.${deflateSync("{").toString("base64url")}`, missing],
		["of null", fragment(null), "it holds no policy"],
		["of a list", fragment([]), "it holds no policy"],
		[
			"with a document that is not a text",
			fragment({ document: {}, request }),
			"it holds no policy",
		],
	]) {
		test(`${name} is refused`, () => assert.rejects(readFragment(text), { message }));
	}
});
