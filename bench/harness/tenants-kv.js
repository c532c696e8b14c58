// A KV namespace in a process of its own, with a policy and a key for each of many tenants, as workerd
// asks for them.
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const itself = fileURLToPath(import.meta.url);

/** Starts it with a policy and `count` tenants. `reads()` resolves to how many keys of theirs were asked for. */
export async function startTenantsKv(policy, count) {
	const server = fork(itself);
	server.send({ policy: JSON.stringify(policy), count });
	const [url] = await once(server, "message");
	return {
		url,
		async reads() {
			server.send({});
			return (await once(server, "message"))[0];
		},
		stop: () => server.kill(),
	};
}

if (process.argv[1] === itself) {
	const [{ policy, count }] = await once(process, "message");
	let reads = 0;
	function valueUnder(key) {
		if (key === "policy") return policy;
		const [, number] = /^tenant:https:\/\/tenant-(\d+)\.example\.com$/.exec(key) ?? [];
		if (number === undefined) return null;
		reads += 1;
		return Number(number) < count ? "1" : null;
	}
	const http = createServer(async (request, response) => {
		const body = await text(request);
		const { pathname } = new URL(request.url, "http://kv");
		if (pathname === "/bulk/get") {
			const { keys } = JSON.parse(body);
			response.setHeader("content-type", "application/json");
			response.end(JSON.stringify(Object.fromEntries(keys.map((key) => [key, valueUnder(key)]))));
			return;
		}
		const value = request.method === "PUT" ? "" : valueUnder(decodeURIComponent(pathname.slice(1)));
		response.statusCode = value === null ? 404 : 200;
		response.end(value ?? "");
	});
	http.listen(0, "127.0.0.1", () => process.send(`http://127.0.0.1:${http.address().port}`));
	process.on("message", () => process.send(reads));
	process.once("disconnect", () => process.exit());
}
