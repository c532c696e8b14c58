// A page that connects. API is the URL of the Worker: see start.js.
import { io } from "socket.io-client";

const one = (selector) => document.querySelector(selector);
const say = (text) => {
	one("[role=status]").textContent = text;
};

one("h1").textContent = location.origin;
const socket = io(API);
socket.on("connect", () => say("Connected"));
socket.on("disconnect", (reason) => say(`Disconnected: ${reason}`));
socket.on("connect_error", (error) => say(`Not connected: ${error.message}`));
socket.on("said", (text) =>
	one("ul").append(Object.assign(document.createElement("li"), { textContent: text })),
);
one("button").addEventListener("click", () => socket.emit("say", "hello"));
