// The constant answer, after a read of the policy that it makes no use of.
import constant from "./constant.js";

export default {
	async fetch(request, { POLICY }) {
		await POLICY.get(["policy"]);
		return constant.fetch(request);
	},
};
