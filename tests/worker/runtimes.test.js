// The built Worker on the oldest runtime that its compatibility date promises, and on the newest.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import newest from "workerd";
import oldest from "workerd-oldest";
import { unstable_readConfig } from "wrangler";
import { get, requests, startEchoServer } from "../harness/pages.js";
import { root } from "../harness/process.js";
import { startOn } from "../harness/workerd.js";

const page = "https://app.example.com";
const { compatibility_date: compatibilityDate } = unstable_readConfig({
	config: `${root}/wrangler.toml`,
});

/** The day of a workerd's release, "2026-07-01". */
const dayOf = ({ version }) => version.replace(/^1\.(\d{4})(\d\d)(\d\d)\..*$/, "$1-$2-$3");

test("the oldest workerd is that of the compatibility date, or the first one after it", () => {
	const days = (Date.parse(dayOf(oldest)) - Date.parse(compatibilityDate)) / 86_400_000;
	// They are released nearly every day.
	assert.ok(days >= 0 && days <= 3, `${oldest.version} is not of ${compatibilityDate}`);
	assert.ok(dayOf(newest) > dayOf(oldest));
});

for (const [which, workerd] of [
	["oldest", oldest],
	["newest", newest],
]) {
	describe(`on the ${which} workerd`, () => {
		let server, edge;

		before(async () => {
			server = await startEchoServer();
			const policy = { origin: page, credentials: true };
			edge = await startOn(workerd.default, { policy, upstream: server.url, compatibilityDate });
		});
		after(async () => {
			await edge?.stop();
			await server.stop();
		});

		for (const [how, [ask, status]] of Object.entries(requests)) {
			test(`an allowed page's ${how} is answered, and a refused one's is not`, async () => {
				assert.equal((await ask(edge, page)).status, status);
				assert.equal((await ask(edge, "https://evil.example")).status, 403);
			});
		}

		test("a poll has the policy's CORS headers", async () => {
			const { headers } = await get(edge, page);
			assert.equal(headers.get("access-control-allow-origin"), page);
			assert.equal(headers.get("access-control-allow-credentials"), "true");
		});
	});
}
