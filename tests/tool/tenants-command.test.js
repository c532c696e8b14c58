// `socketio-cors tenants` over every kind of list and policy, and with a wrangler that stops half-way.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { environment, run as runCommand } from "../harness/process.js";
import { assertSays, hasTerminal, tool as toolPath, useTool } from "../harness/tool.js";
import { faultyWrangler } from "./faulty-wrangler.js";

const a = "https://a.example";
const b = "https://b.example";
const policy = '{"origin": ["https://listed.example", {"kv": "tenant:"}]}';
const prefix = ["--prefix", "tenant:"];

let tool;
let store;
before(async () => {
	tool = await useTool();
	store = join(tool.directory, "store.json");
});
after(() => tool.remove());

const over = (kv, fault) => faultyWrangler(store, kv, fault);

/** Runs `tenants` over a KV of those `values`. Resolves to what it prints, and what the KV has then. */
async function tenants(status, words, { values = { policy }, more, fault, yes = true } = {}) {
	const options = await over({ values, ...more }, fault);
	const consent = yes && ["add", "remove"].includes(words[0]) ? ["--yes"] : [];
	const output = await tool.run(status, ["tenants", ...words, ...consent, ...options]);
	return { output, ...JSON.parse(await readFile(store, "utf8")) };
}

const list = (text, name = "tenants.csv") => tool.file(text, name);
const many = (count) => Array.from({ length: count }, (_, n) => `https://tenant-${n}.example`);

test("an origin is added in the form that browsers send, and removed by any of its forms", async () => {
	const added = await tenants(0, ["add", "https://A.example:443/"]);
	assertSays(
		added.output,
		"https://A.example:443/ becomes https://a.example, as browsers send it\n",
		"To the local KV of wrangler dev: ",
		"  + tenant:https://a.example\n",
		'"tenant:https://a.example" is now in the local KV of wrangler dev.\n',
		"POLICY_FRESH_SECONDS",
	);
	assert.deepEqual(added.values, { policy, [`tenant:${a}`]: "1" });
	assert.deepEqual(added.calls, ["kv bulk get", "kv bulk put"]);

	const removed = await tenants(0, ["remove", "HTTPS://a.example", b], added);
	assertSays(
		removed.output,
		"  - tenant:https://a.example\n  - tenant:https://b.example  (KV does not have it)\n",
		'2 origins are no longer in the local KV of wrangler dev, under "tenant:".\n',
	);
	assert.deepEqual(removed.values, { policy });
});

test("a spreadsheet is added with its notes", async () => {
	const file = await list(
		`\ufeffCustomer;Origin;Note\r\n1;"${a}";"Ann; ""Shop"""\r\n\r\n2;${b};\r\n`,
	);
	const { output, values, metadata } = await tenants(0, ["add", "--file", file]);
	assertSays(output, '+ tenant:https://a.example  Ann; "Shop"\n  + tenant:https://b.example\n');
	const note = 'Ann; "Shop"';
	assert.deepEqual(values, { policy, [`tenant:${a}`]: note, [`tenant:${b}`]: "1" });
	assert.deepEqual(metadata[`tenant:${a}`], { note });
	const read = await tenants(0, ["list"], { values, more: { metadata } });
	assertSays(read.output, '2 origins\n  https://a.example  Ann; "Shop"\n  https://b.example\n');
	const checked = await tenants(0, ["check", a], { values, more: { metadata } });
	assertSays(checked.output, 'has "tenant:https://a.example": Ann; "Shop"\n');
});

test("a list comes from the standard input too", async () => {
	const options = await over({ values: {} });
	const words = ["tenants", "add", "--file", "-", ...prefix, ...options];
	const typed = [toolPath, ...words].map((word) => `'${word}'`).join(" ");
	const fed = (more) =>
		runCommand("sh", ["-c", `printf '${a}\\r\\n' | ${typed} ${more}`], environment);
	assertSays((await fed("--yes")).output, '"tenant:https://a.example" is now in');
	const unasked = await fed("");
	assert.equal(unasked.code, 2, unasked.output);
});

