// Draws site/page/og.png, which shows where somebody posts a link: the page of `make site`, with mistakes.
import sharp from "sharp";
import { startBrowser } from "../tests/harness/browser.js";
import { openSite, startSite } from "../tests/site/site.js";

// 1200 by 630 pixels, with the text at one and a half times its size.
const picture = { viewport: { width: 800, height: 420 }, deviceScaleFactor: 1.5 };
const layout = `
	.top { padding: 1.5rem 1.5rem 0.75rem }
	.top p, .card > :not(.editor, :has(#verdict), #faults), .card:last-child, .foot, #to-json { display: none }
	.checker { display: block; padding: 0 1.5rem }
	.card { display: grid; grid-template: auto 1fr / minmax(0, 9fr) minmax(0, 11fr); gap: 0.75rem 1.25rem; height: 19.75rem; padding: 1.25rem }
	.card > * + * { margin: 0 }
	.editor { grid-row: span 2; font-size: 0.75rem }
	.faults { gap: 0.25rem; overflow: hidden }
	.faults button { padding: 0.25rem 0.75rem; font-size: 0.8125rem; line-height: 1.35 }
`;

const site = await startSite();
const browser = await startBrowser();
// The page's own policy has no styles in it but the page's.
const context = await browser.newContext({ ...picture, bypassCSP: true });
const { page } = await openSite(context, site);
await page.getByRole("button", { name: "Three mistakes" }).click();
await page.addStyleTag({ content: layout });
await page.evaluate(() => document.activeElement.blur());
await page.mouse.move(0, 0);
await sharp(await page.screenshot())
	.png({ palette: true, colours: 64, effort: 10 })
	.toFile("site/page/og.png");
await browser.close();
await site.stop();
