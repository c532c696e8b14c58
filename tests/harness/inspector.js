// The memory of a Worker's isolate, read through workerd's inspector in the Chrome DevTools Protocol.
// https://chromedevtools.github.io/devtools-protocol/v8/Runtime/
import WebSocket from "ws";

/**
 * Opens an inspector session with a Worker of `runtime`, a Miniflare that was
 * started with `inspectorPort: 0`.
 */
export async function inspect(runtime, worker = "edge") {
	const url = new URL(`/core:user:${worker}`, await runtime.getInspectorURL());
	const socket = new WebSocket(url);
	const replies = new Map();
	let announce;
	const announced = new Promise((resolve) => {
		announce = resolve;
	});
	socket.on("message", (text) => {
		const { id, method, params, result, error } = JSON.parse(text);
		if (method === "Runtime.executionContextCreated") announce(params.context.id);
		replies.get(id)?.(error ?? result);
		replies.delete(id);
	});
	await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));

	let calls = 0;
	function call(method, params = {}) {
		calls += 1;
		const id = calls;
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => reject(new Error(`${method}: no reply in 20 s`)), 20_000);
			replies.set(id, (reply) => {
				clearTimeout(late);
				if (reply.message === undefined && reply.exceptionDetails === undefined) resolve(reply);
				else reject(new Error(`${method}: ${JSON.stringify(reply)}`));
			});
			socket.send(JSON.stringify({ id, method, params }));
		});
	}

	await call("Runtime.enable");
	// workerd has no default context: it says which one is the Worker's.
	const contextId = await announced;

	/** The result of `use`, the text of a function, for the list of all instances of `WebAssembly.Memory`. */
	async function ofWasmMemories(use, ...values) {
		const expression = "WebAssembly.Memory.prototype";
		const { result: prototype } = await call("Runtime.evaluate", { expression, contextId });
		// V8 collects garbage before it looks for objects.
		const { objects } = await call("Runtime.queryObjects", {
			prototypeObjectId: prototype.objectId,
		});
		const { result } = await call("Runtime.callFunctionOn", {
			objectId: objects.objectId,
			functionDeclaration: `function (...values) { return (${use})(this, ...values); }`,
			arguments: values.map((value) => ({ value })),
			returnByValue: true,
		});
		await call("Runtime.releaseObject", { objectId: objects.objectId });
		return result.value;
	}

	return {
		/** The sizes in bytes of each Wasm memory, and of all that JavaScript keeps alive. */
		async sizes() {
			const wasm = await ofWasmMemories("(all) => all.map(({ buffer }) => buffer.byteLength)");
			const heap = await call("Runtime.getHeapUsage");
			return { wasm, js: heap.usedSize + heap.embedderHeapUsedSize + heap.backingStorageSize };
		},
		/** Resolves to true if an ASCII text is in a Wasm memory, or was there and is not yet overwritten. */
		wasmHolds: (text) =>
			ofWasmMemories(
				`(all, text) => all.some(({ buffer }) =>
					new TextDecoder("latin1").decode(buffer).includes(text))`,
				text,
			),
		close: () => socket.close(),
	};
}
