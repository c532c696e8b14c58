// Draws docs/playground.png: the playground just after it was opened and a message was sent. Uses the
// ports 8787 and 8788, which are in the picture.
import sharp from "sharp";
import { startBrowser } from "../tests/harness/browser.js";
import { openPlayground, startPlayground } from "../tests/harness/playground.js";

const playground = await startPlayground(8787);
// A frame in a separate process would be drawn in fewer pixels than the rest.
const browser = await startBrowser(["--disable-site-isolation-trials"]);
const { page, allowed, other } = await openPlayground(browser, playground, {
	viewport: { width: 1280, height: 1120 },
	deviceScaleFactor: 2,
});
await allowed.comesTo("Connected over WebSocket");
await other.comesTo("Refused by the Worker");
await allowed.frame.getByRole("button", { name: "Send" }).click();
await allowed.frame.getByText("← hello").waitFor();
await page.mouse.move(0, 0);
// A small palette makes the file four times smaller.
await sharp(await page.screenshot())
	.png({ palette: true, colours: 64, effort: 10 })
	.toFile("docs/playground.png");
await browser.close();
await playground.stop();
