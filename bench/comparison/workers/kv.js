// A KV namespace with a policy of one origin, as workerd asks for its keys.
const policy = JSON.stringify({ origin: "https://app.example.com", credentials: true });
const stored = (key) => (key === "policy" ? policy : null);

export default {
	async fetch(request) {
		const { pathname } = new URL(request.url);
		if (pathname !== "/bulk/get") return new Response(stored(pathname.slice(1)));
		const { keys } = await request.json();
		return Response.json(Object.fromEntries(keys.map((key) => [key, stored(key)])));
	},
};
