// The constant answer after what the platform does for a first request of this Worker: the module
// compiled, the policy's keys read, and a line logged when the answer is given. No use is made of any of it.
import "./index_bg.wasm";
import constant from "./constant.js";

export default {
	async fetch(request, { POLICY }, ctx) {
		await Promise.all(["policy:127.0.0.1", "policy"].map((key) => POLICY.get(key, "arrayBuffer")));
		ctx.waitUntil(scheduler.wait(0).then(() => console.log("policy-changed")));
		return constant.fetch(request);
	},
};
