// The Wasm memory of an isolate after many requests, which never shrinks: it is the most that
// was ever needed.
import { inspect } from "../../tests/harness/inspector.js";
import { startMeasured } from "../harness/measure.js";
import { forbidden, forwarded, granted, opensSession } from "./expected.js";
import { openHttp } from "./http-load.js";
import { foreignPage, handshake, page, preflight } from "./requests.js";
import { startOriginServer } from "./subjects.js";

// A thousand requests of a mix.
const mix = [
	{ count: 450, request: () => preflight(page), expected: granted },
	{ count: 450, request: () => handshake(foreignPage, { once: true }), expected: forbidden },
	{
		count: 100,
		request: () => handshake(page, { once: true }),
		expected: forwarded,
		isRight: opensSession,
	},
];

/** Sends that many requests. Resolves to the bytes of Wasm memory after some of them, and after all. */
export async function measureWasmMemory(requests) {
	const origin = await startOriginServer();
	const policy = { origin: [page], credentials: true };
	const edge = await startMeasured({ upstream: origin.url, policy, inspectorPort: 0 });
	const inspector = await inspect(edge.runtime);
	const parts = await Promise.all(
		mix.map(({ expected, ...part }) => openHttp({ url: edge.bareUrl }, expected, part)),
	);
	const sizes = [];
	for (let sent = 1000; sent <= requests; sent += 1000) {
		for (const { slice } of parts) await slice();
		if (![requests / 100, requests / 10, requests].includes(sent)) continue;
		const { wasm } = await inspector.sizes();
		sizes.push({ requests: sent, bytes: wasm.reduce((sum, bytes) => sum + bytes, 0) });
	}
	for (const { close } of parts) await close();
	inspector.close();
	await edge.stop();
	origin.stop();
	return sizes;
}
