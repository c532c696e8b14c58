// A KV namespace with a policy of one origin, as workerd asks for its keys.
const policy = JSON.stringify({ origin: "https://app.example.com", credentials: true });
const stored = (key) => (key === "policy" ? policy : null);

export default {
	async fetch(request) {
		const value = stored(new URL(request.url).pathname.slice(1));
		return new Response(value, { status: value === null ? 404 : 200 });
	},
};
