// What a refusal costs by itself: what this Worker refuses a poll with, whatever is asked.
const headers = {
	"Content-Type": "application/json",
	"Cache-Control": "no-store",
	Vary: "Origin",
};

export default {
	fetch: () => new Response('{"code":4,"message":"Forbidden"}', { status: 403, headers }),
};
