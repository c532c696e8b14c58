// What a refusal costs by itself: the answer of this Worker, whatever is asked.
const headers = {
	"Content-Type": "application/json",
	"Cache-Control": "no-store",
	Vary: "Origin",
};

export default {
	fetch: () => new Response('{"code":4,"message":"Forbidden"}', { status: 403, headers }),
};
