// The same with what this Worker promises and reads: the origin and the other headers that a decision
// hangs on, a limit on the server's time, its CORS headers removed and its Vary kept.
const TIMEOUT = 120_000;
const READ = ["origin", "upgrade", "accept-encoding"];

export default {
	async fetch(request) {
		const { headers } = request;
		const [origin] = READ.map((name) => headers.get(name));
		const response = await withTimeout(fetch(request));
		const answer = new Response(response.body, response);
		for (const name of [...answer.headers.keys()]) {
			if (name.startsWith("access-control-")) answer.headers.delete(name);
		}
		answer.headers.set("Access-Control-Allow-Origin", origin);
		answer.headers.set("Access-Control-Allow-Credentials", "true");
		answer.headers.append("Vary", "Origin");
		return answer;
	},
};

function withTimeout(promise) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(reject, TIMEOUT);
		promise.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}
