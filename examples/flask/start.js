// `npm start`: the server, its page, and the Worker in front of the server. Ctrl-C ends all of it.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";

// The Worker's; the playground has the next, and then come the server and the page.
const port = Number(process.env.PORT ?? 8787);
const [serverPort, pagePort] = [port + 2, port + 3];

const page = await context({
	entryPoints: ["page/main.js"],
	outdir: "page/built",
	write: false,
	bundle: true,
	define: { API: JSON.stringify(`http://127.0.0.1:${port}`) },
});
await page.serve({ host: "127.0.0.1", port: pagePort, servedir: "page" });

// One that has requirements.txt installed.
const python = process.env.PYTHON ?? "python3";
const env = { ...process.env, PORT: `${serverPort}` };
const server = spawn(python, ["server.py"], { env, stdio: "inherit" });

const tool = fileURLToPath(import.meta.resolve("socketio-cors-edge/bin/socketio-cors.js"));
const words = ["dev", "--port", `${port}`, "--upstream", `http://127.0.0.1:${serverPort}`];
const worker = spawn(process.execPath, [tool, ...words], { stdio: ["ignore", "pipe", "inherit"] });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => worker.kill(signal));
server.once("exit", () => worker.kill());
worker.once("exit", async (status) => {
	server.kill();
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
