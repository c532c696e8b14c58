// What is measured, of which subjects, and what each has to answer.
import { answer, forbidden, granted, opensSession } from "./expected.js";
import { openHttp } from "./http-load.js";
import { foreignPage, get, handshake, page, post, preflight } from "./requests.js";
import { DOWNLOAD_SIZE, downloadPath } from "./routes.js";
import { openSessions } from "./socketio-load.js";
import { openWebSockets } from "./websocket-load.js";

const thisWorker = (expected) => ({ one: expected, many: expected, tenant: expected });

/** What they answer a foreign preflight with that refuse nothing: a 204 that grants nothing. */
const ungranted = answer(204, false, "");
/** The constant grants everybody the same origin. */
const constant = answer(204, page, "");
const refused = { constant, refusal: forbidden, ...thisWorker(forbidden) };

const forwarded = {
	passThrough: answer(200, false),
	withCors: answer(200, true),
	asPromised: answer(200, true),
	hono: answer(200, true),
	...thisWorker(answer(200, true)),
	direct: answer(200, true),
	nginx: answer(200, true),
};

const upload = Buffer.alloc(100_000, "0123456789abcdef");
const message = `42${JSON.stringify(["message", "x".repeat(10_000)])}`;
const MB = 1e6;

/**
 * A work has a `floor`, to which it is compared, and a list of subjects with what each is to answer.
 * `weight` is how many rounds it has for one of the others, where small differences count.
 * `open` resolves to `{ slice, close }`; `slice` does a part of it and resolves to how many units
 * that were and how long each took.
 */
export const works = [
	{
		name: "preflight, allowed",
		floor: "constant",
		weight: 2,
		subjects: {
			constant: granted,
			hono: granted,
			...thisWorker(granted),
			direct: granted,
			nginx: granted,
		},
		open: http({ count: 500, request: () => preflight(page) }),
	},
	{
		name: "preflight, refused",
		floor: "refusal",
		weight: 2,
		subjects: { ...refused, hono: ungranted, direct: ungranted, nginx: ungranted },
		open: http({ count: 500, request: () => preflight(foreignPage) }),
	},
	{
		name: "polling GET, refused",
		floor: "refusal",
		weight: 2,
		subjects: refused,
		open: http({ count: 500, request: () => handshake(foreignPage, { once: true }) }),
	},
	{
		name: "POST of 100 KB, refused",
		floor: "refusal",
		weight: 2,
		subjects: refused,
		open: http({ count: 200, request: () => post(foreignPage, "none", upload) }),
	},
	{
		name: "polling GET",
		floor: "asPromised",
		weight: 2,
		subjects: forwarded,
		open: http({
			count: 320,
			request: () => handshake(page, { once: true }),
			isRight: opensSession,
		}),
	},
	{
		name: "polling GET, without UPSTREAM",
		floor: "zoneWithCors",
		weight: 2,
		subjects: {
			zoneWithCors: answer(200, true),
			zoneAsPromised: answer(200, true),
			zone: answer(200, true),
		},
		open: http({
			count: 320,
			request: () => handshake(page, { once: true }),
			isRight: opensSession,
		}),
	},
	{
		name: "polling POST of 10 KB",
		floor: "asPromised",
		weight: 2,
		subjects: forwarded,
		open: http({
			count: 320,
			prepare: openSession,
			request: (sid) => post(page, sid, message),
			isRight: async (body) => (await body.text()) === "ok",
		}),
	},
	{
		name: "download of 10 MB",
		floor: "passThrough",
		weight: 4,
		subjects: forwarded,
		open: http({
			count: 8,
			request: () => get(page, downloadPath),
			isRight: async (body) => (await lengthOf(body)) === DOWNLOAD_SIZE,
		}),
	},
	...[
		{ size: 64, rounds: 640, frames: 8000, window: 128 },
		{ size: 64_000, rounds: 160, frames: 160, window: 8 },
	].flatMap(({ size, rounds, frames, window }) => {
		const label = size < 1000 ? `${size} B` : `${size / 1000} KB`;
		return [
			{
				name: `WebSocket round trip, ${label}`,
				floor: "passThrough",
				subjects: forwarded,
				open: (subject) => openWebSockets(subject, { size, count: rounds, inFlight: 1 }),
			},
			{
				name: `WebSocket throughput, ${label}`,
				unit: "MB",
				floor: "passThrough",
				subjects: forwarded,
				open: (subject) =>
					openWebSockets(subject, { size, count: frames, inFlight: window, unit: MB }),
			},
		];
	}),
	{
		name: "Socket.IO session",
		floor: "passThrough",
		subjects: forwarded,
		open: (subject) => openSessions(subject, { atOnce: 4, messages: 100 }),
	},
];

function http(options) {
	return (subject, expected) => openHttp(subject, expected, options);
}

/** A live session through `pool`, in the default namespace. Resolves to its id. */
async function openSession(pool) {
	const opened = await pool.request(handshake(page, { once: false }));
	const { sid } = JSON.parse((await opened.body.text()).slice(1));
	const joined = await pool.request(post(page, sid, "40"));
	await joined.body.dump();
	return sid;
}

async function lengthOf(stream) {
	let length = 0;
	for await (const chunk of stream) length += chunk.length;
	return length;
}
