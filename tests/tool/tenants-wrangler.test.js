// `socketio-cors tenants` with the real wrangler: a stand-in for Cloudflare's API, and the local KV of a
// Worker that runs. Each wrangler starts in a second or two, so tenants-command.test.js has the rest.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startCloudflare } from "../harness/cloudflare.js";
import { startEdge } from "../harness/edge.js";
import { startEchoServer } from "../harness/pages.js";
import { assertSays, useTool } from "../harness/tool.js";
import { wrangler } from "./publishing.js";

const named = ["--prefix", "tenant:"];

let tool;
before(async () => {
	tool = await useTool();
});
after(() => tool.remove());

describe("with wrangler and Cloudflare's API", () => {
	let cloudflare;
	before(async () => {
		cloudflare = await startCloudflare();
		const policy = { origin: ["https://a.example", { kv: "tenant:" }] };
		cloudflare.values.set("policy", JSON.stringify(policy));
	});
	after(() => cloudflare.stop());
	const tenants = (status, ...words) =>
		tool.run(status, ["tenants", ...words, "--wrangler", wrangler], cloudflare.environment);
	const keys = () => [...cloudflare.values.keys()].filter((key) => key.startsWith("tenant:"));

	test("customers are added with notes and an expiry, listed page by page, and removed", async () => {
		const file = await tool.file("origin,note\nhttps://Shop.example/,Ann\n", "a.csv");
		assertSays(
			await tenants(0, "add", "--file", file, "--ttl", "3600", "--yes"),
			"https://Shop.example/ becomes https://shop.example, as browsers send it\n",
			"To the live KV: account an-account, Worker socketio-cors-edge, the namespace",
			"+ tenant:https://shop.example  Ann\n",
			'"tenant:https://shop.example" is now in the live KV.\n',
			"60 seconds or more",
		);
		cloudflare.values.set("tenant:https://Hand.example", "");
		cloudflare.pageLength = 1;
		const [shop] = JSON.parse(await tenants(1, "list", "--json", ...named)).tenants;
		cloudflare.pageLength = 1000;
		assert.deepEqual([shop.origin, shop.note], ["https://shop.example", "Ann"]);
		assert.ok(Math.abs(Date.parse(shop.expires) - Date.now() - 3600_000) < 600_000, shop.expires);
		await tenants(0, "remove", "https://shop.example", "--yes", ...named);
		assert.deepEqual(keys(), ["tenant:https://Hand.example"]);
		cloudflare.values.delete("tenant:https://Hand.example");
	});

	test("--resume continues a list of which Cloudflare accepted only a part", async () => {
		const origins = Array.from({ length: 2500 }, (_, n) => `https://tenant-${n}.example`);
		const file = await tool.file(origins.join("\r\n"), "many.csv");
		const words = ["add", "--file", file, "--yes", ...named];
		cloudflare.bulkLeft = 2;
		assertSays(
			await tenants(3, ...words),
			"free usage limit",
			"2000 of 2500 origins are now in the live KV, up to https://tenant-1999.example (",
			"many.csv:2000). Some after it may be, too.\n",
		);
		assert.equal(keys().length, 2000);
		cloudflare.bulkLeft = Number.POSITIVE_INFINITY;
		cloudflare.requests.length = 0;
		assertSays(await tenants(0, ...words, "--resume"), "2000 origins left out", "500 origins are");
		assert.equal(keys().length, 2500);
		assert.equal(cloudflare.requests.filter((request) => request.startsWith("PUT")).length, 1);
	});

	test("a namespace without permission is reported, and not taken for an empty one", async () => {
		cloudflare.refusesKv = true;
		const says = ["Authentication error", "It is unknown if https://b.example is"];
		assertSays(await tenants(3, "add", "https://b.example", "--yes", ...named), ...says);
		assertSays(await tenants(3, "list"), "Authentication error");
		cloudflare.refusesKv = false;
	});
});

test("a Worker allows an origin once it is added to the local KV, and refuses it once its key is gone", async () => {
	const kv = join(tool.directory, "kv");
	const server = await startEchoServer();
	const policy = { origin: { kv: "tenant:" } };
	// wrangler's own directory.
	const edge = await startEdge({
		policy,
		upstream: server.url,
		resourcePersistencePath: join(kv, "v3"),
	});
	const local = ["--local", "--persist-to", kv, "--wrangler", wrangler];
	const path = "/socket.io/?EIO=4&transport=polling";
	const headers = { Origin: "https://shop.example" };
	const becomes = (status) =>
		edge.sendUntil((answer) => answer.status === status, path, { headers });
	try {
		await becomes(403);
		await tool.run(0, ["tenants", "add", "https://Shop.example/", "--yes", ...local]);
		assert.equal((await becomes(200)).headers.get("access-control-allow-origin"), headers.Origin);
		await edge.kv.delete(`tenant:${headers.Origin}`);
		await becomes(403);
	} finally {
		await edge.stop();
		await server.stop();
	}
});
