// docs/migration.md: each policy grants what the configuration above it grants, asked of the
// real servers, but for the differences that the page tells of.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { runInThisContext } from "node:vm";
import { startEdge } from "../harness/edge.js";
import { hasNginx, startNginx } from "../harness/nginx.js";
import { browse, startServer } from "../harness/oracle.js";
import { addressOf } from "../harness/pages.js";
import { startPythonServer } from "../harness/python.js";
import { useTool } from "../harness/tool.js";
import { documents } from "./documents.js";

const { sections } = documents.get("docs/migration.md");
const tenant = "https://shop.example";

/** The functions that the page's own functions call. */
const database = { has: async (origin) => origin === tenant };

/** The origins of the requests: those of the page's configurations, similar ones, and none. */
const origins = [
	...["https://app.example.com", "https://www.example.com", "http://localhost:3000", tenant],
	...["https://example.com", "http://old.example.com", "https://www.example.com:8443"],
	...["https://www.example.com.evil.example", "https://evil.example"],
	...["null", undefined],
];

/** By the heading of docs/migration.md: the servers that are configured as it shows. */
const kinds = {
	"From Socket.IO 4": {
		language: "js",
		version: 4,
		start: (code) => startServer(4, optionsIn(code)),
	},
	"From Socket.IO 2": {
		language: "js",
		version: 2,
		start: (code) => startServer(2, optionsIn(code)),
	},
	"From python-socketio and Flask-SocketIO": {
		language: "python",
		version: 4,
		async start(code) {
			const opensSession = (_tag, { body }) => body.includes('"sid"');
			return { ...(await startPythonServer(code)), acted: opensSession };
		},
	},
	"From nginx": { language: "nginx", version: 4, start: (code) => startBehindNginx(code) },
};

const pairs = sections.flatMap(({ level, heading, parent, body, blocks }) => {
	const kind = kinds[parent];
	if (level !== 3 || !kind) return [];
	const [before, after, ...more] = blocks.filter(({ type }) => type === "code");
	assert.deepEqual([before.lang, after.lang, more], [kind.language, "json", []], heading);
	const policy = JSON.parse(after.text);
	return [{ ...kind, name: `${parent}: ${heading}`, body, before: before.text, policy }];
});

/** The options with which `code` starts a server. */
function optionsIn(code) {
	let options;
	const configure = (_httpServer, given) => {
		options = given;
	};
	const run = runInThisContext(`(function (Server, require, httpServer, database) { ${code} })`);
	run(
		function Server(...values) {
			configure(...values);
		},
		() => configure,
		{},
		database,
	);
	return options;
}

/** nginx, so configured, before a server without CORS. */
async function startBehindNginx(code) {
	const server = await startServer(4, {});
	const start = code.indexOf("location ");
	const location = code.slice(start).replace("http://localhost:3000", server.url);
	const nginx = await startNginx(
		`${code.slice(0, start)} server { listen 127.0.0.1:PORT; ${location} }`,
	);
	return {
		...server,
		url: nginx.url,
		async stop() {
			await nginx.stop();
			await server.stop();
		},
	};
}

/** The differences: in which pairs, for which requests, if more is granted, and the page's words for it. */
const differences = [
	{
		fits: ({ origin }) => origin === "null",
		more: false,
		says: "`null` has to be listed, and is not allowed with `credentials`.",
	},
	{
		fits: ({ name, origin }) => /regular|~/.test(name) && origin === "http://old.example.com",
		more: false,
		says: "`http://old.example.com`",
	},
	{
		fits: ({ name, origin }) => /~/.test(name) && origin === "https://www.example.com.evil.example",
		more: false,
		says: "`https://www.example.com.evil.example` as well, which the policy refuses",
	},
	{
		fits: ({ name, origin }) => /A text/.test(name) && origin === "https://example.com",
		more: false,
		says: "so it also takes `https://example.com`",
	},
	{
		fits: ({ version, language, policy, unsafeHeaders }) =>
			(version === 2 || language === "nginx") && !policy.allowedHeaders && unsafeHeaders.length > 0,
		more: true,
		says: '`"allowedHeaders": []` does not',
	},
];
const needed = new Set();

