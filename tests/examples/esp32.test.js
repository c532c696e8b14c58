// examples/esp32: the handshake of a device, as its library writes it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connectDevice } from "../../examples/esp32/device.js";
import { startExample } from "./example.js";

let app;
before(async () => {
	app = await startExample("esp32", "refused: ");
});
after(() => app?.stop());

test("a device polls for a session and upgrades it, with what arduinoWebSockets sends", () => {
	const [, shown] = app.output.split("\nA device connects:\n");
	const sent = shown.match(/^ {2}[<>] .*/gm).map((line) => line.trim());
	const [sid] = shown.match(/(?<=&sid=)\S+/);
	const [key] = shown.match(/(?<=Sec-WebSocket-Key: )\S+/);
	// SocketIOclient of version 2.7.3: WebSocketsClient::sendHeader.
	assert.deepEqual(sent.slice(0, 16), [
		"> GET /socket.io/?EIO=4&transport=polling HTTP/1.1",
		`> Host: 127.0.0.1:${app.port}`,
		"> Connection: keep-alive",
		"> Origin: file://",
		"> User-Agent: arduino-WebSocket-Client",
		"< 200 OK",
		`> GET /socket.io/?EIO=4&transport=websocket&sid=${sid} HTTP/1.1`,
		`> Host: 127.0.0.1:${app.port}`,
		"> Connection: Upgrade",
		"> Upgrade: websocket",
		"> Sec-WebSocket-Version: 13",
		`> Sec-WebSocket-Key: ${key}`,
		"> Sec-WebSocket-Protocol: arduino",
		"> Origin: file://",
		"> User-Agent: arduino-WebSocket-Client",
		"< 101 Switching Protocols",
	]);
});

test("the device's measurements arrive, and it receives a command", async () => {
	await app.said("greenhouse is connected, with the Origin file://");
	await app.said("greenhouse: 16.5 °C");
	await app.said('the device is told: heating {"on":true}');
});

test("the same handshake from a page that the policy does not list is refused", () => {
	assert.ok(app.output.includes("refused: 403 Forbidden"), app.output);
	assert.ok(app.output.includes('"origin":"https://evil.example","reason":"unlisted-origin"'));
});

test("a device without a valid token passes the Worker and is refused by the server", async () => {
	const device = { host: "127.0.0.1", port: app.port, token: "of nobody", onEvent() {} };
	await assert.rejects(connectDevice(device), /^Error: no such device$/);
});

test("Ctrl-C leaves nothing behind", async () => {
	assert.deepEqual(await app.interrupted(), []);
});
