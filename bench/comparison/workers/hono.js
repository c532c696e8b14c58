// Hono's middleware with the same policy, before the thinnest pass-through.
import { Hono } from "hono";
import { cors } from "hono/cors";

const app = new Hono();
app.use(
	cors({
		origin: ["https://app.example.com"],
		allowMethods: ["GET", "POST"],
		credentials: true,
	}),
);
app.all("*", ({ req: { raw }, env }) =>
	fetch(env.UPSTREAM + raw.url.slice(raw.url.indexOf("/", 8)), raw),
);

export default app;