test("nothing is written if a line is faulty, and each faulty line is reported", async () => {
	const file = await list(
		`origin,note\r\n${a},Ann\r\n"https://b.example/cart",Bob\r\n,\r\nnull,\r\n,Eve\r\nwss://c.example\r\n"https://*.d.example"\r\nd.example\r\n`,
	);
	for (const verb of ["add", "remove"]) {
		const { output, values, calls } = await tenants(1, [verb, "--file", file]);
		assertSays(
			output,
			`tenants.csv:3: "https://b.example/cart" has a path or a trailing slash`,
			`tenants.csv:5: "null" is not one site's origin, so the Worker looks up no key for it`,
			`tenants.csv:6: "" has no scheme`,
			`tenants.csv:7: "wss://c.example" is a WebSocket URL`,
			`tenants.csv:8: "https://*.d.example" matches many origins`,
			`tenants.csv:9: "d.example" has no scheme: an origin is scheme://host[:port]: write "https://d.example"`,
			`6 faults\nNothing was ${verb === "add" ? "added" : "removed"}.\n`,
		);
		assert.deepEqual([values, calls], [{ policy }, undefined]);
	}
	const words = ["tenants", "check", "--json", "file://", ...(await over({}))];
	const { stdout, stderr } = await tool.runApart(1, words);
	assert.equal(stdout, "");
	assertSays(stderr, '"file://" is not one site\'s origin');
	assertSays(
		(await tenants(1, ["check", "file://"])).output,
		'"file://" is not one site\'s origin',
	);
});

for (const [what, bytes, says] of [
	["UTF-16", Buffer.from(`\ufeff${a}\r\n`, "utf16le"), "is UTF-16: save it as UTF-8"],
	["empty", Buffer.from("\r\n# none yet\r\n"), "tenants.csv has no origins"],
]) {
	test(`a file that is ${what} is wrong usage`, async () => {
		assertSays((await tenants(2, ["add", "--file", await list(bytes)])).output, says);
	});
}

for (const [what, values, says] of [
	["there is no policy", {}, "the local KV of wrangler dev has no policy that names a prefix"],
	[
		"the policy looks up no origins",
		{ policy: '{"origin": []}' },
		"looks up no origins in KV: publish one with",
	],
	[
		"the policy has several prefixes",
		{
			policy:
				'{"routes": {"/a/": {"origin": {"kv": "a:"}}, "/b/": {"origin": [{"kv": "b:"}, {"kv": "a:"}]}}}',
		},
		"has several prefixes: a:, b:; choose one with --prefix",
	],
]) {
	test(`--prefix is required if ${what}`, async () => {
		for (const words of [["add", a], ["remove", a], ["list"]]) {
			const refused = await tenants(2, words, { values });
			assertSays(refused.output, says);
			assert.deepEqual(refused.calls, ["kv bulk get"]);
		}
		const added = await tenants(0, ["add", a, "--prefix", "b:"], { values });
		assert.deepEqual(added.values, { ...values, [`b:${a}`]: "1" });
		assert.deepEqual(added.calls, ["kv bulk put"]);
	});
}

test("the prefix is that of the host's policy, or of the last good one", async () => {
	const values = {
		policy,
		"policy:b.example": "{}",
		"policy:b.example@last-good": '{"origin": {"kv": "b:"}}',
	};
	const added = await tenants(0, ["add", a, "--host", "b.example"], { values });
	assert.deepEqual(added.values, { ...values, [`b:${a}`]: "1" });
});

test("wrong usage is reported before KV is read", async () => {
	for (const [words, says] of [
		[["add"], "ORIGIN"],
		[["add", a, "--file", "x"], "cannot be used with"],
		[["add", a, "--ttl", "59"], "59"],
		[["add", a, "--prefix", "with space"], "--prefix with space is not a prefix of KV keys"],
		[["add", "--file", "/nonexistent"], "cannot read /nonexistent"],
		[["check", a, "--prefix", ""], "is not a prefix"],
	]) {
		assertSays((await tenants(2, words)).output, says);
	}
	const unasked = await tenants(2, ["add", a], { yes: false });
	assertSays(unasked.output, "there is no terminal for the question; add --yes");
	assert.equal(unasked.calls, undefined);
});

test("the command asks for confirmation on a terminal", { skip: !hasTerminal }, async () => {
	const words = ["tenants", "add", a, ...prefix];
	const refused = await tool.asked("n", [...words, ...(await over({ values: {} }))]);
	assertSays(refused, "Add to the local KV of wrangler dev? [y/N] ", "Nothing was changed.");
	assert.deepEqual(JSON.parse(await readFile(store, "utf8")).values, {});
	assertSays(await tool.asked("y", [...words, ...(await over({ values: {} }))]), "is now in");
});

