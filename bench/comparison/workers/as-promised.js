// What forwarding as this Worker promises costs by itself, without a decision: the same origin
// for everybody, but X-Forwarded headers, a limit on the origin server's time, its CORS headers
// removed and its Vary kept.
const TIMEOUT = 120_000;

export default {
	async fetch(request, { UPSTREAM }) {
		const { method, body, url } = request;
		const { host, protocol, pathname, search } = new URL(url);
		const headers = new Headers(request.headers);
		headers.set("X-Forwarded-Host", host);
		headers.set("X-Forwarded-Proto", protocol.slice(0, -1));
		const controller = new AbortController();
		const timer = setTimeout(() => controller.abort(), TIMEOUT);
		const init = { method, headers, body, redirect: "manual", signal: controller.signal };
		const response = await fetch(UPSTREAM + pathname + search, init);
		clearTimeout(timer);
		const answer = new Response(response.body, response);
		for (const name of [...answer.headers.keys()]) {
			if (name.startsWith("access-control-")) answer.headers.delete(name);
		}
		answer.headers.set("Access-Control-Allow-Origin", "https://app.example.com");
		answer.headers.set("Access-Control-Allow-Credentials", "true");
		answer.headers.append("Vary", "Origin");
		return answer;
	},
};
