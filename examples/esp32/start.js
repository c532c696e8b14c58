// `npm start`: the server, the Worker in front of it, and a device that connects. Ctrl-C ends all of it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { connectDevice } from "./device.js";
import { server } from "./server.js";

// The Worker's; the playground has the next, and then comes the server.
const port = Number(process.env.PORT ?? 8787);
const serverPort = port + 2;

await once(server.listen(serverPort, "127.0.0.1"), "listening");

const tool = fileURLToPath(import.meta.resolve("socketio-cors-edge/bin/socketio-cors.js"));
const words = ["dev", "--port", `${port}`, "--upstream", `http://127.0.0.1:${serverPort}`];
const worker = spawn(process.execPath, [tool, ...words], { stdio: ["ignore", "pipe", "inherit"] });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => worker.kill(signal));
worker.once("exit", (status) => process.exit(status ?? 1));
worker.stdout.pipe(process.stdout);
worker.stdout.on("data", (text) => {
	if (String(text).includes("Ctrl-C stops everything.")) showDevices();
});

async function showDevices() {
	const edge = { host: "127.0.0.1", port, token: "token-of-the-greenhouse" };
	console.log("\nA device connects:");
	const device = await connectDevice({
		...edge,
		onEvent: ([name, value]) => console.log(`the device is told: ${name} ${JSON.stringify(value)}`),
	});
	device.emit("measured", { celsius: 16.5 });

	console.log("\nThe same, with the Origin of a page that the policy does not have:");
	await connectDevice({ ...edge, origin: "https://evil.example" }).catch(({ message }) =>
		console.log(`refused: ${message}`),
	);
}