test("an origin with --ttl expires in KV, and the list shows when", async () => {
	const { output, expirations, values } = await tenants(0, ["add", a, "--ttl", "86400", ...prefix]);
	assertSays(output, "KV forgets it after 86400 seconds.\n");
	const { output: listed } = await tenants(0, ["list"], { values, more: { expirations } });
	const until = new Date(expirations[`tenant:${a}`] * 1000).toISOString().slice(0, 19);
	assertSays(listed, `  https://a.example  until ${until}Z\n`);
});

describe("a wrangler that stops half-way", () => {
	const file = () => list(`# customers\n${many(25_000).join("\n")}\n`);
	const own = ({ values }) => Object.keys(values).filter((key) => key.startsWith("tenant:"));

	test("has added some, and reports how many; --resume adds the rest", async () => {
		const words = ["add", "--file", await file(), ...prefix];
		const stopped = await tenants(3, words, { fault: { stopsAfter: 13_500 } });
		assertSays(
			stopped.output,
			"network",
			"13000 of 25000 origins are now in the local KV of wrangler dev, up to " +
				"https://tenant-12999.example (",
			"tenants.csv:13001). Some after it may be, too.\nTo continue, run the same command with --resume.\n",
		);
		assert.equal(own(stopped).length, 13_500);
		const { values, metadata, expirations } = stopped;
		const resumed = await tenants(0, [...words, "--resume"], {
			values,
			more: { metadata, expirations },
		});
		assertSays(
			resumed.output,
			"13500 origins left out: KV has them\n",
			"+ tenant:https://tenant-13500.example\n",
			"11500 origins are now in",
		);
		assert.deepEqual(resumed.calls, ["kv key list", "kv bulk put"]);
		assert.equal(own(resumed).length, 25_000);
		const again = await tenants(0, [...words, "--resume"], resumed);
		assertSays(again.output, "Nothing to do: the local KV of wrangler dev has the 25000 origins.");
	});

	test("has removed some, and reports how many; --resume removes the rest", async () => {
		const values = Object.fromEntries(many(25_000).map((origin) => [`tenant:${origin}`, "1"]));
		const words = ["remove", "--file", await file(), ...prefix];
		const stopped = await tenants(3, words, { values, fault: { stopsAfter: 2_000 } });
		assertSays(stopped.output, "2000 of 25000 origins are no longer in", "tenants.csv:2001)");
		const resumed = await tenants(0, [...words, "--resume"], stopped);
		assertSays(resumed.output, "2000 origins left out: KV does not have them\n");
		assert.deepEqual(
			[own(resumed), resumed.calls],
			[[], ["kv key list", "kv bulk delete", "kv bulk delete"]],
		);
	});

	test("may have added none, and the output says that it is unknown", async () => {
		const words = ["add", a, b, ...prefix];
		const stopped = await tenants(3, words, { fault: { stopsAfter: 1 } });
		const says = "It is unknown how many of 2 origins are now in the local KV of wrangler dev";
		assertSays(stopped.output, says, "--resume");
	});

	test("--resume writes origins with another note or another expiry", async () => {
		const soon = Math.floor(Date.now() / 1000) + 7200;
		const values = {
			policy,
			[`tenant:${a}`]: "Ann",
			[`tenant:${b}`]: "1",
			"tenant:https://c.example": "1",
		};
		const more = {
			metadata: { [`tenant:${a}`]: { note: "Ann" } },
			expirations: { "tenant:https://c.example": soon },
		};
		for (const [text, options, written] of [
			[`${a},Ann\n${b},\n`, [], []],
			[`${a},Bob\n${b},\n`, [], [a]],
			["https://c.example\n", [], ["https://c.example"]],
			[`${b}\nhttps://c.example\n`, ["--ttl", "7300"], [b]],
			["https://c.example\n", ["--ttl", "86400"], ["https://c.example"]],
		]) {
			const words = ["add", "--file", await list(text), "--resume", ...prefix, ...options];
			const { output } = await tenants(0, words, { values, more });
			const told = [...output.matchAll(/\+ tenant:(\S+)/g)].map(([, origin]) => origin);
			assert.deepEqual(told, written, output);
		}
	});
});

