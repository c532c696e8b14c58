// A document and a request as the fragment of an address, the part that browsers send to no server:
// "1." and the base64url of their JSON, compressed.

/** The way in which it is written, if there should ever be another. */
const form = "1.";
/** The longest fragment, in characters. What people send links with cuts off longer ones. */
const longest = 32_000;
/** The longest JSON that is read. Half a kilobyte of a fragment may stand for so much. */
const largest = 1_000_000;

/** The fragment of what a page holds, or `undefined` if it would be too long. */
export async function fragmentOf({ document, request }) {
	const json = JSON.stringify({ document, request });
	if (json.length > largest) return undefined;
	const bytes = await through(new CompressionStream("deflate"), json).arrayBuffer();
	const fragment = form + base64url(new Uint8Array(bytes));
	return fragment.length > longest ? undefined : fragment;
}

/**
 * The document of a fragment, and the request: a text or a boolean for each of its fields.
 *
 * @throws with what is wrong with the fragment, as the end of a sentence
 */
export async function readFragment(fragment) {
	if (fragment.length > longest) throw new Error("it is too long");
	if (!fragment.startsWith(form)) throw new Error("it is not one of this page");
	const { document, request } = await contents(fragment.slice(form.length)).catch(() => {
		throw new Error("a part of it is missing or changed");
	});
	if (typeof document !== "string") throw new Error("it holds no policy");
	const fields = Object.entries(request ?? {}).filter(([, value]) =>
		["string", "boolean"].includes(typeof value),
	);
	return { document, request: Object.fromEntries(fields) };
}

/** The object that is compressed in `text`. Rejects what is not whole: `deflate` has a checksum. */
async function contents(text) {
	const compressed = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
	const bytes = Uint8Array.from(compressed, (character) => character.charCodeAt(0));
	const json = await through(new DecompressionStream("deflate"), bytes).text();
	if (json.length > largest) throw new Error("too large");
	return Object(JSON.parse(json));
}

/** The output of a stream for the input `part`. */
function through(stream, part) {
	return new Response(new Blob([part]).stream().pipeThrough(stream));
}

function base64url(bytes) {
	const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
	return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