for (const version of [4, 2]) {
	describe(`before a Socket.IO ${version} server`, () => {
		let upstream;
		let edge;
		before(async () => {
			// The server's own CORS headers may stay, and allow as much as possible.
			upstream = await startServer(version, { cors: { origin: true, credentials: true } });
			const vars = { EXPLAIN: "off", POLICY_FRESH_SECONDS: "3600" };
			edge = await startEdge({ upstream: upstream.url, vars });
			await edge.kv.put(`tenant:${tenant}`, "1");
		});
		after(async () => {
			await edge?.stop();
			await upstream?.stop();
		});

		for (const [index, pair] of pairs.entries()) {
			if (pair.version !== version) continue;
			const skip = pair.language === "nginx" && !hasNginx && ".tools/nginx is missing";
			test(pair.name, { skip }, async () => {
				const server = await pair.start(pair.before);
				const ours = async (policy, name) => {
					const host = `${name}${index}.test`;
					await edge.kv.put(`policy:${host}`, policy);
					return { ...upstream, url: edge.url, host };
				};
				try {
					const cells = await compare(version, server, await ours(pair.policy, "pair"));
					const faults = cells.flatMap((cell) => unexplained({ ...pair, ...cell }));
					assert.deepEqual(faults, []);
					assert.ok(cells.some(({ origin, ours }) => origin && ours));

					// Nor does what grants more, where that is not wanted.
					const strict = await ours({ ...pair.policy, allowedHeaders: [] }, "strict");
					const more = (await compare(version, server, strict)).filter(isMore);
					assert.deepEqual(more, []);
				} finally {
					await server.stop();
				}
			});
		}
	});
}

describe("import makes the page's policy", () => {
	let tool;
	before(async () => {
		tool = await useTool();
	});
	after(() => tool.remove());

	for (const { name, language, before: code, policy } of pairs) {
		if (language !== "nginx") continue;
		test(name, async () => {
			const path = await tool.file(code, "nginx.conf");
			const { stdout } = await tool.runApart(0, ["import", path]);
			const imported = JSON.parse(stdout);
			// But for those of `http`, as the page says.
			const origins = [imported.origin].flat().filter((origin) => !origin.startsWith("http:"));
			assert.deepEqual(
				{ ...imported, origin: origins },
				{ ...policy, origin: [policy.origin].flat() },
			);
		});
	}
});

test("every difference is in the document, and every one there exists", {
	skip: !hasNginx && ".tools/nginx is missing",
}, () => {
	const oneLine = sections
		.map(({ body }) => body)
		.join("")
		.replaceAll(/\s+/g, " ");
	for (const { says } of differences) assert.ok(oneLine.includes(says), says);
	const idle = differences.filter((difference) => !needed.has(difference));
	assert.deepEqual(
		idle.map(({ says }) => says),
		[],
	);
});

/** Opens a session from each origin, at both. Resolves to what a browser makes of the answers. */
async function compare(version, server, worker) {
	const handshake = `/socket.io/?EIO=${version === 2 ? 3 : 4}&transport=polling`;
	const cells = [];
	for (const origin of origins) {
		for (const unsafeHeaders of [[], ["x-token"]]) {
			const request = { origin, method: "GET", unsafeHeaders };
			const more = { address: addressOf(String(origin)), paths: { handshake } };
			const [theirs, ours] = await Promise.all(
				[server, worker].map((target) => browse(request, { ...target, ...more })),
			);
			for (const credentials of [false, true]) {
				cells.push({
					...request,
					credentials,
					theirs: granted(theirs(credentials), origin),
					ours: granted(ours(credentials), origin),
				});
			}
		}
	}
	return cells;
}

/** Returns true if the page may read the answer; without a page, if a session was opened. */
function granted({ readable, acted }, origin) {
	return origin === undefined ? acted : readable;
}

function isMore({ theirs, ours }) {
	return ours && !theirs;
}

/** The differences of a cell that the page does not mention. */
function unexplained(cell) {
	if (cell.ours === cell.theirs) return [];
	const reasons = differences.filter(({ fits, more }) => more === isMore(cell) && fits(cell));
	for (const reason of reasons) needed.add(reason);
	if (reasons.length > 0) return [];
	const { origin, unsafeHeaders, credentials, theirs, ours } = cell;
	return [{ origin, unsafeHeaders, credentials, theirs, ours }];
}
