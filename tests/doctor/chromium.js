// Shared by tests that compare the tool with a page in Chromium.
import { after, before } from "node:test";
import { startBrowser } from "../harness/browser.js";
import { useTool } from "../harness/tool.js";

/** The tool and a Chromium, as `tool` and `browser`, while the file's tests run. */
export function useToolAndChromium() {
	const used = {};
	before(async () => {
		used.tool = await useTool();
		// A page of elsewhere asks a server of this machine, without the user's leave.
		used.browser = await startBrowser(["--disable-features=LocalNetworkAccessChecks"]);
	});
	after(async () => {
		await used.browser?.close();
		await used.tool?.remove();
	});
	return used;
}
