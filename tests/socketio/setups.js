// The policies of docs/setups.md.
import { documents } from "../docs/documents.js";

const page = documents.get("docs/setups.md");

/** The policy under a heading of the page. */
export function policyOf(heading) {
	const { text } = page.section(heading).blocks.find(({ lang }) => lang === "json");
	return JSON.parse(text);
}

/** The page that these policies allow. */
export const app = "https://app.example.com";
