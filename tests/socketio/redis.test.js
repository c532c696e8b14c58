// docs/setups.md: instances that share their broadcasts by Redis, behind a sticky balancer.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { createClient } from "@redis/client";
import { createAdapter } from "@socket.io/redis-adapter";
import { startCluster } from "../harness/cluster.js";
import { startEdge } from "../harness/edge.js";
import { client, refused, transportModes } from "../harness/socketio.js";
import { hasRedis, startRedis } from "./redis.js";
import { app, policyOf } from "./setups.js";
import { tellEachOther } from "./telling.js";

describe("two instances with Redis", {
	skip: !hasRedis && ".tools/redis-server is missing",
}, () => {
	let redis, cluster, edge;
	const clients = [];
	before(async () => {
		redis = await startRedis();
		cluster = await startCluster(2, async () => {
			const publisher = createClient({ socket: { path: redis.path } });
			const subscriber = publisher.duplicate();
			clients.push(publisher, subscriber);
			await Promise.all([publisher.connect(), subscriber.connect()]);
			return { adapter: createAdapter(publisher, subscriber) };
		});
		const policy = policyOf("Several instances, with Redis");
		edge = await startEdge({ policy, upstream: cluster.url });
	});
	after(async () => {
		await edge?.stop();
		await cluster?.stop();
		await Promise.all(clients.map((client) => client.close()));
		await redis?.stop();
	});

	for (const [mode, { transports }] of Object.entries(transportModes)) {
		test(`${mode}: a broadcast of one instance reaches the pages of both`, async () => {
			const tags = Array.from({ length: 4 }, () => randomUUID());
			const members = await tellEachOther(edge.url, tags, { origin: app, transports });
			assert.deepEqual(new Set(members), new Set([0, 1]));
		});

		test(`${mode}: a refused page reaches neither`, async () => {
			const tag = randomUUID();
			const options = { origin: "https://evil.example", withCredentials: true, tag, transports };
			const socket = client(4, edge.url, options);
			try {
				await refused(socket);
				const seen = cluster.members.flatMap((member) => member.seen);
				assert.deepEqual(
					seen.filter(({ url }) => url.includes(tag)),
					[],
				);
			} finally {
				socket.disconnect();
			}
		});
	}
});
