// The version of a policy, as people are shown it.
import { createHash } from "node:crypto";

/** The SHA-256 of a policy's text, in hex, which KV's metadata has. */
export const hashOf = (text) => createHash("sha256").update(text).digest("hex");

/** Its first eight digits. */
export const versionOf = (text) => hashOf(text).slice(0, 8);
