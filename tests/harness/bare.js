// The limit of what a Worker can leave unchanged: the thinnest pass-through.
import { loadMiniflare } from "./large-packages.js";

const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = loadMiniflare();

const script = `
export default {
	fetch: (request, { UPSTREAM }) =>
		fetch(new Request(UPSTREAM + request.url.slice(request.url.indexOf("/", 8)), request)),
};
`;

/** Starts it on the runtime of `startEdge`, with that one's two URLs. */
export const startBare = (upstream) => startScript("bare", script, { UPSTREAM: upstream });

/** The same with another Worker of one module. */
export async function startScript(name, contents, bindings) {
	const runtime = new Miniflare({
		...convertV4MiniflareOptions({
			host: "127.0.0.1",
			port: 0,
			workers: [
				{
					name,
					modules: [{ type: "ESModule", path: `${name}.js`, contents }],
					compatibilityDate: "2026-07-01",
					bindings,
					unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
				},
			],
		}),
		log: new Log(LogLevel.NONE),
		// It says of each client that left that it had no answer.
		handleStructuredLogs() {},
	});
	return {
		url: (await runtime.ready).origin,
		bareUrl: (await runtime.unsafeGetDirectURL(name)).origin,
		stop: () => runtime.dispose(),
	};
}
