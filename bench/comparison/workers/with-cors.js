// The floor for forwarding with CORS: the headers are set on every answer, whoever asks.
export default {
	async fetch(request, { UPSTREAM }) {
		const url = UPSTREAM + request.url.slice(request.url.indexOf("/", 8));
		const response = await fetch(url, request);
		const answer = new Response(response.body, response);
		answer.headers.set("Access-Control-Allow-Origin", "https://app.example.com");
		answer.headers.set("Access-Control-Allow-Credentials", "true");
		answer.headers.set("Vary", "Origin");
		return answer;
	},
};
