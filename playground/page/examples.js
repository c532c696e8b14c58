// Documents to try.

/**
 * Each has a `name`, its `text`, and what it `shows` once it is saved. Of the pages' origins, the first
 * is `allowed` at the start, and the second is the `other`.
 */
export function examples({ allowed, other }) {
	const pages = [allowed, other];
	const elsewhere = "https://app.example.com";
	return [
		{
			name: "Allow both",
			policy: { origin: pages, credentials: true },
			shows: "Both pages connect: each origin is in the list.",
		},
		{
			name: "Allow neither",
			policy: { origin: elsewhere, credentials: true },
			shows: "Both pages are refused. Their requests never reach the server.",
		},
		{
			name: "Only page 2",
			policy: { origin: other, credentials: true },
			shows: "Page 1 is refused now, and page 2 connects.",
		},
		{
			name: "Without credentials",
			policy: { origin: pages },
			shows:
				"The Worker lets both pages through. But they send credentials, which this policy does not allow. So the browser does not let them read the answer.",
		},
		{
			name: "Allow everyone",
			policy: { origin: true, credentials: true },
			shows: "Every page of every site connects, with its visitor's cookies. The warning says so.",
		},
		{
			name: "Only report",
			policy: { origin: elsewhere, credentials: true, reportOnly: true },
			shows:
				"Nothing is refused: the Worker forwards requests untouched, and both pages connect thanks to the server's own CORS headers. “reported” marks what would be refused. In production, the Worker's log has it.",
		},
		{
			name: "Two mistakes",
			policy: { origin: [`${other}/`], credential: true },
			shows: "The Worker does not use a document with faults. It keeps the policy that it has.",
		},
	].map(({ name, policy, shows }) => ({
		...{ name, shows },
		text: `${JSON.stringify(policy, null, "\t")}\n`,
	}));
}
