// Messages of browsers, clients and servers, and where docs/troubleshooting.md explains them.
import assert from "node:assert/strict";

// The text that Chromium puts around a cause.
const blocked =
	/^Access to XMLHttpRequest at '.*' (?:\(redirected from '.*'\) )?from origin '.*' has been blocked by CORS policy: /;
const preflight = /^(Response to preflight request doesn't pass access control check): (.*)$/;
const epilogues = [
	/ The credentials mode of requests initiated by the XMLHttpRequest is controlled by the withCredentials attribute\.$/,
	/\. This request has been blocked; .*$/,
];

/** The explanations among the document's sections: a heading for each message. */
export function explanationsIn(sections) {
	const messages = sections.filter(({ level, parent }) => level === 3 && parent.endsWith(" says"));
	const shown = new Set();

	/** The sections of a message: their headings are all of it, "…" standing for what varies. */
	function sectionsFor(message) {
		return partsOf(message).map((part) => {
			const section = messages.find((section) => isAbout(section, part));
			assert.ok(section, `the document does not have: ${part}`);
			shown.add(section);
			return section;
		});
	}

	return {
		sectionsFor,
		/** true: a section about the message links to a code of the doctor. */
		leadsTo: (message, code) =>
			sectionsFor(message).some(({ body }) => !code || body.includes(`](#${code})`)),
		/** The headings of the messages that were not asked for. */
		unshown: () => messages.filter((section) => !shown.has(section)).map(({ heading }) => heading),
	};
}

/** The part of a message that is about its cause. For a preflight, that has two parts: the result, and the reason. */
function partsOf(message) {
	let cause = message.replace(blocked, "");
	for (const epilogue of epilogues) cause = cause.replace(epilogue, "");
	if (blocked.test(message)) cause = cause.replace(/\.$/, "");
	const [, failed, why] = cause.match(preflight) ?? [];
	return failed ? [failed, why] : [cause];
}

function isAbout({ heading, body }, part) {
	const literals = heading.split("…").map(escapeRegExp);
	const varying = part.match(new RegExp(`^${literals.join("(.*)")}$`));
	// A heading may end with a status or an error's name, which its section explains.
	return varying && (!heading.endsWith("…") || names(body, varying.at(-1)));
}

function names(body, varying) {
	return new RegExp(`\\b${varying.match(/^\w*/)}\\b`).test(body);
}

function escapeRegExp(literal) {
	return literal.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
