// The same floor on a route of a zone: the request goes on to where it went.
export default {
	async fetch(request) {
		const response = await fetch(request);
		const answer = new Response(response.body, response);
		answer.headers.set("Access-Control-Allow-Origin", "https://app.example.com");
		answer.headers.set("Access-Control-Allow-Credentials", "true");
		answer.headers.set("Vary", "Origin");
		return answer;
	},
};
