// `npm start`: the API, its page, and the Worker in front of the API. Ctrl-C ends all of it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";
import { server } from "./server.js";

// The Worker's; the playground has the next, and then come the API and the page.
const port = Number(process.env.PORT ?? 8787);
const [apiPort, pagePort] = [port + 2, port + 3];

await once(server.listen(apiPort, "127.0.0.1"), "listening");
const page = await context({
	entryPoints: ["page/main.jsx"],
	outdir: "page/built",
	write: false,
	bundle: true,
	jsx: "automatic",
	define: { API: JSON.stringify(`http://127.0.0.1:${port}`) },
});
await page.serve({ host: "127.0.0.1", port: pagePort, servedir: "page" });

const tool = fileURLToPath(import.meta.resolve("socketio-cors-edge/bin/socketio-cors.js"));
const words = ["dev", "--port", `${port}`, "--upstream", `http://127.0.0.1:${apiPort}`];
const worker = spawn(process.execPath, [tool, ...words], { stdio: ["ignore", "pipe", "inherit"] });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => worker.kill(signal));
worker.once("exit", async (status) => {
	await page.dispose();
	process.exit(status ?? 1);
});
worker.stdout.pipe(process.stdout);
worker.stdout.on("data", (text) => {
	if (!String(text).includes("Ctrl-C stops everything.")) return;
	console.log(
		`Open http://localhost:${pagePort}, and http://127.0.0.1:${pagePort}: the same page, of another origin.`,
	);
});
