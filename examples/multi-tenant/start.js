// `npm start`: the server, the customers' pages, and the Worker in front of the server, with two customers
// in its KV. Ctrl-C ends all of it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { server } from "./server.js";

// The Worker's; the playground has the next, and then come the server and the pages.
const port = Number(process.env.PORT ?? 8787);
const [serverPort, pagePort] = [port + 2, port + 3];
const pageOf = (name) => `http://${name}.localhost:${pagePort}`;

await once(server.listen(serverPort, "127.0.0.1"), "listening");
// One page for every host, with the Worker's URL in it.
const page = readFileSync("page.html", "utf8").replaceAll(
	"http://127.0.0.1:8787",
	`http://127.0.0.1:${port}`,
);
const pages = createServer((_request, response) => {
	response.setHeader("Content-Type", "text/html");
	response.end(page);
});
await once(pages.listen(pagePort, "127.0.0.1"), "listening");

const script = fileURLToPath(import.meta.resolve("socketio-cors-edge/bin/socketio-cors.js"));
const tool = (words, stdio) => spawn(process.execPath, [script, ...words], { stdio });
const worker = tool(
	["dev", "--port", `${port}`, "--upstream", `http://127.0.0.1:${serverPort}`],
	["ignore", "pipe", "inherit"],
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => worker.kill(signal));
worker.once("exit", (status) => process.exit(status ?? 1));
worker.stdout.pipe(process.stdout);
worker.stdout.on("data", (text) => {
	if (String(text).includes("Ctrl-C stops everything.")) addCustomers();
});

/** As one does by hand, for the Worker on this machine. */
async function addCustomers() {
	const customers = [pageOf("shop"), pageOf("cafe")];
	const words = ["tenants", "add", ...customers, "--prefix", "tenant:", "--local", "--yes"];
	const [status] = await once(tool(words, ["ignore", "ignore", "inherit"]), "exit");
	if (status !== 0) return worker.kill();
	console.log(`
Open ${customers.join(" and ")}, which are customers,
and ${pageOf("stranger")}, which is none. Another customer:

  npx socketio-cors tenants add ${pageOf("bakery")} --local
`);
}
