// The thinnest pass-through.
export default {
	fetch: (request, { UPSTREAM }) =>
		fetch(UPSTREAM + request.url.slice(request.url.indexOf("/", 8)), request),
};
