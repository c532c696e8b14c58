// The floor for answers: what this Worker answers an allowed preflight with, whatever is asked.
const headers = {
	"Access-Control-Allow-Origin": "https://app.example.com",
	"Access-Control-Allow-Credentials": "true",
	"Access-Control-Allow-Methods": "GET,POST",
	"Access-Control-Allow-Headers": "authorization",
	Vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
};

export default { fetch: () => new Response(null, { status: 204, headers }) };
