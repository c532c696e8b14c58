// What is compared. Each is a process of its own, or several, whose CPU time can be read.
import { fork } from "node:child_process";
import { once } from "node:events";
import { startScript } from "../../tests/harness/bare.js";
import { cpuOf, listed, measured, startMeasured } from "../harness/measure.js";
import { bundle } from "./bundle.js";
import { startNginx } from "./nginx.js";
import { configure, start, THIS_WORKER } from "./plain-workerd.js";
import { page } from "./requests.js";

/** Starts all of them. */
export async function startSubjects() {
	const origin = await startOriginServer();
	const upstream = origin.url;
	const subjects = {
		constant: await startJavaScript("constant"),
		refusal: await startJavaScript("constant-refusal"),
		passThrough: await startJavaScript("pass-through", upstream),
		withCors: await startJavaScript("with-cors", upstream),
		asPromised: await startJavaScript("as-promised", upstream),
		hono: await startJavaScript("hono", upstream),
		one: await startEdge(upstream, page),
		many: await startEdge(upstream, [...listed("a").slice(1), page]),
		tenant: await startEdge(upstream, { kv: "tenant:" }),
		direct: await startOriginServer("cors"),
		nginx: await startNginx(upstream),
		zoneWithCors: await startInZone("zone-with-cors", upstream),
		zoneAsPromised: await startInZone("zone-as-promised", upstream),
		zone: await startInZone(THIS_WORKER, upstream),
	};
	await subjects.tenant.kv.put(`tenant:${page}`, "1");
	const running = Object.entries(subjects).filter(([, subject]) => subject !== undefined);
	return {
		subjects: Object.fromEntries(
			running.map(([id, subject]) => [id, { ...subject, name: names[id] }]),
		),
		/** All whose CPU time is the benchmark's. */
		processes: [origin, ...running.map(([, subject]) => subject)],
		async stop() {
			for (const [, subject] of running) await subject.stop();
			origin.stop();
		},
	};
}

/** Their names, in the order of the tables. */
export const names = {
	constant: "(a) constant 204, JavaScript",
	refusal: "(a′) constant 403, JavaScript",
	passThrough: "(b) pass-through, JavaScript",
	withCors: "(c) pass-through that sets CORS headers, JavaScript",
	asPromised: "(c′) pass-through as this Worker promises, JavaScript",
	hono: "(d) Hono's cors, JavaScript",
	one: "(e) this Worker, 1 origin",
	many: "(f) this Worker, 100,000 origins",
	tenant: "(g) this Worker, a tenant origin",
	direct: "(h) the Socket.IO server itself",
	nginx: "(i) nginx",
	zoneWithCors: "(j) as (c), without UPSTREAM",
	zoneAsPromised: "(j′) as (c′), without UPSTREAM",
	zone: "(k) this Worker, 1 origin, without UPSTREAM",
};

async function startEdge(upstream, origin) {
	const edge = await startMeasured({
		upstream,
		policy: { origin: [origin].flat(), credentials: true },
	});
	return { ...edge, url: edge.bareUrl };
}

/** A Worker of `workers/`, on the runtime of the edge. */
async function startJavaScript(name, upstream) {
	const bindings = { ...(upstream && { UPSTREAM: upstream }) };
	const contents = await bundle(name);
	const worker = await measured(() => startScript(name, contents, bindings));
	return { ...worker, url: worker.bareUrl };
}

/** A Worker without UPSTREAM on a route of the zone of that origin server. */
async function startInZone(name, zone) {
	const config = await configure(name, { zone });
	const { pid, url, stop } = await start(config.path);
	return { url, cpu: () => cpuOf(pid), stop: () => Promise.all([stop(), config.remove()]) };
}

export async function startOriginServer(...args) {
	const server = fork(new URL("origin-server.js", import.meta.url), args);
	const [url] = await once(server, "message");
	return { url, cpu: () => cpuOf(server.pid), stop: () => server.kill() };
}
