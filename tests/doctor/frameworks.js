// Web frameworks and development servers, as the Makefile installs them in .tools/frameworks, and gunicorn.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import { accepts, freePort, root, start, until } from "../harness/process.js";
import { another } from "./deployments.js";

const directory = join(root, ".tools/frameworks/node_modules");
const { resolve } = createRequire(join(directory, "of-tests.js"));
/** Imports one of their packages. */
const load = async (name) => import(pathToFileURL(resolve(name)).href);

/** Fastify, with what `attach` does to it before it listens. */
export const fastify = (attach) =>
	another(async () => {
		const { default: make } = await load("fastify");
		const app = make({ forceCloseConnections: true });
		const io = attach(app);
		const url = await app.listen({ host: "127.0.0.1", port: 0 });
		return { url, stop: () => io?.close() ?? app.close() };
	});

/** NestJS, with a gateway of that decorator in TypeScript, if one is given. */
export const nest = (decorator) =>
	another(async () => {
		await load("reflect-metadata");
		const { Module } = await load("@nestjs/common");
		const { NestFactory } = await load("@nestjs/core");
		const websockets = await load("@nestjs/websockets");
		const providers = decorator ? [await gateway(decorator, websockets)] : [];
		class Application {}
		Module({ providers })(Application);
		const app = await NestFactory.create(Application, {
			logger: false,
			forceCloseConnections: true,
		});
		await app.listen(0, "127.0.0.1");
		return { url: await app.getUrl(), stop: () => app.close() };
	});

/** A class in TypeScript, compiled, with that decorator. */
async function gateway(decorator, { WebSocketGateway }) {
	const { code } = await transform(`${decorator} class Gateway {}\ntake(Gateway);`, {
		loader: "ts",
		tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
	});
	let taken;
	new Function("WebSocketGateway", "take", code)(WebSocketGateway, (made) => {
		taken = made;
	});
	return taken;
}

/** Vite's development server of a page, with these lines in its configuration before a deployment. */
export const vite = (behind, lines) => async () => {
	const { createServer } = await load("vite");
	const { url: target, servers, stop } = await behind();
	const page = await mkdtemp(join(tmpdir(), "vite-"));
	await writeFile(join(page, "index.html"), '<!doctype html><div id="root"></div>');
	const options = new Function(
		`return { ${lines.replaceAll("127.0.0.1:3000", new URL(target).host)} }`,
	)();
	const port = await freePort();
	const server = await createServer({
		...options,
		root: page,
		configFile: false,
		logLevel: "silent",
		server: { ...options.server, host: "127.0.0.1", port, strictPort: true, watch: null },
		optimizeDeps: { noDiscovery: true },
	});
	await server.listen();
	return {
		url: `http://127.0.0.1:${port}`,
		servers,
		async stop() {
			await server.close();
			await rm(page, { recursive: true });
			await stop();
		},
	};
};

/** gunicorn, by that command, with an application in Python as app.py. */
export const gunicorn = (command, code) =>
	another(async () => {
		const place = await mkdtemp(join(tmpdir(), "gunicorn-"));
		await writeFile(join(place, "app.py"), code);
		const [program, ...args] = command.split(" ");
		const port = await freePort();
		const started = start(join(root, ".tools/python/bin", program), [
			...["--chdir", place, "--bind", `127.0.0.1:${port}`, "--no-control-socket"],
			...args,
		]);
		await until("gunicorn", () => accepts(port));
		return {
			url: `http://127.0.0.1:${port}`,
			async stop() {
				await started.kill();
				await rm(place, { recursive: true });
			},
		};
	});
