// The version of a policy, as people are shown it.
import { createHash } from "node:crypto";

/** The start of the SHA-256 of a policy's text, in hex. */
export const versionOf = (text) => createHash("sha256").update(text).digest("hex").slice(0, 8);
