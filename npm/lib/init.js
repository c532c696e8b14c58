// `init`: a directory that is ready for `deploy`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { commandFor } from "./command.js";
import { canAsk, print, readAnswer } from "./host.js";
import { orRefused, Refusal } from "./say.js";
import { originFault, zoneOf } from "./tool.js";

export const usage = `Make a directory with a Worker that is ready for your domain

Usage: socketio-cors init [DOMAIN] [OPTIONS]

Arguments:
  [DOMAIN]  The domain of your API, as in api.example.com

Options:
      --origin <https://…>  An origin of your pages; may be repeated
      --upstream <URL>      Where your server is, if not where the domain's DNS record points
      --enforce             Enforce the policy from the first deploy on. Without it, the Worker
                            only logs: it refuses nothing, and adds no headers
      --directory <DIR>     The directory to make [default: the domain]
      --no-install          Do not run npm install in it
  -h, --help                Print help

Example:
  socketio-cors init api.example.com --origin https://app.example.com`;

const options = {
	origin: { type: "string", multiple: true },
	upstream: { type: "string" },
	enforce: { type: "boolean", default: false },
	directory: { type: "string" },
	"no-install": { type: "boolean" },
	help: { type: "boolean", short: "h" },
};

const template = new URL("../template/", import.meta.url);
/** The files of the template. npm does not pack a file of the name .gitignore. */
const files = {
	"wrangler.jsonc": "wrangler.jsonc",
	"policy.json": "policy.json",
	"package.json": "package.json",
	"README.md": "README.md",
	gitignore: ".gitignore",
};

/** The changes of `--enforce` in the files of the template, by name. */
const enforced = {
	"wrangler.jsonc": (text) =>
		text.replace(/\t\t\/\/ The Worker decides.*?"REPORT_ONLY": "on"\n/s, ""),
	"policy.json": (text) => text.replace(',\n\t"reportOnly": true', ""),
	"README.md": (text) =>
		text.replace(
			/Nothing is enforced yet.*/s,
			"The policy is enforced from the first deploy on.\n",
		),
};

export const run = (words) => orRefused(() => init(words));

function init(words) {
	const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
	if (values.help) return void console.log(usage);
	if (positionals.length > 1) throw new Refusal(`unexpected argument ${positionals[1]}`);
	const answers = askForMissing(positionals[0], values.origin);
	const domain = checkedDomain(answers.domain);
	for (const origin of answers.origins) checkOrigin(origin);
	if (values.upstream !== undefined) checkUpstream(values.upstream);
	const directory = resolve(values.directory ?? domain);
	if (existsSync(directory)) {
		throw new Refusal(`${directory} exists already, and is not overwritten`, {
			help: "choose another directory with --directory",
		});
	}
	const { upstream, enforce } = values;
	write(directory, contents({ domain, origins: answers.origins, upstream, enforce }));
	const made = values.directory ?? domain;
	console.log(`Made ${made}: ${Object.values(files).join(", ")}`);
	if (!values["no-install"]) install(directory);
	console.log(`
Next:
  cd ${made}${values["no-install"] ? "\n  npm install" : ""}
  npx wrangler login     # once
  npm run deploy         # ${enforce ? "enforces policy.json" : "only decides and logs"}
  npm run dev            # or try it on this machine first${enforce ? "" : onlyLogs}`);
}

const onlyLogs = `

Until you enforce the policy, the Worker adds no headers: a page that fails today still fails.
README.md says how to enforce it. If no page works today, begin with --enforce.`;

/** Asks on the terminal for what the command line does not have. */
function askForMissing(domain, origins) {
	if ((domain === undefined || origins === undefined) && !canAsk()) {
		const missing = domain === undefined ? "the domain of your API" : "--origin";
		throw new Refusal(`${missing} is missing`, {
			help: "socketio-cors init api.example.com --origin https://app.example.com",
		});
	}
	return {
		domain: domain ?? ask("The domain of your API (api.example.com): "),
		origins: origins ?? [ask("The origin of your pages (https://app.example.com): ")],
	};
}

