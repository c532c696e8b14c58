// Requests as Chrome sends them for a page's Socket.IO client.

/** The page that the policy allows, and one that it does not. */
export const page = "https://app.example.com";
export const foreignPage = "https://other.example.net";

const everyRequest = (origin) => ({
	accept: "*/*",
	"accept-encoding": "gzip, deflate, br, zstd",
	"accept-language": "en-US,en;q=0.9",
	origin,
	referer: `${origin}/`,
	"sec-fetch-dest": "empty",
	"sec-fetch-mode": "cors",
	"sec-fetch-site": "cross-site",
	"user-agent":
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
});

const fromScript = (origin) => ({
	...everyRequest(origin),
	"sec-ch-ua": '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
	"sec-ch-ua-mobile": "?0",
	"sec-ch-ua-platform": '"Linux"',
});

const polling = "/socket.io/?EIO=4&transport=polling";
let polls = 0;

/** A polling URL, which is another one each time. */
function pollPath(query) {
	polls += 1;
	return `${polling}&${query}&t=${polls.toString(36)}`;
}

export const preflight = (origin) => ({
	method: "OPTIONS",
	path: pollPath("once=1"),
	headers: {
		...everyRequest(origin),
		"access-control-request-headers": "authorization",
		"access-control-request-method": "GET",
	},
});

/** The first poll, which opens a session that the server closes at once if it is for `once`. */
export const handshake = (origin, { once }) => ({
	method: "GET",
	path: pollPath(once ? "once=1" : ""),
	headers: fromScript(origin),
});

export const post = (origin, sid, body) => ({
	method: "POST",
	path: pollPath(`sid=${sid}`),
	headers: { ...fromScript(origin), "content-type": "text/plain;charset=UTF-8" },
	body,
});

export const get = (origin, path) => ({ method: "GET", path, headers: fromScript(origin) });

/** The headers of an upgrade that `ws` does not set itself. */
export const upgradeHeaders = (origin) => {
	const { "accept-language": language, "user-agent": browser } = everyRequest(origin);
	return { origin, "accept-language": language, "user-agent": browser };
};
