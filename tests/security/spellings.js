// Spellings of Socket.IO's path, such as a page can ask for and some server may understand.
import { random } from "./hostile.js";

/** Segments that a path leaves again, or that some server drops. */
const detours = [
	...["x/../", "x/%2e%2e/", "x/..%2f", "x%2f../", "x%2f..%2f", "x/.%2e/", "x/%252e%252e/", "../"],
	...["a%5cb/../", "a%5cb/..%2f", "a%5cb%2f..%2f", "a%5c../", "a/..%5c", "a%255cb/..%2f"],
	...[
		"x/..;/",
		"..;/",
		"x;y/../",
		"x/..;a=b/",
		"x/%2e%2e;/",
		"x/..%3b/",
		"x/..%252f",
		"x/y/../../",
	],
	...["./", ".%2f", "%2e/", "%252e/", "/", "%2f", "%5c", "\\", ";/", ";a=b/", "%3b/", "%20/"],
	...["socket.io/../", "socket.io/..%2f", "SOCKET.IO/..%2f", "%2573/..%2f", "x%00/../", "%c0%ae/"],
];

const slashes = ["/", "/", "/", "/", "/", "//", "%2f", "%2F", "%252f", "%5c", "\\", ";x/", "/./"];

/** The rest of the path, for Engine.IO and for others. */
const endings = [
	"",
	"",
	"",
	"",
	"x",
	"%20",
	"..;",
	"x/../",
	"..%2fx",
	"%2e%2e/socket.io/",
	";",
	".js",
];

/**
 * As many paths, each of them once, the same for the same seed.
 *
 * @returns {string[]}
 */
export function spellings(count, seed) {
	const next = random(seed);
	const pick = (from) => from[Math.floor(next() * from.length)];
	const encode = (letter, times) => {
		const code = `%${letter.charCodeAt(0).toString(16)}`;
		return times > 1 ? code.replace("%", `%${"25".repeat(times - 1)}`) : code;
	};
	const spell = (letter) => {
		const chance = next();
		if (chance < 0.06) return encode(letter, 1);
		if (chance < 0.08) return encode(letter, 2 + Math.floor(next() * 2));
		return chance < 0.14 ? letter.toUpperCase() : letter;
	};
	const name = () => {
		const plain = "socket.io";
		const chance = next();
		if (chance < 0.5) return plain;
		return chance < 0.6 ? plain.toUpperCase() : Array.from(plain, spell).join("");
	};
	const found = new Set();
	while (found.size < count) {
		const way = Array.from({ length: next() * 3 }, () => pick(detours)).join("");
		found.add(`/${way}${name()}${pick(slashes)}${pick(endings)}`);
	}
	return [...found];
}