function ask(question) {
	print(question);
	return readAnswer().trim();
}

/** The domain as DNS has it. */
function checkedDomain(text) {
	const host = /^[a-z]+:\/\//i.test(text) ? URL.parse(text)?.host : undefined;
	if (host) throw new Refusal(`${text} is a URL: write ${host}`);
	const name = URL.parse(`https://${text}/`)?.hostname.replace(/\.$/, "");
	const isDomain = name && !/[:/?#@*\s]/.test(text) && zoneOf(name) !== undefined;
	if (isDomain) return name;
	throw new Refusal(`${JSON.stringify(text)} is not a domain`, {
		help: "write only the host of your API, as in api.example.com",
	});
}

function checkOrigin(origin) {
	const fault = originFault(origin);
	if (fault) throw new Refusal(`--origin ${fault}`);
}

function checkUpstream(text) {
	const url = URL.parse(text);
	const isOrigin =
		url && ["http:", "https:"].includes(url.protocol) && url.href === `${url.origin}/`;
	if (isOrigin) return;
	throw new Refusal(`--upstream ${JSON.stringify(text)} is not the address of a server`, {
		help: "write its scheme, host and port, as in https://origin.example.com",
	});
}

/** The files for these answers, by name: those of the template with its examples replaced. */
export function contents({ domain, origins, upstream, enforce, source = ownSource() }) {
	const name = `socketio-cors-${domain.replaceAll(".", "-")}`.slice(0, 63).replace(/-+$/, "");
	const replaced = {
		"wrangler.jsonc": (text) => {
			const own = text
				.replace("socketio-cors-api-example-com", name)
				.replace("api.example.com/*", `${domain}/*`)
				.replace('"zone_name": "example.com"', `"zone_name": ${JSON.stringify(zoneOf(domain))}`);
			if (!upstream) return own;
			return own.replace('"vars": {', `"vars": {\n\t\t"UPSTREAM": ${JSON.stringify(upstream)},`);
		},
		"policy.json": (text) =>
			text.replace(
				'"https://app.example.com"',
				origins.map((one) => JSON.stringify(one)).join(", "),
			),
		"package.json": (text) => {
			const own = text.replace("socketio-cors-api-example-com", name);
			return source
				? own.replace(/("socketio-cors-edge": ).*,/, `$1${JSON.stringify(source)},`)
				: own;
		},
		"README.md": (text) => text.replace("api.example.com", domain),
	};
	return Object.fromEntries(
		Object.entries(files).map(([packed, written]) => {
			const made = readFileSync(new URL(packed, template), "utf8");
			const text = (enforce && enforced[written]?.(made)) || made;
			return [written, replaced[written]?.(text) ?? text];
		}),
	);
}

/** The tarball from which this package was installed, if it was none of the registry's. */
function ownSource() {
	const modules = dirname(fileURLToPath(new URL("../", import.meta.url)).replace(/[\\/]$/, ""));
	const list = join(modules, ".package-lock.json");
	if (!existsSync(list)) return undefined;
	const { resolved } =
		JSON.parse(readFileSync(list, "utf8")).packages?.["node_modules/socketio-cors-edge"] ?? {};
	if (!resolved?.startsWith("file:")) return undefined;
	return `file:${resolve(dirname(modules), resolved.slice("file:".length)).replaceAll("\\", "/")}`;
}

function write(directory, texts) {
	try {
		mkdirSync(directory, { recursive: true });
		for (const [name, text] of Object.entries(texts))
			writeFileSync(join(directory, name), text, { flag: "wx" });
	} catch (error) {
		throw new Refusal(`cannot write ${directory}: ${error.message}`, { status: 3 });
	}
}

function install(directory) {
	console.log("Running npm install");
	const { file, args, options } = commandFor("npm", ["install", "--no-audit", "--no-fund"]);
	const { status } = spawnSync(file, args, { cwd: directory, stdio: "inherit", ...options });
	if (status === 0) return;
	throw new Refusal("npm install failed: the directory has no packages yet", {
		help: `run it again when you are online: npm install --prefix ${directory}`,
		status: 3,
	});
}