test("100,000 origins take six calls of wrangler", async () => {
	const file = await list(many(100_000).join("\r\n"));
	const added = await tenants(0, ["add", "--file", file]);
	assert.equal(added.calls.length, 6);
	assert.equal(Object.keys(added.values).length, 100_001);
	assertSays(added.output, "… and 99980 more\n", "80000 of 100000\n", "100000 origins are now in");
});

describe("a key that was written by hand", () => {
	const values = {
		policy,
		[`tenant:${a}`]: "",
		"tenant:https://B.example/": "1",
		"tenant:shop.example": "1",
		"tenant:null": "1",
		"other:x": "1",
	};

	test("is reported if no origin can match it", async () => {
		assertSays(
			(await tenants(1, ["list"], { values })).output,
			'"tenant:" in the local KV of wrangler dev: 1 origin\n  https://a.example\n',
			"3 keys that no origin can match:\n" +
				"  tenant:https://B.example/  is not in the form that browsers send: they send https://b.example\n" +
				"  tenant:null  is not one site's origin",
			'  tenant:shop.example  has no scheme: an origin is scheme://host[:port]: write "https://shop.example"\n',
			"kv key delete --binding POLICY --local ",
		);
		const json = JSON.parse((await tenants(1, ["list", "--json"], { values })).output);
		assert.deepEqual(json.tenants, [{ origin: a, key: `tenant:${a}`, note: null, expires: null }]);
		assert.deepEqual(
			json.unmatchable.map(({ key }) => key),
			["tenant:https://B.example/", "tenant:null", "tenant:shop.example"],
		);
	});

	test("allows no origin unless it has the form that browsers send", async () => {
		const { output } = await tenants(1, ["check", "https://B.example/", a], { values });
		assertSays(
			output,
			'https://b.example\n  the local KV of wrangler dev does not have "tenant:https://b.example"\n  refused under /socket.io (unlisted-origin)\n',
			"https://a.example\n",
			"allowed under /socket.io (tenant-origin)\n",
			"2 origins, 1 refused\n",
		);
	});
});

describe("`tenants check`", () => {
	const routes = {
		"/socket.io/": { origin: ["https://listed.example", { kv: "tenant:" }] },
		"/partners/": { origin: { kv: "partner:" }, reportOnly: true },
	};
	const values = { policy: JSON.stringify({ routes }), [`partner:${a}`]: "1" };

	test("says how each route decides with these keys", async () => {
		const { output, calls } = await tenants(0, ["check", a], { values });
		assertSays(
			output,
			'does not have "tenant:https://a.example"\n',
			'has "partner:https://a.example"\n',
			"refused under /socket.io/ (unlisted-origin)\n",
			"allowed under /partners/ (tenant-origin), but only reported\n",
		);
		assert.deepEqual(calls, ["kv bulk get", "kv bulk get"]);
		const { origins } = JSON.parse(
			(await tenants(1, ["check", "--json", a, b], { values })).output,
		);
		assert.deepEqual(
			origins.map(({ origin, allowed, keys }) => [
				origin,
				allowed,
				keys.map(({ present }) => present),
			]),
			[
				[a, true, [false, true]],
				[b, false, [false, false]],
			],
		);
	});

	test("allows origins that the policy lists, and none without a policy", async () => {
		const listed = await tenants(0, ["check", "https://listed.example"], { values });
		assertSays(listed.output, "allowed under /socket.io/ (listed-origin)\n");
		const none = await tenants(1, ["check", a, ...prefix], { values: { [`tenant:${a}`]: "1" } });
		assertSays(
			none.output,
			"There is no policy in",
			'has "tenant:https://a.example"',
			"refused under",
		);
	});

	test("lists all keys of KV if there are many origins", async () => {
		const file = await list(many(101).join("\n"));
		const { output, calls } = await tenants(1, ["check", "--file", file]);
		assertSays(output, "101 origins, 101 refused\n");
		assert.deepEqual(calls, ["kv bulk get", "kv key list"]);
	});
});

test("an unreadable KV is not reported as an empty list", async () => {
	for (const fault of [{ list: "fails" }, { list: "nonsense" }]) {
		assertSays((await tenants(3, ["list", ...prefix], { fault })).output, "kv key list");
	}
	const unread = await tenants(3, ["check", a], { fault: { read: "fails" } });
	assertSays(unread.output, "kv bulk get failed");
	const unknown = await tenants(3, ["remove", a, ...prefix], { fault: { read: "fails" } });
	assertSays(unknown.output, "Nothing was removed.");
});
