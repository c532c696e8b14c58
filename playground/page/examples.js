// Documents to try.

/** Their names and texts, for pages of the origins `allowed` and `other`. */
export function examples({ allowed, other }) {
	return [
		["Allow both", { origin: [allowed, other], credentials: true }],
		["Allow neither", { origin: "https://app.example.com", credentials: true }],
		["Only the second", { origin: other, credentials: true }],
		["Allow everyone", { origin: true, credentials: true }],
		["Two mistakes", { origin: [`${other}/`], credential: true }],
	].map(([name, policy]) => ({ name, text: `${JSON.stringify(policy, null, "\t")}\n` }));
}
